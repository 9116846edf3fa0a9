"""What reading a file gives: rows, rejected rows, repeated rows, skipped lines (rule I1)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Final

REJECT_CODES: Final = (
    "text_unreadable",  # bytes that are no text in the file's encoding
    "quote_open",  # a quotation mark opens and never closes
    "too_few_columns",
    "too_many_columns",
    "name_missing",  # no letter in it, or a single dash
    "phone_unreadable",  # only where nothing but the phone says who it is
    "patient_missing",  # neither an external id nor a name nor a phone
    "date_missing",
    "date_unreadable",
    "amount_unreadable",
    "amount_ambiguous",  # '1,250' or '12,5' could be two numbers
    "amount_currency",  # another currency than the clinic's
    "amount_too_large",
    "status_unknown",
    "id_repeated",  # the same external id again in this file, with other content
)
WARNING_CODES: Final = (
    "text_repaired",  # double-encoded text put right
    "name_cut",
    "phone_unreadable",
    "phone_impossible",
    "phone_digits_lost",  # a spreadsheet's 9.01E+08
    "phone_second_kept",
    "email_unreadable",
    "birth_date_unreadable",
    "sex_unknown",
    "language_unknown",
    "follow_up_unreadable",
    "amount_missing",
    "amount_shorthand",  # 500k, 1tr2, miễn phí
    "date_very_old",
    "date_in_future",  # counts as booked, never as a visit
    "similar_name",  # the same phone, a name that differs in a tone mark only
    "phone_shared",  # the same phone, another person of the family (I2)
    "identity_weak",  # known by name alone
    "identity_ambiguous",
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person may want to look at in a row that is taken all the same."""

    code: str
    field: str | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class PatientData:
    """A row's patient. ``key`` names the person within this file (see identity.PeopleBook)."""

    key: str
    external_id: str | None = None
    name: str | None = None
    phone: str | None = None
    other_phones: tuple[str, ...] = ()
    email: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    language: str | None = None
    source: str | None = None
    referrer: str | None = None
    tags: tuple[str, ...] = ()
    guardian: str | None = None
    deceased_on: date | None = None


@dataclass(frozen=True, slots=True)
class VisitData:
    """A row's visit. ``external_id`` is the file's own, or ``row:...`` derived from the content and then the
    same for the same file again. ``visited_at`` is its one best instant (UTC), ``visited_on`` that day on the
    clinic's calendar; money in minor units. A ``refund`` has only ``refund_minor`` and is no visit."""

    external_id: str
    derived_id: bool
    status: str
    visited_at: datetime
    visited_on: date
    scheduled_at: datetime | None = None
    arrived_at: datetime | None = None
    completed_at: datetime | None = None
    branch: str | None = None
    doctor: str | None = None
    service: str | None = None
    specialty: str | None = None
    amount_minor: int | None = None
    paid_minor: int | None = None
    refund_minor: int | None = None
    follow_up_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Cells:
    line: int
    headers: tuple[str, ...] = field(repr=False)
    cells: tuple[str, ...]

    @property
    def raw(self) -> dict[str, str]:
        """Their header to what stood there; columns of one name and nameless ones get their number."""
        raw: dict[str, str] = {}
        for number, cell in enumerate(self.cells, 1):
            header = self.headers[number - 1] if number <= len(self.headers) else ""
            raw[header if header and header not in raw else f"{header}#{number}"] = cell
        return raw


@dataclass(frozen=True, slots=True)
class Row(_Cells):
    """A row that can be taken, at its physical line (the header is line 1)."""

    patient: PatientData
    visit: VisitData | None = None
    warnings: tuple[Remark, ...] = ()

    @property
    def values(self) -> dict[str, object]:
        """The values that are set, for a preview: the patient's, then the visit's."""
        visit = {} if self.visit is None else asdict(self.visit)
        patient = asdict(self.patient)
        if self.visit is not None:
            patient["patient"] = patient.pop("external_id")
        return {name: value for name, value in (patient | visit).items() if value not in (None, ())}


@dataclass(frozen=True, slots=True)
class Reject(_Cells):
    """A row that cannot be taken: a code of REJECT_CODES and the field of ours that is wrong, if any."""

    code: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that says again what ``first_line`` said; it is neither taken nor wrong."""

    line: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Skip:
    """A line that is no data, with one of skipping.REASONS."""

    line: int
    reason: str


Outcome = Row | Reject | Repeat | Skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file read. ``header_line`` is None when the file has no header; ``missing`` names the fields
    without which nothing can be taken – then ``rows`` and ``rejects`` are empty and ``sample`` shows what
    stands in the file."""

    encoding: str
    separator: str
    header_line: int | None
    headers: tuple[str, ...]
    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    repaired: int
    rows: list[Row]
    rejects: list[Reject]
    repeated: list[Repeat]
    skipped: list[Skip]

    @property
    def patients(self) -> int:
        """How many people the good rows speak of."""
        return len({row.patient.key for row in self.rows})
