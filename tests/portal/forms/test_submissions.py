"""Taking submissions: each once whatever the network does, events after the fact, nothing that runs."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.db import db, listeners
from portal.forms import submissions, use
from portal.forms.engine import Answers
from portal.forms.models import AnswerIndex, Submission
from portal.forms.review import service as review
from portal.people.identity import Identity
from tests.portal.forms.build import row

NAME = row("text", "name", required=True, use=["filter"])
CANARY = "<script>alert('canary')</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"


def submit(
    made: Any, user: Identity | None = None, uid: str = "", subject_id: int | None = None, **answers: Any
) -> Any:
    given: Answers = dict(answers)
    return submissions.submit(
        user or Identity.anonymous(),
        made.record,
        made.form,
        made.version,
        uid=uid or str(uuid.uuid4()),
        answers=given,
        language="en",
        subject_id=subject_id,
    )


def test_five_clicks_at_once_store_once(app: Any, publish: Any) -> None:
    made = publish([NAME])
    for number in range(4):
        uid, start = str(uuid.uuid4()), threading.Barrier(5)

        def click(data: dict[str, str], together: threading.Barrier = start) -> tuple[int, str]:
            together.wait()
            with app.app_context():
                answer = app.test_client().post(made.url, data=data)
            return answer.status_code, answer.location

        with ThreadPoolExecutor(5) as pool:
            answers = set(pool.map(click, [{"uid": uid, "q.name": f"Bat {number}"}] * 5))
        assert len(answers) == 1
        assert next(iter(answers))[0] == 303
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Submission)) == number + 1


def test_a_replay_in_any_order_gets_the_receipt_there_is(publish: Any) -> None:
    made = publish([NAME])
    uids = [str(uuid.uuid4()) for _ in range(3)]
    first = [submit(made, uid=uid, name=uid).receipt for uid in uids]
    again = [submit(made, uid=uid, name=uid).receipt for uid in reversed(uids)]
    assert again == first[::-1]
    with pytest.raises(submissions.SentBefore):
        submit(made, uid=uids[0], name="other")
    with pytest.raises(ValueError, match="badly formed"):
        submit(made, uid="7", name="x")


def test_what_the_form_computes_itself_is_no_other_answer(publish: Any, monkeypatch: Any) -> None:
    made = publish([NAME, row("calculate", "moment", calculation="now()"), row("start", "begun")])
    uid = str(uuid.uuid4())
    first = submit(made, uid=uid, name="Bat")
    second = submit(made, uid=uid, name="Bat", begun="2026-01-01T00:00")
    assert second.receipt == first.receipt


def test_filterable_answers_are_indexed_by_the_id_of_their_question(publish: Any) -> None:
    made = publish([NAME, row("repeat", "person", children=[row("integer", "age", use=["chart"])])])
    stored = submit(made, name="Bat", person=[{"age": 3}, {"age": 5}])
    rows = db.session.execute(
        select(AnswerIndex.row_id, AnswerIndex.position, AnswerIndex.text, AnswerIndex.number)
        .where(AnswerIndex.submission_id == stored.id)
        .order_by(AnswerIndex.ordinal)
    ).all()
    assert [tuple(each) for each in rows] == [("-name", 0, "Bat", None), ("-age", 1, None, 3.0), ("-age", 2, None, 5.0)]


def test_modules_are_told_after_the_fact_and_of_anonymous_ones_only_the_form(publish: Any, monkeypatch: Any) -> None:
    told: list[Any] = []
    monkeypatch.setattr("portal.forms.submissions.emit", lambda event: told.append(event))
    monkeypatch.setattr("portal.forms.review.service.emit", lambda event: told.append(event))
    named, hidden = publish([NAME]), publish([NAME], anonymous=True)
    stored = submit(named, name="Bat")
    review.judge(named.owner, stored, state="approved")
    submit(hidden, name="Bat")
    assert listeners
    assert [event.name for event in told] == ["forms.submitted", "forms.approved", "forms.submitted"]
    assert told[0].ids == {"form_id": named.id, "submission_id": stored.id}
    assert told[2].ids == {"form_id": hidden.id}


def test_a_module_reads_what_was_said_about_its_records_oldest_first(app: Any, publish: Any, identity: Any) -> None:
    made = publish([NAME, row("text", "period")])
    made.form.slot = "subcommittees.test"
    db.session.commit()
    for period in ("2026-Q1", "2026-Q2", "2026-Q3"):
        submit(made, subject_id=made.id, name="Bat", period=period)
    found = use.submissions_for(made.id, "subcommittees.test")
    assert [one.period for one in found] == ["2026-Q1", "2026-Q2", "2026-Q3"]
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert found[0].answers["name"] == "Bat"
    with app.test_request_context():
        assert found[0].url == f"/forms/{made.id}/answers/{found[0].id}"


def test_nothing_that_people_write_runs_on_any_page(client: Any, publish: Any, sign_in: Any) -> None:
    label = {"mn": CANARY, "en": CANARY}
    made = publish(
        [
            row("text", "name", hint=label) | {"label": label},
            row("note", "intro") | {"label": label},
            row("select_one", "one", list="bad", use=["chart", "filter"]) | {"label": label},
            row("text", "words", use=["chart"]) | {"label": label},
            row("repeat", "person", children=[row("text", "who") | {"label": label}]) | {"label": label},
        ],
        choices={"bad": [{"name": "a", "label": label}, {"name": CANARY, "label": label}]},
    )
    typed = {"uid": str(uuid.uuid4()), "q.name": CANARY, "q.words": CANARY, "q.person.0.who": CANARY, "q.one": "a"}
    pages = [client.get(made.url), client.post(made.url, data={**typed, "q.one": "none"})]
    sent = client.post(made.url, data=typed)
    assert sent.status_code == 303
    db.session.rollback()
    key = db.session.scalar(select(Submission.id))
    owner = sign_in(made.owner)
    base = f"/forms/{made.id}"
    owner.post(f"{base}/answers/{key}/return", data={"version": "1", "note": CANARY})
    paths = [base, f"{base}/answers", f"{base}/answers/{key}", f"{base}/answers/{key}/correct", f"{base}/summary"]
    pages += [client.get(sent.location), *(owner.get(path) for path in paths)]
    for page in pages:
        assert page.status_code in (200, 422)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
