"""Names and phones for the people without a story, drawn by a seeded chance: always the same ones."""

from random import Random

from demo.people import Person

_VI_FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Đinh", "Trương", "Mai", "Cao",
)  # fmt: skip
_VI_FEMALE = (
    "Thanh Thảo", "Ngọc Bích", "Thu Trang", "Kim Ngân", "Mỹ Linh", "Hồng Nhung", "Phương Uyên", "Bảo Trâm",
    "Diệu Hiền", "Hải Yến", "Minh Châu", "Thùy Dương", "Cẩm Tú", "Quỳnh Như", "Bích Phượng", "Khánh Vy",
    "Tuyết Mai", "Lan Anh", "Hoài Thương", "Ái Nhi",
)  # fmt: skip
_VI_MALE = (
    "Quốc Huy", "Minh Khôi", "Đức Thắng", "Thanh Tùng", "Hữu Nghĩa", "Trung Kiên", "Gia Bảo", "Anh Dũng",
    "Hoàng Nam", "Tấn Lộc", "Công Vinh", "Xuân Trường", "Bá Phước", "Nhật Quang", "Thành Đạt", "Việt Hưng",
    "Hải Đăng", "Ngọc Sơn", "Tuấn Kiệt", "Phúc Lâm",
)  # fmt: skip
_ZH_FAMILY = "王李张刘陈杨黄赵周吴徐孙"
_ZH_FEMALE = (
    "静", "丽娟", "婷婷", "雪梅", "晓燕", "玉兰", "佳怡", "雨桐", "美玲", "思琪",
)  # fmt: skip
_ZH_MALE = (
    "伟", "建国", "志强", "浩然", "明辉", "子轩", "国华", "俊杰", "文博", "海涛",
)  # fmt: skip
_RU_FEMALE = (
    "Марина", "Елена", "Наталья", "Ирина", "Светлана", "Татьяна", "Юлия", "Екатерина", "Вера", "Дарья",
)  # fmt: skip
_RU_MALE = (
    "Алексей", "Дмитрий", "Сергей", "Андрей", "Павел", "Николай", "Михаил", "Виктор", "Олег", "Роман",
)  # fmt: skip
_RU_FAMILY = (
    "Козлов", "Новиков", "Морозов", "Петров", "Соколов", "Лебедев", "Орлов", "Зайцев", "Павлов", "Фролов",
)  # fmt: skip
_EN_FEMALE = (
    "Olivia", "Hannah", "Grace", "Chloe", "Megan", "Alice", "Ruth", "Nora", "Claire", "Julia",
)  # fmt: skip
_EN_MALE = (
    "Thomas", "Oliver", "James", "Henry", "Lucas", "Peter", "Simon", "Martin", "Adam", "Neil",
)  # fmt: skip
_EN_FAMILY = (
    "Walker", "Hughes", "Bennett", "Foster", "Murphy", "Collins", "Dawson", "Fletcher", "Grant", "Shaw",
    "Palmer", "Doyle",
)  # fmt: skip

_PREFIXES = (
    "032", "036", "038", "070", "077", "079", "081", "083", "085", "090", "093", "094", "096", "097", "098",
)  # fmt: skip
_LANGUAGES = ("vi",) * 14 + ("zh",) * 2 + ("ru",) * 2 + ("en",) * 2
_SOURCES = (
    ("walk_in", None), ("walk_in", None), ("channel", "Facebook"), ("channel", "Google"),
    ("channel", "Zalo OA"), ("channel", "hotel desk"),
)  # fmt: skip
_TRIES = 200


class Strangers:
    """Hands out people whose names and phones nobody here has yet, as far as there are names."""

    def __init__(self, chance: Random, taken: list[Person]) -> None:
        self._chance = chance
        self._names = {person.name for person in taken}
        self._count = 0

    def next(self, language: str | None = None, *, walks_in: bool = False) -> Person:
        """Another person; ``walks_in`` gives her a source, else somebody sent her."""
        chosen = language or self._chance.choice(_LANGUAGES)
        sex = self._chance.choice(("female", "female", "male"))
        self._count += 1
        return Person(
            key=f"guest-{self._count}",
            name=self._name(chosen, sex),
            language=chosen,
            phone=self._phone(),
            age=self._chance.randint(19, 74),
            sex=sex,
            source=self._chance.choice(_SOURCES) if walks_in else None,
            consents=frozenset(
                purpose for purpose in ("marketing", "referral") if self._chance.random() < 0.5
            ),
        )

    def _name(self, language: str, sex: str) -> str:
        for _ in range(_TRIES):
            name = _DRAW[language](self._chance, sex == "female")
            if name not in self._names:
                break
        self._names.add(name)
        return name

    def _phone(self) -> str:
        """Numbers in a row never repeat; the last three digits stay clear of 001 to 009."""
        prefix = _PREFIXES[self._count % len(_PREFIXES)]
        return f"{prefix} {self._count // 890 + 2100:04d} {self._count % 890 + 110:03d}"


def _vietnamese(chance: Random, is_female: bool) -> str:
    return f"{chance.choice(_VI_FAMILY)} {chance.choice(_VI_FEMALE if is_female else _VI_MALE)}"


def _chinese(chance: Random, is_female: bool) -> str:
    return chance.choice(_ZH_FAMILY) + chance.choice(_ZH_FEMALE if is_female else _ZH_MALE)


def _russian(chance: Random, is_female: bool) -> str:
    family = chance.choice(_RU_FAMILY)
    return f"{chance.choice(_RU_FEMALE)} {family}а" if is_female else f"{chance.choice(_RU_MALE)} {family}"


def _english(chance: Random, is_female: bool) -> str:
    return f"{chance.choice(_EN_FEMALE if is_female else _EN_MALE)} {chance.choice(_EN_FAMILY)}"


_DRAW = {"vi": _vietnamese, "zh": _chinese, "ru": _russian, "en": _english}
