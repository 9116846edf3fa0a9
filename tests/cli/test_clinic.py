"""clinic init, settings and staff."""

import json

import pytest
from sqlalchemy import func, select

from loyalty.activity.models import AuditEntry
from loyalty.clinic.models import Clinic, PasswordLink, Staff
from loyalty.clinic.rules.settings import SETTINGS
from loyalty.kernel.codes import digest
from tests.cli.conftest import Look, Run, refused

INIT = {
    "--name": "An Nhiên",
    "--country": "VN",
    "--timezone": "Asia/Ho_Chi_Minh",
    "--currency": "VND",
    "--language": "vi",
}


def _init(run: Run, **changes: str):  # type: ignore[no-untyped-def]
    given = INIT | {f"--{name}": value for name, value in changes.items()}
    return run("clinic", "init", *(word for pair in given.items() for word in pair))


def test_the_clinic_is_set_up_once(run: Run, look: Look) -> None:
    first = _init(run)
    assert (first.exit_code, first.stdout) == (0, "The clinic is set up.\n")
    second = _init(run, name="Another", currency="USD")
    assert (second.exit_code, second.stdout) == (0, "There is a clinic already. Nothing was changed.\n")
    with look() as session:
        clinic = session.get(Clinic, 1)
        assert (clinic.name["vi"], clinic.currency, clinic.timezone) == (
            "An Nhiên",
            "VND",
            INIT["--timezone"],
        )
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("name", " ", "Please enter a name."),
        ("country", "US", "There is no preset for US."),
        ("timezone", "Asia/Hanoi", "There is no time zone Asia/Hanoi."),
        ("currency", "EUR", "The currency EUR is not known here."),
        ("language", "fr", "The language fr is not one of the four."),
    ],
)
def test_a_clinic_that_cannot_be_is_refused(
    run: Run, look: Look, option: str, value: str, sentence: str
) -> None:
    assert refused(_init(run, **{option: value})) == sentence
    with look() as session:
        assert session.get(Clinic, 1) is None


def test_every_setting_is_listed_with_its_rule(run: Run, clinic: None) -> None:
    listed = run("settings", "list").stdout.splitlines()
    assert [line[2:].partition(" = ")[0] for line in listed] == list(SETTINGS)
    life = next(line for line in listed if "points.life_months" in line)
    assert life == "  points.life_months = 6  [int] P5: Months that points live; 0 is for ever"


def test_a_setting_is_changed_and_audited(run: Run, clinic: None, look: Look) -> None:
    changed = run("settings", "set", "points.life_months", "12", "--reason", "Board of 3 May")
    assert (changed.exit_code, changed.stdout) == (0, "points.life_months = 12\n")
    assert run("settings", "get", "points.life_months").stdout == "12\n"
    assert "* points.life_months = 12" in run("settings", "list").stdout
    with look() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "setting.changed")).one()
        assert (entry.before, entry.after, entry.reason) == ({"value": 6}, {"value": 12}, "Board of 3 May")


def test_settings_that_do_not_fit_are_refused(run: Run, clinic: None) -> None:
    assert refused(run("settings", "get", "no.such")) == "There is no setting no.such."
    assert refused(run("settings", "set", "no.such", "1")) == "There is no setting no.such."
    bad = refused(run("settings", "set", "points.life_months", "many"))
    assert bad == "The value many does not fit the setting points.life_months."
    assert run("settings", "get", "points.life_months").stdout == "6\n"


def test_texts_and_tables_are_settings_too(run: Run, clinic: None) -> None:
    run("settings", "set", "product.name", "Dây leo")
    run("settings", "set", "points.cap_percent_by_tag", '{"pensioner": 80}')
    assert run("settings", "get", "product.name").stdout == '"Dây leo"\n'
    assert json.loads(run("settings", "get", "points.cap_percent_by_tag").stdout) == {"pensioner": 80}


def test_before_there_is_a_clinic(run: Run) -> None:
    assert refused(run("settings", "list")) == "The clinic has to be set up first."


def test_staff_get_a_one_time_link(run: Run, clinic: None, look: Look) -> None:
    made = run("staff", "create", "--email", "Lan@AnNhien.vn", "--name", "Lan", "--role", "reception")
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("http://127.0.0.1:8000/admin/")
    token = made.stdout.strip().rpartition("/")[2]
    with look() as session:
        assert session.scalars(select(Staff.email)).all() == ["lan@annhien.vn"]
        assert session.scalars(select(PasswordLink.token_digest)).all() == [digest(token)]


def test_the_link_names_the_products_own_address(run: Run, clinic: None) -> None:
    words = ("staff", "create", "--email", "lan@annhien.vn", "--name", "Lan", "--role", "reception")
    made = run(*words, "--base-url", "https://loyalty.example.com/")
    assert made.stdout.startswith("https://loyalty.example.com/admin/")


def test_staff_that_cannot_be_are_refused(run: Run, clinic: None, look: Look) -> None:
    def create(**given: str) -> str:
        words = {"email": "lan@annhien.vn", "name": "Lan", "role": "reception", **given}
        pairs = ((f"--{name.replace('_', '-')}", value) for name, value in words.items())
        return refused(run("staff", "create", *(word for pair in pairs for word in pair)))

    assert create(role="boss") == "There is no role boss."
    assert create(email="lan") == "We cannot read this e-mail address. Please check it."
    assert create(base_url="loyalty") == "'loyalty' is no address like https://loyalty.example.com."
    run("staff", "create", "--email", "lan@annhien.vn", "--name", "Lan", "--role", "reception")
    assert create() == "Somebody works here with lan@annhien.vn already."
    with look() as session:
        assert session.scalar(select(func.count()).select_from(Staff)) == 1
