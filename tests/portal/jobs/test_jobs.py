"""Background jobs: started with the transaction, run once, ended in words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock, jobs, storage
from portal.db import db, transaction
from portal.i18n import _l, current_locale
from portal.jobs import registry, runner
from portal.jobs.models import Job


def row_of(uid: str) -> Job:
    """The row of a job."""
    found = db.session.scalar(select(Job).where(Job.uid == uid))
    assert found is not None
    return found


def fresh(job: Job) -> Job:
    """The row as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    return row_of(job.uid)


def add(progress: jobs.Progress, a: int, b: int) -> dict[str, Any]:
    progress.step(1, 2, _l("Adding"))
    return {"sum": a + b, "user": progress.user_id, "locale": current_locale()}


def test_a_job_runs_its_function_with_its_arguments_and_keeps_the_result(app: Flask) -> None:
    jobs.register("add", add)
    job = fresh(jobs.start(7, "core.add", title=_l("Sum"), locale="en", a=2, b=3))
    assert job.state == "done"
    assert job.result == {"sum": 5, "user": 7, "locale": "en"}
    assert (job.percent, job.attempts, job.error) == (100, 1, None)
    assert job.started_at is not None
    assert job.finished_at is not None


def test_an_ended_job_forgets_its_arguments_and_is_kept_a_day(app: Flask) -> None:
    jobs.register("add", add)
    job = fresh(jobs.start(7, "core.add", a=2, b=3))
    assert job.arguments == {}
    assert job.expires_at is not None
    assert timedelta(hours=23) < job.expires_at - clock.now() <= timedelta(hours=24)


def test_its_name_cannot_be_guessed(app: Flask) -> None:
    jobs.register("add", add)
    names = {jobs.start(7, "core.add", a=1, b=1).uid for _ in range(20)}
    assert len(names) == 20
    assert min(map(len, names)) >= 24


def test_a_title_is_kept_in_every_language(app: Flask) -> None:
    jobs.register("add", add)
    job = fresh(jobs.start(7, "core.add", title=_l("Import of %(file)s", file="жагсаалт.docx"), a=1, b=1))
    assert set(job.title.texts) == {"mn", "en"}
    assert job.title.text("en") == "Import of жагсаалт.docx"


def test_a_job_starts_after_the_commit(app: Flask) -> None:
    seen = []

    def look(progress: jobs.Progress) -> None:
        seen.append(progress.uid)

    jobs.register("look", look)
    with transaction():
        job = jobs.start(7, "core.look")
        assert not seen
    assert seen == [job.uid]


def test_a_job_of_a_transaction_that_rolls_back_never_runs(app: Flask) -> None:
    seen = []

    def look(progress: jobs.Progress) -> None:
        seen.append(progress.uid)

    jobs.register("look", look)

    def fail() -> None:
        with transaction():
            jobs.start(7, "core.look")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with transaction():
        pass
    assert not seen
    assert db.session.scalar(select(Job)) is None


def test_a_savepoint_that_ends_does_not_start_the_job_early(app: Flask) -> None:
    seen = []

    def look(progress: jobs.Progress) -> None:
        seen.append(progress.uid)

    jobs.register("look", look)
    with transaction():
        with db.session.begin_nested():
            jobs.start(7, "core.look")
        assert not seen
    assert len(seen) == 1


def test_a_job_may_write_in_transactions_of_its_own(app: Flask) -> None:
    def write(progress: jobs.Progress) -> None:
        for number in range(3):
            progress.step(number, 3)
            with transaction():
                progress.step(number, 3)
                jobs.start(progress.user_id, "core.add", a=number, b=0)

    jobs.register("add", add)
    jobs.register("write", write)
    assert fresh(jobs.start(7, "core.write")).state == "done"
    assert len(db.session.scalars(select(Job).where(Job.name == "core.add", Job.state == "done")).all()) == 3


def test_what_a_job_leaves_uncommitted_is_dropped_and_does_not_block_its_end(app: Flask) -> None:
    def leave(progress: jobs.Progress) -> None:
        db.session.add(Job(name="x", plugin="core", locale="mn", title=jobs.everywhere("x"), arguments={}))
        db.session.flush()

    jobs.register("leave", leave)
    assert fresh(jobs.start(7, "core.leave")).state == "done"
    assert db.session.scalar(select(Job).where(Job.name == "x")) is None


