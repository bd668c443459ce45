"""What the module gives to the portal."""

from __future__ import annotations

from typing import Any

from portal.api import (
    Blueprint,
    Dataset,
    DemoLoader,
    DocumentKind,
    Identity,
    JobSpec,
    Kind,
    MenuItem,
    Panel,
    Permission,
    Settings,
    _l,
    hookimpl,
    know_fields,
)

from . import views, writing_views
from .blueprint import bp
from .datasets import DATASETS
from .documents import DOCUMENTS
from .jobs import JOBS
from .permissions import PERMISSIONS
from .settings import SETTINGS
from .words import RECORD_KIND, STATUSES, TONES

PAGES = (views, writing_views)
"""The files whose pages stand on the blueprint."""

know_fields(
    {
        "begins_on": _l("Reports on the time from"),
        "ends_on": _l("Reports on the time until"),
        "word_limit": _l("Word limit"),
        "unrated_reason": _l("Why recommendations are not rated"),
        "finalised_on": _l("Finalised on"),
        "counted": _l("Words count"),
    }
)


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
    """A report; a draft waits for the one who began it."""
    return [
        Kind(
            name=RECORD_KIND,
            title=_l("Report"),
            plugin="reports",
            view_endpoint="reports.show",
            icon="report",
            statuses=STATUSES,
            tones=TONES,
            open_statuses=("draft",),
        )
    ]


@hookimpl
def portal_datasets() -> list[Dataset]:
    """The reports as a table."""
    return DATASETS


@hookimpl
def portal_documents() -> list[DocumentKind]:
    """The report as a paper."""
    return DOCUMENTS


@hookimpl
def portal_jobs() -> list[JobSpec]:
    """Making a file."""
    return JOBS


@hookimpl
def portal_demo() -> list[DemoLoader]:
    """Demo reports, after everything they report on."""
    from .demo import load

    return [DemoLoader(50, load)]


@hookimpl
def portal_settings() -> list[Settings]:
    """The word limits with which reports begin."""
    return SETTINGS


@hookimpl
def portal_menu(user: Identity) -> list[MenuItem]:
    """The list of reports."""
    return [MenuItem(_l("Reports"), "reports.index", "report", 50, "reports.read")]


@hookimpl
def portal_panels(place: str, subject: Any, user: Identity) -> list[Panel]:
    """One's own drafts on the first page."""
    from . import panels

    return panels.home(user) if place == "home" else []
