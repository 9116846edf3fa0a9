"""Which of the four languages a reader gets, and the words of it, bound once a request."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import get_locale
from sqlalchemy.exc import SQLAlchemyError

from loyalty.kernel.localized import LANGUAGES
from web.cookies import read_cookie, set_cookie
from web.extensions import babel, db

TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"
OWN_NAMES = (("vi", "Tiếng Việt"), ("zh", "简体中文"), ("ru", "Русский"), ("en", "English"))
COOKIE = "language"
YEAR_SECONDS = 365 * 24 * 3600
FALLBACK = "en"


def init_i18n(app: Flask) -> None:
    babel.init_app(app, locale_selector=choose_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: words().gettext(text),
        ngettext=lambda one, many, count: words().ngettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, text: words().pgettext(context, text),
        npgettext=lambda context, one, many, count: words().npgettext(context, one, many, count),
    )
    app.after_request(_remember_choice)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The words of a language, loaded once a process; usable in jobs as well, without any request."""
    return Translations.load(TRANSLATIONS, [language])


def words() -> NullTranslations:
    """The words of the language in force, found once a request (and anew inside ``force_locale``)."""
    state = _state()
    locale = _locale(state)
    kept: tuple[Locale, NullTranslations] | None = state.get("words")
    if kept is None or kept[0] is not locale:
        kept = state["words"] = (locale, catalogue(locale.language))
    return kept[1]


def current_language() -> str:
    """The tag of the language in force: vi, zh, ru or en."""
    return str(_locale(_state()).language)


def _state() -> dict[str, Any]:
    """What Flask-Babel remembers of this request or job; empty before it was first asked."""
    try:
        state: dict[str, Any] = vars(g._flask_babel)
    except (AttributeError, RuntimeError):
        return {}
    return state


def _locale(state: dict[str, Any]) -> Locale:
    """The locale as Flask-Babel keeps it once it was asked; asking it costs more than looking up a word."""
    locale: Locale | None = state.get("babel_locale")
    return locale or get_locale() or Locale(FALLBACK)


def html_lang(language: str | None = None) -> str:
    """The tag for HTML: Chinese here is written in simplified characters."""
    tag = language or current_language()
    return "zh-Hans" if tag == "zh" else tag


def choose_language() -> str:
    """Her own choice, then her browser's languages, then the clinic's; one of the four, always."""
    if not has_request_context():
        return FALLBACK
    chosen = _chosen() or _of_reader() or request.accept_languages.best_match(LANGUAGES)
    return chosen or _of_clinic()


def _chosen() -> str | None:
    for tag in (request.args.get("lang"), read_cookie(COOKIE)):
        if tag in LANGUAGES:
            return tag
    return None


def _of_reader() -> str | None:
    # Only a reader that the page has asked for already: a public page stays without a query.
    found = g.get("_login_user")
    person = getattr(found, "person", None)
    language = person.language if person is not None else None
    return language if language in LANGUAGES else None


def _of_clinic() -> str:
    from web.clinic import facts  # which shows itself in the language chosen here

    try:
        found = facts()
    except SQLAlchemyError:
        db.session.rollback()
        return FALLBACK
    return found[0].language if found is not None else FALLBACK


def remember_language(response: Response, language: str) -> Response:
    """Keep a choice in the browser for a year; it outlives the log-in and tells nothing about a person."""
    set_cookie(response, COOKIE, language, seconds=YEAR_SECONDS)
    return response


def _remember_choice(response: Response) -> Response:
    wished = request.args.get("lang")
    if wished in LANGUAGES and read_cookie(COOKIE) != wished:
        remember_language(response, wished)
    return response
