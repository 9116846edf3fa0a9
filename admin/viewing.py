"""Opening a patient's record leaves a trace (A1), in a short transaction of its own: GET never commits."""

from loyalty.activity.operations import record
from loyalty.kernel import clock
from web.identity import actor
from web.transactions import own_transaction


def audit_view(object_kind: str, object_id: int, *, patient_id: int) -> None:
    """Keep an audit entry of a look at personal data.

    In a POST call it before anything is loaded: the request's own transaction is given up first.
    """
    who = actor()
    with own_transaction() as session:
        record(
            session,
            actor=who,
            action=f"{object_kind}.viewed",
            object_kind=object_kind,
            object_id=object_id,
            patient_id=patient_id,
            now=clock.now(),
        )
