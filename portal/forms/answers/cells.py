"""From cells of a spreadsheet to answers: codes and labels of choices, several choices, rows of repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.forms.answers.sheets import Line
from portal.forms.answers.tables import OutColumn
from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY, Context, Seed
from portal.forms.engine.convert import Asked, Lost, convert
from portal.forms.engine.lineage import Lineage, Way
from portal.forms.fields import Refused
from portal.forms.messages import Text, _l
from portal.forms.xlsform.report import ImportProblem
from portal.text import fold

YES, NO = frozenset({"1", "true", "yes", "x"}), frozenset({"0", "false", "no", ""})
"""What the 0/1 column of a choice may say."""


class Reader:
    """Reads the rows of one version of a form; *context* gives the choices and the rows of matrices.

    *lineage*: how answers to it are read now, and so stand in an export; *chains*: the tables there by the ids of the
    repeats around their rows.
    """

    def __init__(
        self, compiled: Compiled, context: Context, lineage: Lineage, chains: Mapping[tuple[str, ...], str]
    ) -> None:
        self.compiled = compiled
        self.context = context
        self.lineage = lineage
        self.chains = chains
        self.keys = {
            node.id: chains[(*(compiled.by_name[name].id for name in node.path), node.id)]
            for node in compiled.nodes
            if node.kind == "repeat"
        }
        """Repeat → the table of its rows."""
        self.repeats = {self.keys[node.id]: node for node in compiled.nodes if node.kind == "repeat"}
        self.problems: list[ImportProblem] = []
        self._labels: dict[str, tuple[frozenset[str], dict[str, list[str]]]] = {}

    def answers(self, line: Line, stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answers of a row with those of its inner rows; raises nothing, problems are noted.

        *stored* is what is there: a cell that says it as an export does leaves it as it is, and so does a column or a
        sheet that is not in the file.
        """
        found: dict[str, Any] = {}
        parts: dict[tuple[str, str], list[tuple[OutColumn, str]]] = {}
        for place, out in line.grid.columns:
            if text := line.at(place):
                parts.setdefault(out.asked.key, []).append((out, text))
        for cells in parts.values():
            asked = cells[0][0].asked
            value = self._value(line, asked, cells)
            ways = [way for way in self._ways(line.grid.table.key) if any(end.key == asked.key for _k, end in way.ends)]
            if not ways:
                said = _l("This version of the form does not ask this question. Empty the cell.")
                self._note(line, cells[0][0], "not_in_version", said)
            elif value is not None:
                self._put(found, line, cells[0][0], ways, value, stored or {})
        if stored is not None:
            self._keep(found, line, stored)
        for key, rows in line.inner.items():
            repeat = self.repeats.get(key)
            if repeat is None:
                said = _l("This version of the form does not have this table. Delete the row.")
                self.problems += [row.problem("_parent_index", "not_in_version", said) for row in rows]
            else:
                there = (stored or {}).get(repeat.name)
                found[repeat.name] = list(self._rows(repeat, rows, there if isinstance(there, list) else None))
        return found

    def _ways(self, table: str) -> list[Way]:
        """The questions of a table in this version, with where their answers stand."""
        return [
            way
            for way in self.lineage.ways.values()
            if (self._table(way.asked.node.path[-1]) if way.asked.node.path else "") == table
        ]

    def _put(
        self,
        found: dict[str, Any],
        line: Line,
        out: OutColumn,
        ways: Sequence[Way],
        value: Any,
        stored: Mapping[str, Any],
    ) -> None:
        """Put an answer where it was given: what is stored, where that reads so, else converted back."""
        key = out.asked.key
        try:
            said = out.asked.node.parse(value)
        except Refused:
            said = value
        for way in ways:
            name = way.asked.node.name
            if name in stored:
                asked, now = self.lineage.read(way.asked.node.id, stored[name])
                if asked.key == key and now == said:
                    found[name] = stored[name]
                    return
        own = next((way for way in ways if way.asked.key == key), None)
        if own is not None:
            found[own.asked.node.name] = value
            return
        for way in ways:
            if way.asked.node.name not in found:
                try:
                    found[way.asked.node.name] = convert(said, out.asked, way.asked)
                    return
                except Lost:
                    continue
        text = _l("This answer was given to an older question and cannot be written back. Correct it on its page.")
        self._note(line, out, "not_convertible", text)

    def _keep(self, found: dict[str, Any], line: Line, stored: Mapping[str, Any]) -> None:
        """Leave answers as they are whose columns or sheets are not in the file."""
        there = {out.asked.key for _place, out in line.grid.columns}
        for way in self._ways(line.grid.table.key):
            name = way.asked.node.name
            if name in stored and name not in found and not all(end.key in there for _key, end in way.ends):
                found[name] = stored[name]
        for key, repeat in self.repeats.items():
            around = self._table(repeat.path[-1]) if repeat.path else ""
            if around == line.grid.table.key and key not in line.grid.tables and repeat.name in stored:
                found[repeat.name] = stored[repeat.name]

    def _table(self, name: str) -> str:
        return self.keys[self.compiled.by_name[name].id] if name else ""

    def _note(self, line: Line, out: OutColumn, code: str, said: Text) -> None:
        self.problems.append(line.problem(out.column.key, code, said))

    def _rows(self, repeat: Node, rows: Sequence[Line], stored: Any) -> Iterator[dict[str, Any]]:
        """The rows of a repeat, each with its key; of a matrix that of the record, also by its title."""
        seeds = self.seeds(repeat)
        there = {str(row.get(KEY)): row for row in stored or () if isinstance(row, dict)}
        for line in rows:
            key = line.own("_row")
            if seeds is not None:
                known = {seed.key: seed.key for seed in seeds}
                for seed in seeds:
                    for title in seed.label.values():
                        known.setdefault(fold(title), seed.key)
                if (found := known.get(key) or known.get(fold(key))) is None:
                    said = _l("This is no row of the table of the form.")
                    self.problems.append(line.problem("_row", "row_unknown", said))
                    continue
                key = found
            yield {**({KEY: key} if key else {}), **self.answers(line, there.get(key))}

    def seeds(self, repeat: Node) -> Sequence[Seed] | None:
        """The rows that a matrix has: records, or the choices of a list; None where people add rows themselves."""
        if repeat.source.startswith("choices:"):
            items = self.compiled.lists.get(repeat.source.removeprefix("choices:"), ())
            return [Seed(str(item["name"]), _texts(item.get("label"))) for item in items]
        if not repeat.source:
            return None
        return self.context.rows.get(repeat.name, self.context.rows.get(repeat.source))

    def _value(self, line: Line, asked: Asked, cells: list[tuple[OutColumn, str]]) -> Any:
        """What stands in the cells of one question."""
        own = self.compiled.by_id.get(asked.node.id)
        node = own if own is not None and own.row["type"] == asked.type else asked.node
        lists = self.compiled if node is own else asked.compiled
        text = next((text for out, text in cells if not out.suffix), None)
        if text is None and not cells[0][0].column.choice:
            # A place stands in four columns of numbers.
            by_suffix = {out.suffix: text for out, text in cells}
            wanted = [out.suffix for out in line.grid.table.columns.values() if out.asked.key == asked.key]
            last = max(place for place, suffix in enumerate(wanted) if suffix in by_suffix)
            return " ".join(by_suffix.get(suffix, "0") for suffix in wanted[: last + 1])
        if not (node.field.choices or node.source):
            return text
        codes, labels = self._choices(node, lists)
        if asked.node is not node and not asked.node.source:
            more, further = self._choices(asked.node, asked.compiled)
            codes, labels = codes | more, {**further, **labels}
        if not node.field.multiple:
            if text is None or text in codes:
                return text
            meant = labels.get(fold(text), [])
            return text if len(meant) != 1 else meant[0]
        named = _several(text, codes, labels) if text is not None else None
        flags = [(out, each) for out, each in cells if out.column.choice]
        ticked = {out.column.choice for out, each in flags if each.casefold() in YES}
        for out, each in flags:
            if each.casefold() not in YES | NO:
                self._note(line, out, "flag", _l("Write 1 where the choice is ticked and 0 where it is not."))
        if named is None:
            order = [str(each) for each in lists.choices.get(str(node.row.get("list")), {})]
            order += [str(code) for code in ticked if code not in order]
            return [code for code in order if code in ticked] or None
        if flags and ticked != set(named) & {out.column.choice for out in self._flags(line, node)}:
            said = _l("The choices named here and the columns of 0 and 1 say different things. Empty one of them.")
            self._note(line, cells[0][0], "choices_differ", said)
        return named

    def _flags(self, line: Line, node: Node) -> Iterator[OutColumn]:
        key = node.id, node.row["type"]
        return (out for _place, out in line.grid.columns if out.asked.key == key and out.column.choice)

    def _choices(self, node: Node, compiled: Compiled) -> tuple[frozenset[str], dict[str, list[str]]]:
        """The codes of a question's choices, and its labels in every language with the codes they stand for."""
        key = f"{id(compiled)}:{node.source or node.row.get('list')}"
        if key not in self._labels:
            name = str(node.row.get("list"))
            items = self.context.sources.get(node.source, ()) if node.source else compiled.lists.get(name, ())
            labels: dict[str, list[str]] = {}
            for item in items:
                for text in {fold(each) for each in _texts(item.get("label")).values() if each}:
                    labels.setdefault(text, []).append(str(item["name"]))
            self._labels[key] = (frozenset(str(item["name"]) for item in items), labels)
        return self._labels[key]

    def candidates(self, node: Node, text: Any) -> list[str]:
        """The codes that a label may stand for, where there are several."""
        if not isinstance(text, str) or not (node.field.choices or node.source):
            return []
        codes, labels = self._choices(node, self.compiled)
        found = list(dict.fromkeys(labels.get(fold(text), ()))) if text not in codes else []
        return found if len(found) > 1 else []


def _texts(label: Any) -> Mapping[str, str]:
    return label if isinstance(label, Mapping) else {"": str(label or "")}


def _several(text: str, codes: frozenset[str], labels: Mapping[str, list[str]]) -> list[str]:
    """Several choices as one text: codes with blanks between, or labels with commas (a label may hold some).

    What is none of either stays as it is, for the engine to refuse.
    """
    words = text.split()
    if all(word in codes for word in words):
        return words
    pieces, found = [piece.strip() for piece in text.split(",")], []
    while pieces:
        for end in range(len(pieces), 0, -1):
            piece = ", ".join(pieces[:end])
            meant = [piece] if piece in codes else labels.get(fold(piece), [])
            if len(meant) == 1 or end == 1:
                found.append(meant[0] if meant else piece)
                del pieces[:end]
                break
    return found
