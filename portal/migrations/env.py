"""Alembic's environment, shared by all units; portal.migrations gives it the unit and the connection."""

from typing import Any

from alembic import context

from portal.db import ContentType, JSONType, UTCDateTime, metadata
from portal.migrations import Unit, options

unit: Unit = context.config.attributes["unit"]


def render_item(kind: str, obj: Any, autogen: Any) -> str | bool:
    """Write the portal's column types by their names."""
    if kind == "type" and isinstance(obj, ContentType | UTCDateTime):
        autogen.imports.add("from portal import db as portal_db")
        return f"portal_db.{type(obj).__name__}()"
    if kind == "type" and obj is JSONType:
        autogen.imports.add("from portal import db as portal_db")
        return "portal_db.JSONType"
    return False


chosen = options(unit)
chosen["render_item"] = render_item
del chosen["target_metadata"]
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, **chosen)
context.run_migrations()
