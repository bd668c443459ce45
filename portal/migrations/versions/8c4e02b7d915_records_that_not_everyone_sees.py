"""records that not everyone sees.

Revision: 8c4e02b7d915
Revises: f48262a992cb
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8c4e02b7d915"
down_revision = "f48262a992cb"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    hidden = sa.text("visibility <> 'public'")
    op.create_index(
        "ix_portal_record_hidden",
        "portal_record",
        ["kind"],
        unique=False,
        sqlite_where=hidden,
        postgresql_where=hidden,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_portal_record_hidden", table_name="portal_record")
