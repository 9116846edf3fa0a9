"""When a periodic job is due: slots on the clinic's clock, and what becomes of a slot that was missed."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import Protocol

from loyalty.clinic.queries import Programme
from loyalty.kernel.clock import Month


class CatchUp(Enum):
    """What happens to slots that passed while nothing ran."""

    LATEST = "the latest one is made up, however late: it does the work of all before it"
    EACH = "each is made up"
    SKIP = "it is skipped once its grace is over"


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of a job: ``label`` is unique within the job, ``due_at`` the instant it may start."""

    label: str
    due_at: datetime


class Schedule(Protocol):
    """Gives a job's slots."""

    def latest(self, now: datetime, clinic: Programme) -> Slot:
        """The last slot that is due at ``now``."""

    def before(self, slot: Slot, clinic: Programme) -> Slot:
        """The slot before another."""

    def parse(self, label: str, clinic: Programme) -> Slot:
        """The slot of a label."""


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds of the day, whatever the zone."""

    seconds: int

    def latest(self, now: datetime, clinic: Programme) -> Slot:
        return self._slot(int(now.timestamp()) // self.seconds * self.seconds)

    def before(self, slot: Slot, clinic: Programme) -> Slot:
        return self._slot(int(slot.due_at.timestamp()) - self.seconds)

    def parse(self, label: str, clinic: Programme) -> Slot:
        return Slot(label, datetime.fromisoformat(label))

    def _slot(self, epoch: int) -> Slot:
        due_at = datetime.fromtimestamp(epoch, UTC)
        return Slot(due_at.strftime("%Y-%m-%dT%H:%M:%SZ"), due_at)

    def __str__(self) -> str:
        return f"every {self.seconds} s"


@dataclass(frozen=True, slots=True)
class Daily:
    """Once per local day of the clinic, at a local time."""

    at: time

    def latest(self, now: datetime, clinic: Programme) -> Slot:
        today = clinic.calendar.day_of(now)
        slot = self.parse(today.isoformat(), clinic)
        return slot if slot.due_at <= now else self.before(slot, clinic)

    def before(self, slot: Slot, clinic: Programme) -> Slot:
        day = datetime.fromisoformat(slot.label).date() - timedelta(days=1)
        return self.parse(day.isoformat(), clinic)

    def parse(self, label: str, clinic: Programme) -> Slot:
        return Slot(label, clinic.calendar.at(datetime.fromisoformat(label).date(), self.at))

    def __str__(self) -> str:
        return f"daily at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Monthly:
    """Once per clinic month, on its first day at a local time; the label is that month."""

    at: time

    def latest(self, now: datetime, clinic: Programme) -> Slot:
        slot = self.parse(str(clinic.calendar.month_of(now)), clinic)
        return slot if slot.due_at <= now else self.before(slot, clinic)

    def before(self, slot: Slot, clinic: Programme) -> Slot:
        return self.parse(str(Month.parse(slot.label).plus(-1)), clinic)

    def parse(self, label: str, clinic: Programme) -> Slot:
        return Slot(label, clinic.calendar.at(Month.parse(label).first, self.at))

    def __str__(self) -> str:
        return f"monthly at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class AfterMonth:
    """Once per clinic month, some hours (a setting) after its end; the label is the month that ended (B2)."""

    hours_setting: str

    def latest(self, now: datetime, clinic: Programme) -> Slot:
        slot = self.parse(str(clinic.calendar.month_of(now).plus(-1)), clinic)
        return slot if slot.due_at <= now else self.before(slot, clinic)

    def before(self, slot: Slot, clinic: Programme) -> Slot:
        return self.parse(str(Month.parse(slot.label).plus(-1)), clinic)

    def parse(self, label: str, clinic: Programme) -> Slot:
        _, end = clinic.calendar.month_bounds(Month.parse(label))
        return Slot(label, end + timedelta(hours=int(clinic.settings[self.hours_setting])))

    def __str__(self) -> str:
        return "after the month's end"
