"""Changes of answers: each is read once and in one order, however transactions overlap."""

from __future__ import annotations

import random
import threading
import time
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.db import db, transaction
from portal.forms import changes, submissions
from portal.forms.models import Form, FormVersion, Submission
from portal.forms.review import service as review
from portal.people import identity
from portal.records import Record
from tests.portal.forms.build import row
from tests.portal.forms.programs import Program
from tests.portal.forms.test_answers import send

NAME = row("text", "name", required=True)


def told(form_id: int, cursor: str = "") -> list[tuple[str, int]]:
    return [(each.act, each.submission_id) for each in changes.after(form_id, cursor, 1000)[0]]


def test_what_happens_is_told_in_order(app: Flask, publish: Any) -> None:
    made = publish([NAME], mode="invited")
    first, second = send(made, made.owner, name="a"), send(made, made.owner, name="b")
    one = db.session.get_one(Submission, first)
    review.judge(made.owner, one, state="returned", note="why")
    review.correct(made.owner, made.form, one, revision=one.revision, answers={"name": "c"})
    review.judge(made.owner, one, state="approved")
    with transaction():
        one.state = "submitted"
    expected = [
        ("submitted", first),
        ("submitted", second),
        ("returned", first),
        ("edited", first),
        ("approved", first),
        ("reopened", first),
    ]
    assert told(made.id) == expected
    with transaction():
        db.session.delete(one)
    assert told(made.id) == [*expected, ("removed", first)]


def test_a_program_reads_on_page_by_page(app: Flask, publish: Any) -> None:
    made = publish([NAME], mode="invited")
    keys = [send(made, made.owner, name=str(number)) for number in range(5)]
    program, url = Program(app, made.owner), f"/forms/{made.id}/answers?limit=2&since="
    seen, cursor, more = [], "", True
    while more:
        page = program.get(url + cursor).json
        seen += [each["answer"]["id"] for each in page["items"]]
        cursor, more = page["since"], page["more"]
    assert seen == keys
    assert program.get(url + cursor).json == {"items": [], "since": cursor, "more": False}
    row_ = db.session.get_one(Submission, keys[0])
    review.judge(made.owner, row_, state="returned", note="x")
    review.judge(made.owner, row_, state="approved")
    page = program.get(url + cursor).json
    assert [(each["change"], each["answer"] and each["answer"]["state"]) for each in page["items"]] == [
        ("returned", None),
        ("approved", "approved"),
    ]
    other = publish([NAME], mode="invited", owner=made.owner)
    send(other, made.owner, name="x")
    for wrong in ("1", "999-" + "0" * 12, "x", "-1", "1-zzz", "٣-000000000000", "9" * 40):
        refused = program.get(url + wrong)
        assert (refused.status_code, refused.json["code"]) == (410, "unknown_cursor")
    assert program.get(f"/forms/{other.id}/answers?since={cursor}").status_code == 410


def test_a_rollback_tells_nothing_and_leaves_no_gap(app: Flask, publish: Any) -> None:
    made = publish([NAME], mode="invited")

    def lost() -> None:
        with transaction():
            send(made, made.owner, name="lost")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        lost()
    key = send(made, made.owner, name="kept")
    assert told(made.id) == [("submitted", key)]
    assert db.session.scalar(select(changes.Change.number)) == 1


def test_nothing_is_missed_where_transactions_overlap(app: Flask, publish: Any) -> None:
    """Writers wait at random between numbering and commit; a reader follows all the time and must see each once."""
    made = publish([NAME], mode="invited")
    form_id, version_id, owner_id = made.id, made.version.id, made.owner.id
    db.session.commit()
    faults: list[BaseException] = []

    def slow(session: Session) -> None:
        time.sleep(random.random() / 50)

    def write(number: int) -> None:
        try:
            with app.app_context():
                for at in range(6):
                    user = identity.of_user(owner_id)
                    assert user is not None
                    time.sleep(random.random() / 50)
                    submissions.submit(
                        user,
                        db.session.get_one(Record, form_id),
                        db.session.get_one(Form, form_id),
                        db.session.get_one(FormVersion, version_id),
                        uid=str(uuid.uuid4()),
                        answers={"name": f"{number}.{at}"},
                        language="en",
                    )
                    db.session.remove()
        except BaseException as error:
            faults.append(error)

    event.listen(Session, "before_commit", slow)
    try:
        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for each in writers:
            each.start()
        seen: list[tuple[int, int]] = []
        cursor, busy = "", True
        while busy:
            busy = any(each.is_alive() for each in writers)
            rows, cursor, _more = changes.after(form_id, cursor, 3)
            seen += [(each.number, each.submission_id) for each in rows]
            busy = busy or bool(rows)
            db.session.rollback()
    finally:
        event.remove(Session, "before_commit", slow)
        for each in writers:
            each.join()
    assert faults == []
    assert [number for number, _id in seen] == list(range(1, 25))
    assert {key for _number, key in seen} == set(db.session.scalars(select(Submission.id)))
