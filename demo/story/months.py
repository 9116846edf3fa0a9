"""Month after month: who sent whom and came herself, and the board that thanked for it."""

from datetime import timedelta
from random import Random

from demo.acts import months, people, visits
from demo.catalogue import ANH, DOCTORS, HA, VO_MINH
from demo.names import Strangers
from demo.people import FRIENDS, MEMBERS, NICKNAMES, SHOWN_NAMES, Person
from demo.staff import DIRECTOR
from demo.stage import Script
from loyalty.leaderboard.rules import drafts_from

FIRST_MONTH = 14
_COMES_AGAIN = 0.5
_MARKETING = "minh@annhien.example"

#: When the members joined: (months ago, day).
_JOINED = {
    "oanh": (14, 1), "emma": (14, 2), "li-min": (14, 5), "mai": (13, 12), "anna": (10, 3), "tu": (8, 6),
    "thu-ha": (7, 9), "bong": (7, 9), "minh": (6, 17), "my-ha": (5, 8), "phat": (5, 21), "huy": (4, 13),
    "trang": (3, 5), "quoc-bao": (3, 7), "phuc": (2, 11),
}  # fmt: skip

_CHECK = ("general-examination",)
#: The members' own visits: (months ago, day, services, doctor); Mai's are told in story/present.py.
_VISITS: dict[str, tuple[tuple[int, int, tuple[str, ...], str], ...]] = {
    "oanh": (
        (14, 1, _CHECK, VO_MINH), (12, 8, ("blood-panel",), VO_MINH), (9, 14, ("ultrasound",), HA),
        (6, 5, _CHECK, VO_MINH), (3, 18, ("blood-panel", "ultrasound"), VO_MINH), (1, 9, _CHECK, VO_MINH),
    ),
    "emma": (
        (14, 2, ("womens-examination",), HA), (12, 12, ("teeth-cleaning",), VO_MINH),
        (11, 20, _CHECK, HA), (9, 3, ("blood-panel",), HA), (8, 22, ("physiotherapy",), VO_MINH),
        (6, 16, ("teeth-cleaning",), VO_MINH), (5, 11, ("womens-examination", "ultrasound"), HA),
        (3, 9, ("flu-shot",), HA), (2, 6, ("vip-check-up",), HA), (1, 17, ("skin-care",), ANH),
    ),
    "li-min": (
        (14, 5, ("skin-examination",), ANH), (14, 19, ("skin-laser",), ANH), (13, 16, ("skin-laser",), ANH),
        (12, 14, ("skin-care",), ANH), (11, 11, ("teeth-cleaning",), VO_MINH), (10, 15, ("skin-care",), ANH),
        (9, 18, ("skin-care",), ANH), (8, 9, _CHECK, HA), (7, 23, ("blood-panel",), HA),
        (6, 12, ("skin-laser",), ANH), (5, 17, ("skin-care",), ANH), (3, 13, ("teeth-cleaning",), VO_MINH),
        (2, 19, ("skin-laser",), ANH),
    ),
    "anna": (
        (10, 3, ("womens-examination",), HA), (8, 11, ("ultrasound",), HA),
        (6, 20, ("teeth-cleaning",), VO_MINH), (4, 8, ("vip-check-up",), HA),
        (2, 15, ("physiotherapy",), VO_MINH),
    ),
    "minh": (
        (6, 17, _CHECK, VO_MINH), (4, 20, ("physiotherapy",), VO_MINH), (2, 12, ("physiotherapy",), VO_MINH),
    ),
    "my-ha": (
        (5, 8, ("skin-examination",), ANH), (3, 15, ("skin-care",), ANH), (1, 14, ("skin-care",), ANH),
    ),
    "thu-ha": ((7, 9, ("womens-examination",), HA), (4, 6, ("ultrasound",), HA), (2, 8, _CHECK, HA)),
    "bong": ((7, 9, ("child-examination",), HA), (4, 6, ("flu-shot",), HA)),
    "phat": ((5, 21, ("dental-examination", "filling"), VO_MINH), (2, 21, ("teeth-cleaning",), VO_MINH)),
    "huy": ((4, 13, ("gastroscopy",), VO_MINH), (1, 11, _CHECK, VO_MINH)),
    "tu": (
        (8, 6, _CHECK, VO_MINH), (6, 8, ("physiotherapy", "blood-panel"), VO_MINH),
        (4, 15, ("physiotherapy",), VO_MINH), (2, 10, ("gastroscopy",), VO_MINH),
    ),
    "trang": ((3, 5, ("dental-examination", "filling"), VO_MINH), (1, 19, ("teeth-cleaning",), VO_MINH)),
    "phuc": ((2, 11, ("general-examination", "blood-panel"), VO_MINH),),
}  # fmt: skip

