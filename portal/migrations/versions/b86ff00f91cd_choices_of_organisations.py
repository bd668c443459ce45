"""choices of organisations.

Revision: b86ff00f91cd
Revises: 159e332434ce
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "b86ff00f91cd"
down_revision = "159e332434ce"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""

    op.create_table(
        "portal_plugin_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=31), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", portal_db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["portal_user.id"], name=op.f("fk_portal_plugin_choice_changed_by_id_portal_user")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["portal_organisation.id"],
            name=op.f("fk_portal_plugin_choice_org_id_portal_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_plugin_choice")),
        sa.UniqueConstraint("org_id", "plugin", name=op.f("uq_portal_plugin_choice_org_id_plugin")),
    )
    with op.batch_alter_table("portal_plugin_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("failed_at", portal_db.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("failure", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it back."""

    with op.batch_alter_table("portal_plugin_state", schema=None) as batch_op:
        batch_op.drop_column("failure")
        batch_op.drop_column("failed_at")
        batch_op.drop_column("failures")

    op.drop_table("portal_plugin_choice")
