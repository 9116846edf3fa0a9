"""What the import says: why a file or a row is not taken, what to look at, names of fields and states."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

#: Refusals of a whole file, and why an import ended; ``web.phrases`` looks here too.
FILE_SENTENCES: Mapping[str, Any] = {
    "file_missing": _l("Please choose a file."),
    "file_too_large": _l("The file is larger than %(megabytes)s MB. Please split it into parts."),
    "import_stopped": _l("The import was stopped. The rows taken before stay."),
    "import_file_gone": _l("The file is no longer kept. Please hand it in again: rows taken before stay."),
    "import_fault": _l("Something went wrong on our side. The rows taken before stay. Please try again."),
}

#: Why a row was not taken.
_REASONS: Mapping[str, Any] = {
    "text_unreadable": _l("The letters of this line cannot be read. Please write it anew."),
    "quote_open": _l("A quotation mark opens and never closes."),
    "too_few_columns": _l("The line has fewer columns than the heading."),
    "too_many_columns": _l("The line has more columns than the heading."),
    "name_missing": _l("There is no name."),
    "name_too_long": _l("The name is too long."),
    "phone_unreadable": _l("The phone number cannot be read, and nothing else says who this is."),
    "patient_missing": _l("Nothing says whose line this is: no code, no name, no phone."),
    "patient_unknown": _l("Nobody has this code or phone, and there is no name to make a record of."),
    "patient_ambiguous": _l("Two records fit this person. Please give the patient's code."),
    "patient_merged": _l("This record was joined with another one. Please use the code of that one."),
    "patient_exists": _l("This patient was added at the same moment. Please import the line again."),
    "id_too_long": _l("The code is too long."),
    "id_repeated": _l("The same code stands in this file before, with other content."),
    "date_missing": _l("There is no date."),
    "date_unreadable": _l("The date cannot be read."),
    "date_impossible": _l("This date cannot be right: too long ago, or in the future."),
    "amount_unreadable": _l("The amount cannot be read."),
    "amount_ambiguous": _l("The amount could be two numbers. Please write it without separators."),
    "amount_currency": _l("The amount is in another currency than the clinic's."),
    "amount_too_large": _l("The amount is too large to be true."),
    "amount_negative": _l("The amount is below zero."),
    "paid_over_amount": _l("More was paid than the visit cost."),
    "status_unknown": _l("We do not know this status. Write booked, arrived, completed, cancelled, no_show."),
    "visit_of_another": _l("A visit with this code belongs to another patient."),
    "visit_closed": _l("The visit is completed with another amount or date. A file changes no bill."),
    "impossible_move": _l("The visit has gone on since, so this status is not possible any more."),
    "refund_without_visit": _l("We cannot tell which visit this money was given back for."),
    "refund_changed": _l("This refund is known with another amount."),
}

#: What a person may want to look at in rows that are taken.
_WARNINGS: Mapping[str, Any] = {
    "text_repaired": _l("Broken letters were put right"),
    "name_cut": _l("A long name was shortened"),
    "phone_unreadable": _l("The phone cannot be read and was left out"),
    "phone_impossible": _l("No phone has this number, it was left out"),
    "phone_digits_lost": _l("A spreadsheet has cut the phone's digits, it was left out"),
    "phone_second_kept": _l("Several phones in one cell: the first is used"),
    "email_unreadable": _l("The e-mail address cannot be read and was left out"),
    "birth_date_unreadable": _l("The birth date cannot be read and was left out"),
    "sex_unknown": _l("The word for the sex is not known"),
    "language_unknown": _l("The language is not one of the four"),
    "follow_up_unreadable": _l("The day of the follow-up cannot be read and was left out"),
    "amount_missing": _l("No amount: the visit counts and earns no points"),
    "amount_shorthand": _l("The amount is written in short, please check it"),
    "date_very_old": _l("The date is very old, please check it"),
    "date_in_future": _l("The date lies ahead: taken as a booking"),
    "similar_name": _l("The same phone and a name that differs by a tone mark only: perhaps one person"),
    "phone_shared": _l("A family shares this phone"),
    "identity_weak": _l("Known by name alone"),
    "identity_ambiguous": _l("Two people of this file may be meant"),
}

_FIELDS: Mapping[str, Any] = {
    "external_id": _l("Code"),
    "patient": _l("Patient's code"),
    "name": _l("Name"),
    "first_name": _l("First name"),
    "last_name": _l("Family name"),
    "phone": _l("Phone"),
    "email": _l("E-mail"),
    "birth_date": _l("Birth date"),
    "sex": _l("Sex"),
    "language": _l("Language"),
    "source": _l("Source"),
    "referrer": _l("Who sent the patient"),
    "region": _l("Country of the phone"),
    "tags": _l("Tags"),
    "guardian": _l("Guardian"),
    "deceased_on": _l("Day of death"),
    "status": _l("Status"),
    "visited_at": _l("Day of the visit"),
    "scheduled_at": _l("Planned for"),
    "arrived_at": _l("Arrived at"),
    "completed_at": _l("Completed at"),
    "branch": _l("Branch"),
    "doctor": _l("Doctor"),
    "service": _l("Service"),
    "specialty": _l("Specialty"),
    "amount": _l("Amount"),
    "paid": _l("Paid"),
    "follow_up_on": _l("Follow-up"),
}

_STATES: Mapping[str, Any] = {
    "draft": _l("Not started"),
    "waiting": _l("Waiting"),
    "running": _l("Running"),
    "done": _l("Done"),
    "failed": _l("Ended early"),
}

_KINDS: Mapping[str, Any] = {"patients": _l("Patients"), "visits": _l("Visits")}


def reason_text(code: str) -> str:
    """Why a row was not taken."""
    return _named(_REASONS, code)


def warning_text(code: str) -> str:
    """What to look at in a row that is taken."""
    return _named(_WARNINGS, code)


def field_name(field: str | None) -> str:
    """What a column holds; empty for none."""
    return _named(_FIELDS, field) if field else ""


def state_name(state: str) -> str:
    """How far an import is."""
    return _named(_STATES, state)


def kind_name(kind: str) -> str:
    """What a file holds."""
    return _named(_KINDS, kind)


def _named(names: Mapping[str, Any], code: str) -> str:
    found = names.get(code)
    return code if found is None else str(found)
