"""How many points a patient may use, what they are worth, and what ends next."""

from dataclasses import dataclass
from datetime import date

from loyalty.clinic.queries import Programme
from loyalty.points.queries import open_lots
from loyalty.points.rules import OpenLot
from portal.membership import available, ending_next
from web.extensions import db
from web.formats import day, money
from web.identity import SignedInPatient


@dataclass(frozen=True, slots=True)
class NextLot:
    points: int
    day: str


@dataclass(frozen=True, slots=True)
class Balance:
    """``available`` is below zero while in debt (P10); ``held`` is set aside for visits to come."""

    available: int
    worth: str
    next_lot: NextLot | None
    debt: int
    held: int
    lots: list[OpenLot]


def balance_of(patient: SignedInPatient, today: date) -> Balance:
    """The reader's points on a local day; one statement."""
    lots = open_lots(db.session(), patient.id, today)
    usable = available(lots, patient)
    ending = ending_next(lots)
    return Balance(
        available=usable,
        worth=worth(usable, patient.programme),
        next_lot=NextLot(ending[0], day(ending[1])) if ending else None,
        debt=patient.stats.points_debt,
        held=patient.stats.points_held,
        lots=lots,
    )


def worth(points: int, programme: Programme) -> str:
    """What points pay of a bill, as money."""
    return money(programme.minor(max(points, 0) * programme.settings["points.value"]))
