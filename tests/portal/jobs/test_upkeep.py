"""What workers do for each other: lost jobs, forgotten jobs, the clock, old files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from portal import clock, health, jobs, storage
from portal.db import db, transaction
from portal.jobs import runner, upkeep
from portal.jobs.models import Job, Schedule, Worker, new_uid

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""12:00 in Ulaanbaatar."""


@pytest.fixture(autouse=True)
def _here() -> Iterator[None]:
    yield
    upkeep._here.clear()


def worker(pid: int, seen: datetime, host: str | None = None) -> str:
    """A worker that once said that it lives; returns its uid."""
    row = Worker(uid=new_uid(), host=host or socket.gethostname()[:120], pid=pid, started_at=seen, seen_at=seen)
    with transaction():
        db.session.add(row)
    return row.uid


def running(by: str, **values: Any) -> str:
    """A job that *by* was running; returns its uid."""
    job = jobs.start(7, "core.note")
    with transaction():
        db.session.connection().execute(
            update(Job).where(Job.uid == job.uid).values(state="running", worker=by, attempts=1, **values)
        )
    jobs.current().huey.storage.flush_queue()
    return job.uid


def state(uid: str) -> str:
    db.session.rollback()
    return str(db.session.scalar(select(Job.state).where(Job.uid == uid)))


def waiting_names(queue: jobs.Queue) -> list[str]:
    names = []
    while (task := queue.huey.dequeue()) is not None:
        names.append(task.args[0])
    return names


@pytest.fixture
def queue(waiting: Flask) -> jobs.Queue:
    jobs.register("note", lambda progress: None)
    return jobs.current()


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_a_job_of_a_killed_worker_runs_once_more_and_then_fails(queue: jobs.Queue) -> None:
    upkeep.beat(queue)
    uid = running(worker(dead_pid(), clock.now()))
    upkeep.requeue_lost(queue)
    assert state(uid) == "queued"
    assert waiting_names(queue) == [uid]

    with transaction():
        again = worker(dead_pid(), clock.now())
        db.session.connection().execute(update(Job).where(Job.uid == uid).values(state="running", worker=again))
    upkeep.requeue_lost(queue)
    assert state(uid) == "failed"
    message = db.session.scalar(select(Job.message).where(Job.uid == uid))
    assert message is not None
    assert "interrupted twice" in message.text("en")


def test_a_lost_job_that_was_asked_to_stop_does_not_run_again(queue: jobs.Queue) -> None:
    uid = running(worker(dead_pid(), clock.now()), cancel_asked=True)
    upkeep.requeue_lost(queue)
    assert state(uid) == "cancelled"


def test_a_silent_worker_of_another_machine_is_dead_after_90_seconds(queue: jobs.Queue) -> None:
    now = clock.now()
    lively = running(worker(1, now - timedelta(seconds=60), host="elsewhere"))
    silent = running(worker(1, now - timedelta(seconds=100), host="elsewhere"))
    upkeep.requeue_lost(queue)
    assert (state(lively), state(silent)) == ("running", "queued")


def test_a_worker_before_a_restart_with_the_same_process_number_is_dead(queue: jobs.Queue) -> None:
    uid = running(worker(os.getpid(), clock.now()))
    upkeep.requeue_lost(queue)
    assert state(uid) == "queued"


def test_a_job_this_worker_is_running_is_not_lost(queue: jobs.Queue) -> None:
    upkeep.beat(queue)
    mine, dropped = running(queue.worker), running(queue.worker)
    queue.active.add(mine)
    upkeep.requeue_lost(queue)
    assert (state(mine), state(dropped)) == ("running", "queued")


def test_dead_workers_are_forgotten_and_one_that_leaves_signs_off(queue: jobs.Queue) -> None:
    upkeep.beat(queue)
    worker(dead_pid(), clock.now())
    upkeep.requeue_lost(queue)
    db.session.rollback()
    assert db.session.scalars(select(Worker.uid)).all() == [queue.worker]
    upkeep.leave(queue)
    db.session.rollback()
    assert db.session.scalars(select(Worker.uid)).all() == []


def test_a_job_that_never_reached_the_queue_is_put_there(queue: jobs.Queue) -> None:
    uid = jobs.start(7, "core.note").uid
    queue.huey.storage.flush_queue()
    upkeep.wake_waiting(queue)
    assert waiting_names(queue) == []
    with transaction():
        db.session.connection().execute(update(Job).values(created_at=clock.now() - timedelta(minutes=2)))
    upkeep.wake_waiting(queue)
    assert waiting_names(queue) == [uid]


def test_a_long_queue_is_not_made_longer(queue: jobs.Queue) -> None:
    jobs.start(7, "core.note")
    with transaction():
        db.session.connection().execute(update(Job).values(created_at=clock.now() - timedelta(minutes=2)))
    upkeep.wake_waiting(queue)
    assert len(waiting_names(queue)) == 1


