"""A completion undone: everything it gave and took goes back, and it can be completed anew (P11, V3, V6)."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry
from loyalty.referrals.models import Referral
from loyalty.settlement.operations import undo_completion
from loyalty.settlement.queries import statement
from loyalty.settlement.rules import CertificateUse, Line
from loyalty.visits.models import BillLine, Payment, Visit
from loyalty.visits.operations import book_visit, refund_visit
from tests.settlement.offered import (
    certificate,
    give_points,
    left,
    nothing_is_wrong,
    package,
    standing,
    ten_percent,
)
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, open_clinic, person, service


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")


def undo(session: Session, visit_id: int, reason: str = "wrong patient") -> bool:
    undone = undo_completion(session, visit_id=visit_id, reason=reason, actor=LAN, now=NOON)
    commit(session, NOON)
    return undone


def count(session: Session, model: Any) -> int:
    return int(session.scalars(select(func.count()).select_from(model)).one())


def test_everything_goes_back_and_the_visit_can_be_completed_anew(session: Session, an: Patient) -> None:
    give_points(session, an, 500)
    mine, gift, course = ten_percent(session, an), certificate(session), package(session, an)
    lines = [Line(service(session, "examination").id, 1_000_000), Line(service(session).id, 700_000)]
    offers: dict[str, Any] = {
        "vouchers": [mine.code],
        "certificates": [CertificateUse(gift.code, 200_000)],
        "packages": [course.code],
    }
    visit_id = complete(session, an, lines=lines, paid=300_000, points_used=400, **offers)
    for again in range(2):
        assert [undo(session, visit_id), undo(session, visit_id)] == [True, False]
        visit = session.get_one(Visit, visit_id, populate_existing=True)
        assert (visit.status, visit.completed_at, visit.due_minor, visit.paid_minor) == (
            "arrived",
            None,
            0,
            0,
        )
        assert left(session, mine, gift, course) == [0, 500_000, 0]
        now = standing(session, an)
        assert (now.points_balance, now.visit_count, now.tier, now.spend_minor) == (500, 0, None, 0)
        assert (count(session, BillLine), count(session, Payment)) == (0, 0)
        nothing_is_wrong(session)

        complete(session, an, lines=lines, visit_id=visit_id, paid=300_000, points_used=400, **offers)
        assert left(session, mine, gift, course) == [1, 300_000, 1]
        assert (standing(session, an).points_balance, standing(session, an).visit_count) == (150, 1)
        page = statement(session, visit_id)
        assert page is not None
        assert (page.points_earned, page.visit.completion) == (50, again + 2)
        assert [one.amount_minor for one in page.certificates] == [200_000]
        nothing_is_wrong(session)


def test_the_audit_keeps_the_bill_that_was(session: Session, an: Patient) -> None:
    undo(session, complete(session, an), "  wrong bill ")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "visit.completion_undone")).one()
    assert (entry.reason, entry.actor_kind) == ("wrong bill", "staff")
    assert entry.before is not None
    assert (entry.before["due_minor"], len(entry.before["lines"]), len(entry.before["payments"])) == (
        1_000_000, 1, 1,
    )  # fmt: skip


def test_p10_earned_points_spent_meanwhile_become_a_debt(session: Session, an: Patient) -> None:
    first = complete(session, an, 5_000_000)
    complete(session, an, 900_000, paid=450_000, points_used=450)
    undo(session, first)
    assert (standing(session, an).points_balance, standing(session, an).points_debt) == (-405, 405)
    nothing_is_wrong(session)


def test_f11_a_friends_undone_visit_counts_no_more_and_frees_her_pack(session: Session, an: Patient) -> None:
    binh = person(session, "Trần Bình")
    introduce(session, an, binh)
    lines = [Line(service(session, "examination").id, 300_000, kind="examination")]
    visit_id = complete(session, binh, lines=lines, paid=240_000)
    assert (standing(session, an).points_balance, standing(session, an).tier) == (100, "silver")
    undo(session, visit_id)
    referral = session.scalars(select(Referral)).one()
    assert (referral.stage, referral.pack_visit_id) == ("reversed", None)
    assert (standing(session, an).points_balance, standing(session, an).tier) == (50, None)
    nothing_is_wrong(session)


def test_f8_a_friends_visit_completed_for_good_qualifies_again(session: Session, an: Patient) -> None:
    binh = person(session, "Trần Bình")
    introduce(session, an, binh)
    lines = [Line(service(session, "examination").id, 300_000, kind="examination")]
    visit_id = complete(session, binh, lines=lines, paid=240_000)
    for _ in range(3):
        undo(session, visit_id)
        assert (standing(session, an).points_balance, standing(session, an).referral_count) == (50, 0)
        complete(session, binh, lines=lines, visit_id=visit_id, paid=240_000)
        assert (standing(session, an).points_balance, standing(session, an).referral_count) == (100, 1)
        nothing_is_wrong(session)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=240_000, actor=LAN, now=NOON)
    commit(session, NOON)
    complete(session, binh)
    assert session.scalars(select(Referral.stage)).one() == "reversed"
    assert (standing(session, an).points_balance, standing(session, an).referral_count) == (50, 0)
    nothing_is_wrong(session)


def test_what_was_refunded_is_not_undone(session: Session, an: Patient) -> None:
    visit_id = complete(session, an)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=1, actor=LAN, now=NOON)
    commit(session, NOON)
    entries = count(session, LedgerEntry)
    with pytest.raises(Refusal, match="undo_after_refund"):
        undo(session, visit_id)
    session.rollback()
    assert count(session, LedgerEntry) == entries


def test_only_completed_visits_are_undone_and_with_a_reason(session: Session, an: Patient) -> None:
    visit = book_visit(session, patient_id=an.id, scheduled_at=NOON, actor=LAN, now=NOON)
    commit(session, NOON)
    for visit_id, reason, code in (
        (visit.id, "x", "impossible_move"),
        (999, "x", "visit_unknown"),
        (visit.id, " ", "reason_missing"),
    ):
        with pytest.raises(Refusal, match=code):
            undo(session, visit_id, reason)
        session.rollback()
