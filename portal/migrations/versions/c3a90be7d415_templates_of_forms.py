"""templates of forms.

Revision: c3a90be7d415
Revises: d7bb770d44dc
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c3a90be7d415"
down_revision = "d7bb770d44dc"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("portal_form", schema=None) as batch_op:
        batch_op.add_column(sa.Column("template", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("portal_form", schema=None) as batch_op:
        batch_op.drop_column("template")
