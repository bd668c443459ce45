"""Huey as the portal uses it: the queue carries signed names of jobs, nothing else.

Importing this is slow (Huey looks for every database driver); only the first job of a process does it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from huey.api import Huey
from huey.consumer import Consumer as HueyConsumer
from huey.registry import Message
from huey.serializer import SignedSerializer
from huey.storage import MemoryStorage, PostgresStorage, RedisStorage, SqliteStorage

NAME = "portal"
LOCK = 0x706F7274616C
"""Number of the advisory lock under which the queue's tables are made ("portal" in hexadecimal)."""


class BadQueue(ValueError):
    """QUEUE_URL cannot be used; the message says why."""


class JsonSerializer(SignedSerializer):
    """Signed JSON in place of Huey's signed pickle: who can write into the queue cannot bring code along."""

    def _signature(self, message: bytes) -> bytes:
        return hmac.new(self._key, message, hashlib.sha256).hexdigest().encode()

    def _serialize(self, message: Any) -> bytes:
        body = {"id": message.id, "name": message.name, "args": list(message.args)}
        signed: bytes = self._sign(json.dumps(body).encode())  # type: ignore[no-untyped-call]
        return signed

    def _deserialize(self, data: Any) -> Any:
        body = json.loads(self._unsign(bytes(data)))  # type: ignore[no-untyped-call]
        named: dict[str, Any] = {"id": body["id"], "name": body["name"], "args": tuple(body["args"]), "kwargs": {}}
        return Message(**named)


class PostgresQueue(PostgresStorage):
    """Huey's tables in PostgreSQL, made under a lock.

    ``CREATE TABLE IF NOT EXISTS`` fails in one of two processes that start at the same moment on a fresh database.
    """

    def initialize_schema(self) -> None:
        """Make the tables that are missing."""
        with self.db(commit=True, close=True) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            for statement in self.ddl:
                cursor.execute(statement)


class Consumer(HueyConsumer):
    """Huey's consumer, told about signals by whoever embeds it.

    ``signals=False``: inside the web process, whose server owns the signals. SIGHUP does not restart: Huey would
    execute a command line that is not its own.
    """

    def __init__(self, huey: Huey, *, signals: bool, **options: Any) -> None:
        self.signals = signals
        super().__init__(huey, **options)  # type: ignore[no-untyped-call]

    def _set_signal_handlers(self) -> None:
        if self.signals:
            kept = (self._graceful_sig, self._interrupt_sig)
            self._signal_actions = {each: self._signal_actions[each] for each in kept}
            super()._set_signal_handlers()  # type: ignore[no-untyped-call]


def make(url: str, folder: Path, secret: str, run: Callable[[str], None]) -> tuple[Huey, Callable[[str], Any]]:
    """A Huey on *url* and the function that puts a job's uid into it; raises BadQueue.

    *run* is called with the uid by whoever takes it out. ``immediate://`` calls it at once, for tests. A relative
    SQLite file lies in *folder*.
    """
    try:
        storage, options = _storage(url, folder)
        huey = Huey(
            NAME,
            results=False,
            immediate=storage is MemoryStorage,
            serializer=JsonSerializer(secret, salt="portal.jobs"),  # type: ignore[no-untyped-call]
            storage_class=storage,
            **options,
        )
    except BadQueue:
        raise
    except Exception as error:
        raise BadQueue(f"PORTAL_QUEUE_URL: {error}") from error

    def portal_job(uid: str) -> None:
        run(uid)

    return huey, huey.task()(portal_job)


def _storage(url: str, folder: Path) -> tuple[type[Any], dict[str, Any]]:
    """Huey's storage class for *url* and its options: durable, and quick to give up on a server that is away."""
    scheme, _, rest = url.partition("://")
    scheme = scheme.partition("+")[0]
    if scheme == "immediate":
        return MemoryStorage, {}
    if scheme == "sqlite" and rest.startswith("/"):
        path = folder / unquote(rest.removeprefix("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteStorage, {"filename": str(path), "fsync": True, "timeout": 15}
    if scheme in ("redis", "rediss", "unix"):
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise BadQueue(
                "PORTAL_QUEUE_URL: for redis:// install the extra: pip install 'upr-portal[redis]'"
            ) from None
        pool = redis.ConnectionPool.from_url(
            url, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        return RedisStorage, {"connection_pool": pool}
    if scheme in ("postgresql", "postgres"):
        try:
            import psycopg  # noqa: F401
        except ImportError:
            raise BadQueue("PORTAL_QUEUE_URL: for postgresql:// install the extra 'upr-portal[postgres]'") from None
        return PostgresQueue, {"dsn": f"postgresql://{rest}", "connect_timeout": 3}
    raise BadQueue(f"PORTAL_QUEUE_URL: expected sqlite:///…, redis://… or postgresql://…, not {scheme}://…")
