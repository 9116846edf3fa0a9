"""The catalogue of rewards."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, url_for
from sqlalchemy.orm import Session

from api import blueprint
from api.gate import actor
from api.money import minor
from api.offer_answers import money, percent, service_codes
from api.reading import CATALOGUE_CODE, body, known_id, query
from api.shapes.points import Page
from api.shapes.rewards import RewardAnswer, RewardBody, RewardList
from api.specification import described
from api.vouchers import percent_hundredths
from api.writing import answered, settled
from loyalty.clinic import operations as clinic
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.rewards.models import Reward
from loyalty.rewards.operations import save_reward
from loyalty.rewards.queries import reward_by_code, rewards
from loyalty.rewards.rules.catalogue import services_of
from web.access import api_key_required
from web.extensions import db
from web.transactions import commits_in_steps

#: How long what comes out of a reward is good where nobody says so.
VALID_DAYS = 90
_PLAIN = (
    "name",
    "description",
    "kind",
    "points",
    "stock",
    "tier",
    "valid_from",
    "valid_to",
    "needs_approval",
    "pickup_days",
    "active",
)
_DETAILS = ("value", "services", "sessions", "valid_days", "max_discount", "min_bill")


@blueprint.put("/rewards/<code>")
@api_key_required
@described(body=RewardBody, answers={200: RewardAnswer, 201: RewardAnswer}, problems=(404, 409, 413, 415))
@commits_in_steps
def put_reward(code: str) -> Response:
    """Add a catalogue item or change it; said again it changes nothing."""
    code, sent = known_id(CATALOGUE_CODE, code), body(RewardBody)

    def save(session: Session) -> tuple[Reward, bool]:
        known = reward_by_code(session, code)
        fields = {name: getattr(sent, name) for name in _PLAIN if name in sent.model_fields_set}
        details = _details(session, sent, known)
        saved = save_reward(session, code=code, actor=actor(), now=clock.now(), **fields, details=details)
        return saved, known is None

    saved, is_new = settled(save)
    return answered(_answer(db.session(), saved), 201 if is_new else 200)


@blueprint.get("/rewards")
@api_key_required
@described(query=Page, answers={200: RewardList})
def get_rewards() -> Response:
    """The whole catalogue, the oldest item first; the header Link names the next page."""
    page, session = query(Page), db.session()
    rows = rewards(session, after=page.after or 0, limit=page.limit + 1)
    response = answered(RewardList.model_construct([_answer(session, row) for row in rows[: page.limit]]))
    if len(rows) > page.limit:
        more = url_for("api.get_rewards", after=rows[page.limit - 1].id, limit=page.limit)
        response.headers["Link"] = f'<{more}>; rel="next"'
    return response


def _details(session: Session, sent: RewardBody, known: Reward | None) -> dict[str, Any]:
    """What comes out of the reward: what was said over what is kept, in the domain's units."""
    kept = dict(known.details) if known is not None and known.kind == sent.kind else {}
    if sent.kind == "gift":
        return {}
    kept.setdefault("valid_days", VALID_DAYS)
    for name in _DETAILS:
        value = getattr(sent, name)
        if name in sent.model_fields_set and (value is not None or name in ("max_discount", "min_bill")):
            key, read = _KEPT_AS[name](sent.kind)
            kept[key] = None if value is None else read(session, value)
    return kept


def _value(kind: str) -> tuple[str, Callable[[Session, str], int]]:
    if kind == "percent":
        return "percent_hundredths", lambda _session, value: percent_hundredths(value)
    return "amount_minor", _amount("value")


def _amount(field: str) -> Callable[[Session, str], int]:
    return lambda session, amount: minor(amount, programme(session).currency, field)


def _services(kind: str) -> tuple[str, Callable[[Session, list[str]], Any]]:
    def ids(session: Session, codes: list[str]) -> list[int]:
        return [clinic.service_of(session, code).id for code in codes]

    if kind == "percent":
        return "service_ids", ids
    return "service_id", lambda session, codes: next(iter(ids(session, codes[:1])), None)


def _same(name: str) -> Callable[[str], tuple[str, Callable[[Session, Any], Any]]]:
    return lambda _kind: (name, lambda _session, value: value)


#: By the name on the wire: the key under which a kind keeps it, and how it is read.
_KEPT_AS: Mapping[str, Callable[[str], tuple[str, Callable[[Session, Any], Any]]]] = {
    "value": _value,
    "services": _services,
    "sessions": _same("sessions"),
    "valid_days": _same("valid_days"),
    "max_discount": lambda _kind: ("max_discount_minor", _amount("max_discount")),
    "min_bill": lambda _kind: ("min_bill_minor", _amount("min_bill")),
}


def _answer(session: Session, reward: Reward) -> RewardAnswer:
    details: Mapping[str, Any] = reward.details
    plain: dict[str, Any] = {name: getattr(reward, name) for name in _PLAIN}
    hundredths = details.get("percent_hundredths")
    return RewardAnswer.model_construct(
        **{**plain, "name": dict(reward.name), "description": dict(reward.description)},
        id=reward.id,
        code=reward.code,
        value=percent(hundredths) if hundredths else money(session, details.get("amount_minor")),
        services=service_codes(session, services_of(details)),
        sessions=details.get("sessions"),
        valid_days=details.get("valid_days"),
        max_discount=money(session, details.get("max_discount_minor")),
        min_bill=money(session, details.get("min_bill_minor")),
    )