#: Friends helped before last month: (months ago, day, who sent her, her key or None for a stranger's).
_HELPED: tuple[tuple[int, int, str, str | None], ...] = (
    (14, 24, "emma", None), (12, 18, "li-min", None), (11, 9, "emma", None), (10, 21, "li-min", None),
    (9, 13, "emma", None), (8, 16, "li-min", None), (7, 19, "emma", "sophie"), (6, 10, "li-min", None),
    (6, 23, "anna", "igor"), (5, 14, "emma", None), (4, 25, "emma", None), (3, 20, "li-min", None),
    (2, 9, "emma", None), (2, 14, "anna", None), (2, 5, "oanh", None), (2, 22, "oanh", None),
)  # fmt: skip
#: Last month's, beside Mai's two: five, four, three, two, and one each for three.
_LAST_MONTH: tuple[tuple[int, str], ...] = (
    (3, "minh"), (4, "my-ha"), (7, "thu-ha"), (8, "minh"), (10, "emma"), (11, "my-ha"), (12, "phat"),
    (13, "minh"), (16, "thu-ha"), (18, "my-ha"), (19, "minh"), (20, "emma"), (21, "huy"), (22, "thu-ha"),
    (23, "sophie"), (25, "my-ha"), (26, "minh"),
)  # fmt: skip
_LANGUAGE_OF_FRIENDS = {"emma": "en", "sophie": "en", "li-min": "zh", "anna": "ru"}
_FIRST_VISITS = (
    ("registration", "general-examination", "blood-panel"),
    ("registration", "skin-examination", "skin-care"),
    ("registration", "dental-examination", "teeth-cleaning"),
    ("registration", "general-examination"),
    ("registration", "womens-examination", "ultrasound"),
)
_KNOWN = {person.key: person for person in (*MEMBERS, *FRIENDS)}


def write(script: Script, strangers: Strangers, chance: Random) -> None:
    """Everything between the opening and the end of last month."""
    _members(script)
    for months_ago, day, referrer, key in _HELPED:
        _help(script, strangers, chance, months_ago, day, referrer, _KNOWN[key] if key else None)
    for day, referrer in _LAST_MONTH:
        _help(script, strangers, chance, 1, day, referrer, None)
    _nicknames(script)
    _month_ends(script)


def _members(script: Script) -> None:
    moments = script.stage.moments
    for key, (months_ago, day) in _JOINED.items():
        script.at(moments.in_month(months_ago, day, "08:30"), people.join, _KNOWN[key])
    for key, shown in SHOWN_NAMES.items():
        months_ago, day = _JOINED[key]
        script.at(moments.in_month(months_ago, day, "19:30"), people.show_name, key, shown)
    for key, own in _VISITS.items():
        for months_ago, day, services, doctor in own:
            script.at(moments.in_month(months_ago, day, "10:15"), visits.treat, key, services, doctor)


def _help(
    script: Script, strangers: Strangers, chance: Random, months_ago: int, day: int, referrer: str,
    known: Person | None,
) -> None:  # fmt: skip
    """A friend joins by somebody's word or link, comes some days later, and often comes again."""
    friend = known or strangers.next(_LANGUAGE_OF_FRIENDS.get(referrer, "vi"))
    came = script.stage.moments.in_month(months_ago, day, f"{chance.randint(8, 16):02d}:40")
    joined = came - timedelta(days=chance.randint(0, 1), hours=1)
    doctor = chance.choice(tuple(DOCTORS))
    origin = chance.choice(("desk", "link", "link"))
    script.at(joined, people.join, friend)
    script.at(joined, people.introduce, friend.key, referrer, origin=origin)
    script.at(came, visits.treat, friend.key, chance.choice(_FIRST_VISITS), doctor)
    again, what = (
        came + timedelta(days=chance.randint(20, 75)),
        chance.choice(("teeth-cleaning", "ultrasound")),
    )
    comes_again = chance.random() < _COMES_AGAIN
    if comes_again and again < script.stage.moments.days_ago(1, "00:00"):
        script.at(again, visits.treat, friend.key, (what,), doctor)


def _nicknames(script: Script) -> None:
    """Chosen soon after joining; the one that waits was proposed at the end of last month."""
    moments = script.stage.moments
    for key, (nickname, real_name_allowed, state) in NICKNAMES.items():
        months_ago, day = _JOINED[key]
        chosen = moments.in_month(months_ago, day, "20:10")
        if state == "waiting":
            chosen = moments.in_month(1, 27, "21:05")
        script.at(chosen, people.choose_nickname, key, nickname=nickname, real_name_allowed=real_name_allowed)
        if state == "approved":
            script.at(chosen + timedelta(hours=14), people.accept_nickname, key, by=_MARKETING)


def _month_ends(script: Script) -> None:
    """On every first day: what has ended is recorded, the board drafted and, but the last, published."""
    stage = script.stage
    for months_ago in range(FIRST_MONTH, 0, -1):
        month = stage.moments.month.plus(-months_ago)
        drafted = drafts_from(month, stage.moments.calendar, 1)
        if drafted > stage.moments.now:
            continue
        script.at(drafted, months.let_end)
        script.at(drafted, months.draft, month)
        if months_ago > 1:
            script.at(drafted + timedelta(hours=9), months.publish, month, by=DIRECTOR)
    script.at(stage.moments.last("00:05"), months.let_end)
