"""How every command acts: one transaction, settled and committed, or one sentence and nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from loyalty.kernel.clock import Month
from loyalty.kernel.database import reading_only
from loyalty.kernel.refusal import Refusal
from web.extensions import db
from web.phrases import refusal_text
from web.transactions import transaction


class Fault(click.ClickException):
    """Why a command did nothing; printed on stderr, exit 1."""


@contextmanager
def acting() -> Iterator[Session]:
    """What the block does becomes lasting when it ends, with everything that follows from it."""
    with _explained(), transaction() as session:
        yield session


@contextmanager
def looking() -> Iterator[Session]:
    """A session that only reads: on SQLite it waits for nobody and nobody waits for it."""
    db.session.remove()
    token = reading_only.set(True)
    try:
        with _explained():
            yield db.session()
    finally:
        db.session.remove()
        reading_only.reset(token)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Fault(refusal_text(refusal)) from None
    except (IntegrityError, DataError):
        raise Fault("The database refused these values. Nothing was changed.") from None
    except (OperationalError, ProgrammingError) as error:
        why = _first_line(error.orig)
        raise Fault(f"The database does not answer, or has no tables yet (flask db upgrade): {why}") from None


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), "no reason given")


class InstantArgument(click.ParamType[datetime]):
    """An instant as RFC 3339 writes it, with its offset."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            instant = datetime.fromisoformat(str(value))
            if instant.tzinfo is None:
                raise ValueError(value)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Fault(f"{value!r} is no instant like 2026-11-22T09:00:00+07:00.") from None


class MonthArgument(click.ParamType[Month]):
    """A month, written 2026-11."""

    name = "month"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        try:
            return Month.parse(str(value))
        except ValueError:
            raise Fault(f"{value!r} is no month like 2026-11.") from None
