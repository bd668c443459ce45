"""Who sees a record, who changes it, and what is kept of every change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import Forbidden, NotFound

from portal import clock, records
from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.people import admin
from portal.people.models import Grant
from portal.records import Record, StaleVersion, succession
from portal.records.models import Link
from portal.text import Content

TITLE = Content.of(mn="Хөтөлбөрийг батлах", en="Adopt the programme")


def make(user, org=None, **fields):
    with transaction():
        return records.create(user, kind="task", title=TITLE, org_id=org.id if org else None, **fields)


def seen(user, record):
    stmt = select(Record.id).where(Record.id == record.id, records.visible(user))
    return db.session.scalar(stmt) is not None


def test_a_record_is_seen_by_its_organisation_and_nobody_else(org, identity):
    forum, mojha = org("forum", voice="civil_society"), org("mojha")
    record = make(identity("cs_editor", org=forum), forum)
    assert seen(identity("cs_editor", org=forum), record)
    assert not seen(identity("coordinator", org=mojha), record)
    assert not seen(identity("administrator"), record)
    assert not seen(records.queries.Identity.anonymous(), record)


def test_a_grant_for_one_unit_sees_only_that_unit(org, identity):
    commission = org("nhrcm", kind="nhri", voice="nhri")
    khovd = identity("commission_officer", org=commission, unit="MN-043")
    record = make(khovd, commission, unit_id=unit("MN-043"))
    assert seen(khovd, record)
    assert not seen(identity("commission_officer", org=commission, unit="MN-061"), record)


def unit(code):
    from portal.reference.models import Unit

    return db.session.scalar(select(Unit.id).where(Unit.code == code))


def test_who_has_left_the_organisation_has_left_what_waited_for_them(org, identity):
    mojha, ministry, forum = org("mojha"), org("mflsp"), org("forum", voice="civil_society")
    coordinator, focal = identity("coordinator", org=mojha), identity("focal_point", org=mojha)
    editor, nobody = identity("cs_editor", org=forum), identity()
    for owner, there in ((coordinator, True), (focal, False), (editor, False), (nobody, False)):
        record = make(identity("focal_point", org=ministry), ministry, owner_id=owner.id)
        assert seen(owner, record) is there
        assert records.can_edit(owner, record) is there
        shown = make(identity("focal_point", org=ministry), ministry, owner_id=owner.id, visibility="public")
        assert records.can_edit(owner, shown) is there
    own = make(nobody, None, owner_id=nobody.id)
    assert seen(nobody, own)
    assert records.can_edit(nobody, own)


def test_sharing_reaches_the_parts_and_can_be_taken_back(org, identity):
    commission, forum = org("nhrcm"), org("forum")
    officer, editor = identity("commission_officer", org=commission), identity("cs_editor", org=forum)
    minutes = make(officer, commission)
    statement = make(officer, commission, parent_id=minutes.id)
    with transaction():
        records.share(officer, minutes, org_id=forum.id)
    assert seen(editor, minutes)
    assert seen(editor, statement)
    assert not records.can_edit(editor, statement)
    with transaction():
        records.unshare(officer, minutes, org_id=forum.id)
    assert not seen(editor, statement)


def test_what_one_may_not_see_does_not_exist(org, identity):
    record = make(identity("cs_editor", org=org("forum")), org("forum"))
    with pytest.raises(NotFound):
        records.get(identity("coordinator", org=org("mojha")), record.id)


def test_what_one_sees_but_may_not_change_is_refused(org, identity):
    owner = identity("coordinator", org=org("mojha"))
    record = make(owner, org("mojha"), visibility="site")
    with pytest.raises(Forbidden):
        records.get(identity("cs_editor", org=org("forum")), record.id, level="edit")


def test_a_save_from_an_old_page_is_refused(org, identity):
    user = identity("coordinator", org=org("mojha"))
    record = make(user, org("mojha"))
    opened = record.version
    with transaction():
        records.update(user, record, version=opened, status="done")
    with pytest.raises(StaleVersion), transaction():
        records.update(user, record, version=opened, status="open")
    assert db.session.get(Record, record.id).status == "done"


def test_every_change_is_in_the_history_with_old_and_new(org, identity):
    user = identity("coordinator", org=org("mojha"))
    record = make(user, org("mojha"))
    with transaction():
        records.update(user, record, version=record.version, status="done")
    entry, _name = records.history(record.id)[0]
    assert entry.action == "changed"
    assert entry.changes["status"] == ["open", "done"]


@pytest.mark.parametrize("act", ["UPDATE portal_history SET action = 'x'", "DELETE FROM portal_history"])
def test_the_database_refuses_to_change_the_history(org, identity, act):
    make(identity("coordinator", org=org("mojha")), org("mojha"))
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(act))
    db.session.rollback()
    assert db.session.scalar(select(HistoryEntry.id).limit(1)) is not None


def test_links_show_from_both_ends_and_only_what_one_may_see(org, identity):
    mojha, forum = org("mojha"), org("forum")
    user, other = identity("coordinator", org=mojha), identity("cs_editor", org=forum)
    a, b = make(user, mojha, visibility="site"), make(user, mojha)
    with transaction():
        assert records.link(user, a.id, b.id, "follows") is not None
        assert records.link(user, a.id, b.id, "follows") is None
    with db.session.no_autoflush, records_url():
        assert [row.id for row in records.linked(user, b.id)] == [a.id]
        assert records.linked(other, a.id) == []
    assert len(list(db.session.scalars(select(Link)))) == 1


def records_url():
    from flask import current_app

    return current_app.test_request_context()


@pytest.mark.parametrize("words", ["хөтөлбөр", "ХӨТӨЛБӨРИЙН", "programme", "adopt prog", "батлах"])
def test_a_word_is_found_in_any_case_and_with_any_ending(org, identity, words):
    user = identity("coordinator", org=org("mojha"))
    record = make(user, org("mojha"))
    with records_url():
        assert [row.id for row in records.search(user, words)] == [record.id]


def test_nothing_of_a_failed_transaction_is_kept(org, identity):
    user = identity("coordinator", org=org("mojha"))

    def fail():
        with transaction():
            records.create(user, kind="task", title=TITLE, org_id=None)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.session.scalar(select(Record.id).limit(1)) is None


def test_open_work_goes_along_when_a_role_is_handed_over(org, identity):
    ministry, other = org("moe"), org("moh")
    leaves, stays, comes = (identity("focal_point", org=ministry) for _turn in range(3))
    boss = identity("administrator")
    held = {one.id: db.session.scalars(select(Grant).where(Grant.user_id == one.id)).one() for one in (leaves, stays)}
    new = identity("desk_officer", org=other)
    with transaction():
        for grant in held.values():
            grant.valid_from -= timedelta(days=10)
    opened = [make(leaves, ministry, owner_id=leaves.id, status="open") for _turn in range(2)]
    closed = make(leaves, ministry, owner_id=leaves.id, status="done")
    elsewhere = make(leaves, other, owner_id=leaves.id, status="open")
    kept = make(stays, ministry, owner_id=stays.id, status="open")
    admin.hand_over(boss, held[leaves.id].id, new.id, clock.today())
    admin.hand_over(boss, held[stays.id].id, comes.id, clock.today())
    with transaction():
        db.session.add(Grant(user_id=stays.id, role="coordinator", org_id=ministry.id, valid_from=clock.today()))
    assert succession.pass_on() == 2
    db.session.expire_all()
    assert [one.owner_id for one in (*opened, closed, elsewhere, kept)] == [
        new.id,
        new.id,
        leaves.id,
        leaves.id,
        stays.id,
    ]
    stmt = select(HistoryEntry).where(HistoryEntry.record_id == opened[0].id).order_by(HistoryEntry.id.desc())
    entry = db.session.scalars(stmt).first()
    assert (entry.actor_id, entry.changes["owner_id"]) == (None, [leaves.id, new.id])
    assert succession.pass_on() == 0
