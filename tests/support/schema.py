"""The product's tables in an empty database, made the way the product makes them."""

from pathlib import Path

from loyalty.kernel.database import create_all, make_engine

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"


def make_schema(url: str) -> None:
    """Run all migrations on ``url``; before the first migration exists, take the models' own tables."""
    if any(MIGRATIONS.glob("versions/*.py")):
        _migrate(url)
    else:
        engine = make_engine(url)
        create_all(engine)
        engine.dispose()


def _migrate(url: str) -> None:
    from flask_migrate import upgrade

    from web.app import create_app
    from web.extensions import db

    app = create_app({"TESTING": True, "SECRET_KEY": "schema", "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        db.session.remove()
        db.engine.dispose()
