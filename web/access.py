"""Who may open a route: every view declares it, and what declares nothing is closed to everybody.

The declaration stands on the view itself (``view.access``), so that the table in the tests, the check at the
start and the gate before each request read the same thing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, request

from loyalty.activity.operations import record
from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel import clock
from web.identity import actor, current_patient_or_none, current_staff_or_none
from web.pages import to_login
from web.transactions import own_transaction

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """``kind``: public, patient, staff or api; ``permission`` narrows staff to the roles that hold it."""

    kind: str
    permission: Permission | None = None

    def __str__(self) -> str:
        return self.kind if self.permission is None else str(self.permission)


PUBLIC = Access("public")
PATIENT = Access("patient")
STAFF = Access("staff")
API = Access("api")


def _declare(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare


public = _declare(PUBLIC)
patient_required = _declare(PATIENT)
staff_required = _declare(STAFF)
api_key_required = _declare(API)


def permission_required(permission: Permission) -> Callable[[View], View]:
    """Open the view to staff whose role holds ``permission`` (A1)."""
    return _declare(Access("staff", permission))


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the view behind ``endpoint`` declares, None when it declares nothing."""
    found: Access | None = getattr(app.view_functions[endpoint], "access", None)
    return found


def check_declared(app: Flask) -> None:
    """Refuse to start while a route lacks its declaration."""
    missing = sorted(name for name in app.view_functions if access_of(app, name) is None)
    if missing:
        raise RuntimeError(f"routes without an access declaration: {', '.join(missing)}")


def gate() -> Response | None:
    """Before each request: let in whom the route lets in; the others get a log-in or a clear no."""
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    return _GATES[access.kind](access)


def _open(access: Access) -> None:
    return None


def _patients(access: Access) -> Response | None:
    return None if current_patient_or_none() is not None else to_login("portal.login")


def _staff(access: Access) -> Response | None:
    staff = current_staff_or_none()
    if staff is None:
        return to_login("admin.login")
    if access.permission is not None and not may(staff.role, access.permission):
        _note_refusal(str(access.permission))
        abort(403)
    return None


def _note_refusal(permission: str) -> None:
    with own_transaction() as session:
        record(
            session,
            actor=actor(),
            action="access.denied",
            object_kind="route",
            object_id=request.endpoint,
            after={"permission": permission},
            now=clock.now(),
        )


_GATES: dict[str, Callable[[Access], Response | None]] = {
    "public": _open,
    "patient": _patients,
    "staff": _staff,
    "api": _open,
}
