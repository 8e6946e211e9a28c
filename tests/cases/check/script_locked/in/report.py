# /// script
# requires-python = ">=3.11"
# dependencies = ["fastapi>=0.113.0,<0.114.0"]
# ///