def test_a_failure_shows_words_and_a_number_that_stands_in_the_log(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    from portal import logs

    logs.configure()

    def fall(progress: jobs.Progress) -> None:
        raise ZeroDivisionError("secret cause")

    jobs.register("fall", fall)
    job = fresh(jobs.start(7, "core.fall"))
    assert job.state == "failed"
    assert job.error is not None
    assert "secret cause" not in json.dumps(job.message.dump())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    line = next(line for line in lines if line.get("reference") == job.error)
    assert (line["job"], line["job_name"], line["plugin"]) == (job.uid, "core.fall", "core")
    assert "ZeroDivisionError" in line["exception"]


def test_a_refusal_is_shown_in_its_own_words_without_a_number(app: Flask) -> None:
    def refuse(progress: jobs.Progress) -> None:
        raise jobs.Refused(_l("Row %(row)s has no number.", row=5))

    jobs.register("refuse", refuse)
    job = fresh(jobs.start(7, "core.refuse"))
    assert (job.state, job.error) == ("failed", None)
    assert job.message.text("en") == "Row 5 has no number."


def test_a_refused_upload_is_shown_in_its_own_words(app: Flask) -> None:
    def refuse(progress: jobs.Progress) -> None:
        raise storage.UploadRefused("empty", name="a.docx")

    jobs.register("refuse", refuse)
    job = fresh(jobs.start(7, "core.refuse"))
    assert job.message.text("en") == "The file a.docx is empty."


def test_even_an_exit_fails_the_job_only(app: Flask) -> None:
    def leave(progress: jobs.Progress) -> None:
        raise SystemExit(3)

    jobs.register("leave", leave)
    assert fresh(jobs.start(7, "core.leave")).state == "failed"


def test_a_result_that_is_no_json_object_fails(app: Flask) -> None:
    jobs.register("list", lambda progress: [1])
    assert fresh(jobs.start(7, "core.list")).state == "failed"


def test_arguments_are_json_values(app: Flask) -> None:
    jobs.register("add", add)
    with pytest.raises(TypeError):
        jobs.start(7, "core.add", a=object(), b=1)
    with pytest.raises(ValueError, match="JSON"):
        jobs.start(7, "core.add", a=float("nan"), b=1)


def test_an_unknown_name_is_refused_at_once(app: Flask) -> None:
    with pytest.raises(jobs.BadJob, match="nobody"):
        jobs.start(7, "core.nobody")


def test_two_functions_may_not_have_one_name(app: Flask) -> None:
    jobs.register("add", add)
    jobs.register("add", add)
    with pytest.raises(jobs.BadJob, match=r"two jobs are named core\.add"):
        jobs.register("add", fresh)


def test_the_name_of_a_plugins_job_begins_with_the_plugin(app: Flask) -> None:
    jobs.register("nudge", add, "agreements")
    jobs.register("reports.sample", add, "reports")
    assert registry.find("agreements.nudge").plugin == "agreements"
    assert registry.find("reports.sample").plugin == "reports"


@pytest.mark.parametrize("crontab", ["0 8 * *", "61 * * * *", "0 24 * * *", "a * * * *", "* * * * 8", "*/ * * * *"])
def test_a_wrong_crontab_is_refused_when_it_is_registered(app: Flask, crontab: str) -> None:
    with pytest.raises(jobs.BadJob):
        jobs.schedule("often", crontab, add)


def test_a_job_of_a_module_that_is_off_is_not_run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "is_on", lambda plugin: plugin == "core")
    jobs.register("add", add, "agreements")
    job = fresh(jobs.start(7, "agreements.add", a=1, b=1))
    assert job.state == "failed"
    assert "switched off" in job.message.text("en")


