"""When jobs are due: slots on the clinic's clock; what was missed; one run per slot (TM1, TM4)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.periodic import PERIODIC
from jobs.schedule import AfterMonth, Daily, Every, Monthly, Schedule
from loyalty.clinic.queries import Programme
from loyalty.clinic.rules.settings import Settings
from loyalty.kernel.localized import LocalizedText


def clinic(zone: str = "Asia/Ho_Chi_Minh") -> Programme:
    return Programme(LocalizedText.of("An Nhiên"), "VN", zone, "VND", "vi", Settings({}), 0)


def at(text: str, zone: str = "Asia/Ho_Chi_Minh") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


MONTHLY = AfterMonth("leaderboard.settle_hours")


@pytest.mark.parametrize(
    ("schedule", "now", "label"),
    [
        (Every(20), "2026-11-22T09:00:59", "2026-11-22T02:00:40Z"),
        (Daily(time(0, 5)), "2026-11-22T00:05", "2026-11-22"),
        (Daily(time(0, 5)), "2026-11-22T00:04:59", "2026-11-21"),
        (Monthly(time(9, 30)), "2026-12-01T09:29", "2026-11"),
        (Monthly(time(9, 30)), "2026-12-01T09:30", "2026-12"),
        (MONTHLY, "2026-12-01T01:00", "2026-11"),
        (MONTHLY, "2026-12-01T00:59:59", "2026-10"),
        (MONTHLY, "2027-01-15T12:00", "2026-12"),
    ],
)
def test_the_latest_slot_on_the_clinics_clock(schedule: Schedule, now: str, label: str) -> None:
    slot = schedule.latest(at(now), clinic())
    assert slot.label == label
    assert schedule.parse(label, clinic()) == slot


@pytest.mark.parametrize("schedule", [Every(20), Daily(time(0, 5)), Monthly(time(9, 30)), MONTHLY])
def test_the_slot_before_is_the_one_that_was_latest_just_before(schedule: Schedule) -> None:
    slot = schedule.latest(at("2026-03-10T12:00"), clinic())
    assert schedule.before(slot, clinic()) == schedule.latest(slot.due_at - timedelta(seconds=1), clinic())


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_each_local_day_has_one_slot_though_the_clock_is_changed(zone: str) -> None:
    schedule, slots = Daily(time(2, 30)), set()
    for hour in range(24 * 366):
        slot = schedule.latest(datetime(2026, 1, 2, tzinfo=UTC) + timedelta(hours=hour), clinic(zone))
        slots.add(slot.label)
    assert len(slots) in (366, 367)


def test_names_are_those_of_the_interface() -> None:
    expected = {
        "send-messages", "flush-clicks", "run-imports", "expire-points", "expire-referrals", "review-tiers",
        "leaderboard-draft", "retention", "reconcile", "birthday-bonus", "expiry-warnings", "balance-notices",
        "fulfilment-reminders",
    }  # fmt: skip
    assert set(PERIODIC) == expected
