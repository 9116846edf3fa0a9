"""The patient's part of a row (rule I1): a name or an id is needed, the rest may be missing with a remark."""

import re
from datetime import date

from loyalty.imports.rules.cells import BadRow, Cells
from loyalty.imports.rules.identity import PeopleBook
from loyalty.imports.rules.names import MAX_NAME, clean, name_key, shorten
from loyalty.imports.rules.outcome import PatientData
from loyalty.imports.rules.phones import MISSING, Phone, read_phone
from loyalty.imports.rules.words import read_language, read_region, read_sex, region_of_tag

_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")
_TAG_ENDS = re.compile(r"[,;|/]")


def read_patient(cells: Cells, id_field: str, book: PeopleBook) -> PatientData:
    """The patient of a row; ``id_field`` is the column that holds her id. Raises BadRow."""
    external_id, name = cells.text(id_field), _name(cells)
    phone = _phone(cells)
    birth_date, readable = cells.day("birth_date")
    if not readable:
        cells.remark("birth_date_unreadable", "birth_date")
    _require_identity(cells, external_id, name, phone, id_field)
    key, remark = book.key_of(external_id, phone.e164, name, birth_date)
    if remark:
        cells.remark(remark, "name")
    return PatientData(
        key=key,
        external_id=external_id,
        name=name,
        phone=phone.e164,
        other_phones=phone.others,
        email=_email(cells),
        birth_date=birth_date,
        sex=_known(cells, "sex"),
        language=_known(cells, "language"),
        source=cells.text("source"),
        referrer=cells.text("referrer"),
        tags=_tags(cells),
        guardian=cells.text("guardian"),
        deceased_on=_deceased_on(cells),
    )


def _name(cells: Cells) -> str | None:
    name = clean(cells.raw("name")) if cells.has("name") else _joined_name(cells)
    if not name_key(name):
        return None
    if len(name) > MAX_NAME:
        cells.remark("name_cut", "name")
    return shorten(name)


def _joined_name(cells: Cells) -> str:
    """First and last name in one; the family's name leads where it does so at home."""
    first, last = clean(cells.raw("first_name")), clean(cells.raw("last_name"))
    family_first = cells.manner.region in ("VN", "CN") and not (first + last).isascii()
    return " ".join((last, first) if family_first else (first, last)).strip()


def _phone(cells: Cells) -> Phone:
    """The row's phone; a locale or region column, if there is one, says how it is to be read."""
    region = read_region(cells.raw("region")) or region_of_tag(cells.raw("language")) or cells.manner.region
    phone = read_phone(cells.raw("phone"), region)
    if phone.remark and phone.remark != MISSING:
        cells.remark(phone.remark, "phone")
    return phone


def _require_identity(
    cells: Cells, external_id: str | None, name: str | None, phone: Phone, id_field: str
) -> None:
    """An id is enough for a visit; a patient's own row needs the name (I1)."""
    if name or (external_id and id_field == "patient"):
        return
    if cells.has("name") or cells.has("first_name"):
        raise BadRow("name_missing", "name")
    if not cells.has("phone") or phone.remark == MISSING:
        raise BadRow("patient_missing", id_field)
    if phone.e164 is None:
        raise BadRow("phone_unreadable", "phone")


def _email(cells: Cells) -> str | None:
    email = cells.text("email")
    if email and not _EMAIL.fullmatch(email):
        cells.remark("email_unreadable", "email")
        return None
    return email


def _known(cells: Cells, name: str) -> str | None:
    raw = cells.text(name)
    if raw is None:
        return None
    value = read_sex(raw) if name == "sex" else read_language(raw)
    if value is None:
        cells.remark(f"{name}_unknown", name)
    return value


def _tags(cells: Cells) -> tuple[str, ...]:
    parts = (part.strip() for part in _TAG_ENDS.split(cells.text("tags") or ""))
    return tuple(dict.fromkeys(part for part in parts if part))


def _deceased_on(cells: Cells) -> date | None:
    """A day of death that cannot be read rejects the row: nobody may write to the dead by mistake."""
    day, readable = cells.day("deceased_on")
    if not readable:
        raise BadRow("date_unreadable", "deceased_on")
    return day
