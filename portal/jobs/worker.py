"""Processes that run jobs: one of their own (``portal worker``), or a thread beside the web server."""

from __future__ import annotations

import atexit
import threading
import time
from typing import Any, Final

import structlog
from flask import Flask

from portal.jobs import upkeep
from portal.jobs.queue import Queue

THREADS: Final = 2
"""Jobs a worker process runs side by side: a slow mail server must not hold up a report."""
GRACE: Final = 20
"""Seconds a running job has to end when its worker is asked to stop; then it is run again by the next worker."""

log = structlog.get_logger("portal.jobs")


class Keeper(threading.Thread):
    """Says that the worker lives and does its upkeep; errors (no database for a while) never end it."""

    def __init__(self, queue: Queue) -> None:
        super().__init__(name="portal-keeper", daemon=True)
        self.queue = queue
        self.over = threading.Event()

    def run(self) -> None:
        """Beat every BEAT seconds, tidy every minute, at once for the first time."""
        tidied: float | None = None
        while True:
            try:
                with self.queue.app.app_context():
                    upkeep.beat(self.queue)
                    if tidied is None or time.monotonic() - tidied >= 60 - upkeep.BEAT / 2:
                        tidied = time.monotonic()
                        upkeep.tidy(self.queue)
            except Exception:
                log.exception("upkeep failed", part="beat")
            if self.over.wait(upkeep.BEAT):
                return

    def stop(self) -> None:
        """End, and sign the worker off."""
        self.over.set()
        self.join(timeout=GRACE)
        try:
            with self.queue.app.app_context():
                upkeep.leave(self.queue)
        except Exception:
            log.warning("worker could not sign off", exc_info=True)


class Embedded:
    """A consumer inside another process; ``stop()`` lets running jobs end."""

    def __init__(self, app: Flask, threads: int) -> None:
        self.queue: Queue = app.extensions["portal_jobs"]
        self.keeper = Keeper(self.queue)
        self.consumer: Any = None if self.queue.immediate else _consumer(self.queue, threads, signals=False)
        self.thread = threading.Thread(target=self._run, name="portal-consumer", daemon=True)
        self._stopped = False

    def start(self) -> None:
        """Begin to take jobs."""
        self.keeper.start()
        if self.consumer is not None:
            self.thread.start()
        atexit.register(self.stop)

    def _run(self) -> None:
        self.consumer.run()

    def stop(self) -> None:
        """Take no more jobs, wait up to GRACE seconds for those that run."""
        if self._stopped:
            return
        self._stopped = True
        atexit.unregister(self.stop)
        if self.consumer is not None:
            self.consumer.stop(graceful=True)
            self.thread.join(timeout=GRACE)
        self.keeper.stop()
        self.queue.close()


def start_consumer_thread(app: Flask, threads: int = 1) -> Embedded:
    """Run jobs beside the web server of this process (one machine, ``portal serve``); returns the handle."""
    embedded = Embedded(app, threads)
    embedded.start()
    return embedded


def run_worker(app: Flask, threads: int = THREADS) -> None:
    """Run jobs until SIGTERM or Ctrl+C; running jobs get GRACE seconds to end. Raises transport.BadQueue.

    Must be called in the main thread.
    """
    queue: Queue = app.extensions["portal_jobs"]
    consumer = _consumer(queue, threads, signals=True)
    keeper = Keeper(queue)
    keeper.start()
    try:
        consumer.run()
    finally:
        keeper.stop()
        queue.close()


def _consumer(queue: Queue, threads: int, *, signals: bool) -> Any:
    from portal.jobs.transport import Consumer

    return Consumer(
        queue.huey,
        signals=signals,
        workers=threads,
        periodic=False,
        max_delay=1.0,
        scheduler_interval=60,
        shutdown_timeout=GRACE,
        graceful_signal="TERM",
    )
