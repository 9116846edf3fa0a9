"""What the import knows of the people and visits its rows speak of: plain values, no rows of tables (I1)."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(slots=True, eq=False)
class Person:
    """A patient; ``id`` is None while she exists only in the file that is being read."""

    id: int | None
    external_id: str | None
    name: str
    phone: str | None = None
    email: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    deceased_on: date | None = None
    is_merged: bool = False


@dataclass(slots=True, eq=False)
class KnownVisit:
    """A visit with its bill in minor units; ``at`` is when it was completed, else when it is planned."""

    id: int | None
    external_id: str
    person: Person
    status: str
    at: datetime
    gross_minor: int = 0
    due_minor: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What can still be given back."""
        return self.paid_minor - self.refunded_minor


class UnfitError(Exception):
    """A row that reads well and cannot be taken as things stand: a code of UNFIT_CODES, and our field."""

    def __init__(self, code: str, field: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.field = field


UNFIT_CODES = (
    "patient_unknown",  # an id or a phone nobody has, and no name to make a record of
    "patient_ambiguous",  # two records fit
    "patient_merged",
    "name_missing",
    "name_too_long",
    "id_too_long",
    "date_impossible",
    "visit_of_another",  # this visit's id belongs to another patient
    "visit_closed",  # completed with another amount or day: a bill is not edited
    "impossible_move",
    "amount_negative",
    "paid_over_amount",
    "refund_without_visit",
    "refund_changed",  # this refund's id was counted with another amount
)
