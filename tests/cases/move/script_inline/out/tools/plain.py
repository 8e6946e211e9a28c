"""Writes scripts that begin with `# /// script`."""

print("fastapi>=0.1")
