"""What stands beside a record that became public: others read nothing of the time before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from portal.api import audit, db, select


def since(panels: Any, moment: datetime | None) -> Any:
    """The panels of a record with the comments, shares and history from *moment* on; all of them without a moment."""
    if moment is None:
        return panels
    return replace(
        panels,
        comments=[each for each in panels.comments if each.created_at >= moment],
        history=[each for each in panels.history if each.at >= moment],
        shares=[each for each in panels.shares if each.since >= moment],
    )


def became_public(record_id: int) -> datetime | None:
    """When a record was last made public after it was not, by its history; None where it was public from the first."""
    entry = audit.HistoryEntry
    stmt = select(entry.at, entry.changes).where(
        entry.record_id == record_id, entry.entity == "portal_record", entry.action == "changed"
    )
    for at, changes in db.session.execute(stmt.order_by(entry.id.desc())):
        if changes.get("visibility", [None, None])[1] == "public":
            return at  # type: ignore[no-any-return]
    return None
