"""What the module gives to the portal."""

from __future__ import annotations

from typing import Any

from portal.api import (
    Blueprint,
    Dataset,
    DemoLoader,
    Event,
    Identity,
    Kind,
    MenuItem,
    Panel,
    Permission,
    Slot,
    _l,
    hookimpl,
)

from . import report_slot
from .datasets import DATASETS
from .permissions import PERMISSIONS
from .statuses import OPEN, STATUSES, TONES
from .views import bp


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
    """A task, made by itself or from what was said, recommended or agreed."""
    return [
        Kind(
            name="task",
            title=_l("Task"),
            plugin="subcommittees",
            view_endpoint="subcommittees.task",
            new_endpoint="subcommittees.new",
            new_title=_l("Make a task of it"),
            new_permission="subcommittees.create",
            from_kinds=("statement", "recommendation", "consultation", "clause", "minutes"),
            icon="checklist",
            statuses=STATUSES,
            tones=TONES,
            open_statuses=OPEN,
        )
    ]


@hookimpl
def portal_form_slots() -> list[Slot]:
    """The report on a task."""
    return [report_slot.slot()]


@hookimpl
def portal_datasets() -> list[Dataset]:
    """The tasks as a table."""
    return DATASETS


@hookimpl
def portal_demo() -> list[DemoLoader]:
    """Demo tasks, after the consultations."""
    from .demo import load

    return [DemoLoader(30, load)]


@hookimpl
def portal_menu(user: Identity) -> list[MenuItem]:
    """The list of tasks."""
    return [MenuItem(_l("Tasks"), "subcommittees.index", "checklist", 30, "subcommittees.read")]


@hookimpl
def portal_panels(place: str, subject: Any, user: Identity) -> list[Panel]:
    """Open and overdue tasks on the first page."""
    from . import panels

    return panels.home(user) if place == "home" else []


@hookimpl
def portal_event(event: Event) -> None:
    """Tell a desk officer by mail that a task was given; follow what is reported by the form of the slot."""
    if event.name.startswith("forms.") and event.record_id not in (None, event.ids.get("form_id")):
        from . import service

        service.follow(event.record_id or 0, sent=event.name == "forms.submitted")
    if event.name == "subcommittees.task_given" and event.record_id is not None:
        from . import notices

        notices.task_given(event.record_id)
