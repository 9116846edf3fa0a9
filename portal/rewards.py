"""What points buy: the catalogue, one reward, and taking it."""

from flask import Response, abort, flash, url_for
from flask_babel import gettext as _

from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.points.queries import ledger_lines
from loyalty.rewards import operations
from loyalty.rewards.models import Redemption
from loyalty.rewards.queries import catalogue
from loyalty.rewards.queries import reward as reward_by_id
from loyalty.rewards.queries.holdings import count_of_ready
from portal import blueprint
from portal.balance import Balance, balance_of
from portal.points import changes
from portal.rewards_shown import ShownOffer, offer_shown
from web.access import patient_required
from web.extensions import db
from web.forms import Form
from web.identity import actor, current_patient
from web.pages import go_to, render_page
from web.phrases import refusal_text
from web.transactions import commits

#: A reward is almost there from this share of its price on; so many are shown.
ALMOST_PERCENT, ALMOST_AT_ONCE = 50, 3
RECENT = 3


class OnceForm(Form):
    """A button that acts once, however often it is pressed."""


@blueprint.get("/rewards")
@patient_required
def rewards() -> Response:
    """What can be had now, what almost, what later; the latest changes of the points."""
    return rewards_page()


def rewards_page(problem: str = "", status: int = 200) -> Response:
    """The catalogue, below a sentence about a reward that could not be taken."""
    patient, session = current_patient(), db.session()
    balance, offers = _offers()
    almost = sorted(filter(_is_almost, offers), key=lambda offer: offer.missing)[:ALMOST_AT_ONCE]
    return render_page(
        "portal/rewards.html",
        status=status,
        problem=problem,
        balance=balance,
        mine=count_of_ready(session, patient.id, patient.programme.calendar.day_of(clock.now())),
        within_reach=[offer for offer in offers if offer.within_reach],
        almost=almost,
        later=[offer for offer in offers if not offer.within_reach and offer not in almost],
        recent=changes(ledger_lines(session, patient.id, limit=RECENT), patient),
    )


def _offers() -> tuple[Balance, list[ShownOffer]]:
    patient, session = current_patient(), db.session()
    today = patient.programme.calendar.day_of(clock.now())
    balance = balance_of(patient, today)
    found = catalogue(session, patient_id=patient.id, today=today)
    return balance, [offer_shown(offer, patient, balance.available) for offer in found]


def _is_almost(offer: ShownOffer) -> bool:
    return bool(offer.missing) and not offer.state and offer.have * 100 >= offer.points * ALMOST_PERCENT


@blueprint.get("/rewards/<int:reward_id>")
@patient_required
def reward(reward_id: int) -> Response:
    """One reward, with a second look before the points are taken."""
    return _reward_page(reward_id, OnceForm(formdata=None))


def _reward_page(reward_id: int, form: Form, status: int = 200) -> Response:
    _balance, offers = _offers()
    offer = next((offer for offer in offers if offer.id == reward_id), None)
    if offer is None:
        abort(404)
    return render_page(
        "portal/reward.html", status=status, offer=offer, form=form, nav_current="portal.rewards"
    )


@blueprint.post("/rewards/<int:reward_id>/redeem")
@patient_required
@commits
def redeem(reward_id: int) -> Response:
    """Take a reward; the same form sent twice takes it once, and a refusal leaves the points untouched."""
    session, form = db.session(), OnceForm()
    if reward_by_id(session, reward_id) is None:
        abort(404)
    if not form.validate_on_submit():
        return _reward_page(reward_id, form, 422)
    try:
        taken = operations.redeem_reward(
            session,
            patient_id=current_patient().id,
            reward_id=reward_id,
            form_key=form.form_key.data,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        if refusal.code == "reward_not_available":
            return rewards_page(refusal_text(refusal), 409)
        form.refuse(refusal)
        return _reward_page(reward_id, form, 409)
    flash(_("It is yours. Thank you for being with us."), "success")
    return go_to(where_it_is(taken))


def where_it_is(taken: Redemption) -> str:
    """The page of what came out of a redemption; a gift's is its own."""
    if taken.voucher_id is not None:
        return url_for("portal.voucher", voucher_id=taken.voucher_id)
    if taken.certificate_id is not None:
        return url_for("portal.certificate", certificate_id=taken.certificate_id)
    return url_for("portal.redemption", redemption_id=taken.id)
