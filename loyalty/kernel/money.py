"""Money as integers of the smallest unit, with the currency's own number of decimals (P2)."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from loyalty.kernel.refusal import Refusal

MINOR_DIGITS = {"VND": 0, "CNY": 2, "RUB": 2, "USD": 2}
LARGEST_MINOR = 10**15


def minor_digits(currency: str) -> int:
    """How many decimals an amount of ``currency`` has; an unknown currency is refused."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise Refusal("unknown_currency", currency=currency) from None


def to_minor(amount: str | Decimal, currency: str) -> int:
    """Read a plain decimal such as ``"49999.95"``; refuse finer fractions than the currency knows."""
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise Refusal("amount_unreadable", amount=str(amount)) from None
    if not value.is_finite() or value.copy_abs() > LARGEST_MINOR:
        raise Refusal("amount_unreadable", amount=str(amount))
    scaled = value.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value():
        raise Refusal("amount_too_precise", amount=str(amount), currency=currency)
    return int(scaled)


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount as an exact decimal with the currency's number of places."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def percent_of(minor: int, percent: Decimal | int) -> int:
    """A percentage of an amount, rounded half up to the smallest unit (V1)."""
    return int((Decimal(minor) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
