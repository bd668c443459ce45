"""What of an indicator somebody may read: everyone the published values, small groups hidden; its own people all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.api import (
    SMALLEST,
    Identity,
    Record,
    User,
    _,
    current_locale,
    db,
    format_number,
    records,
    reference,
    select,
    suppress,
)

from ..indicator_models import Indicator, IndicatorValue
from .periods import label
from .words import DIMENSIONS, PERSONS, SEXES

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Value:
    """A value as its reader sees it; *hidden* is one that could point at a person."""

    period: str
    ends_on: date
    dimension: str
    category: str
    value: float | None
    hidden: bool
    note: str
    state: str
    revision: int

    @property
    def shown(self) -> str:
        """The number in words of the reader."""
        if self.hidden:
            return _("not shown")
        return "–" if self.value is None else format_number(self.value)


def sees_all(user: Identity, record: Record) -> bool:
    """Whether *user* reads drafts and small numbers: who enters or publishes the values of the responsible body."""
    works = user.can("recommendations.enter_values") or user.can("recommendations.publish_values")
    return works and records.can_edit(user, record)


def everything(row: Indicator) -> list[Value]:
    """The newest revision of each value, drafts among them, the earliest period first."""
    return [_value(each) for each in _rows([row.record_id], IndicatorValue.is_latest.is_(True))]


def published(rows: Iterable[Indicator]) -> dict[int, list[Value]]:
    """The published values of indicators, small groups hidden, in one query; the earliest period first."""
    measures = {row.record_id: row.measure for row in rows}
    found: dict[int, list[Value]] = {key: [] for key in measures}
    for each in _rows(list(measures), IndicatorValue.is_public.is_(True)):
        found[each.indicator_id].append(_value(each))
    return {key: _hide(values) if measures[key] == PERSONS else values for key, values in found.items()}


def values(user: Identity, record: Record, row: Indicator) -> list[Value]:
    """The values of an indicator as *user* may read them; those that were taken back only for its own people."""
    if sees_all(user, record):
        return everything(row)
    return [each for each in published([row])[row.record_id] if each.value is not None or each.hidden]


def _rows(ids: list[int], condition: Any) -> Iterable[IndicatorValue]:
    stmt = select(IndicatorValue).where(IndicatorValue.indicator_id.in_(ids), condition)
    order = (IndicatorValue.ends_on, IndicatorValue.period, IndicatorValue.dimension, IndicatorValue.id)
    return db.session.scalars(stmt.order_by(*order))


def _value(row: IndicatorValue, hidden: bool = False) -> Value:
    return Value(
        row.period,
        row.ends_on,
        row.dimension,
        row.category,
        row.value,
        hidden,
        row.note,
        row.state,
        row.revision,
    )


def _hide(given: list[Value]) -> list[Value]:
    """Hide the numbers of persons below SMALLEST in each breakdown, and those from which one could be worked out."""
    together: dict[tuple[str, str], list[Value]] = defaultdict(list)
    for each in given:
        if each.dimension and each.value is not None:
            together[each.period, each.dimension].append(each)
    hidden: set[Key] = set()
    for group in together.values():
        kept = suppress([int(each.value or 0) for each in group], whole=True)
        hidden |= {(e.period, e.dimension, e.category) for e, count in zip(group, kept, strict=True) if count is None}
    return [
        Value(
            each.period,
            each.ends_on,
            each.dimension,
            each.category,
            None if secret else each.value,
            secret,
            "" if secret else each.note,
            each.state,
            each.revision,
        )
        for each in given
        for secret in [(each.period, each.dimension, each.category) in hidden]
    ]


def revisions(record_id: int, *, all_of_them: bool) -> list[Any]:
    """What values were before, the newest first: ``period dimension category revision value note reason state at by``.

    Readers who do not see all get the published revisions of the whole only: two revisions of a small group could
    tell what each hides.
    """
    stmt = (
        select(
            IndicatorValue.period,
            IndicatorValue.dimension,
            IndicatorValue.category,
            IndicatorValue.revision,
            IndicatorValue.value,
            IndicatorValue.note,
            IndicatorValue.reason,
            IndicatorValue.state,
            IndicatorValue.entered_at.label("at"),
            User.name.label("by"),
        )
        .outerjoin(User, User.id == IndicatorValue.entered_by_id)
        .where(IndicatorValue.indicator_id == record_id)
        .order_by(IndicatorValue.entered_at.desc(), IndicatorValue.id.desc())
    )
    if not all_of_them:
        stmt = stmt.where(IndicatorValue.state == "published", IndicatorValue.dimension == "")
    return list(db.session.execute(stmt))


def categories(row: Indicator, dimension: str) -> dict[str, Any]:
    """Code → name of what a value can be broken down into; the whole has one without a name."""
    if dimension == "sex":
        return dict(SEXES)
    if dimension == "age":
        return {str(age): str(age).replace("-", "–") for age in row.ages}
    if dimension == "unit":
        return {unit.code: unit.name for unit in reference.first_level()}
    if dimension == "group":
        return {term.code: term.name for term in reference.terms("group")}
    return {"": DIMENSIONS[""]}


def named(row: Indicator, dimension: str, category: str) -> str:
    """The name of a category in the reader's language; an age group that is no more listed by its code."""
    name = categories(row, dimension).get(category, category)
    return str(name.text(current_locale()) if hasattr(name, "text") else name)


def period_name(code: str) -> str:
    """A period in the reader's language."""
    return label(code)


def share_reached(row: Indicator, value: float | None) -> float | None:
    """How much of the way from the baseline to the target is gone (0 to 1); None where that is not known."""
    if value is None or row.baseline is None or row.target is None or row.baseline == row.target:
        return None
    return max(0.0, min(1.0, (value - row.baseline) / (row.target - row.baseline)))


def reaches(row: Indicator, value: float | None) -> bool | None:
    """Whether a value reaches the target; None where there is none."""
    if value is None or row.target is None:
        return None
    return value >= row.target if row.direction == "more" else value <= row.target


def small() -> int:
    """The smallest number of persons of a group that everyone is told."""
    return SMALLEST
