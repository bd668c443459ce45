"""changes of answers.

Revision: d8f6793c8cdb
Revises: a94c1f60d37e
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d8f6793c8cdb"
down_revision = "a94c1f60d37e"
branch_labels = None
depends_on = None

# What is there already is told as sent in; anonymous answers are told by the job of the night.
CHANGES = """
    INSERT INTO portal_form_change (form_id, number, submission_id, act)
    SELECT form_id, row_number() OVER (PARTITION BY form_id ORDER BY received_at, id), id, 'submitted'
    FROM portal_submission WHERE NOT anonymous
"""
FEEDS = (
    "INSERT INTO portal_form_feed (form_id, last) SELECT form_id, max(number) FROM portal_form_change GROUP BY form_id"
)


def upgrade() -> None:
    """Make the change."""

    op.create_table(
        "portal_form_change",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["portal_form.record_id"],
            name=op.f("fk_portal_form_change_form_id_portal_form"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("form_id", "number", name=op.f("pk_portal_form_change")),
    )
    with op.batch_alter_table("portal_form_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portal_form_change_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "portal_form_feed",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["portal_form.record_id"],
            name=op.f("fk_portal_form_feed_form_id_portal_form"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_portal_form_feed")),
    )
    op.execute(CHANGES)
    op.execute(FEEDS)


def downgrade() -> None:
    """Take it back."""

    op.drop_table("portal_form_feed")
    op.drop_table("portal_form_change")
