"""Whom the words of a "who sent you?" column mean, read for many rows with a few statements (F18)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Select, select
from sqlalchemy.orm import Session

from loyalty.imports.rules.phones import to_e164
from loyalty.imports.rules.sources import numbers_in
from loyalty.kernel.codes import INVITE_LENGTH, clean_code
from loyalty.kernel.contacts import search_key
from loyalty.kernel.database import table_of
from loyalty.patients.models import Patient
from loyalty.referrals.models import InviteCode

_PATIENTS = table_of(Patient)
_CODES = table_of(InviteCode)
_LIVING = _PATIENTS.c.merged_into_id.is_(None)


@dataclass(slots=True)
class Senders:
    """Patients by the signs a text may name them by."""

    by_external: dict[str, set[int]] = field(default_factory=dict)
    by_code: dict[str, set[int]] = field(default_factory=dict)
    by_phone: dict[str, set[int]] = field(default_factory=dict)
    by_name: dict[str, set[int]] = field(default_factory=dict)

    def meant_by(self, text: str, region: str) -> int | None:
        """The one patient a text means: by id, code, phone or name, in this order; None for several."""
        signs = [self.by_external.get(text), self.by_code.get(clean_code(text))]
        signs += [self.by_phone.get(phone) for phone in phones_in(text, region)]
        signs.append(self.by_name.get(search_key(text)))
        found = next((people for people in signs if people), set())
        return next(iter(found)) if len(found) == 1 else None


def phones_in(text: str, region: str) -> list[str]:
    """The phones in a text, in E.164."""
    candidates = [text, *numbers_in(text)]
    return [phone for candidate in candidates if (phone := to_e164(candidate, region))]


def senders_named(session: Session, texts: Iterable[str], region: str) -> Senders:
    """Everybody whom any of these texts may mean."""
    wanted = sorted(set(texts))
    codes = {code for text in wanted if len(code := clean_code(text)) == INVITE_LENGTH}
    phones = {phone for text in wanted for phone in phones_in(text, region)}
    names = {search_key(text) for text in wanted}
    return Senders(
        _patients(session, _PATIENTS.c.external_id, wanted),
        _grouped(session, select(_CODES.c.code, _CODES.c.patient_id).where(_CODES.c.code.in_(codes))),
        _patients(session, _PATIENTS.c.phone, phones),
        _patients(session, _PATIENTS.c.search_name, names),
    )


def _patients(session: Session, sign: Column[Any], wanted: Collection[str]) -> dict[str, set[int]]:
    return _grouped(session, select(sign, _PATIENTS.c.id).where(sign.in_(wanted), _LIVING))


def _grouped(session: Session, query: Select[Any]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for sign, patient_id in session.connection().execute(query):
        found.setdefault(sign, set()).add(patient_id)
    return found
