"""ids are not given twice.

SQLite gives the highest id anew once its row is gone; what the history tells of a removed record would then stand
on the page of the next one. PostgreSQL lacked the foreign key from a form to its published version.

Revision: 4d0c8a6b57e2
Revises: b86ff00f91cd
"""

from __future__ import annotations

from alembic import op

revision = "4d0c8a6b57e2"
down_revision = "b86ff00f91cd"
branch_labels = None
depends_on = None

TABLES = ("portal_record", "portal_plugin_choice")
KEY = "fk_portal_form_published_id_portal_form_version"


def upgrade() -> None:
    """Make the change."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(autoincrement=True)
        return
    op.execute(
        "UPDATE portal_form SET published_id = NULL"
        " WHERE published_id NOT IN (SELECT id FROM portal_form_version WHERE id IS NOT NULL)"
    )
    op.create_foreign_key(KEY, "portal_form", "portal_form_version", ["published_id"], ["id"])


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(autoincrement=False)
    else:
        op.drop_constraint(KEY, "portal_form", type_="foreignkey")


def _rebuild(autoincrement: bool) -> None:
    for table in TABLES:
        kwargs = {"sqlite_autoincrement": autoincrement}
        with op.batch_alter_table(table, schema=None, recreate="always", table_kwargs=kwargs):
            pass
