"""indexes of the list.

Revision: 5d21c7a8e3f4
Revises: 10328e3f8722
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5d21c7a8e3f4"
down_revision = "10328e3f8722"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_index(
        op.f("ix_recommendations_recommendation_number_sort_record_id"),
        "recommendations_recommendation",
        ["number_sort", "record_id"],
        unique=False,
    )
    op.create_index(
        "ix_recommendations_assessment_latest",
        "recommendations_assessment",
        ["recommendation_id", "voice", "rating", "rated_on"],
        unique=False,
        sqlite_where=sa.text("is_latest IS 1"),
        postgresql_where=sa.text("is_latest IS true"),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_recommendations_assessment_latest", table_name="recommendations_assessment")
    op.drop_index(
        op.f("ix_recommendations_recommendation_number_sort_record_id"), table_name="recommendations_recommendation"
    )
