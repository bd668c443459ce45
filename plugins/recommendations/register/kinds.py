"""Kinds of records beside recommendations and ratings: pledges and concerns."""

from __future__ import annotations

from portal.api import Kind, _l

from ..register_scales import CONCERN_STATUSES, CONCERN_TONES, PLEDGE_STATUSES, PLEDGE_TONES

REGISTER_KINDS = [
    Kind(
        name="pledge",
        title=_l("Voluntary pledge"),
        plugin="recommendations",
        view_endpoint="recommendations.pledge",
        icon="file-description",
        statuses=PLEDGE_STATUSES,
        tones=PLEDGE_TONES,
    ),
    Kind(
        name="concern",
        title=_l("Concern"),
        plugin="recommendations",
        view_endpoint="recommendations.concern",
        new_endpoint="recommendations.concern_new",
        new_title=_l("Record a concern"),
        new_permission="recommendations.concern",
        from_kinds=("recommendation", "statement", "minutes"),
        icon="alert-circle",
        statuses=CONCERN_STATUSES,
        tones=CONCERN_TONES,
    ),
]
