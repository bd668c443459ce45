"""A form as its builder shows it: rows with signs, marks and moves, and the list of what is wrong or missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from portal.forms import fields
from portal.forms.builder.types import Offer, kind_of, offer, title_of
from portal.forms.definition import Definition, Missing, Problem, Row, check, languages, missing_translations, walk
from portal.forms.definition.model import CONTAINERS, choice_list
from portal.forms.messages import language, pick
from portal.i18n import _
from portal.ui.badges import icon

Place = tuple[str, int]
"""Where a row goes: the id of the group around it ("" at the top) and the place in it, counted without the row."""


@dataclass
class Line:
    """A row of the form as the builder draws it; ``lines`` are those inside a group.

    ``lang`` is the language of the label when it is not the reader's; ``up`` and ``down`` are where the two
    buttons put it, None at the ends of the form.
    """

    row: Row
    offer: Offer
    label: str
    lang: str
    number: str = ""
    group: str = ""
    up: Place | None = None
    down: Place | None = None
    choices: str = ""
    foreign: bool = False
    """Whether choices stand there in another language."""
    faults: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    title: str = ""
    """What its type is called."""
    icon: Any = ""

    @property
    def id(self) -> str:
        """The id of the row."""
        return str(self.row["id"])

    @property
    def key(self) -> str:
        """The id as it stands in an address."""
        return quote(self.id, safe="")

    @property
    def to_up(self) -> str:
        """What its button sends to put it one line higher."""
        return to(self.id, self.up)

    @property
    def to_down(self) -> str:
        """What its button sends to put it one line lower."""
        return to(self.id, self.down)

    @property
    def container(self) -> bool:
        """Whether other rows stand in it."""
        return self.row["type"] in CONTAINERS

    @property
    def required(self) -> str:
        """``always``, ``if`` where a condition decides, else empty."""
        value = self.row.get("required")
        if value is True or str(value or "").strip().lower() in ("yes", "true", "true()"):
            return "always"
        return "if" if value and str(value).strip().lower() not in ("no", "false", "false()") else ""


def to(row_id: str, place: Place | None) -> str:
    """A row and where it goes, as ``placed`` reads it: ``<row>/<group>/<number>``."""
    return f"{quote(row_id, safe='')}/{quote(place[0], safe='')}/{place[1]}" if place else ""


def placed(text: str) -> tuple[str, Place]:
    """The row and the place that ``to`` wrote; raises ValueError."""
    row_id, group, number = text.split("/")
    if not number.isascii() or not number.isdecimal() or len(number) > 5:
        raise ValueError(text)
    return unquote(row_id), (unquote(group), int(number))


@dataclass(frozen=True)
class Entry:
    """A line of the check list: what is wrong, how to repair it, and the place: ``row``, ``list`` or ``settings``."""

    message: str
    repair: str
    level: str
    place: str
    target: str
    label: str


def label_of(row: Row, locale: str) -> str:
    """What a row is called for a reader: its label, else its name, else its kind."""
    return pick(row.get("label"), locale) or str(row.get("name") or "") or str(offer(kind_of(row)).title)


def language_of(row: Row, locale: str) -> str:
    """The language of what ``label_of`` gives, empty where it is the reader's."""
    return language(row.get("label"), locale)


def name_of(row: Row, locale: str) -> str:
    """What a row is called where words of another language cannot stand: its label, else its name or kind."""
    label = (row.get("label") or {}).get(locale)
    return label or str(row.get("name") or "") or str(offer(kind_of(row)).title)


def outline(definition: Definition, locale: str, problems: Sequence[Problem] = ()) -> list[Line]:
    """The rows of the form as a tree of lines."""
    drawn: dict[str, tuple[str, Any]] = {}
    faults: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        if problem.row is not None and problem.level == "error":
            faults[problem.row.removesuffix("-other")].append(str(problem.message))
    found = _lines(definition, definition["survey"], locale, faults, "", "", None)
    for line in _all(found):
        if line.offer.name not in drawn:
            drawn[line.offer.name] = str(line.offer.title), icon(line.offer.icon)
        line.title, line.icon = drawn[line.offer.name]
        if line.row.get("list") == "yes_no":
            line.title = str(title_of(line.row))
    return found


