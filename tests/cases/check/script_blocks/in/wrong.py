# /// script
# dependencies = ["fastapi=0.112.0", 7, "fastapi>=0.112.0"]
# tool.uv.dev-dependencies = []
# ///
