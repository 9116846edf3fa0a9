"""Sentences for what the domain answers with a code: refusals on pages, texts of messages."""

from loyalty.kernel.refusal import Refusal


def refusal_text(refusal: Refusal) -> str:
    """What a refusal says to the person in front of the page, in her language."""
    return refusal.code
