"""The Flask extensions, each made once and bound to the application in create_app."""

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Config, Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from htmx_flask import Htmx

from loyalty.kernel.database import Base


class Migrations(Migrate):
    """Flask-Migrate that also works in a folder with a percent sign in its name."""

    def get_config(
        self,
        directory: str | None = None,
        x_arg: Iterable[str] | None = None,
        opts: Iterable[str] | None = None,
    ) -> Config:
        folder = str(directory or self.directory)
        config: Any = Config(f"{folder}/alembic.ini")
        # Alembic keeps the folder in a section of the ini file, where a percent sign opens a reference.
        config.set_main_option("script_location", folder.replace("%", "%%"))
        config.cmd_opts = Namespace(x=list(x_arg or ()), **dict.fromkeys(opts or (), True))
        return self.call_configure_callbacks(config)


db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrations()
csrf = CSRFProtect()
babel = Babel()
login_manager = LoginManager()
htmx = Htmx()
