"""How many points money makes, and how many a refund takes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from loyalty.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Rate:
    """So much money earns a point, times the tier's multiplier in percent (P2).

    ``weight_part`` over ``weight_whole`` is what earning rules make of it; None where no rule applied.
    """

    money_per_point_minor: int
    multiplier_percent: int = 100
    weight_part: int | None = None
    weight_whole: int | None = None

    def points(self, eligible_minor: int) -> int:
        """floor(eligible money × rate × tier multiplier × weight), once on the total of a visit (P2)."""
        part = max(0, eligible_minor) * self.multiplier_percent
        whole = 100 * self.money_per_point_minor
        if self.weight_part is not None and self.weight_whole:
            part, whole = part * self.weight_part, whole * self.weight_whole
        return part // whole


def eligible_minor(
    *,
    paid_minor: int,
    due_minor: int,
    refunded_minor: int = 0,
    certificate_minor: int = 0,
    certificate_returned_minor: int = 0,
) -> int:
    """Money that earns (P3): paid for what was due or by certificate, less what was given back (P9)."""
    money = max(0, min(paid_minor, due_minor) - refunded_minor)
    return money + max(0, certificate_minor - certificate_returned_minor)


def eligible_of(visit: Any) -> int:
    """The money of a visit, any row of one, that still earns (P3)."""
    return eligible_minor(
        paid_minor=visit.paid_minor,
        due_minor=visit.due_minor,
        refunded_minor=visit.refunded_minor,
        certificate_minor=visit.certificate_minor,
        certificate_returned_minor=visit.certificate_returned_minor,
    )


def take_back(*, earned: int, taken_back: int, remaining_eligible_minor: int, rate: Rate) -> int:
    """What a refund takes back: earned so far minus what the rest still earns at the old rate (P9)."""
    return max(0, earned - rate.points(remaining_eligible_minor) - taken_back)


def check_amount(points: int) -> None:
    """Refuse debits that are not positive."""
    if points <= 0:
        raise Refusal("points_not_positive")


def cap_percent(settings_cap: int, caps_by_tag: dict[str, int], tags: Iterable[str]) -> int:
    """The share of a bill a patient may pay by points: the largest her tags allow (P8)."""
    return max([settings_cap, *(caps_by_tag[tag] for tag in tags if tag in caps_by_tag)])


def visit_key(visit_id: int, completion: int, what: str) -> str:
    """The ledger key of what a visit does; one completed anew after an undoing has keys of its own (P4)."""
    return f"visit:{visit_id}:{what}" if completion <= 1 else f"visit:{visit_id}:{completion}:{what}"
