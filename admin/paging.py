"""Reading the small arguments of lists: numbers, days and months out of the address, never trusted."""

from datetime import date

from flask import abort, request

from loyalty.kernel.clock import Month

LARGEST_ID = 2**31 - 1


def number_argument(name: str) -> int | None:
    """A record's number out of the query; None when absent, 404 when it can be none."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > LARGEST_ID:
        abort(404)
    return int(text)


def day_argument(name: str, default: date) -> date:
    """A day out of the query (``2026-11-22``); the default when absent or unreadable."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return default


def month_or_404(text: str) -> Month:
    """The month an address names; 404 for anything that is none."""
    try:
        return Month.parse(text)
    except ValueError:
        abort(404)
