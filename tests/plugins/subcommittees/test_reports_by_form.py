"""Reports on tasks by the form of the slot: offered, sent in, counted; closed tasks and other people stay out."""

from __future__ import annotations

import uuid

import pytest
from werkzeug.exceptions import Forbidden, NotFound

from plugins.subcommittees import report_slot, service
from plugins.subcommittees.models import Task
from plugins.subcommittees.reports import SLOT
from portal.api import form_building, form_filling, form_publishing, forms
from portal.db import db, transaction
from portal.forms.review import service as review
from portal.people.models import Organisation
from portal.records.models import Record
from portal.text import Content


@pytest.fixture
def coordinator(identity, org):
    return identity("coordinator", org=org("mojha"))


@pytest.fixture
def officer(identity, org):
    committee, mojha = org("children", kind="sub_committee"), org("mojha")
    with transaction():
        db.session.get(Organisation, committee.id).parent_id = mojha.id
    return identity("desk_officer", org=committee, name="Н.Оюун")


@pytest.fixture
def task(coordinator, officer):
    title = Content.of(mn="Сургалтын хөтөлбөр гаргах", en="Draw up a training programme")
    return service.create(
        coordinator,
        title=title,
        description=Content(),
        org_id=officer.orgs[0],
        owner_id=officer.id,
        due_on=None,
    )


@pytest.fixture
def form(coordinator):
    """The shipped form, published as it is: its header and its version."""
    header = form_building.create(coordinator, slot=report_slot.slot())
    return header, form_publishing.publish(coordinator, header, version=None)


def send(user, form, task, **row):
    header, version = form
    answers = {"task": [{"_key": str(task.id), "stage": "on_time", **row}]}
    return form_filling.submit(
        user,
        header,
        form_building.form_of(header),
        version,
        uid=str(uuid.uuid4()),
        answers=answers,
        language="mn",
        subject_id=task.id,
    )


def progress(task):
    db.session.rollback()
    return db.session.get(Task, task.id).progress, db.session.get(Record, task.id).status


def test_without_a_form_the_page_of_the_module_is_offered(sign_in, officer, coordinator, task):
    at = f"/subcommittees/tasks/{task.id}"
    page = sign_in(officer).get(at).text
    assert f'href="{at}/report"' in page
    asked = sign_in(coordinator).get(at).text
    assert f"/forms/new?slot={SLOT}" in asked
    assert sign_in(coordinator).get(f"/forms/new?slot={SLOT}").text.count("Report on a task of a sub-committee") == 1


def test_a_report_is_filled_sent_and_moves_the_task(sign_in, officer, task, form):
    browser, at = sign_in(officer), f"/subcommittees/tasks/{task.id}"
    fill = f"/forms/{form[0].id}/fill?subject={task.id}"
    assert f'href="{fill}"' in browser.get(at).text
    assert browser.get(f"{at}/report").headers["Location"] == fill
    page = browser.get(fill)
    assert page.status_code == 200
    assert "Draw up a training programme" in page.text
    send(officer, form, task, progress=40, done="Met the teachers", next_step="Print the books")
    assert progress(task) == (40, "in_progress")
    page = browser.get(at).text
    assert "Met the teachers\nPrint the books" in page
    assert "Н.Оюун · 40 %" in page
    assert f"/forms/{form[0].id}/answers/" in page


def test_what_is_sent_back_no_longer_counts(coordinator, officer, task, form):
    service.report(officer, task, version=task.version, text="By hand", progress=10)
    sent = send(officer, form, task, progress=70, done="More")
    assert progress(task) == (70, "in_progress")
    review.judge(coordinator, sent, state="returned", note="Which books?")
    assert progress(task) == (10, "in_progress")
    row = {"_key": str(task.id), "stage": "on_time", "progress": 60, "done": "These books"}
    review.correct(officer, form_building.form_of(form[0]), sent, revision=sent.revision, answers={"task": [row]})
    assert progress(task) == (60, "in_progress")


def test_a_closed_task_and_those_who_only_read_it_get_no_row(sign_in, identity, org, officer, task, form):
    reader = identity("coordinator", org=org("health"))
    with pytest.raises((NotFound, Forbidden)):
        report_slot.rows(reader, task.id)
    assert sign_in(reader).get(f"/forms/{form[0].id}/fill?subject={task.id}").status_code in (403, 404)
    service.close(officer, task, version=task.version, status="done", outcome=Content.of(en="Done"))
    with pytest.raises(NotFound):
        report_slot.rows(officer, task.id)
    assert sign_in(officer).get(f"/forms/{form[0].id}/fill?subject={task.id}").status_code == 404
    service.follow(task.id, sent=True)
    assert progress(task) == (100, "done")


def test_the_shipped_form_says_why_a_task_is_late(officer, task, form):
    with pytest.raises(form_filling.Invalid) as refused:
        send(officer, form, task, progress=20, done="Little", stage="late")
    assert "behind or stopped" in str(refused.value.result.errors)
    send(officer, form, task, progress=20, done="Little", stage="late", hindered="No money")
    assert "No money" in str([one.answers for one in forms.submissions_for(task.id, SLOT)])
