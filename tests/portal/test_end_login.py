"""Ending a log-in elsewhere."""

from collections.abc import Callable

from loyalty.patients.models import Patient
from tests.portal.browser import Browser


def _ends(reader: Browser) -> list[str]:
    forms = reader.get("/me").tree.css("#sessions form")
    return [form.attributes["action"] or "" for form in forms]


def test_the_other_browser_is_out_at_once(
    reader: Browser, log_in: Callable[..., Browser], an: Patient
) -> None:
    other = log_in(an)
    assert other.get("/").status == 200
    [end] = _ends(reader)
    assert reader.submit("/me", end).status == 303
    assert other.get("/").status == 303
    assert reader.get("/").status == 200
    assert _ends(reader) == []


def test_ending_it_twice_or_somebody_elses_is_not_found(
    reader: Browser, log_in: Callable[..., Browser], an: Patient, chi: Patient
) -> None:
    log_in(an)
    [end] = _ends(reader)
    stranger = log_in(chi)
    assert stranger.post(end, {"csrf_token": stranger.token()}).status == 404
    token = reader.token()
    assert [reader.post(end, {"csrf_token": token}).status for _ in range(2)] == [303, 404]


def test_the_list_names_browsers_as_people_do(reader: Browser) -> None:
    assert "Chrome, Android" in reader.get("/me").text("#sessions")


def test_reading_ends_nothing(reader: Browser, log_in: Callable[..., Browser], an: Patient) -> None:
    other = log_in(an)
    [end] = _ends(reader)
    assert reader.get(end).status == 405
    assert other.get("/").status == 200
