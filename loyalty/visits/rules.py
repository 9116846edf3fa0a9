"""Which moves a visit may make, on plain values."""

from loyalty.kernel.refusal import Refusal

STATUSES = ("booked", "arrived", "completed", "cancelled", "no_show")
PARTS_OF_DAY = ("morning", "afternoon", "evening", "any")

#: From which states a visit may come to a state; a repeat of the present state is a no-op.
_FROM = {
    "arrived": ("booked",),
    "completed": ("booked", "arrived"),
    "cancelled": ("booked", "arrived"),
    "no_show": ("booked",),
}
#: A state that lies behind: asking for it again changes nothing (a second click on "arrived").
_PASSED = {"arrived": ("completed",)}


def moves_to(status: str, wanted: str) -> bool:
    """Whether the visit has to move; False for a repeat, a Refusal for an impossible move."""
    if status == wanted or status in _PASSED.get(wanted, ()):
        return False
    if status not in _FROM.get(wanted, ()):
        raise Refusal("impossible_move", status=status, wanted=wanted)
    return True


def sources_of(wanted: str) -> tuple[str, ...]:
    """The states from which ``wanted`` may be reached."""
    return _FROM[wanted]
