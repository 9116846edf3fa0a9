"""What reception scans: a voucher, a gift to fetch; and taking a reward back within a day."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.rewards import operations
from loyalty.rewards.models import Redemption, Reward, Voucher
from loyalty.rewards.queries import voucher_uses
from loyalty.rewards.queries.holdings import redemption_behind, redemption_of, voucher_of
from loyalty.rewards.rules.redemptions import patient_may_cancel
from portal import blueprint, offer_words
from portal.offer_words import State, in_words
from portal.rewards import OnceForm
from web.access import patient_required
from web.extensions import db
from web.formats import day, day_time, money, number
from web.forms import Form
from web.identity import actor, current_patient
from web.pages import go_to, render_page, wants_fragment
from web.transactions import commits

STOP_ASKING = 286


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the desk scans, and the rows below it; ``redemption`` while it can be taken back."""

    id: int
    title: str
    state: State
    code: str
    open: bool
    facts: list[tuple[str, str]]
    line: str = ""
    redemption: Redemption | None = None
    leads_to: tuple[str, str, str] | None = None


@blueprint.get("/vouchers/<int:voucher_id>")
@patient_required
def voucher(voucher_id: int) -> Response:
    """One's own voucher as a code; the open page asks again and shows when it has been used."""
    patient, session, now = current_patient(), db.session(), clock.now()
    found = voucher_of(session, voucher_id, patient.id)
    if found is None:
        abort(404)
    uses = voucher_uses(session, found.id)
    came = redemption_behind(session, patient.id, voucher_id=found.id)
    today = patient.programme.calendar.day_of(now)
    reserved = any(use.state == "reserved" for use in uses)
    shown = Ticket(
        id=found.id,
        title=offer_words.voucher_title(found),
        state=offer_words.voucher_state(found, today, reserved=reserved),
        code=found.code,
        open=offer_words.voucher_is_open(found, today, reserved=reserved),
        facts=_facts(found, came),
        redemption=came[0] if came and not found.used_count and may_undo(came[0], now) else None,
    )
    return render_page(
        "portal/voucher.html",
        fragment="ticket",
        status=asked_again(shown.open),
        voucher=shown,
        form=OnceForm(formdata=None),
    )


def asked_again(still_open: bool) -> int:
    """The status of a page that asks for its ticket every few seconds: 286 tells htmx to stop asking."""
    return STOP_ASKING if wants_fragment() and not still_open else 200


def _facts(found: Voucher, came: tuple[Redemption, Reward] | None) -> list[tuple[str, str]]:
    least, most = found.min_bill_minor, found.max_discount_minor
    return [
        (_("Worth"), offer_words.voucher_value(found) if in_words(found.name) else ""),
        (_("Valid from"), day(found.valid_from) if found.valid_from else ""),
        (_("Valid until"), day(found.valid_to) if found.valid_to else _("without an end")),
        (_("For a bill from"), money(least) if least else ""),
        (_("At most"), money(most) if most else ""),
        (_("How to prepare"), in_words(came[1].preparation) if came else ""),
        (_("Redeemed"), _points(came[0].points) if came else ""),
    ]


def _points(points: int) -> str:
    return ngettext("%(points)s point", "%(points)s points", points, points=number(points))


def may_undo(taken: Redemption, now: datetime) -> bool:
    """Whether the patient may still take it back herself: a day from taking it, while it is not used (V7)."""
    became = any(one is not None for one in (taken.voucher_id, taken.certificate_id, taken.package_id))
    open_states = ("requested", "approved", "handed_over") if became else ("requested", "approved")
    return taken.state in open_states and patient_may_cancel(taken.requested_at, now)


@blueprint.get("/redemptions/<int:redemption_id>")
@patient_required
def redemption(redemption_id: int) -> Response:
    """One's own gift to fetch; the open page asks again and shows when it is ready or handed over."""
    return _redemption_page(redemption_id, OnceForm(formdata=None))


def _redemption_page(redemption_id: int, form: Form, status: int | None = None) -> Response:
    patient, now = current_patient(), clock.now()
    found = redemption_of(db.session(), redemption_id, patient.id)
    if found is None:
        abort(404)
    shown = _ticket(*found, patient.programme.calendar.day_of(now), now)
    return render_page(
        "portal/redemption.html",
        fragment="ticket",
        status=status or asked_again(shown.open),
        redemption=shown,
        form=form,
    )


def _ticket(taken: Redemption, reward: Reward, today: date, now: datetime) -> Ticket:
    state, is_open = offer_words.redemption_state(taken, today), offer_words.redemption_is_open(taken, today)
    handed = taken.handed_over_at
    return Ticket(
        id=taken.id,
        title=in_words(reward.name),
        state=state,
        code=taken.code,
        open=is_open,
        line=_line(taken) if is_open else "",
        facts=[
            (_("Fetch it by"), day(taken.valid_to) if taken.valid_to and is_open else ""),
            (_("How to prepare"), in_words(reward.preparation)),
            (_("Handed over"), day_time(handed) if handed else ""),
            (_("Redeemed"), _points(taken.points)),
        ],
        redemption=taken if may_undo(taken, now) else None,
        leads_to=_leads_to(taken),
    )


def _line(taken: Redemption) -> str:
    if taken.state == "requested":
        return _("The clinic is confirming it. You need not do anything.")
    return _("Show this at reception. Please don’t forward a screenshot.")


def _leads_to(taken: Redemption) -> tuple[str, str, str] | None:
    """What came out of a reward that needs no fetching: address, name, line."""
    if taken.voucher_id is not None:
        return url_for("portal.voucher", voucher_id=taken.voucher_id), _("Your voucher"), ""
    if taken.certificate_id is not None:
        address = url_for("portal.certificate", certificate_id=taken.certificate_id)
        return address, _("Your gift certificate"), ""
    if taken.package_id is not None:
        return url_for("portal.my_rewards"), _("Your sessions"), _("They are on your account.")
    return None


@blueprint.post("/redemptions/<int:redemption_id>/cancel")
@patient_required
@commits
def cancel_redemption(redemption_id: int) -> Response:
    """Take a reward back within a day: the same points return to the same lots (P11)."""
    patient, session, form = current_patient(), db.session(), OnceForm()
    if redemption_of(session, redemption_id, patient.id) is None:
        abort(404)
    if not form.validate_on_submit():
        return _redemption_page(redemption_id, form, 422)
    try:
        operations.cancel_redemption(session, redemption_id=redemption_id, actor=actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _redemption_page(redemption_id, form, 409)
    flash(_("Taken back. The points are yours again."), "success")
    return go_to(url_for("portal.my_rewards"))
