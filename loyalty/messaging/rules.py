"""What may be sent to whom, on which channel, how often it is tried, and what an answer means. Pure."""

CARE = "care"
MARKETING = "marketing"
SECURITY = "security"

LOGIN_CODE = "login-code"

QUEUED = "queued"


def key_of(patient_id: int | None, step: str, anchor: object, version: int) -> str:
    """The unique key of one step for one patient and one version of its anchor (C2)."""
    return f"{'-' if patient_id is None else patient_id}:{step}:{anchor}:{version}"
