"""A form by its public link: sent once, wrong answers kept, no account needed."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal import clock
from portal.db import db
from portal.forms.models import Submission
from tests.portal.forms.build import row

NAME = row("text", "name", required=True)
AGE = row("integer", "age", constraint=". < 120", constraint_message={"mn": "120-оос бага", "en": "Below 120"})


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission).order_by(Submission.received_at, Submission.id)))


def fresh(**answers: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "_lang": "en", **answers}


def test_anyone_sends_a_public_form_and_gets_a_receipt(client: Any, publish: Any) -> None:
    made = publish([NAME, AGE])
    page = client.get(made.url)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    uid = re.search(r'name="uid" value="([^"]+)"', page.text)
    assert uid is not None
    sent = client.post(made.url, data={"uid": uid[1], "_lang": "en", "q.name": " Bat ", "q.age": "40"})
    assert sent.status_code == 303, sent.text
    assert "Set-Cookie" not in sent.headers
    (one,) = stored()
    assert one.answers == {"name": "Bat", "age": 40}
    assert one.submitted_by_id is None
    receipt = client.get(sent.location)
    assert one.receipt[:5] in receipt.text
    assert "Bat" not in receipt.text
    assert receipt.headers["Cache-Control"] == "no-store"


def test_what_is_wrong_is_named_and_what_was_typed_is_kept(client: Any, publish: Any) -> None:
    made = publish([NAME, AGE])
    page = client.post(made.url, data=fresh(**{"q.name": "", "q.age": "150"}))
    assert page.status_code == 422
    assert '<a href="#q-name">name (en): Answer this question.</a>' in page.text
    assert '<a href="#q-age">age (en): Below 120</a>' in page.text
    assert 'value="150"' in page.text
    assert 'id="q-age-error"' in page.text
    assert stored() == []
    page = client.post(made.url, data=fresh(_lang="mn", **{"q.name": "Бат", "q.age": "олон"}))
    assert page.status_code == 422
    assert "олон" in page.text
    assert "age (mn)" in page.text


def test_a_double_click_stores_once(client: Any, publish: Any) -> None:
    made = publish([NAME])
    data = fresh(**{"q.name": "Bat"})
    places = {client.post(made.url, data=data).location for _ in range(5)}
    assert len(places) == 1
    assert len(stored()) == 1


def test_the_same_id_with_other_answers_keeps_the_first_and_offers_to_send_the_second(
    client: Any, publish: Any
) -> None:
    made = publish([NAME])
    data = fresh(**{"q.name": "Bat"})
    client.post(made.url, data=data)
    page = client.post(made.url, data=data | {"q.name": "Dorj"})
    assert page.status_code == 409
    assert 'value="Dorj"' in page.text
    assert [one.answers["name"] for one in stored()] == ["Bat"]
    uid = re.search(r'name="uid" value="([^"]+)"', page.text)
    assert uid is not None
    assert uid[1] != data["uid"]
    assert client.post(made.url, data=data | {"uid": uid[1], "q.name": "Dorj"}).status_code == 303
    assert {one.answers["name"] for one in stored()} == {"Bat", "Dorj"}


def test_the_language_switch_keeps_what_was_typed_and_checks_nothing(client: Any, publish: Any) -> None:
    made = publish([NAME, AGE])
    page = client.post(made.url, data={"_lang": ["mn", "en"], "q.name": "Bat", "q.age": "150"})
    assert page.status_code == 200
    assert "name (mn)" in page.text
    assert 'value="Bat"' in page.text
    assert 'role="alert"' not in page.text
    assert "Set-Cookie" not in page.headers


def test_a_question_that_is_not_relevant_is_not_stored_but_its_answer_travels(client: Any, publish: Any) -> None:
    made = publish(
        [row("select_one", "well", list="yes_no"), row("text", "why", relevant="${well} = 'no'", required=True)]
    )
    page = client.post(made.url, data=fresh(_update="1", **{"q.well": "no", "q.why": "cold"}))
    assert 'id="q-why" name="q.why" value="cold"' in page.text
    page = client.post(made.url, data=fresh(_update="1", **{"q.well": "yes", "q.why": "cold"}))
    assert '<div class="field" id="q-why-box" hidden>' in page.text
    assert 'id="q-why" name="q.why" value="cold"' in page.text
    assert client.post(made.url, data=fresh(**{"q.well": "yes", "q.why": "cold"})).status_code == 303
    assert stored()[0].answers == {"well": "yes"}


def test_with_scripts_only_the_questions_come_back(client: Any, publish: Any) -> None:
    made = publish([row("select_one", "well", list="yes_no"), row("text", "why", relevant="${well} = 'no'")])
    part = client.post(f"{made.url}/refresh", data=fresh(**{"q.well": "no"}))
    assert "<html" not in part.text
    assert 'name="q.why"' in part.text
    assert stored() == []


def test_pages_keep_the_answers_of_the_others(client: Any, publish: Any) -> None:
    first = row("group", "one", children=[NAME])
    second = row("group", "two", children=[AGE, row("select_multiple", "needs", list="light")])
    made = publish([first, second], style="pages")
    page = client.get(made.url).text
    assert "Part 1 of 2" in page
    assert 'name="q.age"' not in page
    stopped = client.post(made.url, data=fresh(_page="1", _step="next", **{"q.name": ""}))
    assert stopped.status_code == 422
    assert "Part 1 of 2" in stopped.text
    next_ = client.post(made.url, data=fresh(_page="1", _step="next", **{"q.name": "Bat"}))
    assert "Part 2 of 2" in next_.text
    assert '<input type="hidden" name="q.name" value="Bat">' in next_.text
    back = client.post(
        made.url,
        data=fresh(_page="2", _step="back", **{"q.name": "Bat", "q.age": "x", "q.needs": ["red", "amber"]}),
    )
    assert 'value="Bat"' in back.text
    assert '<input type="hidden" name="q.age" value="x">' in back.text
    assert '<input type="hidden" name="q.needs" value="amber">' in back.text
    sent = client.post(made.url, data=fresh(_page="2", **{"q.name": "", "q.age": "40"}))
    assert sent.status_code == 422
    assert "Part 1 of 2" in sent.text
    assert client.post(made.url, data=fresh(_page="2", **{"q.name": "Bat", "q.age": "40"})).status_code == 303


def test_rows_are_added_and_removed_without_scripts(client: Any, publish: Any) -> None:
    made = publish([row("repeat", "person", children=[row("text", "who"), row("hidden", "kept", default="x")])])
    page = client.post(made.url, data=fresh(_add="person", **{"q.person.0._key": "1", "q.person.0.who": "Bat"}))
    assert 'value="Bat"' in page.text
    assert 'name="q.person.1.who"' in page.text
    data = {"q.person.0._key": "1", "q.person.0.who": "Bat", "q.person.1._key": "2", "q.person.1.who": "Dorj"}
    page = client.post(made.url, data=fresh(**data, **{"q.person.0._delete": "1"}))
    assert page.status_code == 200
    assert "Bat" not in page.text
    assert 'name="q.person.0.who" value="Dorj"' in page.text


def test_before_opening_and_after_closing_a_page_says_when_and_in_which_zone(client: Any, publish: Any) -> None:
    now = clock.now()
    later = publish([NAME], opens=(now + timedelta(days=1)).isoformat())
    page = client.get(later.url)
    assert page.status_code == 200
    assert "This form opens on" in page.text
    assert "Ulaanbaatar" in page.text
    assert "(UTC+8)" in page.text
    over = publish([NAME], closes=(now - timedelta(days=1)).isoformat())
    assert "This form closed on" in client.get(over.url).text
    late = client.post(over.url, data=fresh(**{"q.name": "Much to say"}))
    assert late.status_code == 410
    assert "Much to say" in late.text
    assert stored() == []


def test_what_was_begun_before_the_deadline_is_taken_for_ten_minutes(client: Any, publish: Any) -> None:
    made = publish([NAME], closes=(clock.now() - timedelta(minutes=5)).isoformat())
    assert "This form closed on" in client.get(made.url).text
    assert client.post(made.url, data=fresh(**{"q.name": "Bat"})).status_code == 303


def test_a_replay_after_closing_gets_the_same_receipt(client: Any, publish: Any, monkeypatch: Any) -> None:
    made = publish([NAME], closes=(clock.now() + timedelta(days=1)).isoformat())
    data = fresh(**{"q.name": "Bat"})
    first = client.post(made.url, data=data)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.post(made.url, data=data).location == first.location
    assert client.post(made.url, data=fresh(**{"q.name": "Bat"})).status_code == 410


def test_a_form_with_places_takes_no_more_than_those(client: Any, publish: Any) -> None:
    made = publish([NAME], limit=2)
    codes = [client.post(made.url, data=fresh(**{"q.name": "Bat"})).status_code for _ in range(3)]
    assert codes == [303, 303, 410]
    assert "All places are taken." in client.get(made.url).text


def test_a_form_that_is_not_published_is_not_there(client: Any, identity: Any, org: Any) -> None:
    from portal.forms import service
    from tests.portal.forms.build import form as definition_of

    user = identity("coordinator", org=org())
    record = service.create(user, definition=definition_of(NAME))
    assert client.get(f"/forms/f/{service.form_of(record).token}").status_code == 404
    assert client.get("/forms/f/nothing").status_code == 404


def test_another_site_cannot_send_the_form(client: Any, publish: Any) -> None:
    made = publish([NAME])
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert client.post(made.url, data=fresh(**{"q.name": "Bat"}), headers=headers).status_code == 403
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post(made.url, data=fresh(**{"q.name": "Bat"}), headers=own).status_code == 303
    assert len(stored()) == 1


def test_the_public_pages_need_no_csrf_cookie(app: Any, client: Any, publish: Any, monkeypatch: Any) -> None:
    made = publish([NAME])
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert client.post(made.url, data=fresh(**{"q.name": "Bat"})).status_code == 303
    assert client.post(f"{made.url}/refresh", data=fresh()).status_code == 200
    assert client.post("/account/sign-in", data={}).status_code == 400
