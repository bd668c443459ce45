"""What the module gives to the portal."""

from __future__ import annotations

from typing import Any

from portal.api import (
    Blueprint,
    Command,
    Dataset,
    DemoLoader,
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
    question_types,
)

from . import views
from .blueprint import bp
from .datasets import DATASETS
from .figures import gap_views, subject_views
from .figures import views as figure_views
from .files import import_views, sheet_views
from .files import views as file_views
from .files.jobs import JOBS
from .files.shown import HISTORY
from .indicators import hooks as indicators
from .permissions import PERMISSIONS
from .public import views as public_views
from .ratings import challenge_views, grid_views, suggest_views, together_views
from .ratings import slot as rating_slot
from .ratings import views as rating_views
from .ratings.question_type import RatingType
from .ratings.reminding import JOBS as REMINDERS
from .register import arranging_views, choosing_views, promise_views
from .register.kinds import REGISTER_KINDS
from .scales import CHALLENGE_STATUSES, CHALLENGE_TONES, POSITION_TONES, POSITIONS, STATUS_TONES, STATUSES, UNPUBLISHED
from .settings import SETTINGS
from .translation import views as translation_views

PAGES = (
    views,
    rating_views,
    grid_views,
    suggest_views,
    together_views,
    challenge_views,
    file_views,
    import_views,
    figure_views,
    arranging_views,
    sheet_views,
    promise_views,
    translation_views,
    *indicators.PAGES,
    choosing_views,
    gap_views,
    public_views,
    subject_views,
)
"""The files whose pages stand on the blueprint."""

know_fields(indicators.HISTORY | HISTORY)


@hookimpl
def portal_blueprints() -> list[Blueprint]:
    """The module's pages."""
    return [bp]


@hookimpl
def portal_permissions() -> list[Permission]:
    """The module's permissions."""
    return [*PERMISSIONS, *indicators.PERMISSIONS]


@hookimpl
def portal_record_kinds() -> list[Kind]:
    """A recommendation, a rating of one, and what challenges a rating."""
    return [
        Kind(
            name="recommendation",
            title=_l("Recommendation"),
            plugin="recommendations",
            view_endpoint="recommendations.recommendation",
            icon="file-description",
            statuses=POSITIONS,
            tones={**POSITION_TONES},
        ),
        Kind(
            name="assessment",
            title=_l("Rating"),
            plugin="recommendations",
            view_endpoint="recommendations.assessment",
            icon="traffic-lights",
            statuses=STATUSES,
            tones=STATUS_TONES,
            open_statuses=UNPUBLISHED,
        ),
        Kind(
            name="challenge",
            title=_l("Challenge to a rating"),
            plugin="recommendations",
            view_endpoint="recommendations.challenge",
            icon="messages",
            statuses=CHALLENGE_STATUSES,
            tones=CHALLENGE_TONES,
            open_statuses=("open",),
        ),
        *REGISTER_KINDS,
        *indicators.KINDS,
    ]


@hookimpl
def portal_form_slots() -> list[Slot]:
    """The ratings of a body's recommendations, a row for each."""
    return [rating_slot.slot()]


@hookimpl
def portal_event(event: Event) -> None:
    """Make drafts of the ratings that a form brought."""
    if event.name == "forms.submitted":
        rating_slot.take(event)


@hookimpl
def portal_field_types() -> list[question_types.QuestionType]:
    """The scale of ratings as a kind of question."""
    return [RatingType()]


@hookimpl
def portal_datasets() -> list[Dataset]:
    """The register, the ratings and their numbers as tables."""
    return [*DATASETS, *indicators.DATASETS]


@hookimpl
def portal_jobs() -> list[JobSpec]:
    """Long imports, the morning's reminders."""
    return [*JOBS, *REMINDERS, *indicators.JOBS]


@hookimpl
def portal_settings() -> list[Settings]:
    """Through how many hands a rating goes, and when a challenge is to be answered."""
    return SETTINGS


@hookimpl
def portal_commands() -> list[Command]:
    """``portal recommendations import``, ``fill`` and ``recount``."""
    from .commands import fill_command, import_command, recount_command

    return [Command("import", import_command), Command("fill", fill_command), Command("recount", recount_command)]


@hookimpl
def portal_demo() -> list[DemoLoader]:
    """A cycle of recommendations with ratings of two years, before everything else."""
    from .demo import load
    from .register import counts

    return [DemoLoader(10, load, cleared=counts.forget)]


@hookimpl
def portal_menu(user: Identity) -> list[MenuItem]:
    """The register, its figures, the voices side by side."""
    return [
        MenuItem(_l("Recommendations"), "recommendations.index", "list-details", 10, "recommendations.read"),
        MenuItem(_l("At a glance"), "recommendations.glance", "chart-pie", 11, "recommendations.read"),
        MenuItem(_l("Voices side by side"), "recommendations.compare", "arrows-diff", 12, "recommendations.read"),
        MenuItem(_l("What is missing"), "recommendations.gaps_page", "list-check", 12, "recommendations.read"),
        MenuItem(_l("Challenges to ratings"), "recommendations.challenges", "messages", 13, "recommendations.read"),
        MenuItem(_l("Concerns"), "recommendations.concerns", "alert-circle", 14, "recommendations.read"),
        MenuItem(_l("Voluntary pledges"), "recommendations.pledges", "file-description", 15, "recommendations.read"),
        MenuItem(_l("Translations"), "recommendations.translations", "language", 18, "recommendations.translate"),
        *indicators.MENU,
    ]


@hookimpl
def portal_panels(place: str, subject: Any, user: Identity) -> list[Panel]:
    """Figures on the first page; indicators beside a recommendation."""
    if place == "record":
        return indicators.panels(subject, user)
    from .figures import panels

    return panels.home(user) if place == "home" else []
