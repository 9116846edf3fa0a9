"""Where the application's settings come from: the environment, then what the caller of create_app gives."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from loyalty.kernel.database import ENGINE_OPTIONS

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT_KEY = "liana development key, refused in production"
SHORTEST_KEY = 32
MEGABYTE = 1024 * 1024
OFF = ("", "0", "false", "no", "off")


def settings(given: Mapping[str, Any] | None, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Every setting of the application; what ``given`` names wins over the environment.

    Raises RuntimeError in production when the secret key is missing, the development one or too short.
    """
    production = _flag(environment, "LIANA_PRODUCTION", False)
    config: dict[str, Any] = {
        "PRODUCTION": production,
        "DEMO": not production and _flag(environment, "LIANA_DEMO", True),
        "SECRET_KEY": environment.get("SECRET_KEY") or DEVELOPMENT_KEY,
        "SQLALCHEMY_DATABASE_URI": _database_url(environment.get("DATABASE_URL", "")),
        "REDIS_URL": environment.get("REDIS_URL") or "redis://127.0.0.1:6379/0",
        "PUBLIC_URL": environment.get("LIANA_PUBLIC_URL", "").rstrip("/"),
        "TRUSTED_PROXIES": int(environment.get("LIANA_TRUSTED_PROXIES") or 0),
        "GATEWAY": environment.get("GATEWAY") or None,
        "MESSAGE_LEASE_SECONDS": int(environment.get("MESSAGE_LEASE_SECONDS") or 60),
        "FAKE_SLOW_SECONDS": float(environment.get("FAKE_SLOW_SECONDS") or 15),
        "PROGRAMME_CACHE_SECONDS": 30,
        "BEAT_MAX_AGE_SECONDS": 180,
        **_FIXED,
        **(given or {}),
    }
    config["DEMO"] = config["DEMO"] and not config["PRODUCTION"]
    config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", dict(ENGINE_OPTIONS))
    if config.get("TESTING"):
        config["PROGRAMME_CACHE_SECONDS"] = 0
    _refuse_weak_key(config)
    return config


#: What no environment changes.
_FIXED: Mapping[str, Any] = {
    "MAX_CONTENT_LENGTH": 2 * MEGABYTE,
    "WTF_CSRF_TIME_LIMIT": None,
    "WTF_I18N_ENABLED": False,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=90),
    "SESSION_REFRESH_EACH_REQUEST": False,
    "SESSION_COOKIE_NAME": "liana",
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_PROTECTION": None,
    "BABEL_DEFAULT_LOCALE": "en",
    "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
}


def _flag(environment: Mapping[str, str], name: str, default: bool) -> bool:
    if name not in environment:
        return default
    return environment[name].strip().lower() not in OFF


def _database_url(url: str) -> str:
    if not url:
        return f"sqlite:///{ROOT / 'var' / 'liana.db'}"
    return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def _refuse_weak_key(config: Mapping[str, Any]) -> None:
    key = config["SECRET_KEY"]
    if config["PRODUCTION"] and (key == DEVELOPMENT_KEY or len(key) < SHORTEST_KEY):
        raise RuntimeError(
            f"In production SECRET_KEY must be set to at least {SHORTEST_KEY} random characters."
        )