def test_a_file_is_gone_after_a_day_with_its_job(app: Flask) -> None:
    jobs.register("make", lambda progress: progress.file(b"x", "a.pdf"))
    with time_machine.travel(NOON, tick=False) as moment:
        uid = jobs.start(7, "core.make").uid
        moment.shift(timedelta(hours=23))
        jobs.tidy(jobs.current())
        db.session.rollback()
        file = db.session.scalars(select(Job)).one().file
        assert file is not None
        assert storage.current().exists(file["stored_as"])
        moment.shift(timedelta(hours=2))
        jobs.tidy(jobs.current())
        db.session.rollback()
        assert db.session.scalar(select(Job).where(Job.uid == uid)) is None
        assert not storage.current().exists(file["stored_as"])


class TestClock:
    """Jobs that run by themselves."""

    @pytest.fixture
    def runs(self, app: Flask) -> list[datetime]:
        times: list[datetime] = []
        jobs.schedule("daily", "0 8 * * *", lambda progress: times.append(clock.now()))
        return times

    def tick(self) -> None:
        upkeep.start_scheduled(jobs.current())

    def test_the_hour_is_that_of_the_portals_zone(self, runs: list[datetime]) -> None:
        with time_machine.travel("2026-11-22T23:58:00Z", tick=False) as moment:
            self.tick()
            for _ in range(5):
                moment.shift(timedelta(minutes=1))
                self.tick()
        assert [f"{when:%H:%M}" for when in runs] == ["00:00"]

    def test_two_workers_start_it_once(self, runs: list[datetime], make: Any) -> None:
        other = make()
        with time_machine.travel("2026-11-22T23:58:00Z", tick=False) as moment:
            self.tick()
            moment.shift(timedelta(minutes=3))
            self.tick()
            with other.app_context():
                self.tick()
        assert len(runs) == 1

    def test_a_run_missed_while_the_server_was_down_is_made_up_once(self, runs: list[datetime]) -> None:
        with time_machine.travel("2026-11-20T00:30:00Z", tick=False) as moment:
            self.tick()
            moment.move_to("2026-11-23T05:00:00Z")
            self.tick()
            self.tick()
        assert len(runs) == 1

    def test_a_new_installation_makes_up_nothing(self, runs: list[datetime]) -> None:
        with time_machine.travel("2026-11-23T05:00:00Z", tick=False):
            self.tick()
            self.tick()
        assert runs == []
        db.session.rollback()
        assert db.session.scalar(select(Schedule.name).where(Schedule.name == "core.daily"))

    def test_a_module_that_is_off_rests(self, runs: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upkeep, "is_on", lambda plugin: False)
        with time_machine.travel("2026-11-22T23:58:00Z", tick=False) as moment:
            self.tick()
            moment.shift(timedelta(minutes=3))
            self.tick()
        assert runs == []

    def test_a_clock_that_steps_back_starts_nothing_twice(self, runs: list[datetime]) -> None:
        with time_machine.travel("2026-11-22T23:58:00Z", tick=False) as moment:
            self.tick()
            moment.shift(timedelta(minutes=3))
            self.tick()
            moment.shift(timedelta(hours=-1))
            self.tick()
            moment.shift(timedelta(hours=1))
            self.tick()
        assert len(runs) == 1

    def test_weekdays_and_steps(self) -> None:
        monday = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
        week = monday - timedelta(days=1)
        assert upkeep.latest("0 8 * * 1-5", week, monday) == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
        assert upkeep.latest("0 8 * * 0", monday - timedelta(minutes=5), monday) is None
        assert upkeep.latest("*/15 * * * *", week, monday) == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def test_one_failing_part_does_not_stop_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(queue: jobs.Queue) -> None:
        raise RuntimeError

    called = []
    monkeypatch.setattr(upkeep, "requeue_lost", broken)
    monkeypatch.setattr(upkeep, "forget_ended", lambda queue: called.append(1))
    broken.__name__ = "requeue_lost"
    upkeep.tidy(jobs.current())
    assert called == [1]


class TestHealth:
    """What /readyz says about the queue."""

    def test_without_a_worker_it_is_degraded(self, queue: jobs.Queue) -> None:
        assert health.states()["queue"] == "degraded"
        upkeep.beat(queue)
        db.session.rollback()
        assert health.states()["queue"] == "ok"

    def test_a_job_waiting_for_long_is_degraded(self, queue: jobs.Queue) -> None:
        upkeep.beat(queue)
        jobs.start(7, "core.note")
        assert health.states()["queue"] == "ok"
        with transaction():
            db.session.connection().execute(update(Job).values(created_at=clock.now() - timedelta(minutes=6)))
        assert health.states()["queue"] == "degraded"

    def test_a_job_with_a_delay_does_not_count_until_it_is_due(self, queue: jobs.Queue) -> None:
        upkeep.beat(queue)
        jobs.start(7, "core.note")
        before, after = clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)
        with transaction():
            db.session.connection().execute(update(Job).values(created_at=before, run_after=after))
        assert health.states()["queue"] == "ok"


def test_a_delayed_job_is_not_taken_before_its_time(queue: jobs.Queue) -> None:
    uid = jobs.start(7, "core.note").uid
    with transaction():
        db.session.connection().execute(update(Job).values(run_after=clock.now() + timedelta(minutes=1)))
    runner.run(queue, uid)
    assert state(uid) == "queued"