def test_progress_is_written_at_most_twice_a_second(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.jobs import progress as module

    writes = []
    real = module.writing

    def counting() -> Any:
        writes.append(1)
        return real()

    monkeypatch.setattr(module, "writing", counting)

    def work(progress: jobs.Progress) -> None:
        for number in range(1, 2000):
            progress.step(number, 2001)

    jobs.register("work", work)
    assert fresh(jobs.start(7, "core.work")).state == "done"
    assert len(writes) <= 3


def test_progress_is_seen_while_the_job_runs(app: Flask) -> None:
    seen = []

    def work(progress: jobs.Progress) -> None:
        progress.step(3, 10, _l("Reading"))
        job = row_of(progress.uid)
        seen.append((job.done, job.total, job.percent, job.state, job.message.text("en")))

    jobs.register("work", work)
    jobs.start(7, "core.work")
    assert seen == [(3, 10, 30, "running", "Reading")]


def test_an_ended_job_shows_its_conclusion_and_not_its_last_step(app: Flask) -> None:
    def work(progress: jobs.Progress) -> None:
        progress.step(1, 2, _l("Reading"))

    def concluding(progress: jobs.Progress) -> None:
        work(progress)
        progress.conclude(_l("%(n)s rows imported", n=12))

    jobs.register("work", work)
    jobs.register("concluding", concluding)
    assert not fresh(jobs.start(7, "core.work")).message
    assert fresh(jobs.start(7, "core.concluding")).message.text("en") == "12 rows imported"


def test_a_job_that_is_asked_to_stop_stops_at_its_next_step(app: Flask) -> None:
    def work(progress: jobs.Progress) -> None:
        progress.file(b"half", "half.pdf")
        with transaction():
            row_of(progress.uid).cancel_asked = True
        progress.step(1, 2)
        raise AssertionError("went on")

    jobs.register("work", work)
    job = fresh(jobs.start(7, "core.work"))
    assert (job.state, job.result) == ("cancelled", None)
    place = storage.current()
    assert isinstance(place, storage.LocalStorage)
    assert list(place.keys()) == []


def test_a_file_is_offered_only_when_the_job_ends_well(app: Flask) -> None:
    def good(progress: jobs.Progress) -> dict[str, Any]:
        progress.file(b"first", "Тайлан.pdf")
        progress.file(b"second", "Тайлан.pdf")
        return {"url": "/reports/3"}

    def bad(progress: jobs.Progress) -> None:
        progress.file(b"half", "half.pdf")
        raise ValueError

    jobs.register("good", good)
    jobs.register("bad", bad)
    done, failed = fresh(jobs.start(7, "core.good")), fresh(jobs.start(7, "core.bad"))
    assert done.file is not None
    assert (done.file["name"], done.file["mime"], done.file["size"]) == ("Тайлан.pdf", "application/pdf", 6)
    assert done.url == "/reports/3"
    assert failed.file is None
    place = storage.current()
    assert isinstance(place, storage.LocalStorage)
    assert list(place.keys()) == [done.file["stored_as"]]


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", 7])
def test_a_result_leads_only_into_the_portal(url: Any) -> None:
    assert Job(state="done", result={"url": url}).url is None


def test_without_an_answer_a_job_is_tried_again_after_its_delays_and_then_fails(app: Flask) -> None:
    tries = []

    def call(progress: jobs.Progress) -> None:
        tries.append(1)
        raise jobs.TryLater("no answer")

    jobs.register("call", call, delays=(60, 300))
    job = fresh(jobs.start(None, "core.call"))
    assert (job.state, len(tries)) == ("queued", 1)
    assert job.run_after is not None
    assert timedelta(seconds=50) < job.run_after - clock.now() <= timedelta(seconds=60)
    for _ in range(2):
        with transaction():
            row_of(job.uid).run_after = clock.now()
        jobs.tidy(jobs.current())
    assert len(tries) == 3
    assert fresh(job).state == "failed"


def test_a_job_taken_twice_from_the_queue_runs_once(waiting: Flask) -> None:
    runs = []
    jobs.register("once", lambda progress: runs.append(1))
    job = jobs.start(7, "core.once")
    queue = jobs.current()
    for _ in range(3):
        runner.run(queue, job.uid)
    assert len(runs) == 1
    assert fresh(job).state == "done"


def test_an_unreachable_queue_keeps_nobody_from_saving(make: Any) -> None:
    app = make(QUEUE_URL="redis://127.0.0.1:1/0")
    with app.app_context():
        jobs.register("add", add)
        job = jobs.start(7, "core.add", a=1, b=1)
        assert fresh(job).state == "queued"
