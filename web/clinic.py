"""The clinic as pages show it, in the reader's language; where somebody is signed in it costs no query."""

from time import monotonic
from typing import Any

from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError

from loyalty.access.queries import Contact, clinic_facts
from loyalty.clinic.queries import Programme
from loyalty.clinic.rules.settings import Settings
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from web.extensions import db
from web.i18n import current_language
from web.identity import reader

_KEY = "liana-clinic"
Facts = tuple[Programme, Contact]


def init_clinic(app: Any) -> None:
    app.extensions[_KEY] = (0.0, None)


def facts() -> Facts | None:
    """The clinic's row: out of the reader's own query, else kept in this process for half a minute."""
    person = reader()
    if person is not None:
        return person.programme, person.contact
    if "clinic_facts" not in g:
        g.clinic_facts = _kept_facts()
    found: Facts | None = g.clinic_facts
    return found


def _kept_facts() -> Facts | None:
    good_until, kept = current_app.extensions[_KEY]
    if monotonic() < good_until:
        return kept  # type: ignore[no-any-return]
    fresh = clinic_facts(db.session())
    if fresh is not None:
        seconds = current_app.config["PROGRAMME_CACHE_SECONDS"]
        current_app.extensions[_KEY] = (monotonic() + seconds, fresh)
    return fresh


def current_programme() -> Programme:
    """The programme in force for this request; refuses while no clinic has been set up."""
    found = facts()
    if found is None:
        raise Refusal("no_clinic")
    return found[0]


class ClinicView:
    """What templates call ``clinic``; without a clinic, or a database that answers, the product's name."""

    def __init__(self, found: Facts | None, language: str) -> None:
        self._programme: Programme | None = found[0] if found is not None else None
        self._contact: Contact | None = found[1] if found is not None else None
        self._language = language

    def _in_language(self, text: LocalizedText) -> str:
        return text.in_language(self._language, self.language)

    @property
    def language(self) -> str:
        return self._programme.language if self._programme is not None else "en"

    @property
    def currency(self) -> str:
        return self._programme.currency if self._programme is not None else "USD"

    @property
    def settings(self) -> Settings:
        return self._programme.settings if self._programme is not None else Settings({})

    @property
    def name(self) -> str:
        return self._in_language(self._programme.name) if self._programme is not None else self.product_name

    @property
    def product_name(self) -> str:
        return str(self.settings["product.name"])

    @property
    def phone(self) -> str:
        return self._contact.phone if self._contact is not None else ""

    @property
    def address(self) -> str:
        return self._in_language(self._contact.address) if self._contact is not None else ""

    @property
    def hours(self) -> str:
        return self._in_language(self._contact.hours) if self._contact is not None else ""

    @property
    def licence(self) -> str:
        return self._in_language(self._contact.licence) if self._contact is not None else ""


def current_clinic() -> ClinicView:
    """The clinic in the language in force."""
    language = current_language()
    kept: dict[str, ClinicView] = g.setdefault("clinic_views", {})
    if language not in kept:
        kept[language] = _clinic_view(language)
    return kept[language]


def _clinic_view(language: str) -> ClinicView:
    try:
        return ClinicView(facts(), language)
    except SQLAlchemyError:
        db.session.rollback()
        return ClinicView(None, language)
