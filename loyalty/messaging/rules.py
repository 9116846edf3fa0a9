"""What may be sent to whom, on which channel, how often it is tried, and what an answer means. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from loyalty.kernel.clock import ClinicCalendar, add_months

CARE = "care"
MARKETING = "marketing"
SECURITY = "security"

LOGIN_CODE = "login-code"

QUEUED = "queued"
CLAIMED = "claimed"
ACCEPTED = "accepted"
SENT = "sent"
DELIVERED = "delivered"
READ = "read"
SKIPPED = "skipped"
FAILED = "failed"
EXPIRED = "expired"
UNCERTAIN = "uncertain"
STATES = (QUEUED, CLAIMED, ACCEPTED, SENT, DELIVERED, READ, SKIPPED, FAILED, EXPIRED, UNCERTAIN)
#: States in which a message reached, or may have reached, the patient: they use up the monthly cap (C6).
USED_UP = (CLAIMED, ACCEPTED, SENT, DELIVERED, READ, UNCERTAIN)

EMAIL = "email"
#: Channels that reach a person by her phone number; "call" is a person's task, no message.
PHONE_CHANNELS = ("sms", "zalo", "viber", "whatsapp", "telegram", "wechat")
#: Channels on which sending again under the same key cannot reach the patient twice (C8).
REPEATABLE_CHANNELS = frozenset({EMAIL})

#: What nobody waits for, such as a monthly balance, goes out between these hours of the clinic's clock.
DAY_FROM, DAY_UNTIL = time(8, 0), time(21, 0)
#: Below this age a message goes to the guardian or nowhere (C13).
ADULT_AT = 18
#: The pauses before a second, third ... try; the last one repeats until the message is too old or given up.
PAUSES = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
#: A message without an end that no gateway took after so many tries (about a day) has failed.
MOST_TRIES = 50


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message over."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider did not take it; a permanent refusal (a wrong number) is not tried again."""

    code: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Retry:
    """The provider asks for patience: nothing was taken over."""

    code: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection broke after the message had left: nobody knows whether it was taken over."""

    code: str


Outcome = Accepted | Rejected | Retry | Unknown


class Addressee(Protocol):
    """What the decisions need of a patient."""

    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def preferred_channel(self) -> str | None: ...
    @property
    def deceased_on(self) -> date | None: ...
    @property
    def blocked_at(self) -> datetime | None: ...
    @property
    def merged_into_id(self) -> int | None: ...


def key_of(patient_id: int | None, step: str, anchor: object, version: int) -> str:
    """The unique key of one step for one patient and one version of its anchor (C2)."""
    return f"{'-' if patient_id is None else patient_id}:{step}:{anchor}:{version}"


def next_daytime(now: datetime, calendar: ClinicCalendar) -> datetime:
    """This instant by day, else the next morning: what jobs work out at night wakes nobody."""
    local = calendar.local(now)
    if local.time() < DAY_FROM:
        return calendar.at(local.date(), DAY_FROM)
    return now if local.time() < DAY_UNTIL else calendar.at(local.date() + timedelta(days=1), DAY_FROM)


def suppression(patient: Addressee, guardian: Addressee | None, today: date) -> str | None:
    """Why nothing at all may go to this patient (C13), or None; a guardian who cannot act does not count."""
    for reason, holds in (
        ("merged", patient.merged_into_id is not None),
        ("deceased", patient.deceased_on is not None),
        ("blocked", patient.blocked_at is not None),
        ("minor_without_guardian", is_minor(patient, today) and not _can_act(guardian)),
    ):
        if holds:
            return reason
    return None


def is_minor(patient: Addressee, today: date) -> bool:
    """Whether the patient is known to be under age; an unknown birth date means an adult."""
    return patient.birth_date is not None and today < add_months(patient.birth_date, 12 * ADULT_AT)


def _can_act(guardian: Addressee | None) -> bool:
    return guardian is not None and not (
        guardian.merged_into_id is not None
        or guardian.deceased_on is not None
        or guardian.blocked_at is not None
    )


def addresses(patient: Addressee, guardian: Addressee | None, today: date) -> dict[str, str]:
    """Address by channel. A minor's messages go to the guardian; a guardian also lends a missing address."""
    people: list[Addressee] = [patient]
    if guardian is not None and _can_act(guardian):
        people = [guardian, patient] if is_minor(patient, today) else [patient, guardian]
    phone = next((person.phone for person in people if person.phone), None)
    email = next((person.email for person in people if person.email), None)
    found = dict.fromkeys(PHONE_CHANNELS, phone) if phone else {}
    return {**found, EMAIL: email} if email else found


def channels_in_order(preferred: str | None, preset: Sequence[str]) -> list[str]:
    """The preferred channel first, then the country's in their order (C13)."""
    return list(dict.fromkeys([*([preferred] if preferred else []), *preset]))


def language_for(patient: Addressee, guardian: Addressee | None, clinic_language: str) -> str:
    """The patient's language, else the guardian's, else the clinic's (C12)."""
    return patient.language or (guardian.language if guardian else None) or clinic_language


def allowed(purpose: str, channel: str, acts: Iterable[tuple[str, bool]]) -> str | None:
    """Why a channel is closed to this purpose, or None when it is open (C5).

    ``acts`` are the patient's acts of consent to the purpose, oldest first, as (channel or "any", granted):
    the latest that names the channel counts. Care stops at an opt-out only, marketing needs a grant.
    """
    latest = None
    for named, granted in acts:
        if named in (channel, "any"):
            latest = granted
    if latest is False:
        return "opted_out"
    return "no_consent" if latest is None and purpose == MARKETING else None


def choose_channel(
    order: Sequence[str], found: Mapping[str, str], purpose: str, acts: Sequence[tuple[str, bool]]
) -> tuple[str | None, str]:
    """The channel to use, or None with the reason: no address at all, or none that consent leaves open."""
    reason = "no_channel"
    for channel in order:
        if channel not in found:
            continue
        closed = allowed(purpose, channel, acts)
        if closed is None:
            return channel, ""
        reason = closed
    return None, reason


def pause_before_next(attempts: int, asked: timedelta, chance: float) -> timedelta:
    """How long to wait after try number ``attempts``: the table's pause or what is asked, plus jitter.

    ``chance`` in [0, 1) spreads the tries of many messages over a fifth of the pause.
    """
    pause = max(PAUSES[min(attempts, len(PAUSES)) - 1], asked)
    return pause + pause * 0.2 * chance
