# /// script
# dependencies = ["fastapi", "starlette==0.37.2"]
# ///
