"""A clinic that takes files: importing, rehearsing, and what came of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs.imports import run_import
from loyalty.clinic.queries import programme
from loyalty.imports.models import ImportBatch, ImportReject
from loyalty.imports.operations import hand_in, rehearse, start_batch
from loyalty.imports.queries.sheets import complete_sheet
from loyalty.imports.rules.visit_plan import RESULTS
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import Base
from loyalty.patients.models import Patient, PatientStats
from loyalty.visits.models import Visit
from tests.support.cast import open_clinic

DATA = Path(__file__).parents[1] / "data" / "imports"
NOW = datetime(2024, 7, 1, 5, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Where files are handed in."""

    session: Session
    now: datetime = NOW

    def hand_in(self, kind: str, content: bytes | str, **more: Any) -> int:
        """Hand a file in and start it; its batch."""
        data = content.encode() if isinstance(content, str) else content
        batch = hand_in(
            self.session, kind=kind, filename=f"{kind}.csv", content=data, actor=SYSTEM, now=self.now, **more
        )
        batch_id = batch.id
        start_batch(self.session, batch_id=batch_id, actor=SYSTEM, now=self.now)
        self.session.commit()
        return batch_id

    def take(self, kind: str, content: bytes | str, **more: Any) -> ImportBatch:
        """Import a file to its end."""
        batch_id = self.hand_in(kind, content, **more)
        assert run_import(batch_id, now=self.now) == "done"
        return self.batch(batch_id)

    def batch(self, batch_id: int) -> ImportBatch:
        self.session.rollback()
        return self.session.get_one(ImportBatch, batch_id, populate_existing=True)

    def counts(self, kind: str, content: bytes | str, **more: Any) -> tuple[int, ...]:
        """Import a file; created, changed, unchanged, rejected."""
        batch = self.take(kind, content, **more)
        return tuple(getattr(batch, result) for result in RESULTS)

    def rehearse(
        self, kind: str, content: bytes | str, mapping: dict[str, str] | None = None
    ) -> tuple[int, ...]:
        """The same numbers, worked out without writing."""
        data = content.encode() if isinstance(content, str) else content
        setup = programme(self.session)
        sheet = complete_sheet(data, kind=kind, setup=setup, mapping=mapping or {}, now=self.now)
        found = rehearse(self.session, sheet, setup=setup, now=self.now)
        assert not self.session.new
        assert not self.session.dirty
        self.session.rollback()
        return tuple(found.counts[result] for result in RESULTS)

    def reasons(self) -> list[tuple[int, str]]:
        """Line and reason of every row that was not taken, whichever file."""
        rows = self.session.execute(select(ImportReject.line, ImportReject.code).order_by(ImportReject.id))
        return [(row.line, row.code) for row in rows]

    def count(self, model: type[Base], *conditions: Any) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0

    def patient(self, name: str) -> Patient:
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(Patient).where(Patient.name == name)).one()

    def visit(self, external_id: str) -> Visit:
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(Visit).where(Visit.external_id == external_id)).one()

    def stats(self, patient: Patient) -> PatientStats:
        return self.session.get_one(PatientStats, patient.id, populate_existing=True)

    def tiers(self) -> dict[str | None, int]:
        self.session.rollback()
        rows = self.session.execute(select(PatientStats.tier, func.count()).group_by(PatientStats.tier))
        return {row[0]: row[1] for row in rows}


@pytest.fixture
def desk_in(app: Flask, session: Session) -> Iterator[Callable[..., Desk]]:
    """Opens a clinic, by default in Ho Chi Minh City, and gives its desk."""

    def opened(now: datetime = NOW, **clinic: str) -> Desk:
        open_clinic(session, **clinic)
        return Desk(session, now)

    with app.app_context():
        yield opened


@pytest.fixture
def desk(desk_in: Callable[..., Desk]) -> Desk:
    return desk_in()
