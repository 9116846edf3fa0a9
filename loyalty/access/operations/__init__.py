"""Acts of the ways in: codes for patients, passwords and second factors for staff, sessions, API keys."""

from loyalty.access.operations.codes import Asked, Try, code_text, count_try, request_code, verify_code
from loyalty.access.operations.keys import create_api_key, revoke_api_key
from loyalty.access.operations.sessions import end_session, end_sessions_of, start_session, touch_session
from loyalty.access.operations.staff import (
    PasswordTry,
    accept_password,
    confirm_totp,
    count_password_try,
    count_second_try,
    forget_second_failures,
    set_password,
    use_password_link,
    use_recovery_code,
    use_totp,
)

__all__ = [
    "Asked",
    "PasswordTry",
    "Try",
    "accept_password",
    "code_text",
    "confirm_totp",
    "count_password_try",
    "count_second_try",
    "count_try",
    "create_api_key",
    "end_session",
    "end_sessions_of",
    "forget_second_failures",
    "request_code",
    "revoke_api_key",
    "set_password",
    "start_session",
    "touch_session",
    "use_password_link",
    "use_recovery_code",
    "use_totp",
    "verify_code",
]
