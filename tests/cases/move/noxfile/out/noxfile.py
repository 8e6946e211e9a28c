"""Tests against fastapi==0.112.0."""
import nox

PINNED = ("fastapi==0.113.2", "starlette")


@nox.session(python=["3.11", "3.12"])
def tests(session: nox.Session) -> None:
    # fastapi==0.112.0
    session.install("x[fastapi]==0.112.0", 'fastapi[all]>=0.113.0,<0.114.0', "fastapi-cli==0.112.0")
    session.install(*PINNED, ".[test]")
    session.run("pytest", "-k", "fastapi==0.112.0")


@nox.session(name="docs")
def build_docs(s):
    s.run("python", "-m", "pip", "install", "--upgrade", "fastapi ~= 0.113.0")
    s.run_install("uv", "pip", "install", "-e", ".", "fastapi==0.113.*")
    s.log("installed fastapi==0.112.0")
