"""Answers as tables: columns of a form, rows of its submissions, entries for the index, answers in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from portal.forms.definition.compiler import Compiled, Indexed, Node
from portal.forms.engine.state import KEY, Answers
from portal.forms.engine.view import label_of, own_label
from portal.forms.expressions.days import of_date
from portal.forms.fields import Kind
from portal.forms.messages import language, pick

Sources = Mapping[str, Sequence[Mapping[str, Any]]]
Multiple = Literal["both", "text", "split"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of answers. ``key`` is its heading for machines (``needs``, ``needs/water``), ``label`` for people.

    ``row`` is the id of the question, by which columns of different versions are matched; ``table`` the repeat the
    question stands in, empty for the table of submissions; ``choice`` the choice of a 0/1 column.
    """

    key: str
    row: str
    name: str
    table: str
    kind: Kind
    label: Mapping[str, str]
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of answers: the submissions (``name`` empty) or the rows of one repeat, which ``parent`` contains."""

    name: str
    parent: str | None
    label: Mapping[str, str]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class FlatRow:
    """A row of a table: numbers count from 1 over all submissions, so that rows of repeats find their parents."""

    table: str
    index: int
    parent_index: int | None
    key: str
    cells: list[Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of one answer; ``position`` is the number of its row (from 1, 0 outside of repeats)."""

    row: str
    path: str
    position: int
    text: str | None = None
    number: float | None = None
    date: str | None = None


def columns(compiled: Compiled, multiple: Multiple = "both") -> list[Column]:
    """All columns of a form, in the order of the form; ``table`` tells where each belongs."""
    return [column for table in tables(compiled, multiple) for column in table.columns]


def tables(compiled: Compiled, multiple: Multiple = "both") -> list[Table]:
    """The table of submissions, then one for each repeat."""
    found: dict[str, list[Column]] = {"": []}
    parents: dict[str, str | None] = {"": None}
    labels: dict[str, Mapping[str, str]] = {"": compiled.title}
    for node in compiled.nodes:
        inside = node.path[-1] if node.path else ""
        if node.kind == "repeat":
            found[node.name], parents[node.name] = [], inside
            labels[node.name] = node.row.get("label") or {}
        elif node.kind == "question" and node.field.stores:
            choices = compiled.choices.get(node.row.get("list") or "", {})
            found[inside].extend(columns_of(node, choices, compiled.languages, multiple))
    return [Table(name, parents[name], labels[name], tuple(each)) for name, each in found.items()]


def columns_of(
    node: Node,
    choices: Mapping[str, Sequence[Mapping[str, Any]]],
    languages: Sequence[str],
    multiple: Multiple = "both",
) -> Iterator[Column]:
    """The columns of one question; *choices* by name are those that have a column."""
    label = node.row.get("label") or {}
    table = node.path[-1] if node.path else ""
    for part in node.field.columns(node.row, list(choices)):
        if multiple != "both" and node.field.multiple and bool(part.choice) != (multiple == "split"):
            continue
        own = {
            code: f"{label.get(code) or node.name} / {part.title.speak(code) if part.title else own_label(found, code)}"
            for code in languages
            for found in choices.get(part.choice, ({},))[:1]
            if part.title or found
        }
        yield Column(node.name + part.suffix, node.id, node.name, table, part.kind, own or label, part.choice)


class Flattener:
    """Turns submissions into rows of ``tables(compiled, multiple)``, one after another, in constant memory.

    Without *locale* cells hold codes; with it, labels of choices and titles of *sources* in that language. Text is
    given as it was answered: whoever writes a spreadsheet keeps it from being read as a formula.
    """

    def __init__(
        self, compiled: Compiled, multiple: Multiple = "both", locale: str | None = None, sources: Sources | None = None
    ) -> None:
        self.tables = tables(compiled, multiple)
        self.compiled = compiled
        self.counts = {table.name: 0 for table in self.tables}
        self.label = labeller(compiled, locale, sources or {}) if locale else None
        self.readers = {table.name: self._readers(table, multiple) for table in self.tables}
        self.inner = {
            table.name: [each.name for each in self.tables if each.parent == table.name] for table in self.tables
        }

    def _readers(self, table: Table, multiple: Multiple) -> list[Callable[[Answers], list[Any]]]:
        names = dict.fromkeys(column.name for column in table.columns)
        return [self._reader(self.compiled.by_name[name], multiple) for name in names]

    def _reader(self, node: Node, multiple: Multiple) -> Callable[[Answers], list[Any]]:
        field, row, name = node.field, node.row, node.name
        choices = list(self.compiled.choices.get(row.get("list") or "", {}))
        first, last = {"both": (0, None), "text": (0, 1), "split": (1, None)}[multiple if field.multiple else "both"]
        label = self.label

        def read(answers: Answers) -> list[Any]:
            value = answers.get(name)
            cells = field.cells(value, row, choices)
            if label is not None and value is not None and (field.choices or node.source):
                cells[0] = field.format(value, "", lambda choice: label(node, choice))
            return cells[first:last]

        return read

    def rows(self, values: Answers) -> Iterator[FlatRow]:
        """The rows of one submission: its own first, then those of its repeats, outer ones before inner ones."""
        yield from self._rows("", values, None)

    def _rows(self, table: str, answers: Answers, parent: int | None) -> Iterator[FlatRow]:
        self.counts[table] += 1
        index = self.counts[table]
        cells = [cell for read in self.readers[table] for cell in read(answers)]
        yield FlatRow(table, index, parent, str(answers.get(KEY, "")), cells)
        for name in self.inner[table]:
            found = answers.get(name)
            for row in found if isinstance(found, list) else ():
                if isinstance(row, dict):
                    yield from self._rows(name, row, index)


