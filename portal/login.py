from portal import blueprint as portal
from web.access import public


@portal.get("/login")
@public
def login():
    return "x"


@portal.post("/language")
@public
def set_language():
    return "x"
