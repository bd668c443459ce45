"""Publishing: what stops it, what it says about answers, closing, opening again, trying the draft."""

from __future__ import annotations

import re
from io import BytesIO

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from portal import records, storage
from portal.db import db, transaction
from portal.forms import publishing
from portal.forms.models import AnswerIndex, Draft, Form, FormVersion, Submission
from portal.records import Record
from tests.portal.forms.builder_help import controls


def test_a_form_that_was_never_published_is_removed_with_everything_on_it(
    app, builder, officer, sign_in, identity, org
):
    made = builder("template:registration")
    with transaction():
        key = records.attach(
            officer, db.session.get(Record, made.id), FileStorage(BytesIO(b"%PDF-1.4 words"), "notes.pdf")
        ).stored_as
    assert storage.current().exists(key)
    assert "/discard" in made.get("/edit")
    stranger = sign_in(identity("coordinator", org=org("other")))
    assert stranger.post(f"{made.at}/discard", data={"version": made.version}).status_code == 404
    made.change("topic", **{"label-en": "Other words"})
    made.post("/discard", 409, version=made.version - 1)
    made.post("/discard")
    assert made.browser.get(f"{made.at}/edit").status_code == 404
    assert not storage.current().exists(key)
    live = builder("template:registration")
    publishing.publish(officer, db.session.get(Record, live.id), version=None, waived="test")
    assert "/discard" not in live.get("/edit")
    live.post("/discard", 404)
    live.post("/close")
    live.post("/discard", 404)


def versions(made):
    db.session.rollback()
    return list(db.session.scalars(select(FormVersion).where(FormVersion.form_id == made.id).order_by(FormVersion.id)))


def status(made):
    db.session.rollback()
    return db.session.get(Record, made.id).status


def test_a_missing_translation_stops_publishing_until_it_is_waived_in_writing(app, builder):
    made = builder("template:registration")
    made.change("topic", **{"label-mn": ""})
    assert "1 text is missing in Mongolian" in made.get("/publish")
    assert "Translate what is missing, or say here why it may be missing." in made.post("/publish", 422)
    made.post("/publish", 422, waived="   ")
    assert versions(made) == []
    made.post("/publish", waived="Only for English readers")
    assert [(each.number, each.waived) for each in versions(made)] == [(1, "Only for English readers")]


def test_a_translation_written_beside_the_other_text_opens_the_way(app, builder):
    made = builder("template:registration")
    made.change("topic", **{"label-mn": ""})
    page = made.get("/edit/texts?gaps=1")
    names = re.findall(r'name="(r\.[^"]+)"', page)
    assert names == ["r.reg-topic.label.mn", "r.reg-topic.label.en"]
    made.post("/edit/texts?gaps=1", **controls(page) | {"r.reg-topic.label.mn": "Ямар асуудал?"})
    assert made.row("topic")["label"]["mn"] == "Ямар асуудал?"
    assert "Every text is there in every language" in made.get("/edit/texts")
    made.post("/publish")


def test_errors_stop_publishing_and_lead_to_their_rows(app, builder):
    made = builder()
    made.post("/publish", 422, waived="I insist")
    assert "The form has no question yet" in made.get("/publish")
    assert versions(made) == []


def test_a_second_version_says_what_happens_to_answers(app, builder):
    made = builder("template:registration")
    made.post("/publish")
    made.change("topic", name="subject", **{"label-en": "What shall we talk about?"})
    made.post("/edit/question/remove?row=reg-phone")
    assert "Your changes reach them when you publish again" in made.get("/edit")
    page = made.get("/publish")
    assert "What changes against version 1" in page
    assert "Its name was topic and becomes subject" in page
    assert "Only words changed" in page
    assert "What was answered stays and stands at the end of exports" in page
    made.post("/publish")
    first, second = versions(made)
    assert first.definition["survey"] != second.definition["survey"]
    assert second.number == 2
    assert db.session.get(Form, made.id).published_id == second.id


