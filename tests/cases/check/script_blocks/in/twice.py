# /// script
# dependencies = ["fastapi==0.112.0"]
# ///
import os
# /// script
# dependencies = ["fastapi>=0.1"]
# ///
