"""What the module shows on the first page."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from portal.api import (
    Identity,
    Panel,
    Record,
    _,
    case,
    db,
    exists,
    func,
    records,
    select,
)

from ..models import Assessment, Body, Recommendation
from ..register import saved_views
from ..register.counted import active
from ..scales import VOICES
from ..settings import own_country
from . import figures


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
    stmt = (
        select(func.count(), func.count(case((_unrated(), 1))))
        .select_from(Record)
        .join(Recommendation, Recommendation.record_id == Record.id)
        .join(Body, Body.recommendation_id == Record.id)
        .where(Body.org_id == org_id, records.visible(user), active())
    )
    total, unrated = db.session.execute(stmt).one()
    return Panel("recommendations/_mine.html", {"org_id": org_id, "total": total, "unrated": unrated}, order=10)


def _unrated() -> ColumnElement[bool]:
    return ~exists().where(
        Assessment.recommendation_id == Recommendation.record_id,
        Assessment.voice == "government",
        Assessment.is_latest.is_(True),
    )
