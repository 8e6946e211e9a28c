def setup(requires):
    return ["fastapi"] :
