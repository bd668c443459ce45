"""What statements and clauses suggest, and that the answer to that is kept with its word."""

import re

import pytest
from sqlalchemy import select

from plugins.recommendations.models import Suggestion
from plugins.recommendations.ratings import suggesting
from portal.api import Content, db, meetings, records, transaction

from .conftest import now


@pytest.fixture
def says(coordinator, mojha):
    """Add statements to a recommendation: ``says(record, "persisting", 2)``."""

    def make(record, section, times=1, status="approved", restricted=False):
        with transaction():
            meeting = records.create(
                coordinator, kind="consultation", title=Content.of(en="Meeting"), org_id=mojha.id, visibility="public"
            )
            minutes = records.create(
                coordinator, kind="minutes", title=Content.of(en="Minutes"), org_id=mojha.id, parent_id=meeting.id
            )
            db.session.add(meetings.Minutes(record_id=minutes.id, meeting_id=meeting.id))
            db.session.flush()
            for place in range(times):
                header = records.create(
                    coordinator,
                    kind="statement",
                    title=Content.of(en="Said"),
                    org_id=mojha.id,
                    status=status,
                    visibility="public",
                    links=[(record.id, "evidence")],
                )
                db.session.add(
                    meetings.Statement(
                        record_id=header.id,
                        minutes_id=minutes.id,
                        position=place,
                        section=section,
                        text=Content.of(en="Said"),
                        restricted=restricted,
                    )
                )

    return make


def test_what_most_statements_say_is_suggested_and_refused_or_accepted_with_a_word(enter, says, as_role, forum, client):
    record = enter("116.1")
    browser = as_role("cs_editor", org=forum)
    page = f"/recommendations/{record.id}/suggestions"
    assert "Nothing is suggested" in browser.get(page).text
    says(record, "implementation", 4)
    says(record, "persisting", 2)
    says(record, "emerging", 9)
    says(record, "persisting", 9, status="draft")
    says(record, "persisting", 9, restricted=True)
    assert "because 4 of 6 say so" in browser.get(page).text
    refused = browser.post(page, data={"source": "statements", "act": "refuse", "word": " "})
    assert refused.status_code == 422
    assert "Say in a word why" in refused.text
    assert browser.post(page, data={"source": "statements", "act": "refuse", "word": "Osprey"}).status_code == 303
    taken = browser.post(page, data={"source": "statements", "act": "accept", "word": "It is so"})
    assert taken.location.endswith(f"/recommendations/{record.id}/rate?rating=partially&org={forum.id}")
    chosen = re.findall(r"<input[^>]*checked[^>]*>", browser.get(taken.location).text)
    assert any('name="rating"' in each and 'value="partially"' in each for each in chosen)
    kept = list(db.session.scalars(select(Suggestion).order_by(Suggestion.id)))
    assert [(each.accepted, each.word, each.counts) for each in kept] == [
        (False, "Osprey", {"partially": 4, "not": 2}),
        (True, "It is so", {"partially": 4, "not": 2}),
    ]
    assert "Osprey" in browser.get(page).text
    assert browser.post(page, data={"source": "nothing", "act": "accept", "word": "x"}).status_code == 404


def test_nobody_else_reads_what_was_said_to_a_suggestion(enter, says, as_role, forum, mojha, client):
    record = enter("116.1")
    says(record, "persisting", 1)
    page = f"/recommendations/{record.id}/suggestions"
    as_role("cs_editor", org=forum).post(page, data={"source": "statements", "act": "refuse", "word": "Osprey"})
    other = as_role("coordinator", org=mojha)
    for address in (page, f"/recommendations/{record.id}"):
        assert "Osprey" not in other.get(address).text
    assert client.get(page).status_code in (302, 303, 401)
    assert now(select(Suggestion.word)) == "Osprey"


def test_level_counts_suggest_partially():
    from collections import Counter

    assert suggesting._of("clauses", Counter({"fully": 2, "not": 2})).rating == "partially"
    assert suggesting._of("clauses", Counter({"fully": 2, "not": 1})).rating == "fully"
    assert suggesting._of("clauses", Counter()) is None
