"""Mai's own story, and what goes on at the clinic this week and today."""

from datetime import timedelta

from demo.acts import offers, people, visits
from demo.catalogue import ANH, HA, VO_MINH
from demo.people import FRIENDS, MEMBERS, Person
from demo.stage import Script

_KNOWN = {person.key: person for person in (*MEMBERS, *FRIENDS)}
WANG_FANG = Person(
    "wang-fang", "王芳", "zh", "0868 214 590", 30, "female", source=None, consents=frozenset({"referral"})
)
QUYNH_ANH = Person(
    "quynh-anh", "Phạm Quỳnh Anh", "vi", "0921 663 247", 28, "female", source=None,
    consents=frozenset({"marketing"}),
)  # fmt: skip
KSENIA = Person("ksenia", "Ксения Орехова", "ru", "0788 940 316", 35, "female", source=None)


def write(script: Script) -> None:
    _mai(script)
    _this_week(script)
    _offers(script)
    _waiting(script)
    _today(script)


def _mai(script: Script) -> None:
    """Six visits and two friends: 1,240 points, of which 350 end in about three weeks."""
    moments = script.stage.moments
    first = moments.in_month(13, 12, "08:40")
    script.at(first, people.introduce, "mai", "oanh")
    script.at(first + timedelta(hours=1), visits.treat, "mai", ("registration", "skin-examination"), ANH)
    script.at(moments.in_month(11, 9, "10:20"), visits.treat, "mai", ("skin-care",), ANH)
    script.at(moments.in_month(8, 14, "09:50"), visits.treat, "mai", ("skin-laser",), ANH, points=100)
    script.at(moments.ending_in(6, 20, "09:30"), visits.treat, "mai", ("gastroscopy",), VO_MINH)
    script.at(moments.days_ago(95, "08:20"), visits.treat, "mai", ("vip-check-up",), HA)
    script.at(moments.days_ago(18, "10:05"), visits.treat, "mai", ("skin-laser",), ANH)
    _mais_friends(script)
    script.at(moments.days_ago(2, "18:20"), visits.book, "mai", moments.days_ago(-3, "09:30"), ANH)


def _mais_friends(script: Script) -> None:
    """Hương lets Mai know of her way; of Lan Mai reads the points only (F15). Tuấn comes today."""
    at = script.stage.moments.in_month
    script.at(at(2, 24, "20:15"), people.join, _KNOWN["huong"])
    script.at(at(2, 24, "20:15"), people.introduce, "huong", "mai", origin="link")
    paid = ("registration", "general-examination", "blood-panel")
    script.at(at(1, 6, "09:15"), visits.treat, "huong", paid, VO_MINH)
    script.at(at(1, 14, "12:40"), people.join, _KNOWN["lan"])
    script.at(at(1, 14, "12:40"), people.introduce, "lan", "mai", origin="link")
    script.at(at(1, 15, "16:10"), visits.treat, "lan", ("registration",), ANH)
    script.at(at(1, 24, "08:45"), visits.treat, "lan", ("skin-care",), ANH)


def _this_week(script: Script) -> None:
    """Recent visits, of which people have messages; Phúc's phone does not exist any more."""
    days_ago, last = script.stage.moments.days_ago, script.stage.moments.last
    script.at(days_ago(5, "09:25"), visits.treat, "anna", ("teeth-cleaning",), VO_MINH)
    script.at(days_ago(4, "10:05"), people.join, _KNOWN["khoa"])
    script.at(days_ago(4, "10:40"), visits.treat, "khoa", ("dental-examination",), VO_MINH)
    script.at(days_ago(3, "17:05"), visits.treat, "bong", ("child-examination",), HA)
    script.at(days_ago(2, "11:30"), visits.treat, "li-min", ("skin-care",), ANH)
    script.at(last("07:50"), visits.treat, "tu", ("physiotherapy",), VO_MINH, points=200)
    script.at(days_ago(1, "09:10"), visits.treat, "trang", ("skin-examination",), ANH)
    script.at(days_ago(1, "10:55"), visits.treat, "phuc", ("physiotherapy",), VO_MINH)
    script.at(last("08:40"), visits.treat, "phat", ("dental-examination",), VO_MINH)
    for key, clicks in (("mai", 7), ("emma", 5), ("minh", 11), ("li-min", 4), ("thu-ha", 3)):
        script.at(days_ago(1, "22:00"), people.open_links, key, clicks)


