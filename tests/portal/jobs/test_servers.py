"""Real servers: a job started here is run by a worker process, through SQLite, Redis and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import jobs, storage
from portal.db import CoreBase, db
from portal.jobs import transport
from portal.jobs.models import Job, Worker
from tests.portal.jobs import worker_process
from tests.portal.jobs.conftest import TABLES, make_app
from tests.portal.jobs.test_worker import wait_for

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def postgres(postgres_server: Any) -> Callable[[], str]:
    """A function that makes an empty database on a real PostgreSQL and returns its address."""
    made = []

    def create() -> str:
        name = f"jobs_{len(made)}"
        made.append(name)
        postgres_server.psql(f"CREATE DATABASE {name};")
        return str(postgres_server.get_uri(database=name))

    return create


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis of our own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server in PATH")
    pytest.importorskip("redis", reason="no redis client (extra redis)")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        for _ in range(1200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


Start = Callable[[str, str], tuple[Flask, Callable[[], "subprocess.Popen[bytes]"]]]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Start]:
    """A function that makes an application on a database and a queue, and one that starts its workers."""
    processes: list[subprocess.Popen[bytes]] = []
    apps: list[Flask] = []

    def start(database: str, queue: str) -> tuple[Flask, Callable[[], subprocess.Popen[bytes]]]:
        database = database.replace("postgresql://", "postgresql+psycopg://", 1)
        app = make_app(tmp_path, database, QUEUE_URL=queue)
        with app.app_context():
            CoreBase.metadata.create_all(db.engine, tables=TABLES)
        apps.append(app)

        def worker() -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "tests.portal.jobs.worker_process", str(tmp_path), database, queue]
            with (tmp_path / f"worker-{len(processes)}.log").open("wb") as out:
                process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
            processes.append(process)
            return process

        return app, worker

    worker_process.register()
    yield start
    for process in processes:
        process.kill()
        process.wait()
    for app in apps:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        app.extensions["portal_jobs"].close()


def sqlite_at(tmp_path: Path) -> tuple[str, str]:
    return f"sqlite:///{tmp_path}/portal.db", f"sqlite:///{tmp_path}/queue.db"


def runs_elsewhere(portal: Start, database: str, queue: str) -> None:
    """Start twenty jobs before and after the worker comes; all are run by it, once, with their files."""
    app, worker = portal(database, queue)
    with app.app_context():
        before = [jobs.start(7, "core.where", word=f"өмнө {n}").uid for n in range(10)]
        process = worker()
        after = [jobs.start(7, "core.where", word=f"дараа {n}").uid for n in range(10)]
        for uid in before + after:
            job = wait_for(uid, seconds=180)
            assert job.result is not None
            assert job.result["pid"] == process.pid != os.getpid()
            assert job.attempts == 1
            with storage.current().open(job.result["file"]["stored_as"]) as file:
                assert file.read().decode() == job.result["word"]
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Worker)) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Worker)) == 0


def test_sqlite(portal: Start, tmp_path: Path) -> None:
    runs_elsewhere(portal, *sqlite_at(tmp_path))


def test_redis(portal: Start, tmp_path: Path, redis: str) -> None:
    runs_elsewhere(portal, sqlite_at(tmp_path)[0], redis)


@pytest.mark.postgres
def test_postgresql(portal: Start, postgres: Callable[[], str]) -> None:
    address = postgres()
    runs_elsewhere(portal, address, address)


@pytest.mark.postgres
def test_postgresql_with_redis(portal: Start, postgres: Callable[[], str], redis: str) -> None:
    runs_elsewhere(portal, postgres(), redis)


@pytest.mark.postgres
def test_processes_that_start_together_on_a_fresh_database_all_get_their_queue(postgres: Callable[[], str]) -> None:
    address = postgres()
    gate = threading.Barrier(6)

    def make(number: int) -> int:
        gate.wait()
        huey, _ = transport.make(address, Path(), "a secret of the tests", lambda uid: None)
        size = int(huey.storage.queue_size())
        huey.storage.close()
        return size

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(make, range(6))) == [0] * 6


def wait_until(holds: Callable[[], bool], seconds: float = 180) -> None:
    """Wait until *holds*, with a fresh view of the database each time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        db.session.rollback()
        time.sleep(0.1)


