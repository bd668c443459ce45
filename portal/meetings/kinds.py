"""The kinds of records that minutes are made of, declared by the module whose meetings they are."""

from __future__ import annotations

from portal.i18n import _l
from portal.meetings.words import DECISION_STATUSES, DECISION_TONES, MINUTES_STATUSES, MINUTES_TONES
from portal.records import Kind


def kinds(
    plugin: str,
    *,
    minutes_endpoint: str,
    statement_endpoint: str = "",
    decision_endpoint: str = "",
    prefix: str = "",
) -> list[Kind]:
    """The kinds ``minutes``, ``statement`` and ``decision`` of a module's meetings, those with an endpoint.

    Each endpoint takes ``record_id``. Names of kinds are unique in a portal: a second module puts a *prefix*
    before them (``"committee_"``) and gives the same to the functions of the service.
    """
    found = [
        Kind(
            name=f"{prefix}minutes",
            title=_l("Minutes"),
            plugin=plugin,
            view_endpoint=minutes_endpoint,
            icon="notes",
            statuses=dict(MINUTES_STATUSES),
            tones=dict(MINUTES_TONES),
        )
    ]
    if statement_endpoint:
        found.append(
            Kind(
                name=f"{prefix}statement",
                title=_l("Statement"),
                plugin=plugin,
                view_endpoint=statement_endpoint,
                icon="quote",
                statuses=dict(MINUTES_STATUSES),
                tones=dict(MINUTES_TONES),
            )
        )
    if decision_endpoint:
        found.append(
            Kind(
                name=f"{prefix}decision",
                title=_l("Decision"),
                plugin=plugin,
                view_endpoint=decision_endpoint,
                icon="gavel",
                statuses=dict(DECISION_STATUSES),
                tones=dict(DECISION_TONES),
                open_statuses=("open",),
            )
        )
    return found
