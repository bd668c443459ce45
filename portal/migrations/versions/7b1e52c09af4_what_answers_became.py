"""what answers of earlier versions of a form became.

Revision: 7b1e52c09af4
Revises: 61bd2386549b
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "7b1e52c09af4"
down_revision = "61bd2386549b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("portal_form_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mapping", portal_db.JSONType, nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("portal_form_version", schema=None) as batch_op:
        batch_op.drop_column("mapping")
