"""What does not go straight: money given back, points owed, friends in doubt, late or staying away."""

from datetime import timedelta

from demo.acts import people, visits
from demo.catalogue import ANH, HA, VO_MINH
from demo.people import FRIENDS
from demo.staff import DIRECTOR
from demo.stage import Script

_KNOWN = {person.key: person for person in FRIENDS}


def write(script: Script) -> None:
    _owes_points(script)
    _taken_back(script)
    _rejected(script)
    _held(script)
    _expired(script)
    _still_coming(script)


def _owes_points(script: Script) -> None:
    """Bảo spent his points before the visit that had earned most of them was paid back (P10)."""
    at = script.stage.moments.in_month
    script.at(at(3, 7, "09:40"), visits.treat, "quoc-bao", ("implant",), VO_MINH, label="implant")
    script.at(at(2, 16, "09:40"), visits.treat, "quoc-bao", ("vip-check-up",), VO_MINH, points=500)
    reason = "Implant không phù hợp, hoàn tiền toàn bộ"
    script.at(at(1, 24, "15:00"), visits.refund, "implant", 22_000_000, reason=reason, by=DIRECTOR)


def _taken_back(script: Script) -> None:
    """The visit that made Mơ count as helped was wholly refunded (F11)."""
    at = script.stage.moments.in_month
    script.at(at(3, 6, "14:00"), people.join, _KNOWN["mo"])
    script.at(at(3, 6, "14:05"), people.introduce, "mo", "phat")
    script.at(at(3, 8, "09:20"), visits.treat, "mo", ("registration", "dental-examination"), VO_MINH)
    reason = "Bệnh nhân đổi ý trước khi điều trị"
    script.at(at(3, 12, "16:00"), visits.refund, "mo", 160_000, reason=reason, by=DIRECTOR)


def _rejected(script: Script) -> None:
    """The same name under another phone: flagged, looked at, not counted (F6)."""
    at = script.stage.moments.in_month
    script.at(at(2, 18, "11:00"), people.join, _KNOWN["second-ha"])
    script.at(at(2, 18, "11:05"), people.introduce, "second-ha", "my-ha", origin="link")
    reason = "Cùng một người, dùng số điện thoại thứ hai"
    script.at(at(2, 20, "10:00"), people.reject, "second-ha", reason=reason, by=DIRECTOR)


def _held(script: Script) -> None:
    """Invited and claimed in the same browser: the reward waits until somebody has looked (F6)."""
    moments = script.stage.moments
    script.at(moments.days_ago(3, "21:10"), people.join, _KNOWN["long"])
    script.at(
        moments.days_ago(3, "21:10"), people.introduce, "long", "trang", origin="link", same_device=True
    )
    script.at(moments.days_ago(1, "15:25"), visits.treat, "long", ("registration",), VO_MINH)


def _expired(script: Script) -> None:
    """Huy was introduced, booked, did not come, and 180 days have gone by (F9)."""
    moments = script.stage.moments
    script.at(moments.days_ago(200, "17:30"), people.join, _KNOWN["gia-huy"])
    script.at(moments.days_ago(200, "17:30"), people.introduce, "gia-huy", "oanh", origin="link")
    planned = moments.days_ago(192, "09:00")
    script.at(moments.days_ago(198, "09:10"), visits.book, "gia-huy", planned, ANH)
    script.at(planned + timedelta(hours=3), visits.miss, "gia-huy")


def _still_coming(script: Script) -> None:
    """Friends on their way: came for the free part only, only introduced, missed the first date."""
    moments = script.stage.moments
    script.at(moments.days_ago(9, "16:30"), people.join, _KNOWN["chen-jie"])
    script.at(moments.days_ago(9, "16:30"), people.introduce, "chen-jie", "li-min", origin="link")
    script.at(moments.days_ago(5, "11:15"), visits.treat, "chen-jie", ("registration",), HA)
    script.at(moments.days_ago(4, "10:50"), people.join, _KNOWN["anh-thu"])
    script.at(moments.days_ago(4, "10:50"), people.introduce, "anh-thu", "huong")
    script.at(moments.days_ago(8, "09:35"), people.join, _KNOWN["thanh-ha"])
    script.at(moments.days_ago(8, "09:35"), people.introduce, "thanh-ha", "huong")
    missed = moments.days_ago(5, "14:00")
    script.at(moments.days_ago(8, "09:45"), visits.book, "thanh-ha", missed, HA)
    script.at(missed + timedelta(hours=2), visits.miss, "thanh-ha")
