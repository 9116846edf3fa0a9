"""The public page of a month, with the application's own memory at work (B3, B6)."""

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.leaderboard.conftest import FIRST_OF_DECEMBER, Clinic

PAGE = "/b/2026-11"


def remembering(app: Flask) -> FlaskClient:
    app.config["PROGRAMME_CACHE_SECONDS"] = 3600
    return app.test_client()


def get(browser: FlaskClient, **headers: str) -> TestResponse:
    return browser.get(
        PAGE,
        headers={"Accept-Language": "en"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def published_month(clinic: Clinic) -> tuple[int, int]:
    mai, chi = clinic.patient("Trần Mai"), clinic.patient("Lê Chi")
    clinic.nickname(mai, "Blue Sea")
    clinic.helped(mai, FIRST_OF_DECEMBER.replace(month=11), FIRST_OF_DECEMBER.replace(month=11, day=2))
    clinic.helped(chi)
    clinic.draft()
    clinic.publish()
    clinic.save()
    return mai, chi


def test_b3_a_month_has_no_page_before_it_is_published(clinic: Clinic, app: Flask) -> None:
    clinic.helped(clinic.patient("Trần Mai"))
    clinic.draft()
    clinic.save()
    answers = [app.test_client().get(path) for path in (PAGE, "/b/2026-13", "/b/x")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_b6_the_page_names_who_agreed_as_she_chose(clinic: Clinic, app: Flask) -> None:
    published_month(clinic)
    page = get(app.test_client()).text
    assert "Blue Sea" in page
    assert "L. C." in page
    assert "Mai" not in page
    assert "Chi" not in page


def test_b3_who_withdraws_is_gone_at_once_from_a_page_that_was_kept(clinic: Clinic, app: Flask) -> None:
    mai, _ = published_month(clinic)
    browser = remembering(app)
    before = get(browser)
    assert "Blue Sea" in before.text
    assert get(browser, If_None_Match=before.headers["ETag"]).status_code == 304
    clinic.consent(mai, False)
    after = get(browser, If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    assert "Blue Sea" not in after.text
    assert "L. C." in after.text


def test_b3_no_cache_keeps_the_page_without_asking(clinic: Clinic, app: Flask) -> None:
    published_month(clinic)
    answer = get(remembering(app))
    assert answer.cache_control.no_cache
    assert answer.cache_control.public
    assert "Set-Cookie" not in answer.headers


def test_each_language_has_its_own_kept_page(clinic: Clinic, app: Flask) -> None:
    published_month(clinic)
    browser = remembering(app)
    pages = {
        get(browser, Accept_Language=tag).text.partition("<head>")[0] for tag in ("vi", "en", "zh", "ru")
    }
    assert len(pages) == 4
