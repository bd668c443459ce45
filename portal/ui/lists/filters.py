"""Filters of a list: read from the URL, checked against what is allowed, turned into conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, true

from portal import clock
from portal.i18n import pgettext
from portal.text import UnreadableText, fold, nfc
from portal.ui.lists.keyset import kind_of

KINDS = ("search", "select", "date", "check")
LONGEST = 200


@dataclass(frozen=True)
class Filter:
    """A filter of a list.

    ``kind`` is ``select`` (one of ``choices``: pairs of value and label, a mapping, or a function that returns
    them), ``search`` (words), ``date`` (from–to, in the URL as ``<key>_from`` and ``<key>_to``) or ``check``
    (on or off). ``where`` is the SQL column the filter is about, or a function that is given the value (for a
    date: first and last day, either may be None) and returns a condition; without it the filter is about the
    statement's column ``key``. Words are compared folded (portal.text.fold), so their column must be folded.
    """

    key: str
    title: Any
    choices: Any = None
    kind: str = ""
    where: Any = None
    placeholder: Any = ""

    def __post_init__(self) -> None:
        if not self.kind:
            object.__setattr__(self, "kind", "select" if self.choices is not None else "search")
        if self.kind not in KINDS:
            raise ValueError(f"filter {self.key!r}: there is no kind {self.kind!r}")
        if (self.kind == "select") != (self.choices is not None):
            raise ValueError(f"filter {self.key!r}: choices are for selects, and a select needs them")

    def pairs(self) -> list[tuple[Any, Any]]:
        """Values and labels of a select."""
        choices = self.choices() if callable(self.choices) else self.choices
        if isinstance(choices, Mapping):
            return list(choices.items())
        return [(choice.value, choice.label) if hasattr(choice, "value") else tuple(choice)[:2] for choice in choices]


@dataclass
class Bound:
    """A filter with what the URL says: what its control shows and the condition it puts on the list.

    ``refused`` is true where the URL holds something the filter cannot mean; the list then says so and leaves
    the filter out.
    """

    filter: Filter
    raw: dict[str, str]
    condition: ColumnElement[bool] | None = None
    refused: bool = False
    options: list[tuple[str, str, bool]] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether the filter narrows the list."""
        return self.condition is not None

    @property
    def value(self) -> str:
        """What the control shows; of a date range the first day."""
        return next(iter(self.raw.values()), "")


def bind(filters: Iterable[Filter], args: Mapping[str, str], stmt: Select[Any]) -> list[Bound]:
    """The filters with their values in *args* and their conditions for *stmt*."""
    return [_READERS[each.kind](each, args, stmt) for each in filters]


def narrowed(stmt: Select[Any], bound: Iterable[Bound]) -> Select[Any]:
    """*stmt* with the conditions of its filters."""
    conditions = [each.condition for each in bound if each.condition is not None]
    return stmt.where(*conditions) if conditions else stmt


def _typed(text: str) -> str:
    """What was typed, in normal form; raises UnreadableText."""
    return nfc(text).strip()[:LONGEST]


def _target(each: Filter, stmt: Select[Any]) -> Any:
    return stmt.selected_columns[each.key] if each.where is None else each.where


def _is_function(target: Any) -> bool:
    return callable(target) and not hasattr(target, "__clause_element__") and not isinstance(target, ColumnElement)


def _search(each: Filter, args: Mapping[str, str], stmt: Select[Any]) -> Bound:
    try:
        text = _typed(args.get(each.key, ""))
    except UnreadableText:
        return Bound(each, {each.key: ""}, refused=True)
    if not text:
        return Bound(each, {each.key: ""})
    target = _target(each, stmt)
    if _is_function(target):
        return Bound(each, {each.key: text}, target(text))
    words = fold(text).split()[:8]
    return Bound(each, {each.key: text}, and_(true(), *(target.contains(word, autoescape=True) for word in words)))


def _select(each: Filter, args: Mapping[str, str], stmt: Select[Any]) -> Bound:
    wanted = args.get(each.key, "")
    pairs = each.pairs()
    bound = Bound(each, {each.key: wanted})
    bound.options = [("", pgettext("filter", "All"), not wanted)]
    for value, label in pairs:
        text = str(value)
        if text == "":
            continue
        chosen = text == wanted
        bound.options.append((text, str(label), chosen))
        if chosen:
            target = _target(each, stmt)
            bound.condition = target(value) if _is_function(target) else target == value
    bound.refused = bool(wanted) and bound.condition is None
    return bound


def _check(each: Filter, args: Mapping[str, str], stmt: Select[Any]) -> Bound:
    wanted = args.get(each.key, "")
    if wanted != "1":
        return Bound(each, {each.key: ""}, refused=wanted not in {"", "0"})
    target = _target(each, stmt)
    return Bound(each, {each.key: "1"}, target(True) if _is_function(target) else target.is_(True))


def _date(each: Filter, args: Mapping[str, str], stmt: Select[Any]) -> Bound:
    raw = {name: args.get(name, "").strip() for name in (f"{each.key}_from", f"{each.key}_to")}
    days: list[date | None] = []
    for text in raw.values():
        try:
            days.append(_day(text) if text else None)
        except ValueError:
            return Bound(each, dict.fromkeys(raw, ""), refused=True)
    start, end = days
    if start is None and end is None:
        return Bound(each, raw)
    target = _target(each, stmt)
    if _is_function(target):
        return Bound(each, raw, target(start, end))
    return Bound(each, raw, and_(true(), *_between(target, start, end)))


def _day(text: str) -> date:
    """The day of ``YYYY-MM-DD``; raises ValueError, also for years outside 1900 to 2200."""
    day = date.fromisoformat(text)
    if len(text) != 10 or not 1900 <= day.year <= 2200:
        raise ValueError(text)
    return day


def _between(target: Any, start: date | None, end: date | None) -> list[ColumnElement[bool]]:
    """Conditions for the days *start* to *end*, both included; of moments, in the portal's zone."""
    moments = _holds_moments(target)
    limits = []
    if start is not None:
        limits.append(target >= (_midnight(start) if moments else start))
    if end is not None:
        limits.append(target < _midnight(end + timedelta(days=1)) if moments else target <= end)
    return limits


def _holds_moments(target: Any) -> bool:
    try:
        return issubclass(kind_of(target), datetime)
    except (AttributeError, NotImplementedError):
        return False


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.zone())


_READERS: Mapping[str, Callable[[Filter, Mapping[str, str], Select[Any]], Bound]] = {
    "search": _search,
    "select": _select,
    "check": _check,
    "date": _date,
}
