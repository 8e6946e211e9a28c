"""What this project runs on itself: `nox` checks everything fast, `nox -s gate tools hooks` do the real thing."""

import os
import shutil
from pathlib import Path

import nox

try:  # uv reads no pip configuration; pincheck knows how to tell it where pip looks.
    from pincheck.world import index

    os.environ.update(index.configured(Path(), os.environ).variables)
except ImportError:
    pass

nox.options.default_venv_backend = "uv"
nox.options.sessions = ["check_format", "check_lint", "check_types", "check_rooms", "tests", "docs"]
nox.options.error_on_external_run = True

PROJECT = nox.project.load_toml("pyproject.toml")
SOURCES = ("src", "tests", "benchmarks", "noxfile.py")
DATA = {"PINCHECK_DATA": os.environ.get("PINCHECK_DATA", "../shared/data")}


def _install(session: nox.Session, *groups: str) -> None:
    session.install("-e", ".", *(name for group in groups for name in nox.project.dependency_groups(PROJECT, group)))


@nox.session
def check_format(session: nox.Session) -> None:
    _install_only(session, "lint")
    session.run("ruff", "format", "--check", *SOURCES)


@nox.session
def check_lint(session: nox.Session) -> None:
    _install_only(session, "lint")
    session.run("ruff", "check", *SOURCES)


def _install_only(session: nox.Session, group: str) -> None:
    session.install(*nox.project.dependency_groups(PROJECT, group))


@nox.session
def check_types(session: nox.Session) -> None:
    _install(session, "types")
    session.run("mypy")


@nox.session
def check_rooms(session: nox.Session) -> None:
    _install(session, "lint")
    session.run("lint-imports")


@nox.session
def tests(session: nox.Session) -> None:
    _install(session, "test")
    session.run("coverage", "erase")
    session.run(
        "coverage",
        "run",
        "-m",
        "pytest",
        "-q",
        "-m",
        "not slow and not hooks and not tools",
        *session.posargs,
        env=DATA,
    )
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report")


@nox.session
def laws(session: nox.Session) -> None:
    """Try the laws on many more examples than the default run does."""
    _install(session, "test")
    env = {**DATA, "HYPOTHESIS_PROFILE": "thorough"}
    session.run("pytest", "-q", "tests/test_laws.py", "tests/test_changelog.py", *session.posargs, env=env)


@nox.session
def gate(session: nox.Session) -> None:
    """Upgrade every fixture project for real: nox, uv, the configured index."""
    _install(session, "test")
    session.run("pytest", "-q", "-m", "slow", *session.posargs, env=DATA)


@nox.session
def tools(session: nox.Session) -> None:
    """Let the tool that owns each format judge what a move leaves behind: uv, Poetry, PDM, Pipenv, Hatch, tox, pip."""
    _install(session, "test")
    session.install("py-rattler>=0.28,<0.29", "tox>=4.30", "hatch>=1.16", "setuptools>=80")
    oracles = ("conda", "tox", "setup_cfg", "hatch")  # What the fast session skips, because these are big.
    session.run("pytest", "-q", *(f"tests/test_{name}.py" for name in oracles), env=DATA)
    session.run("pytest", "-q", "-m", "tools", *session.posargs, env=DATA)


@nox.session
def hooks(session: nox.Session) -> None:
    """Run the pre-commit hooks with pre-commit, from a clone of this repository."""
    _install(session, "test", "hooks")
    session.run("pytest", "-q", "-m", "hooks", *session.posargs, env=DATA)


@nox.session
def bench(session: nox.Session) -> None:
    """Print the figures, measured on an installation as users have it: whole, with its bytecode."""
    session.install(".", "pytest", env={"UV_COMPILE_BYTECODE": "1"})  # the tests' servers are pytest fixtures
    for script in sorted(Path("benchmarks").glob("[!_]*.py")):
        session.run("python", str(script), env=DATA)


@nox.session
def docs(session: nox.Session) -> None:
    """Compare the generated parts of the documents with the code."""
    _install(session, "test")
    session.run("python", "tests/documents.py", "--check")


@nox.session
def accept(session: nox.Session) -> None:
    """Rewrite the expected outputs of the case folders and the generated parts of the documents."""
    _install(session, "test")
    session.run("python", "tests/documents.py", "--write")
    session.run("pytest", "-q", "tests/test_cases.py", env={**DATA, "PINCHECK_ACCEPT": "1"})


@nox.session(name="format")
def format_(session: nox.Session) -> None:
    _install_only(session, "lint")
    session.run("ruff", "format", *SOURCES)
    session.run("ruff", "check", "--fix", *SOURCES)


@nox.session(venv_backend="none", default=False)
def clean(session: nox.Session) -> None:
    for name in (".coverage", ".mypy_cache", ".ruff_cache", ".hypothesis", "build", "dist"):
        shutil.rmtree(name, ignore_errors=True)
    session.log("removed caches and build products")
