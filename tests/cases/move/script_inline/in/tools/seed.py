# /// script
# dependencies = [ "fastapi==0.112.0", "fastapi-cli==0.112.0" ]
# ///
print("fastapi==0.112.0")
