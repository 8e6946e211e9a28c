# /// pyproject
# dependencies = ["fastapi"]
# ///
