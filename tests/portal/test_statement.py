"""The statement of a visit: one page that adds up."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.settlement.operations import register_visit
from loyalty.settlement.rules import CertificateUse, Line, Paid
from loyalty.visits.operations import book_visit, refund_visit
from tests.portal.browser import Browser
from tests.portal.offers import certificate_for, earn, package_for, voucher_for
from tests.portal.scenes import later
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, service


def test_everything_that_paid_a_bill_stands_in_its_order(
    reader: Browser, session: Session, an: Patient
) -> None:
    """V1: discount, package, points, certificate, money; then what was earned."""
    earn(session, an, 400, NOON - timedelta(days=1))
    voucher, certificate = voucher_for(session, an), certificate_for(session, an, 200_000)
    package = package_for(session, an)
    visit_id = register_visit(
        session,
        patient_id=an.id,
        lines=[Line(service(session, "examination").id, 1_000_000), Line(service(session).id, 300_000)],
        payments=[Paid("p", 600_000, NOON)],
        points_used=100,
        vouchers=[voucher.code],
        certificates=[CertificateUse(certificate.code)],
        packages=[package.code],
        actor=LAN,
        now=NOON,
    )
    commit(session)
    page = reader.get(f"/visits/{visit_id}/statement")
    bill, settled = page.texts("dl.kv")
    assert bill == "examination ₫1,000,000 cleaning ₫300,000 Together ₫1,300,000"
    assert settled == (
        "Voucher −₫100,000 From your package of sessions −₫300,000 100 points used −₫100,000 "
        "Gift certificate −₫200,000 To pay ₫600,000 Paid on Nov 17, 2026 ₫600,000"
    )
    assert page.text(".amt") == "+80"
    assert page.text("h1") == "Statement of your visit"
    assert "Your visit on November 17, 2026" in page.text()


def test_a_refund_is_told_with_what_it_took_back(reader: Browser, session: Session, an: Patient) -> None:
    visit_id = complete(session, an, 1_000_000)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=400_000, actor=LAN, now=NOON)
    commit(session)
    page = reader.get(f"/visits/{visit_id}/statement")
    assert page.texts("dl.kv")[-1] == "Money, Nov 17, 2026 ₫400,000"
    assert "40 were taken back with the refund" in page.text()
    assert page.text(".amt") == "+60"


def test_what_is_still_open_is_said(reader: Browser, session: Session, an: Patient) -> None:
    visit_id = complete(session, an, 1_000_000, paid=0)
    page = reader.get(f"/visits/{visit_id}/statement")
    assert page.texts("dl.kv")[-1] == "To pay ₫1,000,000 Still open ₫1,000,000"
    assert "Points come once everything is paid" in page.text()


def test_visits_made_lead_to_their_statement(reader: Browser, session: Session, an: Patient) -> None:
    visit_id = complete(session, an)
    links = [node.attributes["href"] for node in reader.get("/visits").tree.css("a.li")]
    assert f"/visits/{visit_id}/statement" in links


def test_a_visit_to_come_has_no_statement(reader: Browser, session: Session, an: Patient) -> None:
    visit = book_visit(session, patient_id=an.id, scheduled_at=later(2), actor=LAN, now=NOON)
    commit(session)
    assert reader.get(f"/visits/{visit.id}/statement").status == 404


@pytest.mark.parametrize("visit_id", [999_999, None])
def test_anothers_statement_does_not_exist(
    reader: Browser, session: Session, chi: Patient, visit_id: int | None
) -> None:
    theirs = complete(session, chi)
    assert reader.get(f"/visits/{visit_id or theirs}/statement").status == 404
