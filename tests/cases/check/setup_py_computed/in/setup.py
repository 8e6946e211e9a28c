import pathlib
from distutils.core import setup as build

import setuptools

FASTAPI = "0.112.0"
NEEDED = ["starlette"]
NEEDED = NEEDED + [f"fastapi=={FASTAPI}"]


def lines(name):
    with open(name) as file:
        return file.read().splitlines()


build(
    install_requires=lines("requirements.txt"),
    extras_require={"web": ["fastapi", "pydantic==" + "2.8.2"], **pathlib.extras()},
    tests_require=NEEDED,
    setup_requires=["fastapi>=0.112.0", *[name for name in ("pydantic", "x")]],
)
setuptools.setup(install_requires=["fast" "api>=0.112.0,<0.113.0"])
