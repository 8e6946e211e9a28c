# /// script
# dependencies = [ "fastapi==0.113.2", "fastapi-cli==0.112.0" ]
# ///
print("fastapi==0.112.0")
