"""Settings: defaults in code, then ``instance/settings.toml``, then ``PORTAL_*`` in the environment."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the source tree (or site-packages): holds ``portal`` and, in a checkout, ``instance``."""


@dataclass(frozen=True)
class Setting:
    """One setting: its default (whose type it keeps) and what it is for."""

    default: Any
    help: str


SETTINGS: dict[str, Setting] = {
    "SECRET_KEY": Setting("", "signs cookies and links; made in instance/secret_key on the first start"),
    "SECRET_KEY_FALLBACKS": Setting([], "former secrets, still accepted while they are being replaced"),
    "DATABASE_URL": Setting("", "SQLAlchemy address; empty: SQLite in instance/portal.db"),
    "QUEUE_URL": Setting("", "sqlite:///…, redis://… or postgresql://…; empty: SQLite in instance/queue.db"),
    "STORAGE_URL": Setting("", "file:///… folder of uploaded files; empty: instance/files"),
    "LIMITER_STORAGE_URL": Setting("memory://", "where rate limits are counted; redis://… with several processes"),
    "DEFAULT_LOCALE": Setting("mn", "language of a first visit that asks for none of ours"),
    "TIMEZONE": Setting("Asia/Ulaanbaatar", "zone in which times are shown and days begin"),
    "COUNTRY": Setting("MN", "ISO 3166-1 code of the State under review"),
    "BASE_URL": Setting("", "address of the portal in mails, such as https://upr.example; empty: of the request"),
    "TRUSTED_PROXIES": Setting(0, "number of proxies in front whose X-Forwarded headers are believed"),
    "PLUGINS": Setting("", "names of the plugins to load, comma separated; empty: all that are installed"),
    "PLUGIN_ERRORS": Setting("collect", "collect: start without a broken plugin; raise: stop (development, tests)"),
    "HOST": Setting("127.0.0.1", "address that `portal serve` listens on"),
    "PORT": Setting(5000, "port that `portal serve` listens on"),
    "THREADS": Setting(8, "threads of a web process"),
    "REQUIRE_TOTP": Setting(False, "staff roles must set up a second factor before they can work"),
    "SESSION_IDLE_MINUTES": Setting(30, "a signed-in session without a request ends after this"),
    "SESSION_HOURS": Setting(12, "a signed-in session ends after this in any case"),
    "PASSWORD_HASH": Setting("strong", "strong: argon2id, RFC 9106 low memory; cheap: for tests only"),
    "MAIL_SERVER": Setting("", "SMTP server; empty: mails are kept in instance/mail"),
    "MAIL_PORT": Setting(587, "port of the SMTP server"),
    "MAIL_USERNAME": Setting("", "account at the SMTP server"),
    "MAIL_PASSWORD": Setting("", "password at the SMTP server"),
    "MAIL_USE_TLS": Setting(True, "STARTTLS with a checked certificate"),
    "MAIL_DEFAULT_SENDER": Setting("portal@localhost", "sender of the portal's mails"),
    "SAVED_DAYS": Setting(30, "days for which a form is kept that somebody without an account saved for later"),
    "OUTGOING_HTTP": Setting(False, "webhooks may be sent to addresses with http:// too"),
    "OUTGOING_HOSTS": Setting([], "names of servers in one's own network that webhooks may be sent to"),
    "MAX_UPLOAD_MB": Setting(25, "largest request that is read, in megabytes"),
    "SECURE_COOKIES": Setting(False, "cookies over https only, with the __Host- prefix; on where BASE_URL is https"),
    "LOG_LEVEL": Setting("INFO", "DEBUG, INFO, WARNING or ERROR"),
}


class BadSetting(ValueError):
    """A setting that cannot be used; the message names it and says what is expected."""


def _typed(name: str, value: Any) -> Any:
    """*value* as the type of the default of *name*; raises BadSetting."""
    default = SETTINGS[name].default
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        if str(value).lower() in {"1", "true", "yes", "on"}:
            return True
        if str(value).lower() in {"0", "false", "no", "off", ""}:
            return False
        raise BadSetting(f"PORTAL_{name}: {value!r} is neither true nor false")
    if isinstance(default, int):
        try:
            return int(value)
        except (TypeError, ValueError):
            raise BadSetting(f"PORTAL_{name}: {value!r} is not a whole number") from None
    if isinstance(default, list):
        return value if isinstance(value, list) else [part for part in str(value).split(",") if part]
    return str(value)


def read(instance: Path, environ: Mapping[str, str], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All settings by name without prefix: defaults, settings file, environment, then *given*.

    Raises BadSetting for a value of the wrong type and for a name in the settings file that does not exist.
    """
    values = {name: setting.default for name, setting in SETTINGS.items()}
    path = instance / "settings.toml"
    if path.exists():
        import tomllib

        try:
            from_file = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise BadSetting(f"{path}: {error}") from None
        for name, value in from_file.items():
            if name.upper() not in SETTINGS:
                raise BadSetting(f"{path}: there is no setting {name!r}")
            values[name.upper()] = _typed(name.upper(), value)
    for name in SETTINGS:
        if (value := environ.get(f"PORTAL_{name}")) is not None:
            values[name] = _typed(name, value)
    values.update(given or {})
    return values


def secret_key(instance: Path) -> str:
    """The secret of this installation, made with mode 0600 on the first call."""
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        try:
            with open(path, "x", encoding="ascii", opener=_private) as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return path.read_text("ascii").strip()


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)


def configure(app: Flask, environ: Mapping[str, str], given: Mapping[str, Any] | None = None) -> None:
    """Fill ``app.config``; refuses to start with a short secret."""
    instance = Path(app.instance_path)
    values = read(instance, environ, given)
    values["SECRET_KEY"] = values["SECRET_KEY"] or secret_key(instance)
    if len(values["SECRET_KEY"]) < 32:
        raise BadSetting("PORTAL_SECRET_KEY: at least 32 characters are needed")
    values["DATABASE_URL"] = database_url(values["DATABASE_URL"], instance)
    values["QUEUE_URL"] = values["QUEUE_URL"] or f"sqlite:///{instance / 'queue.db'}"
    values["STORAGE_URL"] = values["STORAGE_URL"] or f"file://{instance / 'files'}"
    if str(values["BASE_URL"]).startswith("https://"):
        values["SECURE_COOKIES"] = True
    app.config.update(values)
    secure = bool(values["SECURE_COOKIES"])
    app.config.update(
        SQLALCHEMY_DATABASE_URI=values["DATABASE_URL"],
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": not values["DATABASE_URL"].startswith("sqlite"),
            "hide_parameters": not (app.debug or app.testing),
        },
        SESSION_COOKIE_NAME="__Host-portal" if secure else "portal",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=values["MAX_UPLOAD_MB"] * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=False,
    )


def database_url(url: str, instance: Path) -> str:
    """The SQLAlchemy address for *url*: SQLite in the instance folder where empty, psycopg for PostgreSQL."""
    if not url:
        return f"sqlite:///{instance / 'portal.db'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url
