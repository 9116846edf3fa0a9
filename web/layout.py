"""What every layout may name: the clinic, the reader, languages, navigation. Nothing is looked up unasked."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, current_app, g, url_for
from flask_babel import gettext as _
from werkzeug.local import LocalProxy

from loyalty.access.queries import SignedIn, SignedInStaff
from loyalty.clinic.rules.roles import Permission
from web.access import access_of
from web.clinic import current_clinic
from web.i18n import OWN_NAMES, current_language, html_lang
from web.identity import reader

Link = tuple[str, str, str]


def _viewer() -> SignedIn | None:
    # Error pages ask too, when there may be no database to answer.
    return None if g.get("nobody") else reader()


def portal_nav() -> list[Link]:
    """The patient's bottom bar: endpoint, icon, label."""
    return _open_links(
        (
            ("portal.home", "home", _("Home")),
            ("portal.points", "gift", _("Points")),
            ("portal.invite", "mail", _("Invite")),
            ("portal.visits", "calendar", _("Visits")),
            ("portal.me", "user", _("Me")),
        )
    )


def _open_links(links: Sequence[Link]) -> list[Link]:
    person = reader()
    return [link for link in links if _may_open(link[0], person)]


def _may_open(endpoint: str, person: SignedIn | None) -> bool:
    if endpoint not in current_app.view_functions:
        return False
    access = access_of(current_app, endpoint)
    needed = access.permission if access is not None else None
    return needed is None or (isinstance(person, SignedInStaff) and person.may(needed))


def _register_visit_url() -> str | None:
    person = reader()
    if isinstance(person, SignedInStaff) and person.may(Permission.REGISTER_VISITS):
        return (
            url_for("admin.register_visit") if "admin.register_visit" in current_app.view_functions else None
        )
    return None


def init_layout(app: Flask) -> None:
    """Globals rather than context, so that imported macros see them too."""
    proxies: dict[str, Any] = {
        "clinic": LocalProxy(current_clinic),
        "viewer": LocalProxy(_viewer),
        "html_lang": LocalProxy(html_lang),
        "current_language": LocalProxy(current_language),
        "portal_nav": LocalProxy(portal_nav),
        "register_visit_url": LocalProxy(_register_visit_url),
        "product_name": LocalProxy(lambda: current_clinic().product_name),
    }
    app.jinja_env.globals.update(proxies, languages=OWN_NAMES)
