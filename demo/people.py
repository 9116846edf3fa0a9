"""Who comes to An Nhiên: the people with a story, each in her own script and language.

No phone ends in 001 to 009, which the scripted gateway treats specially, but Cao Văn Phúc's: 002 is the
number that does not exist any more, so that staff have a failed message to look at.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as she joins; ``consents`` are the purposes she agrees to at the desk, beside care."""

    key: str
    name: str
    language: str | None
    phone: str
    age: int
    sex: str
    salutation: str | None = None
    source: tuple[str, str | None] | None = ("walk_in", None)
    tags: tuple[str, ...] = ()
    guardian: str | None = None
    email: str | None = None
    channel: str | None = None
    consents: frozenset[str] = field(default_factory=frozenset)


def _said(*purposes: str) -> frozenset[str]:
    return frozenset(purposes)


_FACEBOOK, _GOOGLE, _HOTEL = ("channel", "Facebook"), ("channel", "Google"), ("channel", "hotel desk")
_BOARD, _KNOW, _NEWS = "leaderboard", "referral", "marketing"

#: Those whose membership pages are worth logging in for, and those who sent them many friends.
MEMBERS = (
    Person(
        "oanh", "Hoàng Kim Oanh", "vi", "0903 617 452", 58, "female", "cô",
        consents=_said(_BOARD, _NEWS),
    ),
    Person(
        "emma", "Emma Clarke", "en", "0901 338 142", 41, "female", source=_GOOGLE,
        email="emma.clarke@patients.example", channel="whatsapp", consents=_said(_BOARD, _NEWS),
    ),
    Person(
        "li-min", "李敏", "zh", "+86 138 5884 2054", 37, "female", "女士", source=_HOTEL,
        consents=_said(_BOARD, _NEWS),
    ),
    Person(
        "mai", "Nguyễn Thị Mai", "vi", "0905 482 218", 34, "female", "chị", source=None, channel="zalo",
        tags=("sợ kim tiêm",), consents=_said(_BOARD, _KNOW, _NEWS),
    ),
    Person(
        "anna", "Анна Сергеевна Волкова", "ru", "0912 533 318", 46, "female", source=_FACEBOOK,
        consents=_said(_BOARD),
    ),
    Person(
        "minh", "Phan Nhật Minh", "vi", "0935 220 764", 39, "male", "anh",
        consents=_said(_BOARD, _NEWS),
    ),
    Person(
        "my-ha", "Trương Mỹ Hạ", "vi", "0986 415 073", 44, "female", "cô", source=_FACEBOOK,
        consents=_said(_BOARD),
    ),
    Person(
        "thu-ha", "Đặng Thu Hà", "vi", "0913 668 315", 33, "female", "chị",
        consents=_said(_BOARD, _NEWS),
    ),
    Person("bong", "Trần Gia Bảo", None, "0913 668 315", 6, "male", guardian="thu-ha"),
    Person("phat", "Hồ Tấn Phát", "vi", "0977 104 583", 29, "male", "anh", consents=_said(_BOARD)),
    Person("huy", "Lý Quang Huy", "vi", "0908 771 296", 51, "male", "anh", consents=_said(_BOARD)),
    Person(
        "trang", "Phạm Thu Trang", "vi", "0914 802 655", 31, "female", "chị", source=_FACEBOOK,
    ),
    Person(
        "tu", "Nguyễn Văn Tư", "vi", "0989 246 137", 71, "male", "chú",
        tags=("pensioner",), consents=_said(_NEWS),
    ),
    Person("quoc-bao", "Đinh Quốc Bảo", "vi", "0932 905 481", 45, "male", "anh", source=_GOOGLE),
    Person("phuc", "Cao Văn Phúc", "vi", "0906 350 002", 62, "male", "chú"),
    Person("vy", "Bùi Thảo Vy", "vi", "0967 580 431", 24, "female", "bạn"),
    Person("khoa", "Mai Đăng Khoa", "vi", "0918 443 270", 36, "male", "anh", source=None),
)  # fmt: skip


def _friend(key: str, name: str, language: str, phone: str, age: int, sex: str, *consents: str) -> Person:
    return Person(key, name, language, phone, age, sex, source=None, consents=_said(*consents))


#: Friends who are well known: those Mai sees on her page, those on the desk's board, those who sent others.
FRIENDS = (
    _friend("huong", "Lê Thị Hương", "vi", "0938 116 724", 35, "female", _KNOW),
    _friend("lan", "Vũ Ngọc Lan", "vi", "0979 630 158", 33, "female"),
    _friend("tuan", "Đỗ Minh Tuấn", "vi", "0945 207 866", 38, "male", _KNOW),
    _friend("sophie", "Sophie Martin", "en", "0899 412 530", 29, "female", _KNOW),
    _friend("igor", "Игорь Смирнов", "ru", "+7 926 555 01 42", 52, "male"),
    _friend("daniel", "Daniel Reed", "en", "0796 318 445", 47, "male", _KNOW),
    _friend("olga", "Ольга Белова", "ru", "0823 517 940", 39, "female", _KNOW),
    _friend("chen-jie", "陈杰", "zh", "+86 136 0001 4872", 33, "male"),
    _friend("anh-thu", "Hoàng Anh Thư", "vi", "0356 728 114", 27, "female"),
    _friend("thanh-ha", "Bùi Thanh Hà", "vi", "0387 465 902", 30, "female", _KNOW),
    _friend("long", "Trịnh Văn Long", "vi", "0914 802 771", 30, "male"),
    _friend("gia-huy", "Hồ Gia Huy", "vi", "0339 154 687", 23, "male"),
    _friend("second-ha", "Trương Mỹ Hạ", "vi", "0778 201 349", 44, "female"),
    _friend("mo", "Lưu Thị Mơ", "vi", "0349 870 216", 48, "female"),
)

#: How each of them is called on boards: (nickname, real name allowed, what staff decided).
NICKNAMES = {
    "oanh": ("", True, "approved"),
    "emma": ("Em by the sea", False, "approved"),
    "li-min": ("小荷", False, "approved"),
    "mai": ("Sen Nhỏ", False, "approved"),
    "anna": ("Ива", False, "approved"),
    "minh": ("Biển Xanh", False, "approved"),
    "my-ha": ("Cô giáo Hạ", False, "approved"),
    "thu-ha": ("Mẹ Bống", False, "approved"),
    "phat": ("Cà phê sữa", False, "approved"),
    "huy": ("Bác sĩ Google", False, "waiting"),
}

#: How they want to be named on their invitations.
SHOWN_NAMES = {
    "mai": "Mai",
    "emma": "Emma",
    "li-min": "小敏",
    "anna": "Анна",
    "minh": "Anh Minh",
    "thu-ha": "Hà",
}
