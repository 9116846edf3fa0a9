"""Pure decisions of the ways in."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.access.rules import codes, limits, passwords, second_factor
from loyalty.kernel.refusal import Refusal

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECRET = second_factor.new_totp_secret()


def test_a_code_has_six_digits_and_belongs_to_its_secret_and_nonce() -> None:
    code = codes.code_of("secret", "nonce")
    assert len(code) == 6
    assert code.isdigit()
    assert codes.code_of("secret", "nonce") == code
    assert len({codes.code_of("secret", str(number)) for number in range(200)}) > 190
    assert codes.code_of("another", "nonce") != code


def test_digits_are_read_in_every_script_and_from_a_pasted_line() -> None:
    assert codes.clean_digits(" 12 34-56 ") == "123456"
    assert codes.clean_digits("１２３４５６") == "123456"


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (2, 0), (3, 5), (4, 10), (6, 40), (11, 900), (500, 900)]
)
def test_the_pause_after_wrong_passwords_grows_and_ends(failures: int, seconds: int) -> None:
    assert limits.wait_after_failures(failures, NOW if failures else None, NOW) == timedelta(seconds=seconds)
    assert limits.wait_after_failures(failures, NOW, NOW + timedelta(minutes=15)) == timedelta(0)


def test_a_limit_opens_again_when_its_oldest_try_is_over() -> None:
    per_hour = (limits.Limit(2, timedelta(hours=1)),)
    times = [NOW - timedelta(minutes=10), NOW - timedelta(minutes=50)]
    assert limits.wait_for(times, per_hour, NOW) == timedelta(minutes=10)
    assert limits.wait_for(times[:1], per_hour, NOW) == timedelta(0)


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("nonsense", "unknown"),
    ],
)
def test_neighbouring_addresses_are_throttled_together(address: str, block: str) -> None:
    assert limits.address_block(address) == block


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("x" * 129, "password_long"),
        ("password1234", "password_common"),
        ("P@ssw0rd123456", "password_common"),
        ("Liana123456789", "password_common"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("matkhau123456", "password_common"),
        ("lan.nguyen-lan", "password_common"),
    ],
)
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        passwords.check_new(password, ("lan.nguyen@annhien.example", "Lan Nguyen"))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password",
    [
        "bốn con mèo trên mái",
        "корова у реки спит",
        "q8#Lw!zR4m@Tx",
        "🐈🐕🐎🐄🐖🐑🐓🦆🦢🦉🐝🐞",
        "w" * 3 + "eryunlikelysentence" * 3,
    ],
)
def test_own_words_of_any_script_are_taken(password: str) -> None:
    passwords.check_new(password, ("lan@annhien.example", "Lan"))


def test_only_the_right_password_matches_and_unknown_people_never_do() -> None:
    stored = passwords.hash_password("bốn con mèo trên mái")
    assert passwords.matches(stored, "bốn con mèo trên mái")
    assert not passwords.matches(stored, "bốn con mèo trên mai")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.is_outdated(stored)
    assert "$m=19456,t=2,p=1$" in stored


def test_a_time_code_is_good_in_its_step_and_the_two_beside_it_once() -> None:
    step = int(NOW.timestamp()) // 30
    for offset in (-1, 0, 1):
        code = second_factor.totp_now(SECRET, NOW + timedelta(seconds=30 * offset))
        assert second_factor.matching_step(SECRET, code, NOW, None) == step + offset
        assert second_factor.matching_step(SECRET, code, NOW, step + offset) is None
    late = second_factor.totp_now(SECRET, NOW - timedelta(seconds=90))
    assert second_factor.matching_step(SECRET, late, NOW, None) is None


def test_recovery_codes_are_ten_and_differ() -> None:
    assert len(set(second_factor.new_recovery_codes())) == 10
