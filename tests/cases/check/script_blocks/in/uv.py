# /// script
# dependencies = ["fastapi==0.112.0"]
# [tool.uv]
# override-dependencies = ["fastapi==0.115.0"]
# [tool.uv.sources]
# fastapi = { git = "https://x.test/fastapi" }
# ///
