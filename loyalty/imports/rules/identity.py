"""Which rows of one file speak of one person: external id, else phone and name and birth date (I1, I2)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from loyalty.imports.rules.names import marked_key, name_key

SIMILAR_NAME: Final = "similar_name"
SHARED_PHONE: Final = "phone_shared"
WEAK: Final = "identity_weak"
AMBIGUOUS: Final = "identity_ambiguous"


@dataclass(slots=True)
class _Person:
    key: str
    marks: str
    birth_date: date | None

    def fits(self, bare: str, marks: str, birth_date: date | None) -> bool:
        same_day = self.birth_date == birth_date or None in (self.birth_date, birth_date)
        return same_day and (marks == self.marks or bare in (marks, self.marks))


@dataclass(slots=True)
class PeopleBook:
    """The people met so far while a file is read from its beginning; the same file gives the same keys."""

    _people: dict[tuple[str, str], list[_Person]] = field(default_factory=dict)
    _names_on_phone: dict[str, str] = field(default_factory=dict)

    def key_of(
        self, external_id: str | None, phone: str | None, name: str | None, birth_date: date | None
    ) -> tuple[str, str | None]:
        """The person's key within this file, and a remark if a person should look at it."""
        if external_id:
            return f"id:{external_id}", None
        bare, marks = name_key(name or ""), marked_key(name or "")
        known = self._people.setdefault((phone or "", bare), [])
        fitting = [person for person in known if person.fits(bare, marks, birth_date)]
        if fitting:
            return self._met(fitting, bare, marks, birth_date)
        person = _Person(_new_key(phone, bare, marks, birth_date, bool(known)), marks, birth_date)
        known.append(person)
        return person.key, self._remark(phone, bare, birth_date, len(known) > 1)

    @staticmethod
    def _met(
        fitting: list[_Person], bare: str, marks: str, birth_date: date | None
    ) -> tuple[str, str | None]:
        exact = [person for person in fitting if person.marks == marks]
        person = (exact or fitting)[0]
        if person.marks == bare:
            person.marks = marks
        person.birth_date = person.birth_date or birth_date
        return person.key, None if exact or len(fitting) == 1 else AMBIGUOUS

    def _remark(self, phone: str | None, bare: str, birth_date: date | None, similar: bool) -> str | None:
        if similar:
            return SIMILAR_NAME
        if not phone:
            return None if birth_date else WEAK
        return SHARED_PHONE if self._names_on_phone.setdefault(phone, bare) != bare else None


def _new_key(phone: str | None, bare: str, marks: str, birth_date: date | None, taken: bool) -> str:
    if not taken:
        return f"{phone or '-'}|{bare}"
    return f"{phone or '-'}|{marks}|{birth_date or '-'}"
