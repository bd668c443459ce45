"""Demo data comes as a whole and goes as a whole."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal import clock, demo
from portal.audit import HistoryEntry
from portal.commands.demo import demo as commands
from portal.db import db, metadata, transaction
from portal.demo.models import DemoRow
from portal.people.models import Organisation, User
from portal.records.models import Record
from portal.text import Content
from portal.webhooks import signing
from portal.webhooks.models import Delivery, Webhook

STAYS = {"portal_history"}
"""Tables in which a trace stays: that demo data was taken away."""


def counts():
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in metadata.sorted_tables
        if table.name not in STAYS
    }


@pytest.mark.slow
def test_demo_data_fills_every_module_and_leaves_nothing_behind(app, database, demo_data):
    assert len(demo_data.passwords) >= 14
    kinds = set(db.session.scalars(select(Record.kind).distinct()))
    assert {
        "recommendation",
        "assessment",
        "consultation",
        "minutes",
        "statement",
        "task",
        "agreement",
        "report",
    } <= kinds
    assert db.session.scalar(select(func.count()).select_from(Organisation)) >= 12
    with transaction():
        made_by = demo_data.user("coordinator").id
        hook = Webhook(
            org_id=demo_data.org("mojha"),
            url="https://example.org/hook",
            events=["submitted"],
            seed=signing.new_seed(),
            created_by_id=made_by,
            created_at=clock.now(),
        )
        db.session.add(hook)
        db.session.flush()
        db.session.add(Delivery(webhook_id=hook.id, event="test", happened_at=clock.now()))
    demo.clear()
    left = db.session.scalars(select(HistoryEntry.action)).all()
    assert left == ["purged"]
    after = counts()
    db.session.remove()
    database.reset(app)
    before = counts()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {}


@pytest.mark.slow
def test_nothing_is_taken_away_where_something_real_hangs_on_it(demo_data, runner):
    with transaction():
        parent = db.session.scalar(select(Organisation.id).where(Organisation.code == "mojha"))
        db.session.add(
            Organisation(code="real", kind="agency", parent_id=parent, name=Content.of(mn="Газар", en="Agency"))
        )
    rows = db.session.scalar(select(func.count()).select_from(DemoRow))
    refused = runner.invoke(commands, ["clear"])
    assert refused.exit_code == 1
    assert "something real hangs" in refused.output
    assert db.session.scalar(select(func.count()).select_from(DemoRow)) == rows


def test_passwords_are_made_at_load_and_differ_each_time():
    first, second = demo.Demo(), demo.Demo()
    assert first.password("admin") != second.password("admin")


def test_a_fresh_portal_has_no_account(app):
    assert db.session.scalar(select(func.count()).select_from(User)) == 0
