"""Installs the shop; needs fastapi==0.112.0."""
from setuptools import setup

CHANGES = "fastapi==0.112.0"  # what the last release moved to
setup(
    name='shop',
    description="An app for fastapi==0.112.0",
    install_requires=['fastapi==0.112.0', "fastapi-cli>=0.0.5"],  # fastapi==0.112.0
    keywords=["fastapi==0.112.0"],
)
