"""Checks how a FastAPI project pins its framework, and moves that pin once the project's own tests have passed."""

__version__ = "0.1.0"
