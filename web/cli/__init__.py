"""The command line: ``flask …``. Each module here holds one group of commands as ``commands``."""

from flask import Flask


def register(app: Flask) -> None:
    """Give the application its commands."""
