"""The pages of one's jobs: the list, the progress, the file, the stop button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal import clock, jobs
from portal.db import db, transaction
from portal.i18n import _l
from portal.jobs import queries, registry
from portal.jobs.models import Job
from portal.people.identity import Identity

People = Callable[..., Identity]
SignIn = Callable[[Identity], FlaskClient]


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)


@pytest.fixture
def me(identity: People) -> Identity:
    return identity("coordinator")


@pytest.fixture
def client(me: Identity, sign_in: SignIn) -> FlaskClient:
    return sign_in(me)


@pytest.fixture
def other(identity: People, sign_in: SignIn) -> FlaskClient:
    """Someone with the highest role, but another person."""
    return sign_in(identity("administrator"))


@pytest.fixture
def report(app: Flask, me: Identity) -> str:
    """A job of mine that made a file; returns its uid."""

    def make(progress: jobs.Progress) -> dict[str, Any]:
        progress.file("Тайлан".encode(), "Хагас жилийн тайлан.pdf")
        return {"url": "/records/1"}

    jobs.register("make", make)
    with app.app_context():
        return jobs.start(me.id, "core.make", title=_l("Report")).uid


@pytest.fixture
def put(app: Flask, me: Identity) -> Callable[..., str]:
    """A function that makes a job of mine in a state and returns its uid."""
    jobs.register("idle", lambda progress: None)

    def make(state: str, message: Any = "", **values: Any) -> str:
        with app.app_context():
            uid = jobs.start(me.id, "core.idle", title=_l("Export")).uid
            cleared = {"state": state, "finished_at": None, "expires_at": None, "result": None, **values}
            with transaction():
                changed = update(Job).where(Job.uid == uid).values(message=jobs.everywhere(message), **cleared)
                db.session.connection().execute(changed)
        return uid

    return make


def now_state(uid: str) -> tuple[str, bool]:
    db.session.rollback()
    row = db.session.execute(select(Job.state, Job.cancel_asked).where(Job.uid == uid)).one()
    return row.state, row.cancel_asked


def test_signed_out_one_is_asked_to_sign_in(app: Flask, report: str) -> None:
    answer = app.test_client().get(f"/jobs/{report}/file")
    assert answer.status_code == 303
    assert "sign" in answer.headers["Location"]


def test_the_list_shows_ones_own_jobs_only(client: FlaskClient, other: FlaskClient, report: str) -> None:
    mine = client.get("/jobs/")
    assert report in mine.text
    assert "Хагас жилийн тайлан.pdf" in mine.text
    assert "no-store" in mine.headers["Cache-Control"]
    assert "No jobs yet" in other.get("/jobs/").text


def test_someone_elses_job_is_not_there(other: FlaskClient, report: str) -> None:
    for path in (f"/jobs/{report}", f"/jobs/{report}/progress", f"/jobs/{report}/file"):
        assert other.get(path).status_code == 404
    assert other.post(f"/jobs/{report}/cancel").status_code == 404


def test_a_file_is_fetched_under_its_own_name(client: FlaskClient, report: str) -> None:
    answer = client.get(f"/jobs/{report}/file", buffered=True)
    assert answer.data.decode() == "Тайлан"
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%D0%A5" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_is_gone_after_24_hours(app: Flask, me: Identity, sign_in: SignIn, report: str) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        client = sign_in(me)
        assert client.get(f"/jobs/{report}/file").status_code == 404
        assert "no longer kept" in client.get(f"/jobs/{report}").text


def test_a_file_is_gone_when_the_right_to_it_is_withdrawn(client: FlaskClient, me: Identity) -> None:
    jobs.register("make", lambda progress: progress.file(b"x", "a.pdf"))
    with client.application.app_context():
        held = jobs.start(me.id, "core.make", permission="records.read").uid
        withdrawn = jobs.start(me.id, "core.make", permission="withdrawn.read").uid
    assert client.get(f"/jobs/{held}/file", buffered=True).status_code == 200
    assert client.get(f"/jobs/{withdrawn}/file").status_code == 404
    assert withdrawn not in client.get("/jobs/").text


def test_jobs_of_a_module_that_is_off_are_not_shown(
    client: FlaskClient, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "is_on", lambda plugin: False)
    assert report not in client.get("/jobs/").text
    assert client.get(f"/jobs/{report}").status_code == 404


def test_a_running_job_asks_again_more_and_more_seldom(client: FlaskClient, put: Callable[..., str]) -> None:
    uid = put("running", done=3, total=10)
    first = client.get(f"/jobs/{uid}").text
    assert f'hx-get="/jobs/{uid}/progress?round=1" hx-trigger="load delay:1s"' in first
    assert 'max="100" value="30"' in first
    assert "3 of 10" in first
    later = client.get(f"/jobs/{uid}/progress?round=50").text
    assert 'hx-trigger="load delay:10s"' in later
    assert "<title>" not in later


def test_a_running_job_can_be_followed_without_javascript(client: FlaskClient, put: Callable[..., str]) -> None:
    uid = put("running")
    assert f'<noscript><p><a href="/jobs/{uid}">' in client.get(f"/jobs/{uid}").text


def test_an_ended_job_asks_no_more_and_shows_its_result(client: FlaskClient, report: str) -> None:
    page = client.get(f"/jobs/{report}/progress?round=3").text
    assert "hx-get" not in page
    assert f"/jobs/{report}/file" in page
    assert "/records/1" in page


@pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999"])
def test_a_strange_round_is_harmless(client: FlaskClient, put: Callable[..., str], value: str) -> None:
    assert client.get(f"/jobs/{put('running')}/progress?round={value}").status_code == 200


def test_a_failed_job_shows_its_words_and_number(client: FlaskClient, put: Callable[..., str]) -> None:
    uid = put("failed", error="7F3K-9QXA", message=_l("Row 3 has no number."))
    page = client.get(f"/jobs/{uid}").text
    assert "Row 3 has no number." in page
    assert "7F3K-9QXA" in page


def test_a_waiting_job_is_stopped_at_once(client: FlaskClient, put: Callable[..., str]) -> None:
    uid = put("queued")
    answer = client.post(f"/jobs/{uid}/cancel")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/jobs/{uid}")
    assert now_state(uid) == ("cancelled", False)


def test_a_running_job_is_asked_to_stop(client: FlaskClient, put: Callable[..., str]) -> None:
    uid = put("running")
    client.post(f"/jobs/{uid}/cancel")
    assert now_state(uid) == ("running", True)
    assert "being stopped" in client.get(f"/jobs/{uid}").text


def test_an_ended_job_stays_as_it_is(client: FlaskClient, report: str) -> None:
    client.post(f"/jobs/{report}/cancel")
    assert now_state(report) == ("done", False)


def test_get_stops_nothing(client: FlaskClient, put: Callable[..., str]) -> None:
    assert client.get(f"/jobs/{put('queued')}/cancel").status_code == 405


def test_the_list_costs_the_same_queries_with_one_job_and_with_many(
    client: FlaskClient, put: Callable[..., str], query_counter: Any
) -> None:
    counts = []
    client.get("/jobs/")
    for more in (1, 60):
        for _ in range(more):
            put("queued")
        with query_counter() as seen:
            client.get("/jobs/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_health_is_open_to_all_and_names_checks_only(app: Flask) -> None:
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "overrides": "ok", "plugins": "ok", "queue": "ok"},
    }
