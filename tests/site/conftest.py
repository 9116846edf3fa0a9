"""The demo clinic on a Wednesday morning, made once: the laws over the whole site leave it as it is."""

from collections.abc import Callable, Iterator

import pytest
import time_machine

from tests.site.house import MORNING, House, furnish
from tests.support.databases import Databases
from tests.support.visitor import Visitor
from web.app import create_app
from web.extensions import db


@pytest.fixture(scope="session")
def house(databases: Databases, valkey_url: str) -> Iterator[House]:
    """The demo clinic with a page of everything in it; nothing that a law does may change it."""
    url = databases.create()
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a secret for tests only",
            "SQLALCHEMY_DATABASE_URI": url,
            "REDIS_URL": valkey_url,
            "DEMO": True,
        }
    )
    with time_machine.travel(MORNING, tick=False):
        yield furnish(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture(autouse=True)
def wednesday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as moved:
        yield moved


@pytest.fixture
def as_(house: House) -> Callable[[str], Visitor]:
    """A browser of nobody, of a patient of the story (``mai``, ``vy``), or of a role of the staff."""
    return house.browser_of
