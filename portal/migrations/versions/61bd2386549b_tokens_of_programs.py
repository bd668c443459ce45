"""tokens of programs.

Revision: 61bd2386549b
Revises: 1c059d26f6dc
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "61bd2386549b"
down_revision = "1c059d26f6dc"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""

    op.create_table(
        "portal_api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("permissions", portal_db.JSONType, nullable=False),
        sa.Column("forms", portal_db.JSONType, nullable=False),
        sa.Column("created_at", portal_db.UTCDateTime(), nullable=False),
        sa.Column("expires_at", portal_db.UTCDateTime(), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", portal_db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_portal_api_token_user_id_portal_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_api_token_token_hash")),
    )
    with op.batch_alter_table("portal_api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portal_api_token_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    """Take it back."""

    op.drop_table("portal_api_token")
