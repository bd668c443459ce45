"""Where the answers of one submission stand in a spreadsheet, and what an import of it would lose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.forms.answers.cells import Reader
from portal.forms.answers.sheets import Line
from portal.forms.definition import Node
from portal.forms.engine import KEY, Context, Issue, Result, evaluate
from portal.forms.messages import _l
from portal.forms.submissions import answered
from portal.forms.xlsform.report import ImportProblem
from portal.text import fold


def clear(reader: Reader, answers: dict[str, Any], context: Context) -> Result:
    """Evaluate; where a label stands for several choices, the one that fits the other answers is taken.

    Soums of different aimags bear the same name: the aimag tells which is meant.
    """
    result = evaluate(reader.compiled, answers, context, "submit")
    for issue in [each for each in result.errors if each.code == "choice"]:
        rows, name = _row_at(reader, answers, result, issue.path)
        if rows is None:
            continue
        text, fitting = rows.get(name), []
        for code in reader.candidates(reader.compiled.by_id[issue.row], text):
            rows[name] = code
            if evaluate(reader.compiled, answers, context, "submit").error(issue.path) is None:
                fitting.append(code)
        rows[name] = fitting[0] if len(fitting) == 1 else text
        result = evaluate(reader.compiled, answers, context, "submit")
    return result


def _steps(path: str) -> Iterator[tuple[str, int]]:
    """``house[0].person[2].age`` → (house, 0), (person, 2), (age, -1)."""
    for part in path.split("."):
        name, bracket, number = part.partition("[")
        yield name, int(number[:-1]) if bracket else -1


def _row_at(reader: Reader, answers: dict[str, Any], result: Result, path: str) -> tuple[dict[str, Any] | None, str]:
    """The row of *answers* in which the answer at *path* stands, and its name."""
    row: dict[str, Any] | None = answers
    place, last = result.top, ""
    for name, index in _steps(path):
        last = name
        if index < 0:
            break
        place = place.rows[name][index]
        rows = (row or {}).get(name) or []
        if reader.compiled.by_name[name].source:
            row = next((each for each in rows if each.get(KEY) == place.out[KEY]), None)
        else:
            row = rows[index] if index < len(rows) else None
    return row, last


class Places:
    """Where the answers of one submission stand in the file."""

    def __init__(self, line: Line, reader: Reader, result: Result) -> None:
        self.line, self.reader, self.result = line, reader, result

    def problem(self, issue: Issue) -> ImportProblem:
        """An error of the engine with its cell."""
        line = self._line(issue.path)
        column = self.reader.compiled.by_id[issue.row].name
        return line.problem(self._heading(line, issue.row, column), issue.code, issue.message)

    @staticmethod
    def _heading(line: Line, row_id: str, otherwise: str) -> str:
        """The heading of the question's column, whatever its name in this version."""
        found = [out.column for _place, out in line.grid.columns if out.column.row == row_id and not out.column.choice]
        return found[0].key if found else otherwise

    def _line(self, path: str) -> Line:
        """The row of the file; that of the table around it where the form has a row that the file lacks."""
        line, place = self.line, self.result.top
        for name, index in _steps(path):
            if index < 0:
                break
            node = self.reader.compiled.by_name[name]
            place = place.rows[name][index]
            found = self._row(line, node, index, place.out[KEY])
            if found is None:
                return line
            line = found
        return line

    def _row(self, line: Line, node: Node, index: int, key: str) -> Line | None:
        rows = line.inner.get(self.reader.keys[node.id], [])
        seeds = self.reader.seeds(node)
        if seeds is None:
            return rows[index] if index < len(rows) else None
        names = next(({seed.key, *map(fold, seed.label.values())} for seed in seeds if seed.key == key), {key})
        return next((row for row in rows if row.own("_row") in names or fold(row.own("_row")) in names), None)

    def lost(self) -> Iterator[ImportProblem]:
        """What the form would not keep: answers to questions it does not ask here, rows it does not have."""
        yield from self._lost(self.line, self.result.top, self.reader.compiled.top)

    def _lost(self, line: Line, place: Any, nodes: Any) -> Iterator[ImportProblem]:
        for node in nodes:
            hidden = node.name in place.hidden
            if node.kind == "group":
                yield from self._lost(line, place, node.children)
            elif node.kind == "repeat":
                rows, there = line.inner.get(self.reader.keys[node.id], []), place.rows.get(node.name, [])
                kept = [self._row(line, node, index, inner.out[KEY]) for index, inner in enumerate(there)]
                for row in rows:
                    if not any(row is each for each in kept):
                        said = _l("The form has no such row, because of the other answers. Delete the row.")
                        yield row.problem("_parent_index", "row_lost", said)
                for own, inner in zip(kept, there, strict=True):
                    if own is not None:
                        yield from self._lost(own, inner, node.children)
            elif (
                hidden
                and answered(node)
                and any(line.at(at) for at, out in line.grid.columns if out.column.row == node.id)
            ):
                said = _l("This question is not asked here, because of the other answers. Empty the cell.")
                yield line.problem(self._heading(line, node.id, node.name), "not_asked", said)
