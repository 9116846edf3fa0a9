"""Reports over the wire: one shape for all, rows and their totals."""

from typing import Annotated

from pydantic import Field

from api.fields import Instant, Strict


class LiabilitySums(Strict):
    """What is owed: points and their worth, certificates and what is left on them; money as decimals."""

    points: int
    points_value: str
    certificates: int
    certificates_value: str
    total: str


class LiabilityRow(LiabilitySums):
    """What ends in one clinic month; ``month`` is null for what never ends."""

    month: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")] | None


class LiabilityAnswer(Strict):
    """The liability report as of an instant, by the clinic's months."""

    code: str
    as_of: Instant
    zone: str
    currency: str
    rows: list[LiabilityRow]
    totals: LiabilitySums
