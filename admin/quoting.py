"""A bill while it is being typed: what it comes to, what it earns, how far the next tier is then."""

from dataclasses import dataclass

from admin.code_guard import guarded
from admin.labels import in_language
from admin.offers_on_bill import Wanted
from admin.patient_words import ways_left
from admin.register_forms import RegisterForm
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.rewards.rules.codes import grouped
from loyalty.settlement.queries import Quote, quote
from loyalty.settlement.rules import Line
from loyalty.tiers.rules import ladder, progress, tier_for
from web.extensions import db
from web.identity import current_staff
from web.labels import tier_name
from web.phrases import refusal_text

#: One bill cannot be refused more often than this: each time something is left out.
MOST_REFUSALS = 12


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """``quote`` is None while nothing was entered or the lines are refused.

    ``refusals`` are what cannot be used; the bill is worked out without it. ``offers`` names vouchers and
    certificates by number; ``tier_line`` looks past this visit.
    """

    quote: Quote | None
    refusals: list[str]
    names: dict[int, str]
    next_tier: str
    tier_line: str
    reaches: str


def quote_of(form: RegisterForm, patient_id: int, visit_id: int | None) -> LiveQuote:
    """The quote for what the form holds so far, each refusal noted beside its field; writes nothing."""
    lines = form.bill_lines() if not form.lines.errors else []
    found, refusals = _work_out(form, lines, patient_id, visit_id) if lines else (None, [])
    return LiveQuote(found, refusals, _voucher_names(found), *_after_this(patient_id))


def _work_out(
    form: RegisterForm, lines: list[Line], patient_id: int, visit_id: int | None
) -> tuple[Quote | None, list[str]]:
    wanted = form.wanted()
    refusals: list[str] = []
    slowed_down = guarded(form.typed_codes())
    if slowed_down is not None:
        form.refuse(slowed_down)
        refusals.append(refusal_text(slowed_down))
        wanted = wanted.without_codes(form.typed_codes())
    for _again in range(MOST_REFUSALS):
        try:
            return wanted_quote(wanted, lines, patient_id, visit_id), refusals
        except Refusal as refused:
            refusals.append(refusal_text(refused))
            place = form.place_of(refused)
            if place is None:
                return None, refusals
            form.refuse(refused)
            wanted = wanted.without(place, str(refused.params.get("code", "")))
    return None, refusals


def wanted_quote(wanted: Wanted, lines: list[Line], patient_id: int, visit_id: int | None) -> Quote:
    """The bill of these lines with what is wanted; refuses what the registration would refuse."""
    return quote(
        db.session(),
        patient_id=patient_id,
        visit_id=visit_id,
        lines=lines,
        points_used=wanted.points,
        vouchers=wanted.vouchers,
        certificates=wanted.certificates,
        packages=wanted.packages,
        now=clock.now(),
    )


def _voucher_names(found: Quote | None) -> dict[int, str]:
    """What each voucher of the bill is called on it."""
    vouchers = found.offers.vouchers if found is not None else ()
    return {one.id: in_language(one.name) or grouped(one.code) for one in vouchers}


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
