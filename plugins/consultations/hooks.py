"""What the module gives to the portal."""

from __future__ import annotations

from typing import Any

from portal.api import (
    Blueprint,
    Dataset,
    DemoLoader,
    DocumentKind,
    Identity,
    Kind,
    MenuItem,
    Panel,
    Permission,
    Slot,
    _l,
    hookimpl,
    meetings,
)

from . import meeting_views, minutes_views, statement_views, views
from .blueprint import bp
from .datasets import DATASETS
from .documents import DOCUMENTS
from .permissions import PERMISSIONS
from .queries import KIND
from .words import REGISTRATION_SLOT, STATUSES, TONES

PAGES = (views, meeting_views, minutes_views, statement_views)
"""The files whose pages stand on the blueprint."""


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
    """A consultation, its minutes, and each statement of them."""
    return [
        Kind(
            name=KIND,
            title=_l("Consultation"),
            plugin="consultations",
            view_endpoint="consultations.show",
            icon="messages",
            statuses=dict(STATUSES),
            tones=dict(TONES),
            open_statuses=("planned", "held", "minutes_in"),
        ),
        *meetings.kinds(
            "consultations",
            minutes_endpoint="consultations.minutes",
            statement_endpoint="consultations.statement",
        ),
    ]


@hookimpl
def portal_form_slots() -> list[Slot]:
    """The registration for a consultation."""
    return [
        Slot(
            REGISTRATION_SLOT,
            _l("Registration for a consultation"),
            KIND,
            "registration",
            make_permission="consultations.plan",
        )
    ]


@hookimpl
def portal_datasets() -> list[Dataset]:
    """Consultations and statements as tables."""
    return DATASETS


@hookimpl
def portal_documents() -> list[DocumentKind]:
    """The minutes as a paper."""
    return DOCUMENTS


@hookimpl
def portal_demo() -> list[DemoLoader]:
    """Demo consultations, after the recommendations they speak of."""
    from .demo import load

    return [DemoLoader(20, load)]


@hookimpl
def portal_menu(user: Identity) -> list[MenuItem]:
    """The list of consultations."""
    return [MenuItem(_l("Consultations"), "consultations.index", "messages", 20, "consultations.read")]


@hookimpl
def portal_panels(place: str, subject: Any, user: Identity) -> list[Panel]:
    """Next consultations and waiting minutes on the first page; a unit's consultations on its page."""
    from . import panels

    if place == "home":
        return panels.home(user)
    return panels.unit(user, int(subject)) if place == "unit" else []
