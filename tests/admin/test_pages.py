"""Every page of the staff's side opens, empty and full."""

import pytest
from sqlalchemy.orm import Session

from tests.admin.conftest import As

PAGES = {
    "director": (
        "/admin/",
        "/admin/requests",
        "/admin/patients",
        "/admin/patients/new",
        "/admin/visits",
        "/admin/visits/new",
        "/admin/referrals",
        "/admin/referrals?view=list",
        "/admin/referrals?only=flagged",
        "/admin/leaderboards",
        "/admin/messages",
        "/admin/audit",
        "/admin/settings",
        "/admin/settings/points.value",
    ),
    "admin": ("/admin/", "/admin/staff", "/admin/audit", "/admin/settings"),
    "minh": ("/admin/", "/admin/referrals", "/admin/leaderboards", "/admin/messages"),
    "nhung": ("/admin/", "/admin/patients", "/admin/visits", "/admin/messages"),
    "lan": ("/admin/", "/admin/requests", "/admin/patients", "/admin/visits", "/admin/referrals"),
}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in PAGES.items() for path in paths])
def test_page_opens_while_nothing_has_happened(as_staff: As, house: Session, name: str, path: str) -> None:
    assert as_staff(name).get(path).text("h1")
