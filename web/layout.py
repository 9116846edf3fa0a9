"""What every layout may name: the clinic, the reader, languages, navigation. Nothing is looked up unasked."""

from functools import lru_cache
from typing import Any

from flask import Flask, g
from flask.templating import Environment
from werkzeug.local import LocalProxy

from loyalty.access.queries import SignedIn
from loyalty.kernel.localized import LANGUAGES
from web.clinic import current_clinic
from web.i18n import OWN_NAMES, catalogue, current_language, html_lang
from web.identity import reader

Link = tuple[str, str, str]


class Templates(Environment):
    """Templates that share one dictionary of globals.

    Jinja gives each template a chain of two, and compares all its keys in Python at every import of a macro:
    a fifth of a page's time for globals that none of our templates has of its own.
    """

    def make_globals(self, d: Any) -> Any:
        return {**self.globals, **d} if d else self.globals


def _viewer() -> SignedIn | None:
    # Error pages ask too, when there may be no database to answer.
    return None if g.get("nobody") else reader()


@lru_cache(maxsize=len(LANGUAGES))
def _portal_nav(language: str) -> list[Link]:
    _ = catalogue(language).gettext
    return [
        ("portal.home", "home", _("Home")),
        ("portal.rewards", "gift", _("Rewards")),
        ("portal.invite", "mail", _("Invite")),
        ("portal.visits", "calendar", _("Visits")),
        ("portal.me", "user", _("Me")),
    ]


def portal_nav() -> list[Link]:
    """The patient's bottom bar: endpoint, icon, label."""
    return _portal_nav(current_language())


def init_layout(app: Flask) -> None:
    """Globals rather than context, so that imported macros see them too."""
    proxies: dict[str, Any] = {
        "clinic": LocalProxy(current_clinic),
        "viewer": LocalProxy(_viewer),
        "html_lang": LocalProxy(html_lang),
        "current_language": LocalProxy(current_language),
        "portal_nav": LocalProxy(portal_nav),
        "product_name": LocalProxy(lambda: current_clinic().product_name),
    }
    app.jinja_env.globals.update(proxies, languages=OWN_NAMES)
