"""Many hands on one thing: what there is is given out exactly, the rest is refused, nothing is lost (R4)."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.models import Lot
from loyalty.rewards import operations as rewards
from loyalty.rewards.models import Certificate, CertificateEntry, Package, Redemption, Reward, Voucher
from tests.rewards.rush import PART, Hand, rush
from tests.rewards.scenes import a_visit as visit_of
from tests.rewards.scenes import act, balance, cleaning, give, offer, redeem, stock
from tests.support.cast import person

BUYERS, STOCK, PROCESSES = 40, 10, 4


@pytest.fixture
def buyers(session: Session, an: Patient) -> list[Hand]:
    """Forty patients with points for one reward each."""
    people = [person(session, f"Khách {number}") for number in range(BUYERS)]
    for patient in people:
        give(session, patient, 100)
    return [(patient.id, 0) for patient in people]


@pytest.fixture
def visits(session: Session, an: Patient) -> list[Hand]:
    """Visits of one patient, open at once."""
    return [(an.id, visit_of(session, an)) for _ in range(20)]


def in_processes(session: Session, url: str, what: str, subject: int, hands: Sequence[Hand]) -> int:
    session.commit()  # what the test has read holds SQLite's one writer
    running = [
        subprocess.Popen(
            [
                sys.executable, "-m", "tests.rewards.rush", url, what, str(subject),
                *(f"{patient}:{visit}" for patient, visit in hands[number::PROCESSES]),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    return sum(int(process.communicate(timeout=180)[0]) for process in running)


def in_threads(session: Session, url: str, what: str, subject: int, hands: Sequence[Hand]) -> int:
    session.commit()
    engine = make_engine(url, pool_size=len(hands))

    def one(hand: Hand) -> int:
        with Session(engine) as own:
            return rush(own, what, subject, [hand])

    with ThreadPoolExecutor(len(hands)) as pool:
        succeeded = sum(pool.map(one, hands))
    engine.dispose()
    return succeeded


@pytest.mark.parametrize("rushing", [in_processes, in_threads])
def test_v7_a_stock_of_ten_under_forty_buyers(
    session: Session, database_url: str, buyers: list[Hand], rushing: object
) -> None:
    reward = offer(session, stock=STOCK)
    assert callable(rushing)
    assert rushing(session, database_url, "take", reward.id, buyers) == STOCK
    assert stock(session, reward) == 0
    assert session.scalar(select(func.count()).select_from(Redemption)) == STOCK
    assert session.scalar(select(func.sum(PatientStats.points_balance))) == (BUYERS - STOCK) * 100
    assert session.scalar(select(func.sum(Lot.remaining))) == (BUYERS - STOCK) * 100


def test_v7_two_clerks_hand_over_once(session: Session, database_url: str, an: Patient) -> None:
    give(session, an, 100)
    taken = redeem(session, an, offer(session))
    assert in_threads(session, database_url, "hand over", taken.id, [(0, 0)] * 8) == 1


def test_p11_cancelled_twice_at_once_gives_back_once(
    session: Session, database_url: str, an: Patient
) -> None:
    give(session, an, 100)
    reward = offer(session, stock=1)
    taken = redeem(session, an, reward)
    assert in_threads(session, database_url, "cancel", taken.id, [(0, 0)] * 8) == 1
    assert (balance(session, an), stock(session, reward)) == (100, 1)


@pytest.mark.parametrize("rushing", [in_processes, in_threads])
def test_v4_one_certificate_pays_for_as_many_as_it_can(
    session: Session, database_url: str, visits: list[Hand], rushing: object
) -> None:
    card = act(session, rewards.sell_certificate, amount_minor=7 * PART + 3)
    assert callable(rushing)
    assert rushing(session, database_url, "pay", card.id, visits) == 7
    session.expire_all()
    assert session.get_one(Certificate, card.id).balance_minor == 3
    assert session.scalar(select(func.sum(CertificateEntry.amount_minor))) == 3


def test_v4_a_purchase_refunded_twice_at_once_is_paid_back_once(
    session: Session, database_url: str, an: Patient
) -> None:
    card = act(session, rewards.sell_certificate, amount_minor=PART)
    assert in_threads(session, database_url, "refund", card.id, [(0, 0)] * 8) == 1
    assert session.scalar(select(func.sum(CertificateEntry.amount_minor))) == 0


def test_v3_one_voucher_on_many_visits_at_once(
    session: Session, database_url: str, an: Patient, visits: list[Hand]
) -> None:
    voucher = act(session, rewards.issue_voucher, kind="amount", amount_minor=5, patient_id=an.id)
    assert in_threads(session, database_url, "use", voucher.id, visits) == 1
    session.expire_all()
    assert session.get_one(Voucher, voucher.id).used_count == 1


def test_v2_a_promo_code_keeps_its_total_limit(
    session: Session, database_url: str, visits: list[Hand]
) -> None:
    promo = act(session, rewards.issue_voucher, kind="amount", amount_minor=5, code="FIVE", total_limit=5)
    assert in_threads(session, database_url, "use", promo.id, visits) == 5


def test_v6_the_sessions_of_a_package_are_not_given_twice(
    session: Session, database_url: str, an: Patient, visits: list[Hand]
) -> None:
    given = {"patient_id": an.id, "service_id": cleaning(session), "sessions": 3}
    package = act(session, rewards.open_package, **given)
    assert in_threads(session, database_url, "sit", package.id, [*visits, *visits]) == 3
    session.expire_all()
    assert session.get_one(Package, package.id).used == 3


def test_v7_buying_cancelling_and_expiring_at_once_loses_nothing(
    session: Session, database_url: str, buyers: list[Hand]
) -> None:
    """Whoever meets whom, nobody waits for ever, and every piece and point is somewhere."""
    reward = offer(session, stock=STOCK)
    first = rush(session, "take", reward.id, buyers[:STOCK])
    taken, reward_id = list(session.scalars(select(Redemption.id))), reward.id
    session.commit()
    engine = make_engine(database_url, pool_size=BUYERS)

    def one(number: int) -> int:
        with Session(engine) as own:
            if number in (6, 12):
                return -rush(own, "expire", 0, [(0, 0)])
            if number % 2:
                return rush(own, "take", reward_id, [buyers[STOCK + number]])
            return -rush(own, "cancel", taken[number % STOCK], [(0, 0)])

    with ThreadPoolExecutor(20) as pool:
        change = sum(pool.map(one, range(20)))
    engine.dispose()
    open_now = select(func.count()).select_from(Redemption).where(Redemption.state == "approved")
    assert session.scalar(open_now) == first + change
    assert session.get_one(Reward, reward.id).stock == STOCK - first - change
    held = session.scalar(select(func.sum(PatientStats.points_balance)))
    assert held == (BUYERS - first - change) * 100
