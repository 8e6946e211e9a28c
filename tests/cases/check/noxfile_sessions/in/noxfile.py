import nox


@nox.session
@nox.parametrize("fastapi", ["0.112.0", "0.113.0"])
def tests(session, fastapi):
    session.install("fastapi", "-r", "requirements.txt", "-c", "missing.txt", ".")
    session.install(f"fastapi=={fastapi}", *nox.project.dependency_groups(TOML, "test"), "pydantic=1")
    session.conda_install("--channel=conda-forge", "fastapi=0.112")
    session.run("pip", "install", "starlette==0.37.2")


@nox.session
def docs(session):
    session.chdir("docs")
    session.install("-r", "requirements.txt", "fastapi>=0.112.0")
