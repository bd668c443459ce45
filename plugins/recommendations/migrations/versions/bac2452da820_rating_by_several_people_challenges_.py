"""rating by several people, challenges, suggestions.

Revision: bac2452da820
Revises: c41d7e5a9b20
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "bac2452da820"
down_revision = "c41d7e5a9b20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "recommendations_suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("rating", sa.String(length=20), nullable=False),
        sa.Column("counts", portal_db.JSONType, nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", portal_db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["portal_user.id"], name=op.f("fk_recommendations_suggestion_by_id_portal_user")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["portal_organisation.id"],
            name=op.f("fk_recommendations_suggestion_org_id_portal_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations_recommendation.record_id"],
            name=op.f("fk_recommendations_suggestion_recommendation_id_recommendations_recommendation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_suggestion")),
    )
    with op.batch_alter_table("recommendations_suggestion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recommendations_suggestion_recommendation_id_org_id"),
            ["recommendation_id", "org_id"],
            unique=False,
        )

    op.create_table(
        "recommendations_challenge",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("voice", sa.String(length=20), nullable=False),
        sa.Column("rating", sa.String(length=20), nullable=False),
        sa.Column("argument", portal_db.ContentType(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("answer", portal_db.ContentType(), nullable=False),
        sa.Column("challenged_on", sa.Date(), nullable=False),
        sa.Column("answered_at", portal_db.UTCDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("leads_to_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["portal_user.id"], name=op.f("fk_recommendations_challenge_answered_by_id_portal_user")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["recommendations_assessment.record_id"],
            name=op.f("fk_recommendations_challenge_assessment_id_recommendations_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["leads_to_id"],
            ["recommendations_assessment.record_id"],
            name=op.f("fk_recommendations_challenge_leads_to_id_recommendations_assessment"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations_recommendation.record_id"],
            name=op.f("fk_recommendations_challenge_recommendation_id_recommendations_recommendation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["portal_record.id"],
            name=op.f("fk_recommendations_challenge_record_id_portal_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_recommendations_challenge")),
    )
    with op.batch_alter_table("recommendations_challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendations_challenge_assessment_id"), ["assessment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recommendations_challenge_recommendation_id_assessment_id"),
            ["recommendation_id", "assessment_id"],
            unique=False,
        )

    op.create_table(
        "recommendations_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("at", portal_db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["recommendations_assessment.record_id"],
            name=op.f("fk_recommendations_step_assessment_id_recommendations_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["portal_user.id"], name=op.f("fk_recommendations_step_by_id_portal_user")),
        sa.ForeignKeyConstraint(["to_id"], ["portal_user.id"], name=op.f("fk_recommendations_step_to_id_portal_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_step")),
    )
    with op.batch_alter_table("recommendations_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendations_step_assessment_id"), ["assessment_id"], unique=False)

    with op.batch_alter_table("recommendations_assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("methods", portal_db.JSONType, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("drafted_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("validated_at", portal_db.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("validated_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_recommendations_assessment_drafted_by_id_portal_user"),
            "portal_user",
            ["drafted_by_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_recommendations_assessment_validated_by_id_portal_user"),
            "portal_user",
            ["validated_by_id"],
            ["id"],
        )

    op.execute(
        "UPDATE recommendations_assessment SET drafted_by_id ="
        " (SELECT created_by_id FROM portal_record WHERE portal_record.id = recommendations_assessment.record_id)"
    )


def downgrade() -> None:
    """Take it back; what waits for validation is a draft again, and challenges are no records any more."""
    op.execute(
        "UPDATE portal_record SET status = 'draft' WHERE kind = 'assessment' AND status IN ('submitted', 'validated')"
    )
    op.execute("DELETE FROM portal_record WHERE kind = 'challenge' AND plugin = 'recommendations'")
    with op.batch_alter_table("recommendations_assessment", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_recommendations_assessment_validated_by_id_portal_user"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_recommendations_assessment_drafted_by_id_portal_user"), type_="foreignkey"
        )
        batch_op.drop_column("validated_by_id")
        batch_op.drop_column("validated_at")
        batch_op.drop_column("drafted_by_id")
        batch_op.drop_column("methods")

    with op.batch_alter_table("recommendations_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_step_assessment_id"))

    op.drop_table("recommendations_step")
    with op.batch_alter_table("recommendations_challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_challenge_recommendation_id_assessment_id"))
        batch_op.drop_index(batch_op.f("ix_recommendations_challenge_assessment_id"))

    op.drop_table("recommendations_challenge")
    with op.batch_alter_table("recommendations_suggestion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_suggestion_recommendation_id_org_id"))

    op.drop_table("recommendations_suggestion")
