# /// script
# dependencies = ["fastapi==0.112.0"]

# ///
