# /// script
# dependencies = [
#   "fastapi",  # pincheck: ignore[PIN101] a toy
# ]
# ///
