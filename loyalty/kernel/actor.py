"""Who does something: kept on ledger entries, messages and audit entries (A1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """``kind`` is staff, patient, friend, api, import or system; ``id`` names the row behind it, if any."""

    kind: str
    id: int | None = None

    def __str__(self) -> str:
        return self.kind if self.id is None else f"{self.kind}:{self.id}"


SYSTEM = Actor("system")
