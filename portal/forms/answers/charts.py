"""What came in, question by question, as charts and numbers.

Of an anonymous form no number below SMALLEST is told, nor one that could be worked out from the others: a group of
one is a person.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portal.db import db
from portal.documents import Chart, Series
from portal.forms import service, sources
from portal.forms.definition import Compiled, Node
from portal.forms.engine.view import own_label
from portal.forms.messages import language, pick
from portal.forms.models import AnswerIndex, FormVersion, Submission
from portal.i18n import _, current_locale, format_number, pgettext
from portal.people.identity import Identity

SMALLEST = 5
"""The smallest number that is told of an anonymous form."""
MOST_BARS = 40
BINS = 8
Count = int | None
Items = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Figure:
    """The answers to one question: a chart (None where there is nothing to draw), numbers in words, a remark."""

    title: str
    lang: str
    chart: Chart | None
    facts: list[tuple[str, str]] = field(default_factory=list)
    note: str = ""


def suppress(counts: Sequence[int], *, whole: bool, least: int = SMALLEST) -> list[Count]:
    """*counts* with None for those below *least*; zeros stay.

    *whole*: they add up to a number that is known elsewhere, so that a single hidden one could be worked out; then
    the next smallest are hidden as well, until those hidden together are *least* or more.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < least}
    if whole and hidden:
        others = sorted((count, place) for place, count in enumerate(counts) if count and place not in hidden)
        while others and (len(hidden) < 2 or sum(counts[place] for place in hidden) < least):
            hidden.add(others.pop(0)[1])
    return [None if place in hidden else count for place, count in enumerate(counts)]


def figures(form_id: int, anonymous: bool, user: Identity | None = None) -> list[Figure]:
    """A figure for each question marked for charts, in the order of the newest version; returned ones not counted.

    What people chose from the portal (units, offices, records) is named as *user* sees it.
    """
    questions: dict[str, tuple[Node, Compiled, str]] = {}
    asked: Collection[str] = ()
    for version in _versions(form_id):
        compiled = service.compiled(version)
        asked = compiled.by_id
        newer = {
            each.row: (compiled.by_name[each.name], compiled, each.column)
            for each in compiled.index
            if "chart" in each.uses
        }
        questions = newer | {row: found for row, found in questions.items() if row not in newer}
    if not questions:
        return []
    by_column: dict[str, dict[str, Counter[Any]]] = {}
    for name in {column for _node, _compiled, column in questions.values()}:
        rows = [row for row, found in questions.items() if found[2] == name]
        by_column[name] = _counts(form_id, rows, name)
    reader = user or Identity.anonymous()
    known: dict[str, Any] = {}
    for node, compiled, _column in questions.values():
        if node.source and node.source not in known:
            known |= sources.choices(reader, compiled)
    return [
        _figure(node, compiled, column, by_column[column].get(row, Counter()), anonymous, known.get(node.source, ()))
        for row, (node, compiled, column) in questions.items()
        if row in asked or by_column[column].get(row)
    ]


def _versions(form_id: int) -> list[FormVersion]:
    """The versions that were answered, and the newest; the oldest first."""
    stmt = select(FormVersion).where(FormVersion.form_id == form_id).order_by(FormVersion.number)
    return list(db.session.scalars(stmt))


def _counts(form_id: int, rows: list[str], column: str) -> dict[str, Counter[Any]]:
    """Row → value → how often it was answered."""
    value: Any = {"text": AnswerIndex.text, "number": AnswerIndex.number, "date": AnswerIndex.day}[column]
    stmt = (
        select(AnswerIndex.row_id, value, func.count())
        .join(Submission, Submission.id == AnswerIndex.submission_id)
        .where(Submission.form_id == form_id, Submission.state != "returned", AnswerIndex.row_id.in_(rows))
        .where(value.is_not(None))
        .group_by(AnswerIndex.row_id, value)
    )
    found: dict[str, Counter[Any]] = {}
    for row, each, count in db.session.execute(stmt):
        found.setdefault(row, Counter())[each] += count
    return found


