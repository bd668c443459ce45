"""The agenda in its order, and who took part."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal import meetings, records
from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.text import Content


def point(text):
    return Content.of(en=text)


@pytest.fixture
def officer(identity, org):
    return identity("commission_officer", org=org("nhrcm", kind="nhri"))


@pytest.fixture
def meeting(officer):
    with transaction():
        return records.create(officer, kind="consultation", title=point("Meeting"), org_id=officer.orgs[0])


def test_points_of_the_agenda_move_up_and_down(officer, meeting, org):
    mfa = org("mfa")
    with transaction():
        first = meetings.add_item(officer, meeting, title=point("Opening"), minutes=10)
        second = meetings.add_item(officer, meeting, title=point("The review"), speaker_org_id=mfa.id)
        meetings.move_item(officer, meeting, second.id, up=True)
    rows = meetings.agenda(meeting.id)
    assert [(row.position, row.title.text("en")) for row in rows] == [(1, "The review"), (2, "Opening")]
    assert rows[0].speaker == mfa.name
    with transaction():
        meetings.move_item(officer, meeting, second.id, up=True)
        meetings.delete_item(officer, meeting, first.id)
    assert [row.title.text("en") for row in meetings.agenda(meeting.id)] == ["The review"]


def test_a_point_of_another_meeting_is_not_found(officer, meeting):
    with transaction():
        other = records.create(officer, kind="consultation", title=point("Other"), org_id=officer.orgs[0])
        item = meetings.add_item(officer, other, title=point("Opening"))
    for act in (meetings.delete_item, lambda *args: meetings.move_item(*args, up=True)):
        with pytest.raises(NotFound), transaction():
            act(officer, meeting, item.id)


def test_the_agenda_of_another_meeting_is_copied_as_a_whole(officer, meeting):
    with transaction():
        meetings.fill_agenda(officer, meeting, [(point("One"), 10), (point("Two"), 20)])
        other = records.create(officer, kind="consultation", title=point("Other"), org_id=officer.orgs[0])
        meetings.copy_agenda(officer, meeting.id, other)
    assert [(row.title.text("en"), row.minutes) for row in meetings.agenda(other.id)] == [("One", 10), ("Two", 20)]


def test_somebody_takes_part_without_a_name(officer, meeting):
    with transaction():
        row = meetings.add_attendance(officer, meeting, category="citizen", named=True)
    assert (row.name, row.named) == ("", False)


def test_a_name_taken_off_the_list_is_gone_also_from_the_history(officer, meeting):
    with transaction():
        row = meetings.add_attendance(officer, meeting, category="citizen", name="Dulamsuren", named=True)
    with transaction():
        meetings.delete_attendance(officer, meeting, row.id)
    assert meetings.attendance(meeting.id) == []
    assert "Dulamsuren" not in str([entry.changes for entry in db.session.scalars(select(HistoryEntry))])
