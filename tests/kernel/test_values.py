from decimal import Decimal

import pytest

from loyalty.kernel.codes import ALPHABET, clean_code, new_code
from loyalty.kernel.contacts import clean_name, masked_name, normalise_phone, search_key
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.money import percent_of, to_decimal, to_minor
from loyalty.kernel.refusal import Refusal


def test_p2_money_is_exact() -> None:
    assert to_minor("49999.95", "RUB") == 4_999_995
    assert to_minor("1250000", "VND") == 1_250_000
    assert to_decimal(4_999_995, "RUB") == Decimal("49999.95")


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("0.5", "VND", "amount_too_precise"),
        ("1.005", "CNY", "amount_too_precise"),
        ("12,5", "RUB", "amount_unreadable"),
        ("NaN", "RUB", "amount_unreadable"),
        ("1e99", "RUB", "amount_unreadable"),
        ("1", "ZZZ", "unknown_currency"),
    ],
)
def test_amounts_that_no_till_knows_are_refused(amount: str, currency: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        to_minor(amount, currency)
    assert refused.value.code == code


def test_v1_a_percentage_rounds_half_up() -> None:
    assert [percent_of(minor, 10) for minor in (4, 5, 14, 15, 25)] == [0, 1, 1, 2, 3]


def test_f1_codes_are_unguessable_and_without_look_alikes() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {8}
    assert not set("01OILU") & set(ALPHABET)
    assert clean_code(" 7kq4-m2xp ") == "7KQ4M2XP"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Thị  Đào", "nguyen thi dao"),
        ("Артём Ёлкин", "артем елкин"),
        ("李 敏", "李 敏"),
        ("Zoë O’Brien", "zoe o’brien"),
        ("Thúy", "thuy"),
    ],
)
def test_names_are_searched_without_diacritics(name: str, key: str) -> None:
    assert search_key(name) == key


def test_names_lose_invisible_signs() -> None:
    assert clean_name("\u202eMai\u200b  Anh\ufeff ") == "Mai Anh"


@pytest.mark.parametrize(
    ("name", "shown"), [("Nguyễn Thị Mai", "N. T. M."), ("李敏", "李."), ("Анна Волкова", "А. В.")]
)
def test_b6_a_masked_name_shows_initials_only(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_f6_phones_are_compared_in_one_form() -> None:
    spellings = ("0903 123 456", "+84903123456", "84-903-123-456", "(090) 312 3456")
    assert {normalise_phone(text, "VN") for text in spellings} == {"+84903123456"}


def test_a_text_falls_back_to_the_clinics_language_and_shows_its_gaps() -> None:
    text = LocalizedText.of({"vi": "Khám", "ru": "Осмотр", "en": " "})
    assert (text.in_language("zh", "ru"), text.in_language("vi")) == ("Осмотр", "Khám")
    assert text.missing() == ("zh", "en")
