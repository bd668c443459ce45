"""Minutes go from draft to approved, and only then to others; reopening takes them back."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from portal import meetings, records
from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.meetings.models import Speaker
from portal.meetings.writing import brief
from portal.records import Record, StaleVersion
from portal.reference.models import Unit
from portal.text import Content

TITLE = Content.of(mn="Ховд аймгийн хэлэлцүүлэг", en="Consultation in Khovd")


def said(text="The shelter has six beds.", section="implementation", **more):
    return meetings.Said(section, Content.of(en=text, mn=f"{text} (mn)"), "citizen", **more)


@pytest.fixture
def commission(org):
    return org("nhrcm", kind="nhri", voice="nhri")


@pytest.fixture
def forum(org):
    return org("forum", kind="coalition", voice="civil_society")


@pytest.fixture
def officer(identity, commission):
    return identity("commission_officer", org=commission, unit="MN-043")


@pytest.fixture
def editor(identity, forum):
    return identity("cs_editor", org=forum)


@pytest.fixture
def meeting(officer, commission):
    unit_id = db.session.scalar(select(Unit.id).where(Unit.code == "MN-043"))
    with transaction():
        return records.create(
            officer, kind="consultation", title=TITLE, org_id=commission.id, unit_id=unit_id, status="held"
        )


@pytest.fixture
def minutes(officer, meeting):
    with transaction():
        return meetings.start_minutes(officer, meeting)


def add(officer, minutes, *args, **kwargs):
    with transaction():
        return meetings.add_statement(officer, minutes, said(*args, **kwargs))


def approve(officer, minutes):
    with transaction():
        meetings.approve(officer, minutes, version=None)


def share(officer, minutes, org):
    with transaction():
        meetings.share(officer, minutes, org_id=org.id)


def test_a_meeting_has_one_set_of_minutes(officer, meeting, minutes):
    with transaction():
        again = meetings.start_minutes(officer, meeting)
    assert again.id == minutes.id
    assert minutes.title.texts == {
        "mn": "Хурлын тэмдэглэл: Ховд аймгийн хэлэлцүүлэг",
        "en": "Minutes: Consultation in Khovd",
    }


def test_statements_stand_by_section_and_order(officer, minutes):
    first = add(officer, minutes, "One")
    add(officer, minutes, "Three", "next_cycle")
    second = add(officer, minutes, "Two")
    with transaction():
        meetings.move_statement(officer, second, up=True)
    rows = meetings.statements(officer, minutes.id)
    assert [row.text.text("en") for row in rows] == ["Two", "One", "Three"]
    with transaction():
        meetings.move_statement(officer, first, up=False)
    assert [row.text.text("en") for row in meetings.statements(officer, minutes.id)] == ["Two", "One", "Three"]


def test_the_same_words_sent_twice_are_one_statement(officer, minutes):
    assert add(officer, minutes).id == add(officer, minutes).id
    assert meetings.count_statements(minutes.id) == 1


def test_a_deleted_statement_leaves_neither_header_nor_search_text(officer, minutes):
    statement = add(officer, minutes, "A sentence with the word marmot")
    assert records.search(officer, "marmot")
    with transaction():
        meetings.delete_statement(officer, statement)
    assert meetings.statements(officer, minutes.id) == []
    assert records.search(officer, "marmot") == []
    with pytest.raises(NotFound):
        records.get(officer, statement.id)


def test_an_anonymous_statement_keeps_no_name_anywhere(officer, minutes):
    statement = add(officer, minutes, speaker="Dulamsuren", anonymous=True)
    assert db.session.scalars(select(Speaker)).all() == []
    named = add(officer, minutes, "Another", speaker="Dulamsuren")
    assert meetings.get_statement(officer, named.id)[1].speaker == "Dulamsuren"
    with transaction():
        meetings.save_statement(officer, named, said("Another", speaker="Dulamsuren", anonymous=True), version=1)
    assert meetings.get_statement(officer, named.id)[1].speaker == ""
    kept = str([(e.changes, e.reason) for e in db.session.scalars(select(HistoryEntry))])
    assert "Another" in kept
    assert "Dulamsuren" not in kept
    assert statement.id != named.id


def test_empty_minutes_are_not_approved(officer, minutes):
    with pytest.raises(meetings.MeetingRefused, match="empty"):
        approve(officer, minutes)


def test_approved_minutes_are_locked(officer, minutes):
    statement = add(officer, minutes)
    approve(officer, minutes)
    for act in (
        lambda: meetings.add_statement(officer, minutes, said("More")),
        lambda: meetings.save_statement(officer, statement, said("Other"), version=statement.version),
        lambda: meetings.move_statement(officer, statement, up=True),
        lambda: meetings.delete_statement(officer, statement),
        lambda: meetings.approve(officer, minutes, version=None),
        lambda: meetings.save_minutes(
            officer, minutes, version=None, number="1", chair="", secretary="", summary=Content()
        ),
    ):
        with pytest.raises(meetings.MeetingRefused, match="approved"), transaction():
            act()
    assert [row.text.text("en") for row in meetings.statements(officer, minutes.id)] == ["The shelter has six beds."]


def test_a_stale_version_is_neither_approved_nor_saved(officer, minutes):
    statement = add(officer, minutes)
    with pytest.raises(StaleVersion), transaction():
        meetings.approve(officer, minutes, version=99)
    with pytest.raises(StaleVersion), transaction():
        meetings.save_statement(officer, statement, said("Other"), version=99)
    assert meetings.get_minutes(officer, minutes.id)[1].status == "draft"


def test_a_draft_is_not_shared(officer, minutes, forum):
    add(officer, minutes)
    with pytest.raises(meetings.MeetingRefused, match="draft"):
        share(officer, minutes, forum)


def test_others_see_minutes_statements_and_meeting_only_when_shared(officer, editor, meeting, minutes, forum):
    statement = add(officer, minutes)
    approve(officer, minutes)
    for record in (meeting, minutes, statement):
        with pytest.raises(NotFound):
            records.get(editor, record.id)
    share(officer, minutes, forum)
    for record in (meeting, minutes, statement):
        assert records.get(editor, record.id).id == record.id
        with pytest.raises(Forbidden):
            records.get(editor, record.id, level="edit")
    assert [row.id for row in meetings.statements(editor, minutes.id)] == [statement.id]


def test_a_restricted_statement_stays_in_the_house_however_one_shares(officer, editor, meeting, minutes, forum):
    restricted = add(officer, minutes, "Only for us", restricted=True)
    add(officer, minutes, "For all")
    approve(officer, minutes)
    share(officer, minutes, forum)
    with transaction():
        records.share(officer, meeting, org_id=forum.id)
    assert [row.text.text("en") for row in meetings.statements(editor, minutes.id)] == ["For all"]
    with pytest.raises(NotFound):
        meetings.get_statement(editor, restricted.id)
    assert records.search(editor, "Only for us") == []


def test_showing_the_meeting_does_not_show_its_draft_minutes(officer, editor, meeting, minutes, forum):
    add(officer, minutes, "A draft with the word saxaul")
    with transaction():
        records.share(officer, meeting, org_id=forum.id)
    assert records.get(editor, meeting.id).id == meeting.id
    assert meetings.minutes_of(editor, meeting.id) is None
    assert records.search(editor, "saxaul") == []


def test_a_draft_that_was_shown_by_mistake_is_not_read(officer, editor, minutes, forum):
    add(officer, minutes)
    with transaction():
        records.share(officer, minutes, org_id=forum.id)
    with pytest.raises(NotFound):
        meetings.get_minutes(editor, minutes.id)
    assert meetings.statements(editor, minutes.id) == []


def test_reopening_needs_a_reason_keeps_it_and_ends_the_shares(officer, editor, minutes, forum):
    statement = add(officer, minutes)
    approve(officer, minutes)
    share(officer, minutes, forum)
    with pytest.raises(meetings.MeetingRefused, match="reason"), transaction():
        meetings.reopen(officer, minutes, reason="  ")
    with transaction():
        meetings.reopen(officer, minutes, reason="A name was misspelt")
    for record in (minutes, statement):
        with pytest.raises(NotFound):
            records.get(editor, record.id)
    reasons = {entry.reason for entry in db.session.scalars(select(HistoryEntry))}
    assert "A name was misspelt" in reasons
    with transaction():
        meetings.save_statement(officer, statement, said("Corrected"), version=statement.version)
    approve(officer, minutes)
    assert meetings.get_statement(officer, statement.id)[1].text.text("en") == "Corrected"


def test_minutes_are_not_shared_with_their_own_organisation(officer, minutes, commission):
    add(officer, minutes)
    approve(officer, minutes)
    with pytest.raises(meetings.MeetingRefused):
        share(officer, minutes, commission)


def test_an_officer_of_another_aimag_changes_nothing(identity, officer, commission, meeting, minutes):
    add(officer, minutes)
    dornod = identity("commission_officer", org=commission, unit="MN-061")
    for act in (
        lambda: meetings.start_minutes(dornod, meeting),
        lambda: meetings.add_statement(dornod, minutes, said("Mine")),
        lambda: meetings.approve(dornod, minutes, version=None),
        lambda: meetings.add_item(dornod, meeting, title=TITLE),
        lambda: meetings.add_attendance(dornod, meeting, category="citizen"),
    ):
        with pytest.raises(Forbidden), transaction():
            act()


def test_a_long_statement_has_its_beginning_as_title():
    text = "word " * 60
    title = brief(Content.of(en=text, mn="Товч")).texts
    assert title["en"].endswith("word…")
    assert len(title["en"]) <= 141
    assert title["mn"] == "Товч"


def test_minutes_follow_a_meeting_that_is_renamed(officer, meeting, minutes):
    statement = add(officer, minutes)
    with transaction():
        records.update(officer, meeting, version=None, title=Content.of(en="Renamed"), unit_id=None)
        meetings.retitle(officer, meeting)
    header = db.session.get(Record, minutes.id)
    assert header.title.text("en") == "Minutes: Renamed"
    assert db.session.get(Record, statement.id).unit_id is None


def test_a_decision_has_an_office_a_day_and_a_state(officer, minutes, forum):
    from portal.records.kinds import kinds

    declared = meetings.kinds(
        "consultations", minutes_endpoint="x.minutes", decision_endpoint="home.index", prefix="test_"
    )
    kinds.declare(declared)
    with transaction():
        first = meetings.add_decision(officer, minutes, text=TITLE, responsible_id=forum.id, prefix="test_")
        second = meetings.add_decision(officer, minutes, text=Content.of(en="Second"), prefix="test_")
        meetings.move_decision(officer, second, up=True)
    rows = meetings.decisions(officer, minutes.id)
    assert [row.text.text("en") for row in rows] == ["Second", "Consultation in Khovd"]
    assert rows[1].responsible == forum.name
    with transaction():
        meetings.approve(officer, minutes, version=None)
        meetings.close_decision(officer, first)
    assert [row.status for row in meetings.decisions(officer, minutes.id)] == ["open", "done"]
    with pytest.raises(meetings.MeetingRefused), transaction():
        meetings.delete_decision(officer, second)
