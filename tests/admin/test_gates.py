"""What every act of the staff's side shares: POST only, its permission, 404 for what is not there."""

import pytest
from sqlalchemy.orm import Session

from tests.admin.conftest import As
from tests.admin.scenes import acts, token_of

#: The acts, and somebody whose role lacks them.
ACTS = (
    ("/admin/visits/1/arrive", "minh"),
    ("/admin/visits/1/cancel", "nhung"),
    ("/admin/visits/1/no-show", "minh"),
    ("/admin/visits/1/confirm", "minh"),
    ("/admin/requests/1/close", "nhung"),
    ("/admin/patients/1/phone", "minh"),
    ("/admin/patients/1/source", "nhung"),
    ("/admin/referrals/1/decide", "minh"),
    ("/admin/leaderboards/2026-10/draft", "minh"),
    ("/admin/leaderboards/2026-10/publish", "lan"),
    ("/admin/nicknames/1", "lan"),
    ("/admin/messages/1/decide", "lan"),
    ("/admin/settings/points.value/preview", "lan"),
    ("/admin/staff/1/link", "director"),
    ("/admin/staff/1/disable", "director"),
    ("/admin/staff/1/enable", "director"),
)
#: Pages and acts below an object, asked for a number nobody has.
MISSING = (
    "/admin/patients/999",
    "/admin/patients/999/edit",
    "/admin/patients/999/book",
    "/admin/patients/999/referrer",
    "/admin/visits/999",
    "/admin/visits/999/refund",
    "/admin/visits/999/registered",
    "/admin/visits/new?visit=999",
    "/admin/visits/new?patient=999",
    "/admin/referrals/999",
    "/admin/leaderboards/2020-01",
    "/admin/leaderboards/nonsense",
    "/admin/settings/no.such",
    "/admin/patients?after=x",
    "/admin/referrals?stage=nonsense",
    "/admin/messages?state=nonsense",
    "/admin/audit?action=nonsense",
)
POSTS_MISSING = (
    "/admin/visits/999/arrive",
    "/admin/requests/999/close",
    "/admin/patients/999/phone",
    "/admin/patients/999/edit",
    "/admin/patients/999/referrer",
    "/admin/patients/999/source",
    "/admin/patients/999/book",
    "/admin/visits/999/refund",
    "/admin/referrals/999/decide",
    "/admin/nicknames/999",
    "/admin/messages/999/decide",
    "/admin/settings/no.such",
    "/admin/leaderboards/nonsense/publish",
    "/admin/visits/new?patient=999",
    "/admin/visits/quote",
)


@pytest.mark.parametrize("path", [path for path, _name in ACTS])
def test_acts_are_no_pages(as_staff: As, path: str) -> None:
    as_staff("director").get(path, status=405)


@pytest.mark.parametrize(("path", "name"), ACTS)
def test_a1_a_missing_permission_is_403_and_noted(as_staff: As, house: Session, path: str, name: str) -> None:
    visitor = as_staff(name)
    visitor.post(path, {"csrf_token": token_of(visitor.get("/admin/"))}, status=403)
    assert [entry.actor_kind for entry in acts(house, "access.denied")] == ["staff"]


@pytest.mark.parametrize("path", MISSING)
def test_a1_what_is_not_there_is_404(as_staff: As, path: str) -> None:
    as_staff("director").get(path, status=404)


@pytest.mark.parametrize("path", POSTS_MISSING)
def test_a1_acts_on_what_is_not_there_are_404(as_staff: As, path: str) -> None:
    visitor = as_staff("director")
    visitor.post(path, {"csrf_token": token_of(visitor.get("/admin/"))}, status=404)


def test_unknown_accounts_are_404(as_staff: As) -> None:
    visitor = as_staff("admin")
    for act in ("link", "disable", "enable"):
        visitor.post(f"/admin/staff/999/{act}", {"csrf_token": token_of(visitor.get("/admin/"))}, status=404)
