"""Money between the wire's decimal strings and the domain's minor units, and bills made of it."""

from collections.abc import Sequence

from api.shapes.visits import CertificateBody, LineBody
from loyalty.kernel.money import to_decimal, to_minor
from loyalty.kernel.refusal import Refusal
from loyalty.recording.rules import Item
from loyalty.settlement.rules import CertificateUse


def minor(amount: str, currency: str, field: str) -> int:
    """The amount in minor units; refuses finer fractions than the currency knows, naming the field."""
    try:
        return to_minor(amount, currency)
    except Refusal as refusal:
        raise Refusal(refusal.code, **{**refusal.params, "field": field}) from None


def decimal(amount_minor: int, currency: str) -> str:
    return str(to_decimal(amount_minor, currency))


def items(lines: Sequence[LineBody], currency: str) -> tuple[Item, ...]:
    """The lines of a bill as the domain takes them over."""
    return tuple(
        Item(
            service=line.service,
            amount_minor=minor(line.amount, currency, f"lines.{position}.amount"),
            quantity=line.quantity,
            specialty=line.specialty or "",
        )
        for position, line in enumerate(lines)
    )


def certificates(uses: Sequence[CertificateBody], currency: str) -> tuple[CertificateUse, ...]:
    """The certificates put on a bill as the domain takes them over."""
    return tuple(
        CertificateUse(
            use.code,
            None if use.amount is None else minor(use.amount, currency, f"certificates.{position}.amount"),
        )
        for position, use in enumerate(uses)
    )
