"""XForms of published forms.

Revision: a94c1f60d37e
Revises: e28091b33968
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "a94c1f60d37e"
down_revision = "e28091b33968"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""

    op.create_table(
        "portal_form_xform",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("writer", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("needs", portal_db.JSONType, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["portal_form_version.id"],
            name=op.f("fk_portal_form_xform_version_id_portal_form_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_portal_form_xform")),
    )


def downgrade() -> None:
    """Take it back."""

    op.drop_table("portal_form_xform")