def _offers(script: Script) -> None:
    """What patients hold, what waits at the desk, and what waits for the manager's word."""
    days_ago, ago = script.stage.moments.days_ago, script.stage.moments.ago
    script.at(days_ago(30, "08:00"), offers.welcome_code)
    script.at(days_ago(12, "09:00"), offers.birthday_voucher, "mai")
    script.at(days_ago(9, "15:20"), offers.gift_certificate, "mai", 1_000_000, "Mẹ", "Con chúc mẹ luôn khỏe.")
    script.at(days_ago(8, "10:30"), offers.package, "tu", "physiotherapy", 6)
    script.at(days_ago(3, "20:10"), offers.redeem, "emma", "home-kit")
    script.at(days_ago(1, "19:05"), offers.redeem, "thu-ha", "home-kit")
    script.at(days_ago(6, "12:15"), offers.redeem, "li-min", "home-kit")
    script.at(days_ago(2, "11:45"), offers.fetch, "li-min")
    script.at(days_ago(2, "21:40"), offers.redeem, "emma", "voucher-200")
    script.at(ago(hours=5), offers.ask_for_points, "thu-ha", 800, "Bù điểm cho lần khám đổi hệ thống")
    script.at(ago(minutes=5), offers.double_tuesdays)


def _waiting(script: Script) -> None:
    """Wishes that nobody has answered yet, in four languages."""
    ago = script.stage.moments.ago
    script.at(
        ago(hours=26), people.claim, KSENIA, "anna", in_days=2,
        note="Хотела бы попасть к врачу-женщине.", part_of_day="afternoon",
    )  # fmt: skip
    script.at(
        ago(hours=3), people.wish, "sophie", in_days=4,
        note="A check of my back, after five if possible.", part_of_day="evening",
    )  # fmt: skip
    script.at(ago(minutes=80), people.claim, WANG_FANG, "li-min", in_days=1, note="希望有中文翻译。")
    script.at(
        ago(minutes=35), people.claim, QUYNH_ANH, "mai", in_days=1,
        note="Em muốn khám da, em đi làm nên chỉ rảnh buổi chiều.", part_of_day="afternoon",
    )  # fmt: skip
    script.at(ago(hours=2), people.join, _KNOWN["vy"])


def _today(script: Script) -> None:
    """Daniel is here, four others are expected; Tuấn is the friend who makes Mai Gold."""
    moments, ago = script.stage.moments, script.stage.moments.ago
    tuan, li_min, trang, emma = moments.later_today(4)
    script.at(moments.days_ago(4, "19:45"), people.claim, _KNOWN["tuan"], "mai", in_days=4, note="")
    script.at(moments.days_ago(3, "08:15"), visits.book, "tuan", tuan, VO_MINH)
    script.at(moments.days_ago(3, "09:00"), visits.confirm, "tuan")
    script.at(
        moments.days_ago(5, "14:30"), people.claim, _KNOWN["daniel"], "emma", in_days=5,
        note="First time at a clinic here.", part_of_day="any",
    )  # fmt: skip
    script.at(moments.days_ago(4, "08:20"), visits.book, "daniel", moments.just_now(10), HA)
    script.at(ago(minutes=18), visits.arrive, "daniel")
    script.at(moments.days_ago(3, "20:05"), people.claim, _KNOWN["olga"], "anna", in_days=2, note="")
    script.at(moments.days_ago(2, "08:10"), visits.book, "olga", moments.days_ago(-2, "10:30"), HA)
    script.at(moments.days_ago(2, "11:40"), visits.book, "li-min", li_min, ANH)
    script.at(moments.days_ago(1, "19:00"), visits.confirm, "li-min")
    script.at(moments.days_ago(1, "09:20"), visits.book, "trang", trang, ANH)
    script.at(moments.days_ago(6, "16:00"), visits.book, "emma", emma, HA)
    script.at(moments.days_ago(1, "20:30"), visits.confirm, "emma")
