"""webhooks.

Revision: d7bb770d44dc
Revises: d8f6793c8cdb
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db as portal_db

revision = "d7bb770d44dc"
down_revision = "d8f6793c8cdb"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""

    op.create_table(
        "portal_webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("events", portal_db.JSONType, nullable=False),
        sa.Column("with_answers", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=32), nullable=False),
        sa.Column("former_seed", sa.LargeBinary(length=32), nullable=True),
        sa.Column("renewed_at", portal_db.UTCDateTime(), nullable=True),
        sa.Column("failing_since", portal_db.UTCDateTime(), nullable=True),
        sa.Column("off_at", portal_db.UTCDateTime(), nullable=True),
        sa.Column("off_why", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", portal_db.UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("form_id IS NOT NULL OR org_id IS NOT NULL", name=op.f("ck_portal_webhook_scope")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["portal_user.id"], name=op.f("fk_portal_webhook_created_by_id_portal_user")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["portal_form.record_id"],
            name=op.f("fk_portal_webhook_form_id_portal_form"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["portal_organisation.id"],
            name=op.f("fk_portal_webhook_org_id_portal_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_webhook")),
    )
    with op.batch_alter_table("portal_webhook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portal_webhook_form_id"), ["form_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portal_webhook_org_id"), ["org_id"], unique=False)

    op.create_table(
        "portal_webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=10), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("happened_at", portal_db.UTCDateTime(), nullable=False),
        sa.Column("tried_at", portal_db.UTCDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=12), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["portal_webhook.id"],
            name=op.f("fk_portal_webhook_delivery_webhook_id_portal_webhook"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_webhook_delivery")),
        sa.UniqueConstraint("uid", name=op.f("uq_portal_webhook_delivery_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("portal_webhook_delivery", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portal_webhook_delivery_state_started"), ["state", "started"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_portal_webhook_delivery_webhook_id_id"), ["webhook_id", "id"], unique=False
        )


def downgrade() -> None:
    """Take it back."""

    op.drop_table("portal_webhook_delivery")
    op.drop_table("portal_webhook")
