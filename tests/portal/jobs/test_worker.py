"""A consumer inside the web process, and what we override of Huey (pinned below 4)."""

from __future__ import annotations

import signal
import threading
import time
from importlib.metadata import version
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import jobs
from portal.db import db
from portal.jobs import transport, worker
from portal.jobs.models import Job, Worker


def wait_for(uid: str, state: str = "done", seconds: float = 180) -> Job:
    """The job, once it is in *state*."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        db.session.rollback()
        job = db.session.scalar(select(Job).where(Job.uid == uid))
        if job is not None and job.state == state:
            return job
        time.sleep(0.05)
    raise AssertionError(f"not {state} after {seconds} s: {job and job.state}")


def test_the_web_process_runs_jobs_beside_its_pages(waiting: Flask) -> None:
    threads = []
    jobs.register("where", lambda progress: threads.append(threading.current_thread().name))
    embedded = jobs.start_consumer_thread(waiting)
    try:
        wait_for(jobs.start(7, "core.where").uid)
        assert threads == ["Worker-1"]
        assert db.session.scalar(select(Worker.uid)) == jobs.current().worker
    finally:
        embedded.stop()
    db.session.rollback()
    assert db.session.scalar(select(Worker.uid)) is None


def test_a_job_started_while_no_worker_ran_is_done_when_one_comes(waiting: Flask) -> None:
    jobs.register("note", lambda progress: {"done": True})
    uid = jobs.start(7, "core.note").uid
    embedded = jobs.start_consumer_thread(waiting)
    try:
        assert wait_for(uid).result == {"done": True}
    finally:
        embedded.stop()


def test_stopping_lets_a_running_job_end(waiting: Flask) -> None:
    begun = threading.Event()

    def slow(progress: jobs.Progress) -> None:
        begun.set()
        time.sleep(0.5)

    jobs.register("slow", slow)
    uid = jobs.start(7, "core.slow").uid
    embedded = jobs.start_consumer_thread(waiting)
    assert begun.wait(60)
    embedded.stop()
    embedded.stop()
    assert wait_for(uid, seconds=1)


def test_an_embedded_consumer_leaves_the_signals_to_the_server(waiting: Flask) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    consumer = transport.Consumer(jobs.current().huey, signals=False)
    consumer._set_signal_handlers()
    assert {number: signal.getsignal(number) for number in before} == before


def test_a_worker_process_ends_in_order_on_sigterm_and_never_restarts_itself(waiting: Flask) -> None:
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)) if n is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    consumer = transport.Consumer(jobs.current().huey, signals=True, graceful_signal="TERM")
    try:
        consumer._set_signal_handlers()
        restart, graceful = consumer._signal_actions[signal.SIGTERM]
        assert (restart, graceful) == (False, True)
        if hasattr(signal, "SIGHUP"):
            assert signal.getsignal(signal.SIGHUP) == before[signal.SIGHUP]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_huey_is_the_major_version_we_looked_into() -> None:
    assert version("huey").split(".")[0] == "3"
    assert callable(transport.HueyConsumer._set_signal_handlers)


class TestQueueContent:
    """What stands in the queue: a signed name."""

    def test_it_is_json_without_arguments(self, waiting: Flask) -> None:
        jobs.register("note", lambda progress, secret: None)
        uid = jobs.start(7, "core.note", secret="told in confidence").uid
        raw = bytes(jobs.current().huey.storage.enqueued_items()[0])
        assert raw.startswith(b'{"id":')
        assert uid.encode() in raw
        assert b"confidence" not in raw

    def test_a_message_that_was_changed_is_not_run(self, waiting: Flask) -> None:
        ran = []
        jobs.register("note", lambda progress: ran.append(1))
        jobs.start(7, "core.note")
        huey = jobs.current().huey
        raw = bytes(huey.storage.dequeue())
        with pytest.raises(ValueError, match="mismatch"):
            huey.deserialize_task(raw.replace(b'"args"', b'"arks"'))
        with pytest.raises(ValueError, match="mismatch"):
            huey.deserialize_task(raw[:-1] + (b"0" if raw[-1:] != b"0" else b"1"))

    def test_a_pickle_is_not_opened(self, waiting: Flask) -> None:
        import pickle

        huey = jobs.current().huey
        with pytest.raises(ValueError, match=r"Expecting value|utf-8|codec"):
            huey.deserialize_task(huey.serializer._sign(pickle.dumps({"a": 1})))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("amqp://host", "expected sqlite"),
        ("sqlite://queue.db", "expected sqlite"),
        ("redis://host:notaport/0", "PORTAL_QUEUE_URL"),
    ],
)
def test_a_queue_address_that_cannot_be_used_is_named(make: Any, url: str, says: str) -> None:
    app = make(QUEUE_URL=url)
    with pytest.raises(transport.BadQueue, match=says):
        worker._consumer(app.extensions["portal_jobs"], 1, signals=False)


def test_the_queue_file_is_durable(waiting: Flask) -> None:
    jobs.register("note", lambda progress: None)
    jobs.start(7, "core.note")
    connection = jobs.current().huey.storage.conn
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
