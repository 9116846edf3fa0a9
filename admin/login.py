from admin import blueprint as admin
from web.access import public


@admin.get("/login")
@public
def login():
    return "x"