def test_publishing_an_unchanged_form_makes_no_version(app, builder):
    made = builder("template:registration")
    made.post("/publish")
    assert "this version is the one that people fill" in made.get("/publish")
    made.post("/publish")
    assert len(versions(made)) == 1


def test_the_published_version_stays_while_the_draft_changes(app, builder):
    made = builder("template:registration")
    made.post("/publish")
    made.change("topic", **{"label-en": "Changed in the draft"})
    (version,) = versions(made)
    assert "Changed in the draft" not in str(version.definition)


def test_somebody_elses_change_while_publishing_is_shown_first(app, builder):
    made = builder("template:registration")
    old = made.version
    made.change("topic", **{"label-mn": ""})
    page = made.post("/publish", 409, version=old, waived="My reason")
    assert "Somebody changed the form while you looked at it" in page
    assert "My reason" in page
    assert versions(made) == []
    assert controls(page)["version"] == [str(made.version)]


def test_a_form_is_closed_and_opened_again(app, builder):
    made = builder("template:registration")
    made.post("/publish")
    made.post("/close")
    assert status(made) == "closed"
    assert "The form takes no more answers" in made.get("/edit")
    made.post("/reopen")
    assert status(made) == "published"
    assert len(versions(made)) == 1


def test_a_form_that_was_never_published_is_not_opened(app, builder):
    made = builder("template:registration")
    made.post("/reopen")
    assert status(made) == "draft"


def test_a_form_that_closed_before_it_opens_is_pointed_out(app, builder):
    made = builder("template:registration")
    fields = controls(made.get("/edit/settings"))
    made.post("/edit/settings", **fields | {"closes": "2020-01-01T10:00"})
    assert "which is past" in made.get("/publish")


def everything():
    return [db.session.scalar(select(func.count()).select_from(each)) for each in (Submission, Draft, AnswerIndex)]


def test_the_preview_is_the_draft_as_people_see_it_and_keeps_nothing(app, builder):
    made = builder("template:registration")
    page = made.get("/preview")
    assert "How do you want to register?" in page
    assert 'name="q.naming"' in page
    assert 'name="q.given_name"' not in page
    before = everything()
    page = made.post("/preview", 200, **{"q.naming": "named", "_update": "1"})
    assert 'name="q.given_name"' in page
    page = made.post("/preview", 200, **{"q.naming": "named", "q.given_name": "Дорж", "_sample": "1"})
    assert 'value="Дорж"' in page
    assert 'value="example@example.mn"' in page
    page = made.post("/preview", 200, **{"q.naming": "named"})
    assert "Answer this question." in page
    assert everything() == before


def test_test_answers_are_right(app, builder):
    made = builder("template:feedback")
    page = made.post("/preview", 200, _sample="1")
    fields = {}
    for tag in re.findall(r"<input[^>]*name=\"q\.[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)
        if not re.search('type="(radio|checkbox)"', tag) or " checked" in tag:
            fields.setdefault(name, []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="(q\.[^"]*)"[^>]*>\n(.*?)</textarea>', page, re.S):
        fields[name] = [text]
    for name, options in re.findall(r'<select[^>]*name="(q\.[^"]*)"[^>]*>(.*?)</select>', page, re.S):
        fields[name] = [re.search(r'value="([^"]*)" selected', options)[1]]
    page = made.post("/preview", 200, **fields)
    assert "All answers are right" in page


def test_a_draft_with_errors_shows_them_in_the_preview(app, builder):
    made = builder("template:registration")
    made.post("/edit/question/remove?row=reg-category")
    page = made.get("/preview")
    assert "There is no question named category" in page
    assert 'id="fill"' not in page


def test_the_phone_view_is_narrow(app, builder):
    made = builder("template:registration")
    assert "builder-phone" in made.get("/preview?width=phone")
    assert "builder-phone" not in made.get("/preview")
