"""What every layout may name: the clinic, the reader, languages, navigation. Nothing is looked up unasked."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, current_app, g, url_for
from flask_babel import gettext as _
from werkzeug.local import LocalProxy

from loyalty.access.queries import SignedIn, SignedInStaff
from loyalty.clinic.rules.roles import Permission as P
from web.access import access_of
from web.clinic import ClinicView, clinic_view
from web.i18n import OWN_NAMES, current_language, html_lang
from web.identity import reader

Link = tuple[str, str, str]
StaffLink = tuple[str, str, str, int]


def current_clinic() -> ClinicView:
    """The clinic in the language in force."""
    language = current_language()
    kept: dict[str, ClinicView] = g.setdefault("clinic_views", {})
    if language not in kept:
        kept[language] = clinic_view(language)
    return kept[language]


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


def admin_nav() -> list[tuple[str | None, list[StaffLink]]]:
    """The staff's side bar, with what this person's role may open."""
    groups = (
        (
            None,
            (
                ("admin.today", "home", _("Today")),
                ("admin.patients", "users", _("Patients")),
                ("admin.visits", "calendar", _("Visits")),
                ("admin.requests", "bell", _("Requests")),
            ),
        ),
        (
            _("Programme"),
            (
                ("admin.referrals", "board", _("Referrals")),
                ("admin.leaderboards", "podium", _("Leaderboard")),
                ("admin.messages", "send", _("Messages")),
            ),
        ),
        (
            _("System"),
            (
                ("admin.imports", "upload", _("Import")),
                ("admin.settings", "sliders", _("Settings")),
                ("admin.staff", "key", _("Staff")),
                ("admin.audit", "clipboard", _("Audit")),
                ("admin.health", "chart", _("Health")),
            ),
        ),
    )
    shown = [(label, [(*link, 0) for link in _open_links(links)]) for label, links in groups]
    return [(label, links) for label, links in shown if links]


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
    if isinstance(person, SignedInStaff) and person.may(P.REGISTER_VISITS):
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
        "admin_nav": LocalProxy(admin_nav),
        "register_visit_url": LocalProxy(_register_visit_url),
        "product_name": LocalProxy(lambda: current_clinic().product_name),
    }
    app.jinja_env.globals.update(proxies, languages=OWN_NAMES)