def labeller(
    compiled: Compiled, locale: str | None, sources: Sources, *, own: bool = False
) -> Callable[[Node, str], str]:
    """A function that gives the label of a choice of a question, its name where there is none.

    *own*: the name too where the label is in another language only.
    """
    words = own_label if own else label_of
    known: dict[str, dict[str, str]] = {}

    def label(node: Node, name: str) -> str:
        key = node.source or str(node.row.get("list"))
        if key not in known:
            items = sources.get(node.source, ()) if node.source else compiled.lists.get(key, ())
            known[key] = {str(item["name"]): words(item, locale or "") for item in items}
        return known[key].get(name, name)

    return label


def entries(compiled: Compiled, values: Answers) -> Iterator[Entry]:
    """What the index keeps of a submission: an entry for each answer (each chosen choice) of a filterable question."""
    yield from entries_of([(indexed, compiled.by_name[indexed.name]) for indexed in compiled.index], values)


def entries_of(index: Sequence[tuple[Indexed, Node]], values: Answers) -> Iterator[Entry]:
    """The same for questions of any version, each with the place where its answers stand in *values*."""
    for indexed, node in index:
        for position, answers in enumerate(_at(values, indexed.path), 1):
            value = answers.get(indexed.name)
            if value is None or value == "":
                continue
            path = ".".join((*indexed.path, indexed.name))
            for each in node.field.entries(value):
                entry = _entry(indexed.row, path, position if indexed.path else 0, indexed.column, each)
                if entry is not None:
                    yield entry


def _at(values: Answers, path: tuple[str, ...]) -> Iterator[Answers]:
    if not path:
        yield values
        return
    found = values.get(path[0])
    for row in found if isinstance(found, list) else ():
        if isinstance(row, dict):
            yield from _at(row, path[1:])


def _entry(row: str, path: str, position: int, column: str, value: Any) -> Entry | None:
    if column == "number":
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return Entry(row, path, position, number=float(value)) if is_number else None
    if column == "date":
        day = str(value)[:10]
        return Entry(row, path, position, date=day) if of_date(day) == of_date(day) else None
    return Entry(row, path, position, text=str(value)[:200])


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of an answer as people read it: a heading (group, row of a repeat) or a question with its answer.

    ``lang`` is the language of the label when it is not the reader's, ``type`` the type of the question, ``row`` its
    id and ``value`` its answer. ``asked`` and ``said`` are label and answer as they were when the form was filled,
    where they read otherwise now.
    """

    path: str
    label: str
    text: str
    level: int
    heading: bool = False
    lang: str = ""
    type: str = ""
    row: str = ""
    value: Any = None
    asked: str = ""
    said: str = ""


def shown(
    compiled: Compiled,
    values: Answers,
    locale: str,
    sources: Sources | None = None,
    titles: Mapping[str, str] | None = None,
) -> list[Shown]:
    """A submission in words, in the order of the form; unanswered questions are left out.

    *titles* maps keys of matrix rows to the titles of their records.
    """
    label = labeller(compiled, locale, sources or {})
    out: list[Shown] = []

    def lines(nodes: Sequence[Node], answers: Answers, prefix: str, level: int) -> None:
        for node in nodes:
            words = pick(node.row.get("label"), locale, node.name)
            lang = language(node.row.get("label"), locale)
            path = prefix + node.name
            if node.kind == "group":
                before = len(out)
                lines(node.children, answers, prefix, level + 1)
                if len(out) > before:
                    out.insert(before, Shown(path, words, "", level, True, lang))
            elif node.kind == "repeat":
                for index, row in enumerate(answers.get(node.name) or ()):
                    title = (titles or {}).get(str(row.get(KEY)), "")
                    own = (title, "") if title else (f"{words} {index + 1}", lang)
                    out.append(Shown(f"{path}[{index}]", own[0], "", level, True, own[1]))
                    lines(node.children, row, f"{path}[{index}].", level + 1)
            elif node.field.stores and node.field.asks and (value := answers.get(node.name)) not in (None, "", []):
                text = node.field.format(value, locale, _bound(label, node))
                kind = str(node.row["type"])
                out.append(Shown(path, words, text, level, lang=lang, type=kind, row=node.id, value=value))

    lines(compiled.top, values, "", 0)
    return out


def _bound(label: Callable[[Node, str], str], node: Node) -> Callable[[str], str]:
    return lambda name: label(node, name)
