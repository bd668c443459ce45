"""counts and saved views.

Revision: 6a056ab6bb09
Revises: 46cdc9512b0a
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "6a056ab6bb09"
down_revision = "46cdc9512b0a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "recommendations_count",
        sa.Column("facet", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.String(length=20), nullable=False),
        sa.Column("voice", sa.String(length=20), nullable=False),
        sa.Column("rating", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "facet",
            "country",
            "cycle",
            "key",
            "position",
            "voice",
            "rating",
            name=op.f("pk_recommendations_count"),
        ),
    )
    op.create_table(
        "recommendations_counted",
        sa.Column("recommendation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("facts", portal_db.JSONType, nullable=False),
        sa.PrimaryKeyConstraint("recommendation_id", name=op.f("pk_recommendations_counted")),
    )
    op.create_table(
        "recommendations_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("on_start", sa.Boolean(), nullable=False),
        sa.Column("created_at", portal_db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["portal_organisation.id"], name=op.f("fk_recommendations_view_org_id_portal_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["portal_user.id"],
            name=op.f("fk_recommendations_view_owner_id_portal_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_view")),
    )
    op.create_index(op.f("ix_recommendations_view_org_id"), "recommendations_view", ["org_id"])
    op.create_index(op.f("ix_recommendations_view_owner_id"), "recommendations_view", ["owner_id"])
    _count()


def _count() -> None:
    """Count what is there, as the tables stand at this revision."""
    connection = op.get_bind()
    known: dict[int, dict[str, Any]] = {
        row.id: {"at": [row.country, row.cycle, row.position, row.state_count], "keys": [], "ratings": {}}
        for row in connection.execute(
            sa.text(
                "SELECT r.record_id AS id, r.country, r.cycle, r.position, r.state_count"
                " FROM recommendations_recommendation r JOIN portal_record p ON p.id = r.record_id"
                " WHERE p.visibility = 'public' AND r.archived_at IS NULL"
            )
        )
    }
    keys = sa.text(
        "SELECT x.recommendation_id AS id, v.scheme AS facet, coalesce(t.mapped_to_id, t.id) AS k"
        " FROM recommendations_term x JOIN portal_term t ON t.id = x.term_id"
        " JOIN portal_vocabulary v ON v.id = t.vocabulary_id"
        " UNION SELECT recommendation_id, 'state', state_id FROM recommendations_state"
        " UNION SELECT x.recommendation_id, 'region', CASE s.un_group WHEN 'african' THEN 1 WHEN 'asia_pacific' THEN 2"
        " WHEN 'eastern_european' THEN 3 WHEN 'latin_american' THEN 4 WHEN 'western_other' THEN 5 END"
        " FROM recommendations_state x JOIN portal_state s ON s.id = x.state_id WHERE s.un_group IS NOT NULL"
        " UNION SELECT recommendation_id, 'body', org_id FROM recommendations_body"
        " ORDER BY 1, 2, 3"
    )
    for row in connection.execute(keys):
        if row.id in known:
            known[row.id]["keys"].append([row.facet, row.k])
    rated = sa.text(
        "SELECT recommendation_id AS id, voice, rated_on, rating FROM recommendations_assessment"
        " WHERE published_at IS NOT NULL ORDER BY recommendation_id, voice, rated_on, record_id"
    )
    for row in connection.execute(rated):
        if row.id in known:
            years = known[row.id]["ratings"].setdefault(row.voice, [])
            year = int(str(row.rated_on)[:4])
            if years and years[-1][0] == year:
                years[-1][1] = row.rating
            else:
                years.append([year, row.rating])
    numbers: Counter[tuple[Any, ...]] = Counter()
    mentions: Counter[tuple[Any, ...]] = Counter()
    for facts in known.values():
        country, cycle, position, states = facts["at"]
        for facet, key in [("all", 0), *facts["keys"]]:
            numbers[facet, country, cycle, key, position, "", ""] += 1
            mentions[facet, country, cycle, key, position, "", ""] += states
            for voice, years in facts["ratings"].items():
                numbers[facet, country, cycle, key, position, voice, years[-1][1]] += 1
        for voice, years in facts["ratings"].items():
            for place, (year, rating) in enumerate(years):
                numbers["year", country, cycle, year, position, voice, rating] += 1
                if place:
                    numbers["year", country, cycle, year, position, voice, years[place - 1][1]] -= 1
    if rows := [(*cell, number, mentions[cell]) for cell, number in sorted(numbers.items()) if number]:
        connection.execute(
            sa.text("INSERT INTO recommendations_count VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i)"),
            [dict(zip("abcdefghi", row, strict=True)) for row in rows],
        )
    if known:
        counted = sa.table(
            "recommendations_counted", sa.column("recommendation_id"), sa.column("facts", portal_db.JSONType)
        )
        connection.execute(
            counted.insert(), [{"recommendation_id": each, "facts": facts} for each, facts in known.items()]
        )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("recommendations_view")
    op.drop_table("recommendations_counted")
    op.drop_table("recommendations_count")
