"""What a row's patient asks for: a new record, changes of a known one, or nothing (rule I1)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from loyalty.imports.rules.known import Person, UnfitError
from loyalty.imports.rules.names import preferred_name, same_name
from loyalty.imports.rules.outcome import PatientData
from loyalty.kernel.contacts import clean_name, normalise_email, search_key
from loyalty.kernel.refusal import Refusal

LONGEST_ID: Final = 80
LONGEST_NAME: Final = 200
_FIRST_DAY: Final = date(1880, 1, 1)
_TAKEN_OVER: Final = ("phone", "email", "birth_date", "sex", "language", "deceased_on")


def new_person(data: PatientData, today: date) -> Person:
    """The record a row's patient would get. Raises UnfitError."""
    if data.name is None:
        raise UnfitError("patient_unknown", "patient")
    external_id, name = _checked_id(data.external_id), _name(data.name)
    return Person(None, external_id, name, tags=data.tags, **_values(data, today))


def changes_of(person: Person, data: PatientData, today: date, *, authority: bool) -> dict[str, Any]:
    """What a row changes of a known patient; an empty cell changes nothing.

    A file of patients has ``authority`` over her data. A file of visits only names her: it may give her the
    id, the better spelling of the same name and a birth date nobody knew, but not another phone.
    """
    found: dict[str, Any] = {}
    if data.external_id and person.external_id is None:
        found["external_id"] = _checked_id(data.external_id)
    name = _name(data.name) if data.name else person.name
    if same_name(person.name, name):
        name = preferred_name(person.name, name)
    elif not authority:
        name = person.name
    values = {"name": name, **_values(data, today)}
    if not authority:
        values = {"name": name, "birth_date": person.birth_date or values["birth_date"]}
    else:
        found |= _more_tags(person, data)
    return found | {
        field: value
        for field, value in values.items()
        if value is not None and value != getattr(person, field)
    }


def one_of(candidates: Iterable[Person], data: PatientData, *, exact: bool) -> Person | None:
    """The one candidate who has the row's name and birth date; None if nobody has.

    Unless ``exact`` an unknown birth date fits any. Raises UnfitError when more than one is left.
    """
    name, born = data.name or "", data.birth_date
    fitting = [person for person in candidates if same_name(person.name, name)]
    fitting = [
        person
        for person in fitting
        if person.birth_date == born or (not exact and None in (person.birth_date, born))
    ]
    if len(fitting) > 1:
        fitting = [person for person in fitting if person.birth_date == born]
        if len(fitting) != 1:
            raise UnfitError("patient_ambiguous", "name")
    return fitting[0] if fitting else None


def _checked_id(external_id: str | None) -> str | None:
    if external_id is not None and len(external_id) > LONGEST_ID:
        raise UnfitError("id_too_long", "external_id")
    return external_id


def _name(name: str) -> str:
    clean = clean_name(name)
    if not clean:
        raise UnfitError("name_missing", "name")
    if max(len(clean), len(search_key(clean))) > LONGEST_NAME:
        raise UnfitError("name_too_long", "name")
    return clean


def _values(data: PatientData, today: date) -> dict[str, Any]:
    for field in ("birth_date", "deceased_on"):
        day = getattr(data, field)
        if day is not None and not _FIRST_DAY <= day <= today:
            raise UnfitError("date_impossible", field)
    values = {field: getattr(data, field) for field in _TAKEN_OVER}
    return values | {"email": _email(data.email)}


def _email(text: str | None) -> str | None:
    """The address as it is kept; one that no mail server would take is left out."""
    try:
        return normalise_email(text) if text else None
    except Refusal:
        return None


def _more_tags(person: Person, data: PatientData) -> dict[str, Any]:
    tags = tuple(dict.fromkeys((*person.tags, *data.tags)))
    return {} if tags == person.tags else {"tags": tags}
