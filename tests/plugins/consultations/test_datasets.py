"""The tables that reports and exports read."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import Forbidden

from plugins.consultations import service
from portal import records
from portal.db import transaction
from portal.documents.registry import registry as datasets
from portal.people.identity import Identity

from .conftest import planned, spoken


def rows(user, name, **filters):
    return list(datasets.rows(user, f"consultations.{name}", **filters))


def test_consultations_are_a_table_with_who_came(officer, consultation):
    service.count(officer, consultation, service.Counts({"citizen": 15, "nhri": 1}, 9, 7), version=None)
    (row,) = rows(officer, "consultations")
    assert row["title"].text("en") == "Meeting in Khovd"
    assert row["unit"].text("en") == "Khovd"
    assert (row["attended"], row["attended_citizen"], row["attended_nhri"], row["attended_government"]) == (
        16,
        15,
        1,
        0,
    )
    assert (row["status"], row["women"], row["men"]) == ("held", 9, 7)
    columns = {column.key for column in datasets.dataset("consultations.consultations").columns}
    assert columns == set(row)


def test_consultations_are_filtered(everywhere):
    planned(everywhere)
    planned(everywhere, "MN-061", cycle=2)
    assert len(rows(everywhere, "consultations", cycle=3)) == 1
    assert len(rows(everywhere, "consultations", cycle="2", level="provincial")) == 1
    assert rows(everywhere, "consultations", status="held") == []
    assert rows(everywhere, "consultations", year=2025) == []


def test_statements_come_from_approved_minutes_and_restricted_ones_never(officer, minutes):
    service.add_statement(officer, minutes, spoken("Only for us", restricted=True))
    assert rows(officer, "statements") == []
    service.approve(officer, minutes, version=None)
    (row,) = rows(officer, "statements", cycle=3, section="implementation")
    assert row["text"].text("en") == "The shelter has six beds."
    assert row["consultation"].text("en") == "Meeting in Khovd"
    assert row["recommendations"] == []
    assert rows(officer, "statements", cycle=2) == []
    assert {column.key for column in datasets.dataset("consultations.statements").columns} == set(row)


def test_the_forum_reads_only_the_statements_shared_with_it(officer, editor, forum, minutes):
    service.approve(officer, minutes, version=None)
    assert rows(editor, "statements") == []
    service.share(officer, minutes, org_id=forum.id)
    assert len(rows(editor, "statements")) == 1


def test_statements_name_their_recommendations_by_number(officer, minutes, recommendation):
    from portal import meetings

    (said,) = meetings.statements(officer, minutes.id)
    target = recommendation("116.14")
    with transaction():
        records.link(officer, said.id, target.id, "evidence")
    service.approve(officer, minutes, version=None)
    (row,) = rows(officer, "statements", consultation=meetings.get_minutes(officer, minutes.id)[1].meeting_id)
    assert row["recommendations"] == ["116.14"]


def test_the_public_exports_nothing(app):
    with pytest.raises(Forbidden):
        rows(Identity.anonymous(), "consultations")
