"""Points given for rewards, and how they get into the patient's hands (V7)."""

from collections.abc import Callable

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api import blueprint
from api.gate import actor
from api.people import external_id_of, named
from api.problems import about, missing
from api.reading import VISIT_ID, body, known_id, optional_body
from api.shapes.rewards import RedemptionAnswer, RedemptionBody, StepBody
from api.shapes.visits import OwnKey
from api.specification import described
from api.writing import answered, answered_once, own_ids, settled
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.rewards import operations
from loyalty.rewards.models import Certificate, Package, Redemption, Reward, Voucher
from loyalty.rewards.queries import find_code, redemption_by_external_id, reward_by_code
from web.access import api_key_required
from web.extensions import db
from web.transactions import commits_in_steps

_described_step = described(
    body=StepBody, answers={200: RedemptionAnswer}, problems=(404, 409, 413, 415), may_be_empty=True
)


@blueprint.post("/redemptions")
@api_key_required
@described(body=RedemptionBody, headers=OwnKey, answers={200: RedemptionAnswer}, problems=(409, 413, 415))
@commits_in_steps
def post_redemption() -> Response:
    """Give a patient's points for a reward.

    Needs an own ``id`` or the header Idempotency-Key; the same one again gives the first answer.
    """
    sent = body(RedemptionBody)
    ids = own_ids(sent.id)

    def redeem(session: Session) -> Redemption:
        reward = reward_by_code(session, sent.reward)
        if reward is None:
            raise Refusal("reward_unknown", field="reward")
        with about("reward", "not_enough_points"):
            return operations.redeem_reward(
                session,
                patient_id=named(session, sent.patient, "patient").id,
                reward_id=reward.id,
                external_id=ids[0],
                actor=actor(),
                now=clock.now(),
            )

    return answered_once(ids, sent, redeem, _answer)


@blueprint.post("/redemptions/<external_id>/approve")
@api_key_required
@_described_step
@commits_in_steps
def post_approval(external_id: str) -> Response:
    """Approve what was requested; ``external_id`` is the caller's id of it, or its code."""
    optional_body(StepBody)
    return _step(external_id, operations.approve_redemption)


@blueprint.post("/redemptions/<external_id>/hand-over")
@api_key_required
@_described_step
@commits_in_steps
def post_hand_over(external_id: str) -> Response:
    """Note that the patient has it; a second time changes nothing."""
    optional_body(StepBody)
    return _step(external_id, operations.hand_over)


@blueprint.post("/redemptions/<external_id>/cancel")
@api_key_required
@_described_step
@commits_in_steps
def post_cancellation(external_id: str) -> Response:
    """Undo a redemption: the points go back to their lots, the piece to the stock (P11)."""
    reason = optional_body(StepBody).reason
    return _step(external_id, operations.cancel_redemption, reason=reason)


def _step(external_id: str, act: Callable[..., bool], **more: str | None) -> Response:
    def step(session: Session) -> Redemption:
        found = _found(session, known_id(VISIT_ID, external_id))
        act(session, redemption_id=found.id, actor=actor(), now=clock.now(), **more)
        return found

    return answered(_answer(db.session(), settled(step)))


def _found(session: Session, name: str) -> Redemption:
    """The redemption under the caller's own id, or under its code: the portal's have no other name."""
    found = redemption_by_external_id(session, name)
    code = find_code(session, name) if found is None else None
    if code is not None and code.kind == "redemption":
        found = session.get(Redemption, code.id)
    if found is None:
        raise missing()
    return found


def _answer(session: Session, redemption: Redemption) -> RedemptionAnswer:
    return RedemptionAnswer.model_construct(
        id=redemption.external_id,
        code=redemption.code,
        patient=external_id_of(session, redemption.patient_id),
        reward=session.get_one(Reward, redemption.reward_id).code,
        points=redemption.points,
        state=redemption.state,
        valid_to=redemption.valid_to,
        voucher=_code(session, Voucher.code, Voucher.id, redemption.voucher_id),
        certificate=_code(session, Certificate.code, Certificate.id, redemption.certificate_id),
        package=_code(session, Package.code, Package.id, redemption.package_id),
    )


def _code(
    session: Session, code: InstrumentedAttribute[str], owner: InstrumentedAttribute[int], number: int | None
) -> str | None:
    return None if number is None else session.scalar(select(code).where(owner == number))