def _all(lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        yield line
        yield from _all(line.lines)


def _lines(
    definition: Definition,
    rows: Sequence[Row],
    locale: str,
    faults: dict[str, list[str]],
    group: str,
    before: str,
    around: Place | None,
) -> list[Line]:
    """Lines of the rows of one group; *around* is the place of the group itself."""
    found = []
    number = 0
    for at, row in enumerate(rows):
        line = _line(definition, row, locale)
        line.group, line.faults = group, faults.get(row["id"], [])
        if row["type"] != "note" and (line.container or offers_answer(row)):
            number += 1
            line.number = f"{before}{number}"
        line.up, line.down = _up(rows, at, group, around), _down(rows, at, group, around)
        if line.container:
            line.lines = _lines(
                definition, row.get("children") or [], locale, faults, row["id"], f"{line.number}.", (group, at)
            )
        found.append(line)
    return found


def offers_answer(row: Row) -> bool:
    """Whether people answer the row."""
    return fields.get(row["type"]).asks


def _line(definition: Definition, row: Row, locale: str) -> Line:
    line = Line(row, offer(kind_of(row)), label_of(row, locale), language_of(row, locale))
    if row.get("list"):
        choices = choice_list(definition, row["list"])
        labels = [pick(each.get("label"), locale, str(each["name"])) for each in choices]
        line.foreign = not all((each.get("label") or {}).get(locale) for each in choices[:6])
        line.choices = " · ".join(labels[:6]) + (" …" if len(labels) > 6 else "")
    return line


def _up(rows: Sequence[Row], at: int, group: str, around: Place | None) -> Place | None:
    """One line higher: into the group above, out of the own group at its beginning."""
    if at == 0:
        return around
    above = rows[at - 1]
    if above["type"] in CONTAINERS and rows[at]["type"] not in CONTAINERS:
        return above["id"], len(above.get("children") or [])
    return group, at - 1


def _down(rows: Sequence[Row], at: int, group: str, around: Place | None) -> Place | None:
    """One line lower: into the group below, out of the own group at its end."""
    if at == len(rows) - 1:
        return (around[0], around[1] + 1) if around else None
    below = rows[at + 1]
    if below["type"] in CONTAINERS and rows[at]["type"] not in CONTAINERS:
        return below["id"], 0
    return group, at + 1


def entries(definition: Definition, locale: str, problems: Sequence[Problem] | None = None) -> list[Entry]:
    """The check list: errors first, then warnings, each with the place that repairs it."""
    rows = {row["id"]: row for row, _parents in walk(definition)}
    found = []
    for problem in check(definition) if problems is None else problems:
        row = rows.get((problem.row or "").removesuffix("-other"))
        if row is not None:
            place, target, label = "row", row["id"], name_of(row, locale)
        elif problem.list is not None:
            place, target, label = "list", problem.list, _("List %(name)s", name=problem.list)
        elif problem.cell in ("survey", "choices", "x", "format"):
            place, target, label = "form", "", ""
        else:
            place, target, label = "settings", "", _("Settings")
        repair = str(problem.repair) if problem.repair else ""
        message = str(problem.message)
        if problem.offset is not None:
            message = _("Character %(number)s: %(problem)s", number=problem.offset + 1, problem=message)
        found.append(Entry(message, repair, problem.level, place, target, label))
    return sorted(found, key=lambda entry: entry.level != "error")


def missing_by_language(definition: Definition, missing: Sequence[Missing] | None = None) -> list[tuple[str, int]]:
    """How many texts are missing, by language of the form; languages without a gap are left out."""
    counts = Counter(each.language for each in (missing_translations(definition) if missing is None else missing))
    return [(code, counts[code]) for code in languages(definition) if counts[code]]


def containers(definition: Definition, locale: str, without: str = "") -> list[tuple[str, str]]:
    """Ids and labels of the groups a row may be moved into; *without* is the row itself, with all in it."""
    return [
        (row["id"], " › ".join(name_of(each, locale) for each in (*parents, row)))
        for row, parents in walk(definition)
        if row["type"] in CONTAINERS and without not in (row["id"], *(parent["id"] for parent in parents))
    ]


def around(definition: Definition, row_id: str) -> str:
    """The id of the group around a row, "" at the top or where there is no such row."""
    for row, parents in walk(definition):
        if row["id"] == row_id:
            return str(parents[-1]["id"]) if parents else ""
    return ""


def count(definition: Definition) -> int:
    """How many questions people answer."""
    return sum(
        1 for row, _parents in walk(definition) if row["type"] not in (*CONTAINERS, "note") and offers_answer(row)
    )


def names(definition: Definition) -> set[str]:
    """The names of all rows."""
    return {str(row.get("name")) for row, _parents in walk(definition) if row.get("name")}
