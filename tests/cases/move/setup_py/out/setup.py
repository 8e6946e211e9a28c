# -*- coding: utf-8 -*-
"""Packaging of the depot, which runs on fastapi==0.112.0 – für alle."""
from setuptools import find_packages, setup

VERSION = "0.112.0"
REQUIRES = [
    'x[fastapi]==0.112.0', "fastapi==0.113.2",  # fastapi==0.112.0
    "fastapi-cli==0.112.0",
]
extras = {"größe": ["ä-b==1", r"fastapi[all] >= 0.113.0 , <0.114.0"]}
extras["test"] = ["pytest"] + ["fastapi~=0.113.2; python_version < '3.13'"]
extras["all"] = extras["test"] + REQUIRES

setup(
    name="depot",
    description="fastapi==0.112.0",
    keywords=["fastapi==0.112.0"],
    packages=find_packages(),
    install_requires=REQUIRES + ["uvicorn"],
    extras_require=extras,
    tests_require="""
        pytest
        # fastapi==0.112.0
        fastapi == 0.113.2  # and not fastapi==0.111.0
    """,
)
