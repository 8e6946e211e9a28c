print("# /// script")
fastapi = ">=0.1"
