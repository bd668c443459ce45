"""What the module shows on the first page."""

from __future__ import annotations

from portal.api import Identity, Panel, _

from ..register import saved_views
from ..scales import VOICES
from ..settings import own_country
from . import figures, owed


def home(user: Identity) -> list[Panel]:
    """The latest cycle at a glance for everyone; for a focal point what the own ministry is responsible for."""
    panels = []
    if mine := [grant.org_id for grant in user.grants if grant.role == "focal_point" and grant.org_id is not None]:
        panels.append(_mine(user, mine[0]))
    if kept := [each for each in saved_views.of(user) if each.on_start and each.owner_id == user.id]:
        panels.append(Panel("recommendations/_kept.html", {"kept": kept}, order=15))
    one = figures.of_cycle(figures.all_figures(), own_country())
    if one is not None:
        context = {
            "one": one,
            "chart": figures.traffic_light(one),
            "voices": VOICES,
            "cycle_name": _("Cycle %(number)s", number=one.cycle),
        }
        panels.append(Panel("recommendations/_glance.html", context, order=20))
    return panels


def _mine(user: Identity, org_id: int) -> Panel:
    """How many recommendations the ministry has, and how many the Government has not rated."""
    found = owed.of_body(user, org_id)
    context = {"org_id": org_id, "total": found.total, "unrated": found.due["unrated"]}
    return Panel("recommendations/_mine.html", context, order=10)
