"""Follow-up tasks: given, reported on, closed; each seen by whom it concerns."""

from __future__ import annotations

from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from plugins.subcommittees import service
from plugins.subcommittees.models import TaskReport
from portal import clock, jobs, records
from portal.commands.data import datasets as dataset_commands
from portal.db import db, transaction
from portal.people.models import Organisation
from portal.records.models import Record
from portal.text import Content

TITLE = Content.of(mn="Сургалтын хөтөлбөр гаргах", en="Draw up a training programme")


@pytest.fixture
def committee(org):
    mojha = org("mojha")
    made = org("children", kind="sub_committee")
    with transaction():
        db.session.get(Organisation, made.id).parent_id = mojha.id
    return made


@pytest.fixture
def officer(identity, committee):
    return identity("desk_officer", org=committee, name="Н.Оюун")


@pytest.fixture
def task(identity, org, committee, officer):
    def make(**changes):
        fields = {
            "title": TITLE,
            "description": Content(),
            "org_id": committee.id,
            "owner_id": officer.id,
            "due_on": None,
        }
        return service.create(identity("coordinator", org=org("mojha")), **(fields | {"due_on": None} | changes))

    return make


def test_a_task_stands_in_the_desk_officers_work(sign_in, officer, task):
    made = task(due_on=clock.today() - timedelta(days=1))
    page = sign_in(officer).get("/work").text
    assert "Draw up a training programme" in page
    assert "overdue" in page
    assert made.status == "open"


def test_the_desk_officer_is_told_by_mail_without_a_word_of_the_task(app, officer, task):
    task()
    mail = jobs.mail.outbox()[-1]
    assert mail.to == [officer.email]
    assert "training" not in mail.subject + mail.body
    assert "/subcommittees/tasks/" in mail.body


def test_a_report_moves_the_task_and_closing_ends_it(sign_in, officer, task):
    made = task()
    browser = sign_in(officer)
    page = f"/subcommittees/tasks/{made.id}"
    answer = browser.post(
        f"{page}/report", data={"text": "Багш нартай уулзлаа", "progress": "40", "version": made.version}
    )
    assert answer.status_code == 303
    assert "40" in browser.get(page).text
    version = db.session.scalar(select(Record.version).where(Record.id == made.id))
    answer = browser.post(
        f"{page}/close", data={"status": "done", "outcome-mn": "Хөтөлбөр гарлаа", "outcome-en": "", "version": version}
    )
    assert answer.status_code == 303
    assert db.session.scalar(select(Record.status).where(Record.id == made.id)) == "done"
    assert "Хөтөлбөр гарлаа" in browser.get(page).text


def test_a_closed_task_takes_no_report(officer, task):
    made = task()
    service.close(officer, made, version=made.version, status="done", outcome=Content.of(en="Done"))
    with pytest.raises(service.TaskClosed):
        service.report(officer, made, version=made.version, text="x", progress=1)


def test_a_report_from_an_old_page_shows_both_and_stores_nothing(sign_in, officer, task):
    made = task()
    opened = made.version
    service.report(officer, made, version=opened, text="first", progress=10)
    answer = sign_in(officer).post(
        f"/subcommittees/tasks/{made.id}/report", data={"text": "my long text", "progress": "20", "version": opened}
    )
    assert answer.status_code == 409
    assert "my long text" in answer.text
    assert db.session.scalar(select(func.count()).select_from(TaskReport)) == 1


def test_another_sub_committee_does_not_see_the_task(sign_in, identity, org, task):
    made = task()
    other = sign_in(identity("desk_officer", org=org("disability", kind="sub_committee")))
    assert other.get(f"/subcommittees/tasks/{made.id}").status_code == 404


def test_who_gave_the_task_may_read_it_and_not_change_it(sign_in, identity, org, committee, officer):
    commission = org("nhrcm", kind="nhri", voice="nhri")
    giver = identity("commission_officer", org=commission, unit="MN-043")
    made = service.create(
        giver, title=TITLE, description=Content(), org_id=committee.id, owner_id=officer.id, due_on=None
    )
    browser = sign_in(giver)
    assert browser.get(f"/subcommittees/tasks/{made.id}").status_code == 200
    assert browser.get(f"/subcommittees/tasks/{made.id}/edit").status_code == 403


def test_a_task_follows_from_the_record_it_was_made_of(sign_in, identity, org, committee, officer, task):
    coordinator = identity("coordinator", org=org("mojha"))
    source = task()
    browser = sign_in(coordinator)
    page = browser.get(f"/subcommittees/tasks/new?from={source.id}").text
    assert "Draw up a training programme" in page
    answer = browser.post(
        f"/subcommittees/tasks/new?from={source.id}",
        data={"title-en": "Second", "org_id": committee.id, "owner_id": officer.id, "due_on": "", "version": "1"},
    )
    assert answer.status_code == 303
    made = int(answer.headers["Location"].rsplit("/", 1)[1])
    with db.session.no_autoflush:
        from flask import current_app

        with current_app.test_request_context():
            assert [row.id for row in records.linked(coordinator, made)] == [source.id]


def test_the_desk_officer_must_be_of_the_same_sub_committee(sign_in, identity, org, committee):
    other = identity("desk_officer", org=org("disability", kind="sub_committee"))
    browser = sign_in(identity("coordinator", org=org("mojha")))
    answer = browser.post(
        "/subcommittees/tasks/new",
        data={"title-en": "A task", "org_id": committee.id, "owner_id": other.id, "version": "1"},
    )
    assert answer.status_code == 422
    assert "another sub-committee" in answer.text
    assert "A task" in answer.text


def test_a_task_needs_a_title(sign_in, identity, org, committee):
    browser = sign_in(identity("coordinator", org=org("mojha")))
    answer = browser.post("/subcommittees/tasks/new", data={"org_id": committee.id, "version": "1"})
    assert answer.status_code == 422


def test_the_language_switch_keeps_what_was_typed_and_saves_nothing(sign_in, identity, org, committee):
    browser = sign_in(identity("coordinator", org=org("mojha")))
    answer = browser.post(
        "/subcommittees/tasks/new",
        data={"title-mn": "Хагас бичсэн", "_lang": "mn", "org_id": committee.id, "version": "1"},
    )
    assert answer.status_code == 200
    assert 'lang="mn"' in answer.text
    assert "Хагас бичсэн" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Record)) == 0


def test_the_list_costs_the_same_with_one_row_and_with_many(sign_in, officer, task, query_counter):
    task()
    browser = sign_in(officer)
    browser.get("/subcommittees/")
    with query_counter() as one:
        browser.get("/subcommittees/")
    for _ in range(60):
        task()
    with query_counter() as many:
        assert browser.get("/subcommittees/").status_code == 200
    assert len(many) <= len(one) + 1  # the count, which a list of one page does not need
    assert len(many) <= 6


def test_tasks_are_exported_as_the_account_sees_them(runner, officer, task, tmp_path):
    task()
    path = tmp_path / "tasks.xlsx"
    words = ["export", "subcommittees.tasks", "--format", "xlsx", "--lang", "mn", "--as", officer.email]
    done = runner.invoke(dataset_commands, [*words, "--out", str(path)])
    assert done.exit_code == 0, done.output
    rows = list(openpyxl.load_workbook(path).active.values)
    assert rows[1][1] == "Сургалтын хөтөлбөр гаргах"
