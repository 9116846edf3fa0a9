"""Joining, agreeing, being sent by somebody, asking for a time, choosing a name."""

from datetime import date, timedelta

from demo.moments import Moments
from demo.people import Person
from demo.stage import Stage
from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import add_months
from loyalty.leaderboard import operations as leaderboard
from loyalty.patients import operations as patients
from loyalty.reception.operations import WORDING, claim_invitation
from loyalty.referrals import operations as referrals
from loyalty.referrals import queries as referral_queries
from loyalty.visits import operations as visits

REGION = "VN"
FRIEND = Actor("friend")


def join(stage: Stage, person: Person) -> None:
    """A new record at the desk, with the consents given there."""
    kind, channel = person.source or (None, None)
    made = patients.create_patient(
        stage.session,
        name=person.name,
        phone=person.phone,
        email=person.email,
        region=REGION,
        birth_date=_birth_date(person, stage.moments),
        sex=person.sex,
        language=person.language,
        salutation=person.salutation,
        preferred_channel=person.channel,
        guardian_id=stage.people[person.guardian] if person.guardian else None,
        tags=person.tags,
        source_kind=kind,
        source_channel=channel,
        quiet=stage.quiet,
        actor=stage.desk,
        now=stage.now,
    )
    stage.people[person.key] = made.id
    for purpose in ("care", *sorted(person.consents)):
        patients.record_consent(
            stage.session,
            patient_id=made.id,
            purpose=purpose,
            granted=True,
            source="desk",
            wording=WORDING,
            language=person.language,
            actor=stage.desk,
            now=stage.now,
        )


def _birth_date(person: Person, moments: Moments) -> date:
    """So many years and some months ago; the months come from the phone, so that birthdays differ."""
    digits = sum(int(sign) for sign in person.phone if sign.isdigit())
    return add_months(moments.today, -12 * person.age - digits % 11 - 1) - timedelta(days=digits % 27)


def introduce(
    stage: Stage, friend: str, referrer: str, *, origin: str = "desk", same_device: bool = False
) -> None:
    """The friend says, or her link tells, who sent her."""
    referrals.attribute(
        stage.session,
        friend_id=stage.people[friend],
        referrer_id=stage.people[referrer],
        origin=origin,
        same_device=same_device,
        quiet=stage.quiet,
        actor=stage.desk if origin == "desk" else FRIEND,
        now=stage.now,
    )


def reject(stage: Stage, friend: str, *, reason: str, by: str) -> None:
    """A second look at a referral whose reward is held finds that it cannot count."""
    found = referral_queries.referral_of_friend(stage.session, stage.people[friend])
    if found is None:
        raise LookupError(friend)
    referrals.decide_flagged(
        stage.session,
        referral_id=found.id,
        approve=False,
        reason=reason,
        actor=stage.staff[by],
        now=stage.now,
    )


def claim(
    stage: Stage, person: Person, referrer: str, *, note: str, in_days: int, part_of_day: str = "morning"
) -> None:
    """A friend takes up an invitation on her own phone and asks for a time."""
    code = referral_queries.code_of(stage.session, stage.people[referrer])
    if code is None or person.language is None:
        raise LookupError(person.key)
    claimed = claim_invitation(
        stage.session,
        code=code.code,
        name=person.name,
        phone=person.phone,
        region=REGION,
        language=person.language,
        let_referrer_know="referral" in person.consents,
        accept_messages="marketing" in person.consents,
        form_key=f"demo-claim-{person.key}",
        wished_on=stage.moments.today + timedelta(days=in_days),
        part_of_day=part_of_day,
        note_text=note,
        actor=FRIEND,
        now=stage.now,
    )
    stage.people[person.key] = claimed.patient_id


def wish(stage: Stage, key: str, *, note: str, in_days: int, part_of_day: str) -> None:
    """A patient asks for a time in her own pages."""
    visits.request_appointment(
        stage.session,
        patient_id=stage.people[key],
        form_key=f"demo-wish-{key}",
        wished_on=stage.moments.today + timedelta(days=in_days),
        part_of_day=part_of_day,
        note_text=note,
        actor=stage.herself(key),
        now=stage.now,
    )


def choose_nickname(stage: Stage, key: str, *, nickname: str, real_name_allowed: bool) -> None:
    """The patient says how she wants to be called on boards."""
    leaderboard.propose_nickname(
        stage.session,
        patient_id=stage.people[key],
        nickname=nickname,
        real_name_allowed=real_name_allowed,
        actor=stage.herself(key),
        now=stage.now,
    )


def accept_nickname(stage: Stage, key: str, *, by: str) -> None:
    leaderboard.decide_nickname(
        stage.session, patient_id=stage.people[key], approve=True, actor=stage.staff[by], now=stage.now
    )


def show_name(stage: Stage, key: str, shown_name: str) -> None:
    """The patient says how her invitations name her."""
    referrals.show_name(
        stage.session,
        patient_id=stage.people[key],
        shown_name=shown_name,
        actor=stage.herself(key),
        now=stage.now,
    )


def open_links(stage: Stage, key: str, clicks: int) -> None:
    """People open somebody's invite link; what they do next is their own affair."""
    code = referral_queries.code_of(stage.session, stage.people[key])
    if code is None:
        raise LookupError(key)
    day = stage.moments.calendar.day_of(stage.now)
    referrals.add_clicks(stage.session, counts={(code.id, day): clicks})
