"""I1: what one row may do: to whom it belongs, what it changes, and why it is not taken."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import SYSTEM
from loyalty.messaging.models import Message
from loyalty.patients.models import Consent, Patient
from loyalty.patients.operations import record_consent
from loyalty.referrals.models import Referral
from loyalty.referrals.queries import code_of
from loyalty.visits.models import Payment, Refund, Visit
from tests.imports.conftest import Desk
from tests.support.acting import commit
from tests.support.cast import complete, introduce, person

VISITS = "external_id,patient,name,phone,status,scheduled_at,completed_at,service,amount,paid"
PEOPLE = "external_id,name,phone,email,birth_date,language,tags,deceased_on"


def visits(*lines: str) -> str:
    return "\n".join([VISITS, *lines]) + "\n"


def people(*lines: str) -> str:
    return "\n".join([PEOPLE, *lines]) + "\n"


def done(visit: str = "V1", amount: str = "100000", paid: str = "", **more: str) -> str:
    """A completed visit of P1."""
    status, day = more.get("status", "completed"), more.get("day", "2024-03-01 09:00")
    who = f"{more.get('patient', 'P1')},{more.get('name', 'Lê An')},0901234567"
    return f"{visit},{who},{status},,{day},Khám,{amount},{paid or amount}"


def booked(day: str, status: str = "booked") -> str:
    return f"V1,P1,Lê An,0901234567,{status},{day},,Khám,,"


def test_i1_a_row_changes_what_it_says_and_no_more(desk: Desk) -> None:
    first = people("P1,Lê An,0901234567,an@example.com,1990-01-03,vi,vip,")
    assert desk.counts("patients", first) == (1, 0, 0, 0)
    later = people("P1,Lê An,0901234568,,,,pensioner,2024-05-01")
    assert desk.rehearse("patients", later) == (0, 1, 0, 0)
    assert desk.counts("patients", later) == (0, 1, 0, 0)
    an = desk.patient("Lê An")
    assert (an.phone, an.email, an.birth_date) == ("+84901234568", "an@example.com", date(1990, 1, 3))
    assert (an.tags, an.deceased_on) == (["vip", "pensioner"], date(2024, 5, 1))
    entry = desk.session.scalars(select(AuditEntry).where(AuditEntry.action == "patient.changed")).one()
    assert (entry.actor_kind, (entry.before or {})["phone"]) == ("import", "+84901234567")
    assert desk.counts("patients", later) == (0, 0, 1, 0)


def test_i1_who_came_by_the_desk_gets_the_files_code(desk: Desk) -> None:
    known = person(desk.session, "Lê An", phone="+84901234567", birth_date=date(1990, 1, 3)).id
    desk.session.rollback()
    row = people("P1,LE AN,0901234567,,1990-01-03,,,")
    assert desk.rehearse("patients", row) == (0, 1, 0, 0)
    assert desk.counts("patients", row) == (0, 1, 0, 0)
    an = desk.patient("Lê An")
    assert (an.id, an.external_id) == (known, "P1")
    assert desk.count(Patient) == 1


def test_i1_another_birth_date_is_another_person(desk: Desk) -> None:
    person(desk.session, "Lê An", phone="+84901234567", birth_date=date(1990, 1, 3))
    desk.session.rollback()
    assert desk.counts("patients", people(",Lê An,0901234567,,2015-01-03,,,")) == (1, 0, 0, 0)
    assert desk.count(Patient) == 2


def test_i1_where_two_records_fit_nobody_is_guessed(desk: Desk) -> None:
    for day in (3, 4):
        person(desk.session, "Lê An", phone="+84901234567", birth_date=date(1990, 1, day))
    desk.session.rollback()
    row = "name,phone,date,amount\nLê An,0901234567,2024-03-01,1000\n"
    assert desk.rehearse("visits", row) == (0, 0, 0, 1)
    assert desk.counts("visits", row) == (0, 0, 0, 1)
    assert desk.reasons() == [(2, "patient_ambiguous")]


def test_i1_a_visit_of_nobody_is_listed(desk: Desk) -> None:
    row = "id,patient,date,amount\nV1,P404,2024-03-01,1000\n"
    assert desk.counts("visits", row) == (0, 0, 0, 1)
    assert desk.reasons() == [(2, "patient_unknown")]
    assert desk.count(Patient) == desk.count(Visit) == 0


def test_i1_a_booking_moves_and_is_completed_later(desk: Desk) -> None:
    assert desk.counts("visits", visits(booked("2024-08-01 09:00"))) == (1, 0, 0, 0)
    assert desk.counts("visits", visits(booked("2024-08-01 09:00"))) == (0, 0, 1, 0)
    moved = visits(booked("2024-08-02 10:00"))
    assert desk.rehearse("visits", moved) == (0, 1, 0, 0)
    assert desk.counts("visits", moved) == (0, 1, 0, 0)
    assert desk.visit("V1").scheduled_at == datetime(2024, 8, 2, 3, 0, tzinfo=UTC)
    desk.now = datetime(2024, 8, 5, tzinfo=UTC)
    assert desk.counts("visits", visits(done(day="2024-08-02 10:30"))) == (0, 1, 0, 0)
    stats = desk.stats(desk.patient("Lê An"))
    assert (stats.visit_count, stats.points_balance, stats.tier) == (1, 10, "member")
    assert desk.counts("visits", visits(booked("2024-08-02 10:00"))) == (0, 0, 0, 1)
    assert desk.reasons() == [(2, "visit_closed")]


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_i1_a_booking_ends_and_stays_ended(desk: Desk, status: str) -> None:
    desk.take("visits", visits(booked("2024-08-01 09:00")))
    assert desk.counts("visits", visits(booked("2024-08-01 09:00", status))) == (0, 1, 0, 0)
    assert desk.counts("visits", visits(booked("2024-08-01 09:00", status))) == (0, 0, 1, 0)
    assert desk.visit("V1").status == status
    assert desk.counts("visits", visits(done())) == (0, 0, 0, 1)
    assert desk.reasons() == [(2, "impossible_move")]


def test_i1_someone_who_has_arrived_counts_when_she_has_paid(desk: Desk) -> None:
    arrived = visits("V1,P1,Lê An,0901234567,arrived,2024-07-01 09:00,,Khám,,")
    assert desk.counts("visits", arrived) == (1, 0, 0, 0)
    assert desk.visit("V1").status == "arrived"
    assert desk.stats(desk.patient("Lê An")).visit_count == 0


def test_m2_p4_a_visit_unpaid_counts_once_the_missing_money_is_in_the_file(desk: Desk) -> None:
    desk.take("visits", visits(done(amount="100000", paid="40000")))
    assert desk.stats(desk.patient("Lê An")).visit_count == 0
    assert desk.counts("visits", visits(done(amount="100000", paid="100000"))) == (0, 1, 0, 0)
    stats = desk.stats(desk.patient("Lê An"))
    assert (stats.visit_count, stats.points_balance, desk.count(Payment)) == (1, 10, 2)
    assert desk.counts("visits", visits(done(amount="100000", paid="100000"))) == (0, 0, 1, 0)


def test_a_visit_without_an_amount_counts_and_earns_nothing(desk: Desk) -> None:
    assert desk.counts("visits", "id,patient,name,date\nV1,P1,Lê An,2024-03-01\n") == (1, 0, 0, 0)
    stats = desk.stats(desk.patient("Lê An"))
    assert (stats.visit_count, stats.points_balance, stats.spend_minor) == (1, 0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (done(amount="200000"), "visit_closed"),
        (done(day="2024-03-02 09:00"), "visit_closed"),
        (done(amount="100000", paid="50000"), "visit_closed"),
        (done(status="cancelled"), "visit_closed"),
        (done(patient="P2", name="Bình"), "visit_of_another"),
        (done(visit="V2", amount="100000", paid="100001"), "paid_over_amount"),
        (done(visit="V" * 121), "id_too_long"),
        (done(visit="V2", patient="P" * 81, name="Bình"), "id_too_long"),
    ],
)
def test_i1_a_completed_visit_is_no_longer_changed_by_a_file(desk: Desk, row: str, reason: str) -> None:
    desk.take("visits", visits(done()))
    assert desk.rehearse("visits", visits(row)) == (0, 0, 0, 1)
    assert desk.counts("visits", visits(row)) == (0, 0, 0, 1)
    assert desk.reasons() == [(2, reason)]
    visit = desk.visit("V1")
    assert (visit.gross_minor, visit.paid_minor, visit.status) == (100_000, 100_000, "completed")


def test_p12_a_refund_finds_its_visit_once(desk: Desk) -> None:
    desk.take("visits", visits(done("V1", "300000"), done("V2", "500000", day="2024-03-05 09:00")))
    part = visits("R1,P1,Lê An,0901234567,refund,,2024-03-06 09:00,,300000,")
    assert desk.rehearse("visits", part) == (0, 1, 0, 0)
    assert desk.counts("visits", part) == (0, 1, 0, 0)
    assert desk.visit("V1").refunded_minor == 300_000
    assert desk.counts("visits", part) == (0, 0, 1, 0)
    stats = desk.stats(desk.patient("Lê An"))
    assert (stats.visit_count, stats.points_balance, desk.count(Refund)) == (1, 50, 1)
    more = visits("R2,P1,Lê An,0901234567,refund,,2024-03-06 09:00,,600000,")
    assert desk.counts("visits", more) == (0, 0, 0, 1)
    assert desk.counts("visits", part.replace("300000", "200000")) == (0, 0, 0, 1)
    assert [code for _, code in desk.reasons()] == ["refund_without_visit", "refund_changed"]


def test_i1_an_opt_out_stays_whatever_the_file_says(desk: Desk) -> None:
    desk.take("patients", people("P1,Lê An,0901234567,,,,,"))
    record_consent(
        desk.session, patient_id=desk.patient("Lê An").id, purpose="marketing", granted=False,
        source="portal", wording="2026-01", actor=SYSTEM, now=desk.now,
    )  # fmt: skip
    commit(desk.session, desk.now)
    desk.take("patients", people("P1,Lê An,0901234567,an@example.com,,vi,vip,"))
    assert [consent.granted for consent in desk.session.scalars(select(Consent))] == [False]


def test_f13_a_friends_old_visit_uses_no_newcomer_pack(desk: Desk) -> None:
    an = person(desk.session, "An")
    friend = person(desk.session, "Bình", external_id="P1", phone="+84901234567")
    complete(desk.session, an, now=desk.now)
    introduce(desk.session, an, friend, now=desk.now)
    desk.session.rollback()
    assert desk.counts("visits", visits(done(name="Bình").replace("Khám", "examination"))) == (1, 0, 0, 0)
    assert desk.visit("V1").discount_minor == 0
    assert desk.session.scalars(select(Referral.pack_visit_id)).one() is None


def test_history_is_quiet_unless_asked_and_then_says_one_thing_once(desk: Desk) -> None:
    rows = [done(f"V{number}", day=f"2024-0{number}-01 09:00") for number in range(1, 4)]
    desk.take("visits", visits(*rows))
    assert desk.count(Message) == 0
    heard = [row.replace("P1", "P2").replace("V", "W").replace("Lê An", "Bình") for row in rows]
    died = [row.replace("P1", "P3").replace("V", "X").replace("Lê An", "Cúc") for row in rows]
    desk.now += timedelta(minutes=5)
    desk.take("patients", people("P3,Cúc,0901234567,,,,,2024-06-01"))
    desk.take("visits", visits(*heard, *died), notify=True)
    (message,) = desk.session.scalars(select(Message)).all()
    assert (message.patient_id, message.step) == (desk.patient("Bình").id, "tier-reached")
    assert message.values == {"tier": "silver"}
    desk.take("visits", visits(*heard, *died), notify=True)
    assert desk.count(Message) == 1


def test_i1_a_guardian_named_in_the_file_is_found(desk: Desk) -> None:
    content = "id,name,phone,guardian\nC1,Bé Na,,P1\nP1,Lê An,0901234567,\n"
    assert desk.counts("patients", content) == (2, 0, 0, 0)
    assert desk.patient("Bé Na").guardian_id == desk.patient("Lê An").id
    assert desk.counts("patients", content) == (0, 0, 2, 0)


def test_f3_an_invite_code_names_the_sender(desk: Desk) -> None:
    an = person(desk.session, "Lê An").id
    invite = code_of(desk.session, an)
    assert invite is not None
    code = invite.code.lower()
    desk.session.rollback()
    desk.take("patients", f"id,name,referrer\nP2,Bình,{code}\n")
    assert desk.patient("Bình").source_referrer_id == an
    assert desk.count(Referral) == 0
