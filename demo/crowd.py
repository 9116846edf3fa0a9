"""People without a story, as many as wished: they walk in, are sent by one another, and come again."""

from datetime import datetime, timedelta
from random import Random

from demo.acts import people, visits
from demo.catalogue import DOCTORS, SERVICES
from demo.names import Strangers
from demo.stage import Script
from demo.story.months import FIRST_MONTH

_SENT = 0.2
_MOST_VISITS = 5
#: What they come for; the dearest treatment would make a crowd of millionaires.
_TREATMENTS = tuple(
    code for code, (kind, *_) in SERVICES.items() if kind != "registration" and code != "implant"
)


def write(script: Script, strangers: Strangers, chance: Random, count: int) -> None:
    """Plan ``count`` people between the opening and yesterday; last month's board stays as it is told."""
    joined: list[tuple[datetime, str]] = []
    for _ in range(count):
        month = chance.randint(2, FIRST_MONTH - 1)
        came = script.stage.moments.in_month(month, chance.randint(1, 28), _hour(chance))
        person = strangers.next(walks_in=chance.random() > _SENT)
        earlier = [key for at, key in joined[-50:] if at < came]
        script.at(came - timedelta(hours=1), people.join, person)
        if person.source is None and earlier:
            script.at(came - timedelta(hours=1), people.introduce, person.key, chance.choice(earlier))
        joined.append((came, person.key))
        _come(script, chance, person.key, came)


def _come(script: Script, chance: Random, key: str, first: datetime) -> None:
    moment, yesterday = first, script.stage.moments.days_ago(1, "00:00")
    for _ in range(chance.randint(1, _MOST_VISITS)):
        codes = tuple(chance.sample(_TREATMENTS, chance.choice((1, 1, 2))))
        doctor = chance.choice(tuple(DOCTORS))
        if moment < yesterday:
            script.at(moment, visits.treat, key, codes, doctor)
        moment += timedelta(days=chance.randint(14, 120), minutes=chance.randint(-60, 60))


def _hour(chance: Random) -> str:
    return f"{chance.randint(8, 18):02d}:{chance.choice((0, 15, 30, 45)):02d}"
