"""focal points are roles of accounts.

Revision: 10328e3f8722
Revises: ef57b85633a9
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "10328e3f8722"
down_revision = "ef57b85633a9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("recommendations_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_contact_office_id"))

    op.drop_table("recommendations_contact")


def downgrade() -> None:
    """Take it back."""
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
