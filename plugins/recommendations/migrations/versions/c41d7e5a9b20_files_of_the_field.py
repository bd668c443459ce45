"""files of the field.

Revision: c41d7e5a9b20
Revises: 6b7a881ea070
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c41d7e5a9b20"
down_revision = "6b7a881ea070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("recommendations_recommendation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_on", sa.Date(), nullable=True))

    with op.batch_alter_table("recommendations_term", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("recommendations_import", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_id", sa.Integer(), nullable=True))
        batch_op.alter_column("cycle", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_recommendations_import_file_id_portal_file"),
            "portal_file",
            ["file_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("recommendations_import", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_recommendations_import_file_id_portal_file"), type_="foreignkey")
        batch_op.drop_column("file_id")
    op.execute("UPDATE recommendations_import SET cycle = 0 WHERE cycle IS NULL")
    with op.batch_alter_table("recommendations_import", schema=None) as batch_op:
        batch_op.alter_column("cycle", existing_type=sa.Integer(), nullable=False)

    with op.batch_alter_table("recommendations_term", schema=None) as batch_op:
        batch_op.drop_column("label")

    with op.batch_alter_table("recommendations_recommendation", schema=None) as batch_op:
        batch_op.drop_column("published_on")
