"""The words of messages: sentences in the reader's language, one-time codes from their own row."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from loyalty.access.models import LoginCode
from loyalty.access.rules.codes import code_of
from web.phrases import message_text


class CatalogueWording:
    """Implements ``loyalty.messaging.operations.Wording`` for all jobs."""

    def text(self, step: str, values: Mapping[str, Any], language: str) -> str:
        return message_text(step, values, language)

    def login_code(self, session: Session, login_code_id: int) -> str | None:
        found = session.get(LoginCode, login_code_id)
        if found is None or found.used_at is not None:
            return None
        return code_of(current_app.config["SECRET_KEY"], found.nonce)


WORDING = CatalogueWording()
