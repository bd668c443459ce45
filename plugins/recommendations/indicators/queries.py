"""Reading indicators: the list, one with its body, those of a recommendation."""

from __future__ import annotations

from typing import Any

from portal.api import (
    Content,
    Identity,
    Link,
    NotFound,
    Organisation,
    Record,
    Select,
    User,
    _l,
    aliased,
    current_locale,
    db,
    exists,
    lazy_pgettext,
    lists,
    records,
    reference,
    select,
)

from ..indicator_models import Indicator, IndicatorValue
from ..models import Recommendation
from ..register import finding
from .words import DIRECTIONS, KIND, RELATION, STATUSES, TONES

OFFERED = 1000
"""Recommendations offered for linking at once."""


def _newest(column: Any) -> Any:
    """That column of the last published value of the whole."""
    value = aliased(IndicatorValue)
    return (
        select(getattr(value, column))
        .where(
            value.indicator_id == Indicator.record_id,
            value.is_public.is_(True),
            value.dimension == "",
            value.value.is_not(None),
        )
        .order_by(value.ends_on.desc(), value.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def rows(user: Identity) -> Select[Any]:
    """The visible indicators with their last published value of the whole."""
    return (
        records.rows(
            user,
            KIND,
            Record.id,
            Record.title,
            Record.sort_mn,
            Record.sort_en,
            Record.status,
            Record.due_on,
            Record.changed_at,
            Organisation.name.label("body"),
            Indicator.unit,
            Indicator.target,
            Indicator.target_year,
            _newest("value").label("value"),
            _newest("period").label("period"),
        )
        .join(Indicator, Indicator.record_id == Record.id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
    )


def columns() -> list[lists.Column]:
    """The columns of the list."""
    link = "/recommendations/indicators/{id}"
    sort = {"mn": "sort_mn", "en": "sort_en"}
    return [
        lists.Column("title", _l("Indicator"), sort=sort, link=link, format="content"),
        lists.Column("body", _l("Responsible body"), format="content"),
        lists.Column("value", _l("Last value"), format="number"),
        lists.Column("period", lazy_pgettext("indicator", "Period")),
        lists.Column("unit", _l("Unit of measure"), format="content"),
        lists.Column("target", _l("Target"), format="number"),
        lists.Column("status", _l("Status"), format="status", labels=STATUSES, tones=TONES),
    ]


def filters(user: Identity) -> list[lists.Filter]:
    """The filters of the list; bodies are those of indicators that *user* sees."""
    sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
    used = exists().where(Record.org_id == Organisation.id, Record.kind == KIND, records.visible(user))
    bodies = [
        (row.id, str(row.name))
        for row in db.session.execute(select(Organisation.id, Organisation.name).where(used).order_by(sort))
    ]
    themes = [(term.id, str(term.name)) for term in reference.terms("theme")]
    return [
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("body", _l("Responsible body"), choices=bodies, where=Record.org_id),
        lists.Filter("theme", _l("Theme of its recommendations"), choices=themes, where=_of_theme),
        lists.Filter("direction", _l("Direction"), choices=DIRECTIONS, where=Indicator.direction),
        lists.Filter("status", _l("Status"), choices=STATUSES, where=Record.status),
    ]


def _of_theme(term_id: int) -> Any:
    return exists().where(
        Link.source_id == Indicator.record_id,
        Link.relation == RELATION,
        Link.target_id == Recommendation.record_id,
        finding.about(term_id),
    )


def indicator(record_id: int) -> tuple[Indicator, Content, str]:
    """An indicator's own row, its body and its focal point; raises NotFound."""
    stmt = (
        select(Indicator, Organisation.name.label("body"), User.name.label("owner"))
        .join(Record, Record.id == Indicator.record_id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
        .outerjoin(User, User.id == Record.owner_id)
        .where(Indicator.record_id == record_id)
    )
    found = db.session.execute(stmt).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1] or Content(), found[2] or ""


def of_recommendation(user: Identity, record_id: int) -> list[Any]:
    """The visible indicators of a recommendation, in one query."""
    linked = exists().where(Link.source_id == Record.id, Link.target_id == record_id, Link.relation == RELATION)
    sort = Record.sort_mn if current_locale() == "mn" else Record.sort_en
    return list(db.session.execute(rows(user).where(linked, Record.status != "draft").order_by(sort)))


def offered(user: Identity, chosen: list[int]) -> list[tuple[int, str]]:
    """Recommendations that can be linked, what is chosen first, then the latest cycle by number."""
    stmt = records.rows(
        user, "recommendation", Record.id, Recommendation.cycle, Recommendation.number, Recommendation.text
    ).join(Recommendation, Recommendation.record_id == Record.id)
    order = (Record.id.not_in(chosen), Recommendation.cycle.desc(), Recommendation.number_sort)
    found = db.session.execute(stmt.order_by(*order).limit(OFFERED))
    return [(row.id, f"{row.number} ({row.cycle}): {_short(str(row.text))}") for row in found]


def _short(text: str) -> str:
    return text if len(text) <= 140 else text[:139].rstrip() + "…"
