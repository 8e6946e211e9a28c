# /// script
# dependencies = ["fastapi==0.112.0"]
# tool.x = "\e[1m"
# ///
