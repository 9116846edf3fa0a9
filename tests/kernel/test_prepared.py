from datetime import UTC, date, datetime

import pytest
from sqlalchemy import bindparam, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry, JobRun
from loyalty.kernel.database import table_of
from loyalty.kernel.once import InsertOnce, InsertRow
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.models import Lot

RUNS = table_of(JobRun)
AUDIT = table_of(AuditEntry)
NOW = datetime(2026, 11, 17, 5, 0, 0, 123456, tzinfo=UTC)
ADD = InsertRow(RUNS, returning=RUNS.c.id)
ADD_ONCE = InsertOnce(RUNS, key=(RUNS.c.name, RUNS.c.slot), returning=RUNS.c.id)
FIND = Prepared(
    select(RUNS.c.name, RUNS.c.started_at, RUNS.c.finished_at).where(RUNS.c.name == bindparam("who"))
)
FINISH = Prepared(
    update(RUNS).where(RUNS.c.name == bindparam("who"), RUNS.c.slot == "1").values(outcome=bindparam("said"))
)


def test_values_keep_their_types_both_ways(session: Session) -> None:
    ADD(session, {"name": "a", "slot": "1", "started_at": NOW})
    row = FIND.first(session, who="a")
    assert (row.name, row.started_at, row.finished_at) == ("a", NOW, None)
    assert FIND.first(session, who="b") is None


def test_json_is_written_and_read_as_the_orm_does(session: Session) -> None:
    said = {"tên": "Mai", "n": 1}
    row = {"at": NOW, "actor_kind": "staff", "action": "x", "object_kind": "y", "after": said}
    InsertRow(AUDIT)(session, row)
    by_orm = session.scalars(select(AuditEntry)).one()
    prepared = Prepared(select(AUDIT.c.after)).scalar(session)
    assert by_orm.after == prepared == said


def test_changes_are_counted_and_seen_by_the_session(session: Session) -> None:
    ADD.many(session, [{"name": name, "slot": "1", "started_at": NOW} for name in "ab"])
    assert [FINISH.run(session, who=who, said="done") for who in "abc"] == [1, 1, 0]
    session.commit()
    assert sorted(session.scalars(select(JobRun.outcome))) == ["done", "done"]


def test_a_rollback_undoes_prepared_statements(session: Session) -> None:
    ADD(session, {"name": "a", "slot": "1", "started_at": NOW})
    session.rollback()
    assert FIND.all(session, who="a") == []


def test_a_repeat_of_a_once_only_row_gives_nothing_back(session: Session) -> None:
    ids = [ADD_ONCE(session, {"name": "a", "slot": "1", "started_at": NOW}) for _ in range(2)]
    assert (ids[0] is not None, ids[1]) == (True, None)


def test_faults_arrive_as_the_usual_exceptions(session: Session) -> None:
    ADD(session, {"name": "a", "slot": "1", "started_at": NOW})
    with pytest.raises(IntegrityError):
        ADD(session, {"name": "a", "slot": "1", "started_at": NOW})


def test_the_models_defaults_fill_what_is_left_out(session: Session) -> None:
    stats = table_of(PatientStats)
    session.add(Patient(id=7, card_number="7", name="An", search_name="an", created_at=NOW, changed_at=NOW))
    session.flush()
    InsertRow(stats)(session, {"patient_id": 7})
    found = session.get_one(PatientStats, 7)
    assert (found.visit_count, found.points_balance, found.tier) == (0, 0, None)


def test_days_and_missing_days(session: Session) -> None:
    lots = table_of(Lot)
    today = Prepared(select(lots.c.id).where(lots.c.valid_to >= bindparam("today")))
    assert today.all(session, today=date(2026, 11, 17)) == []


def test_who_counts_statements_sees_prepared_ones(session: Session) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    FIND.first(session, who="a")
    event.remove(engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in seen] in (["BEGIN", "SELECT"], ["SELECT"])
