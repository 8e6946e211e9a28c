#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "httpx==0.112.0",
#
#   'fastapi[standard] >=0.112.0, <0.113.0',  # fastapi==0.112.0
# ]
#
# [tool.uv]
# constraint-dependencies = ["fastapi==0.112.*"]
# override-dependencies = ["FastAPI ~= 0.112.1"]
# ///
"""Load the shop: needs fastapi==0.112.0."""

import fastapi

PIN = "fastapi==0.112.0"
