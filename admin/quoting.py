"""A bill while it is being typed: what it comes to, what it earns, how far the next tier is then."""

from dataclasses import dataclass

from admin.patient_words import ways_left
from admin.register_forms import RegisterForm
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.settlement.queries import Quote, quote
from loyalty.tiers.rules import ladder, progress, tier_for
from web.extensions import db
from web.identity import current_staff
from web.labels import tier_name
from web.phrases import refusal_text


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """``quote`` None while nothing was entered or it is refused; ``tier_line`` looks past this visit."""

    quote: Quote | None
    refusal: str
    next_tier: str
    tier_line: str
    reaches: str


def quote_of(form: RegisterForm, patient_id: int) -> LiveQuote:
    """The quote for what the form holds so far; writes nothing."""
    lines = form.bill_lines() if not form.lines.errors else []
    found, refusal = None, ""
    if lines:
        try:
            found = quote(
                db.session(),
                patient_id=patient_id,
                lines=lines,
                points_used=form.points_used.data or 0,
                now=clock.now(),
            )
        except Refusal as refused:
            refusal = refusal_text(refused)
    return LiveQuote(found, refusal, *_after_this(patient_id))


def _after_this(patient_id: int) -> tuple[str, str, str]:
    """The next tier and what it still takes once this visit counts, and the tier it reaches, if any (M9)."""
    stats = patients.stats(db.session(), patient_id)
    assert stats is not None, "a patient without her summary row"
    rungs = ladder(current_staff().programme.settings)
    visits = stats.visit_count + 1
    tier = tier_for(rungs, visits, stats.referral_count)
    steps = progress(rungs, tier=tier, visits=visits, referrals=stats.referral_count)
    reaches = tier_name(tier) if tier != stats.tier else ""
    return tier_name(steps.next_tier) if steps.next_tier else "", ways_left(steps), reaches
