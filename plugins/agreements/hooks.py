"""What the module gives to the portal."""

from __future__ import annotations

from typing import Any

from portal.api import (
    Blueprint,
    Dataset,
    DemoLoader,
    DocumentKind,
    Event,
    Identity,
    JobSpec,
    Kind,
    MenuItem,
    Panel,
    Permission,
    Settings,
    Slot,
    _l,
    hookimpl,
    know_fields,
)

from . import clause_views, making_views, progress, signing_views, views
from .blueprint import bp
from .datasets import DATASETS
from .documents import DOCUMENTS
from .notices import JOBS
from .permissions import PERMISSIONS
from .settings import SETTINGS
from .statuses import CLAUSE, CLAUSE_STATUSES, CLAUSE_TONES, COLUMNS, KIND, OPEN, STATUSES, TONES

PAGES = (views, making_views, signing_views, clause_views)
"""The files whose pages stand on the blueprint."""

know_fields(COLUMNS)


@hookimpl
def portal_blueprints() -> list[Blueprint]:
    """The module's pages."""
    return [bp]


@hookimpl
def portal_permissions() -> list[Permission]:
    """The module's permissions."""
    return PERMISSIONS


@hookimpl
def portal_record_kinds() -> list[Kind]:
    """An agreement, and each of its clauses."""
    return [
        Kind(
            name=KIND,
            title=_l("Agreement"),
            plugin="agreements",
            view_endpoint="agreements.show",
            icon="writing-sign",
            statuses=STATUSES,
            tones=TONES,
            open_statuses=OPEN,
        ),
        Kind(
            name=CLAUSE,
            title=_l("Clause of an agreement"),
            plugin="agreements",
            view_endpoint="agreements.clause",
            icon="list-numbers",
            statuses=CLAUSE_STATUSES,
            tones=CLAUSE_TONES,
        ),
    ]


@hookimpl
def portal_form_slots() -> list[Slot]:
    """The quarterly progress of an agreement, one row for each clause."""
    return [progress.slot()]


@hookimpl
def portal_datasets() -> list[Dataset]:
    """Agreements and clauses as tables."""
    return DATASETS


@hookimpl
def portal_documents() -> list[DocumentKind]:
    """The text of an agreement."""
    return DOCUMENTS


@hookimpl
def portal_jobs() -> list[JobSpec]:
    """The morning's reminders."""
    return JOBS


@hookimpl
def portal_demo() -> list[DemoLoader]:
    """Demo agreements, after the recommendations they implement."""
    from .demo import load

    return [DemoLoader(40, load)]


@hookimpl
def portal_settings() -> list[Settings]:
    """How long before a report is due its officer is reminded."""
    return SETTINGS


@hookimpl
def portal_menu(user: Identity) -> list[MenuItem]:
    """The list of agreements."""
    return [MenuItem(_l("Agreements"), "agreements.index", "writing-sign", 40, "agreements.read")]


@hookimpl
def portal_panels(place: str, subject: Any, user: Identity) -> list[Panel]:
    """Where the agreements stand, on the first page and on that of a unit."""
    from . import panels

    if place == "home":
        return panels.home(user)
    return panels.unit(subject, user) if place == "unit" and isinstance(subject, int) else []


@hookimpl
def portal_event(event: Event) -> None:
    """Tell the local government by mail that an agreement was sent."""
    if event.name == "agreements.sent" and event.record_id is not None:
        from . import notices

        notices.sent(event.record_id)
