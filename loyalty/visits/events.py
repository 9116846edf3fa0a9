"""What happened to a visit; ``quiet`` is true for imported history, which sends no message."""

from dataclasses import dataclass

from loyalty.visits.rules import BillKnown


@dataclass(frozen=True, slots=True)
class AppointmentRequested:
    request_id: int
    patient_id: int


@dataclass(frozen=True, slots=True)
class VisitBooked:
    visit_id: int
    patient_id: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class VisitArrived:
    visit_id: int
    patient_id: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class VisitCompleted:
    """The visit is completed; whether it is also paid is on its row.

    ``bill`` spares reading what the same transaction has just written; None after a later payment.
    """

    visit_id: int
    patient_id: int
    quiet: bool = False
    bill: BillKnown | None = None


@dataclass(frozen=True, slots=True)
class VisitCancelled:
    visit_id: int
    patient_id: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class VisitRefunded:
    visit_id: int
    patient_id: int
    refund_id: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class CompletionUndone:
    """A completed visit is only arrived again; ``completion`` numbers the one that was undone."""

    visit_id: int
    patient_id: int
    completion: int
    quiet: bool = False
