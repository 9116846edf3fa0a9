"""Problems over the wire (RFC 9457)."""

from api.fields import Strict


class FaultAnswer(Strict):
    """One thing that is wrong: the field, a code for machines, a sentence for people."""

    field: str
    code: str
    message: str


class ProblemAnswer(Strict):
    """Why the request was not carried out; nothing was changed."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultAnswer]
