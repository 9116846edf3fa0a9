"""`flask leaderboard`: the same acts as in the admin, with the same checks."""

import click
from flask.cli import AppGroup

from loyalty.activity.operations import record
from loyalty.clinic.models import Staff
from loyalty.clinic.queries import staff_by_email
from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.clock import Month
from loyalty.leaderboard.operations import draft_board, publish_board
from web.cli.acting import Fault, MonthArgument, acting, looking

leaderboard_commands = AppGroup("leaderboard", help="The monthly board of helpers.")


@leaderboard_commands.command("draft")
@click.argument("month", type=MonthArgument())
def draft(month: Month) -> None:
    """Count a month's helpers anew; possible until the board is published."""
    with acting() as session:
        board = draft_board(session, month=month, actor=SYSTEM, now=clock.now())
        helpers, friends = board.helpers_total, board.friends_total
    click.echo(f"{month}: draft, {helpers} helpers, {friends} friends helped.")


@leaderboard_commands.command("publish")
@click.argument("month", type=MonthArgument())
@click.option("--as", "email", required=True, help="E-mail of the manager who publishes.")
def publish(month: Month, email: str) -> None:
    """Freeze a month's board and show it; only for staff who may, and not while a nickname waits."""
    actor = Actor("staff", _manager(email).id)
    with acting() as session:
        board = publish_board(session, month=month, actor=actor, now=clock.now())
        helpers, friends = board.helpers_total, board.friends_total
    click.echo(f"{month}: published, {helpers} helpers, {friends} friends helped.")


def _manager(email: str) -> Staff:
    with looking() as session:
        staff = staff_by_email(session, email)
    if staff is None or staff.disabled_at is not None:
        raise Fault(f"Nobody works here with {email}.")
    if not may(staff.role, Permission.PUBLISH_LEADERBOARD):
        with acting() as session:
            record(
                session,
                actor=Actor("staff", staff.id),
                action="access.denied",
                object_kind="command",
                object_id="leaderboard publish",
                after={"permission": str(Permission.PUBLISH_LEADERBOARD)},
                now=clock.now(),
            )
        raise Fault(f"{staff.name} may not publish leaderboards.")
    return staff
