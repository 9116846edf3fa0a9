"""The clinic while its story is told, and the script that tells it in the order of time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec

from sqlalchemy.orm import Session

from demo.moments import Moments
from demo.staff import RECEPTION
from loyalty.clinic import queries as clinic
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import settle
from loyalty.reactions.table import REACTIONS

#: What is younger than this writes to people; all before is history, and nobody gets old messages.
NEWS = timedelta(days=6)
Arguments = ParamSpec("Arguments")


@dataclass(slots=True)
class Stage:
    """People and visits by their demo keys; ``now`` is moved by the script."""

    session: Session
    moments: Moments
    staff: dict[str, Actor]
    now: datetime
    people: dict[str, int] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    services: dict[str, int] = field(default_factory=dict)
    doctors: dict[str, int] = field(default_factory=dict)
    branches: dict[str, int] = field(default_factory=dict)
    bills: int = 0

    def __post_init__(self) -> None:
        self.services = {service.code: service.id for service in clinic.services(self.session)}
        self.doctors = {doctor.code: doctor.id for doctor in clinic.doctors(self.session)}
        self.branches = {branch.code: branch.id for branch in clinic.branches(self.session)}

    @property
    def desk(self) -> Actor:
        return self.staff[RECEPTION]

    @property
    def quiet(self) -> bool:
        return self.now < self.moments.now - NEWS

    def herself(self, key: str) -> Actor:
        return Actor("patient", self.people[key])


class Script:
    """Acts with their instants; two of one instant stay in the order in which they were written."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._acts: list[tuple[datetime, int, Callable[[], None]]] = []
        self._named: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._acts)

    def count(self, *acts: Callable[..., None]) -> int:
        """How often these acts are on the programme."""
        return sum(self._named[act.__name__] for act in acts)

    def at(
        self,
        moment: datetime,
        act: Callable[Concatenate[Stage, Arguments], None],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> None:
        """Put an act on the programme; nothing happens before :meth:`play`, and nothing ahead of now."""
        if moment > self.stage.moments.now:
            raise ValueError(f"{act.__name__} lies ahead")
        self._acts.append((moment, len(self._acts), lambda: act(self.stage, *args, **kwargs)))
        self._named[act.__name__] += 1

    def play(self, progress: Callable[[int], None] | None = None) -> None:
        """Do everything in the order of time, each act settled like a request of its own."""
        for done, (moment, _, act) in enumerate(sorted(self._acts, key=_when), start=1):
            self.stage.now = moment
            act()
            settle(self.stage.session, REACTIONS, moment)
            # Operations write past the session's objects: what it still holds may be out of date.
            self.stage.session.flush()
            self.stage.session.expire_all()
            if progress is not None:
                progress(done)


def _when(planned: tuple[datetime, int, Any]) -> tuple[datetime, int]:
    return planned[:2]