@pytest.mark.postgres
def test_two_workers_share_the_jobs_and_run_each_once(portal: Start, postgres: Callable[[], str]) -> None:
    address = postgres()
    app, worker = portal(address, address)
    with app.app_context():
        pids = {worker().pid, worker().pid}
        wait_until(lambda: db.session.scalar(select(func.count()).select_from(Worker)) == 2)
        uids = [jobs.start(7, "core.where", word=str(n)).uid for n in range(60)]
        done = [wait_for(uid, seconds=180) for uid in uids]
        assert {job.attempts for job in done} == {1}
        assert {(job.result or {})["pid"] for job in done} == pids


def mark_of(folder: Path, number: int) -> int:
    path = folder / f"begun-{number}"
    for _ in range(3600):
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError("the job did not begin")


def queues(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> tuple[str, str]:
    if kind == "postgres":
        address: str = request.getfixturevalue("postgres")()
        return address, address
    return sqlite_at(tmp_path)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_job_of_a_killed_worker_is_run_again_by_the_next(
    portal: Start, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    app, worker = portal(*queues(tmp_path, kind, request))
    with app.app_context():
        uid = jobs.start(7, "core.slow", folder=str(tmp_path), seconds=60).uid
        first = worker()
        assert mark_of(tmp_path, 0) == first.pid
        first.kill()
        first.wait()
        second = worker()
        job = wait_for(uid, seconds=180)
        assert (job.result, job.lost, job.attempts) == ({"pid": second.pid, "run": 1}, 1, 2)


def test_a_worker_that_is_asked_to_end_lets_its_job_end(portal: Start, tmp_path: Path) -> None:
    app, worker = portal(*sqlite_at(tmp_path))
    with app.app_context():
        uid = jobs.start(7, "core.slow", folder=str(tmp_path), seconds=2).uid
        process = worker()
        mark_of(tmp_path, 0)
        process.terminate()
        assert process.wait(30) == 0
        assert wait_for(uid, seconds=1).result == {"pid": process.pid, "run": 0}


def test_a_running_job_is_stopped_from_another_process(portal: Start, tmp_path: Path) -> None:
    from portal.db import transaction

    app, worker = portal(*sqlite_at(tmp_path))
    with app.app_context():
        uid = jobs.start(7, "core.slow", folder=str(tmp_path), seconds=60).uid
        worker()
        mark_of(tmp_path, 0)
        with transaction():
            db.session.scalars(select(Job).where(Job.uid == uid)).one().cancel_asked = True
        assert wait_for(uid, "cancelled").result is None


def test_jobs_started_while_redis_is_away_are_run_when_it_is_back(
    portal: Start, tmp_path: Path, redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from portal.jobs import upkeep

    app, worker = portal(sqlite_at(tmp_path)[0], redis)
    queue: Any = app.extensions["portal_jobs"]
    with app.app_context():
        with monkeypatch.context() as away:
            away.setattr(queue, "_parts", lambda: (_ for _ in ()).throw(ConnectionError))
            uid = jobs.start(7, "core.where", word="x").uid
        monkeypatch.setattr(upkeep, "FORGOTTEN", timedelta(0))
        monkeypatch.setattr(queue, "_away_until", 0.0)
        upkeep.wake_waiting(queue)
        worker()
        assert wait_for(uid, seconds=180).state == "done"


def test_a_page_with_many_mails_waits_less_than_three_seconds_for_a_silent_redis(portal: Start, tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="no redis client (extra redis)")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app, _ = portal(sqlite_at(tmp_path)[0], f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        with app.app_context():
            begun = time.monotonic()
            for _ in range(20):
                jobs.start(7, "core.where", word="x")
            assert time.monotonic() - begun < 3
