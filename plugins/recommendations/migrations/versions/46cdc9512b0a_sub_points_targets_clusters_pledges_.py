"""sub-points, targets, clusters, pledges, concerns, translation.

Revision: 46cdc9512b0a
Revises: bac2452da820
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "46cdc9512b0a"
down_revision = "bac2452da820"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "recommendations_glossary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("mn", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_glossary")),
        sa.UniqueConstraint("key", name=op.f("uq_recommendations_glossary_key")),
    )
    op.create_table(
        "recommendations_cluster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", portal_db.ContentType(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("sort_mn", sa.Text(), nullable=False),
        sa.Column("sort_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["portal_organisation.id"], name=op.f("fk_recommendations_cluster_lead_id_portal_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_cluster")),
        sa.UniqueConstraint("code", name=op.f("uq_recommendations_cluster_code")),
    )
    op.create_table(
        "recommendations_concern",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("name", portal_db.ContentType(), nullable=False),
        sa.Column("text", portal_db.ContentType(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("settled_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["portal_record.id"],
            name=op.f("fk_recommendations_concern_record_id_portal_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_recommendations_concern")),
    )
    op.create_table(
        "recommendations_contact",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("role in ('main', 'deputy', 'validator')", name=op.f("ck_recommendations_contact_role")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["portal_office.id"], name=op.f("fk_recommendations_contact_office_id_portal_office")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["portal_organisation.id"], name=op.f("fk_recommendations_contact_org_id_portal_organisation")
        ),
        sa.PrimaryKeyConstraint("org_id", "role", name=op.f("pk_recommendations_contact")),
    )
    with op.batch_alter_table("recommendations_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendations_contact_office_id"), ["office_id"], unique=False)

    op.create_table(
        "recommendations_pledge",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("number_sort", sa.String(length=120), nullable=False),
        sa.Column("text", portal_db.ContentType(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(length=300), nullable=False),
        sa.Column("paragraph", sa.String(length=300), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("progress", portal_db.ContentType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["portal_organisation.id"], name=op.f("fk_recommendations_pledge_lead_id_portal_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["portal_record.id"],
            name=op.f("fk_recommendations_pledge_record_id_portal_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_recommendations_pledge")),
        sa.UniqueConstraint("country", "cycle", "number", name=op.f("uq_recommendations_pledge_country_cycle_number")),
    )
    op.create_table(
        "recommendations_cluster_member",
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["recommendations_cluster.id"],
            name=op.f("fk_recommendations_cluster_member_cluster_id_recommendations_cluster"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations_recommendation.record_id"],
            name=op.f("fk_recommendations_cluster_member_recommendation_id_recommendations_recommendation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recommendation_id", "cluster_id", name=op.f("pk_recommendations_cluster_member")),
    )
    with op.batch_alter_table("recommendations_cluster_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recommendations_cluster_member_cluster_id_recommendation_id"),
            ["cluster_id", "recommendation_id"],
            unique=False,
        )

    op.create_table(
        "recommendations_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("text", portal_db.ContentType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations_recommendation.record_id"],
            name=op.f("fk_recommendations_point_recommendation_id_recommendations_recommendation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_point")),
        sa.UniqueConstraint(
            "recommendation_id", "letter", name=op.f("uq_recommendations_point_recommendation_id_letter")
        ),
    )
    op.create_table(
        "recommendations_target",
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations_recommendation.record_id"],
            name=op.f("fk_recommendations_target_recommendation_id_recommendations_recommendation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recommendation_id", "code", name=op.f("pk_recommendations_target")),
    )
    with op.batch_alter_table("recommendations_target", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recommendations_target_code_recommendation_id"), ["code", "recommendation_id"], unique=False
        )

    op.create_table(
        "recommendations_translation_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", portal_db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["portal_user.id"], name=op.f("fk_recommendations_translation_step_by_id_portal_user")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["portal_organisation.id"],
            name=op.f("fk_recommendations_translation_step_org_id_portal_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations_recommendation.record_id"],
            name=op.f("fk_recommendations_translation_step_recommendation_id_recommendations_recommendation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_translation_step")),
    )
    with op.batch_alter_table("recommendations_translation_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recommendations_translation_step_recommendation_id"), ["recommendation_id"], unique=False
        )

    with op.batch_alter_table("recommendations_recommendation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("translation", sa.String(length=10), nullable=False, server_default="none"))
        batch_op.add_column(sa.Column("archived_at", portal_db.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("archived_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(
            batch_op.f("ix_recommendations_recommendation_translation"), ["translation"], unique=False
        )

    _say_how_far_translations_are()


def _say_how_far_translations_are() -> None:
    """Read it from the state of each Mongolian text."""
    table = sa.table(
        "recommendations_recommendation",
        sa.column("record_id", sa.Integer),
        sa.column("text", portal_db.ContentType),
        sa.column("translation", sa.String),
    )
    found: dict[str, list[int]] = {"draft": [], "proposed": [], "official": []}
    bind = op.get_bind()
    for record_id, text in bind.execute(sa.select(table.c.record_id, table.c.text)).all():
        state = {"draft": "draft", "checked": "proposed", "official": "official"}.get(text.state("mn"))
        if state:
            found[state].append(record_id)
    for state, ids in found.items():
        for start in range(0, len(ids), 500):
            part = table.c.record_id.in_(ids[start : start + 500])
            bind.execute(sa.update(table).where(part).values(translation=state))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("recommendations_recommendation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_recommendation_translation"))
        batch_op.drop_column("archived_reason")
        batch_op.drop_column("archived_at")
        batch_op.drop_column("translation")

    with op.batch_alter_table("recommendations_translation_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_translation_step_recommendation_id"))

    op.drop_table("recommendations_translation_step")
    with op.batch_alter_table("recommendations_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_target_code_recommendation_id"))

    op.drop_table("recommendations_target")
    op.drop_table("recommendations_point")
    with op.batch_alter_table("recommendations_cluster_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_cluster_member_cluster_id_recommendation_id"))

    op.drop_table("recommendations_cluster_member")
    op.drop_table("recommendations_pledge")
    with op.batch_alter_table("recommendations_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_contact_office_id"))

    op.drop_table("recommendations_contact")
    op.drop_table("recommendations_concern")
    op.drop_table("recommendations_cluster")
    op.drop_table("recommendations_glossary")