def _figure(
    node: Node, compiled: Compiled, column: str, counts: Counter[Any], anonymous: bool, chosen: Items
) -> Figure:
    locale = current_locale()
    label = node.row.get("label") or {}
    title = pick(label, locale, node.name)
    lang = language(label, locale)
    total = counts.total()
    if not total:
        return Figure(title, lang, None, note=_("Nobody has answered this question yet."))
    if anonymous and total < SMALLEST:
        return Figure(title, lang, None, note=_("Fewer than %(least)s answers: they are not shown.", least=SMALLEST))
    facts: list[tuple[str, str]] = []
    if column == "text" and not node.row.get("list") and not node.source and (numbers := _as_numbers(counts)):
        bars, facts = _numbers(numbers, anonymous)
    elif column == "text":
        bars = _choices(node, compiled, counts, anonymous, chosen)
    elif column == "number":
        bars, facts = _numbers(counts, anonymous)
    else:
        bars = sorted(_months(counts).items())
    shown: list[Count] = [count for _name, count in bars]
    note = ""
    if anonymous:
        shown = suppress([count for _name, count in bars], whole=not node.field.multiple)
        if None in shown:
            note = _(
                "Numbers below %(least)s, and those from which they could be worked out, are not shown.", least=SMALLEST
            )
    chart = Chart("bar", title, [name for name, _count in bars], [Series(pgettext("form", "Answers"), shown)])
    how_many = _("Boxes ticked") if node.field.multiple else pgettext("form", "Answers")
    return Figure(title, lang, chart, [(how_many, format_number(total)), *facts], note)


def _as_numbers(counts: Counter[Any]) -> Counter[Any]:
    """The answers of a calculation as numbers; empty where one of them is none."""
    found: Counter[Any] = Counter()
    for text, count in counts.items():
        try:
            number = float(text)
        except ValueError:
            return Counter()
        if not math.isfinite(number):
            return Counter()
        found[number] += count
    return found


def _choices(
    node: Node, compiled: Compiled, counts: Counter[Any], anonymous: bool, chosen: Items
) -> list[tuple[str, int]]:
    """Every choice of the list in its order, then what was answered besides (older versions, free texts).

    Of an anonymous form the free texts stand together: each would be somebody's own words.
    """
    items = compiled.lists.get(str(node.row.get("list"))) or [item for item in chosen if item["name"] in counts]
    labels = {str(item["name"]): own_label(item, current_locale()) for item in items}
    known = [(label, counts.get(name, 0)) for name, label in labels.items()]
    words, locale = node.field.format, current_locale()
    others = [(words(str(name), locale, str), count) for name, count in counts.items() if name not in labels]
    if anonymous and others:
        return [*known, (_("Other answers"), sum(count for _name, count in others))]
    return [*known, *sorted(others, key=lambda pair: (-pair[1], pair[0]))][:MOST_BARS]


def _months(counts: Mapping[Any, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for day, count in counts.items():
        found[str(day)[:7]] += count
    return found


def _numbers(counts: Counter[Any], anonymous: bool) -> tuple[list[tuple[str, int]], list[tuple[str, str]]]:
    """Bars for single values or for equal ranges; mean and middle, and the ends where nobody is told by them."""
    values = sorted(counts)
    total = counts.total()
    mean = sum(value * count for value, count in counts.items()) / total
    facts = [(_("Mean"), format_number(round(mean, 2))), (_("Middle value"), format_number(_middle(counts, values)))]
    if not anonymous:
        facts += [(_("Lowest"), format_number(values[0])), (_("Highest"), format_number(values[-1]))]
    if len(values) <= BINS + 4:
        return [(format_number(value), counts[value]) for value in values], facts
    step = _round_step((values[-1] - values[0]) / BINS)
    first = math.floor(values[0] / step)
    bars = Counter(math.floor(value / step) for value in counts.elements())
    names = {
        place: f"{format_number(round(place * step, 6))}–{format_number(round((place + 1) * step, 6))}"
        for place in range(first, math.floor(values[-1] / step) + 1)
    }
    return [(name, bars[place]) for place, name in names.items()], facts


def _round_step(wanted: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 … that is not below *wanted*, also among the fractions."""
    size = 10.0 ** math.floor(math.log10(wanted))
    return next(size * step for step in (1, 2, 5, 10) if size * step >= wanted * (1 - 1e-9))


def _middle(counts: Counter[Any], values: Sequence[Any]) -> Any:
    half, seen = counts.total() / 2, 0
    for place, value in enumerate(values):
        seen += counts[value]
        if seen == half and place + 1 < len(values):
            return round((value + values[place + 1]) / 2, 2)
        if seen >= half:
            return value
    return values[-1]
