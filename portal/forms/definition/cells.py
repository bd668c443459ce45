"""Expressions, defaults and labels of one row, against the names of the form."""

from __future__ import annotations

from collections.abc import Iterator

from portal.forms import fields
from portal.forms.definition.model import (
    CONTAINERS,
    EXPRESSION_CELLS,
    FILTERS,
    TEXT_CELLS,
    Definition,
    Problem,
    Row,
    is_dynamic,
    languages,
)
from portal.forms.definition.wiring import label_references, parsed_cell
from portal.forms.expressions import MESSAGES, ExpressionError, Parsed, Scope, parse
from portal.forms.expressions.names import nearest
from portal.forms.messages import Text, _l


def check_cells(definition: Definition, row: Row, scope: Scope) -> Iterator[Problem]:
    """Every fault of the cells of *row*."""
    for cell in EXPRESSION_CELLS:
        try:
            parsed = parsed_cell(row, cell)
        except ExpressionError as error:
            yield Problem(error.code, error.message, row["id"], cell, error.offset)
            continue
        if parsed is not None:
            yield from uses(definition, row, cell, parsed, scope)
    yield from _default(definition, row, scope)
    yield from _labels(definition, row, scope)
    if row["type"] == "calculate" and not row.get("calculation"):
        yield Problem("calculation_missing", _l("This calculation has no expression."), row["id"], "calculation")
    if row.get("repeat_count") and row["type"] != "repeat":
        yield Problem("count_outside", _l("Only a repeat has a number of rows."), row["id"], "repeat_count")


def uses(definition: Definition, row: Row, cell: str, parsed: Parsed, scope: Scope) -> Iterator[Problem]:
    """Names in an expression that the form does not have."""
    for kind, name, offset in parsed.uses:
        params: dict[str, object] = {"found": name}
        code = ""
        if kind in ("ref", "last", "choices"):
            if name not in scope.paths:
                code, params = "unknown_name", {"found": name, "hint": nearest(name, scope.paths)}
            elif name in scope.groups:
                code = "not_a_question"
        elif kind == "list" and name not in (definition.get("choices") or {}):
            code = "unknown_list"
        elif kind == "column" and cell not in FILTERS and not _inside_condition(parsed.tree, name):
            code, params = "unknown_name", {"found": name, "hint": _written(name, scope)}
        if code:
            yield Problem(code, Text(MESSAGES[code].msgid, params), row["id"], cell, offset)


def _written(name: str, scope: Scope) -> Text | str:
    """A bare name where a reference was meant."""
    return _l(" Write ${%(name)s}.", name=name) if name in scope.paths else ""


def _inside_condition(tree: object, name: str) -> bool:
    """Whether every bare *name* stands in the condition of an instance()."""

    def bare(node: object) -> bool:
        if not isinstance(node, list) or not node or node[0] == "items":
            return False
        return node == ["col", name] or any(bare(part) for part in node[1:])

    return not bare(tree)


def _default(definition: Definition, row: Row, scope: Scope) -> Iterator[Problem]:
    default = row.get("default")
    if default in (None, ""):
        return
    if is_dynamic(default):
        try:
            parsed = parse(str(default))
        except ExpressionError as error:
            yield Problem(error.code, error.message, row["id"], "default", error.offset)
            return
        yield from uses(definition, row, "default", parsed, scope)
        return
    if row["type"] in CONTAINERS:
        return
    try:
        fields.get(row["type"]).parser(row)(default)
    except fields.Refused as refused:
        yield Problem(
            "default_invalid",
            _l("The first answer does not fit the type: %(why)s", why=refused.message),
            row["id"],
            "default",
        )


def _labels(definition: Definition, row: Row, scope: Scope) -> Iterator[Problem]:
    kind = row["type"]
    known = languages(definition)
    kept = ((definition.get("x") or {}).get("survey") or {}).get(row["id"]) or {}
    media = row.get("image") or any(key.startswith("media") or key in ("image", "audio", "video") for key in kept)
    if kind not in CONTAINERS and fields.get(kind).asks and not any((row.get("label") or {}).values()) and not media:
        yield Problem("label_missing", _l("This question has no label."), row["id"], "label")
    for cell in TEXT_CELLS:
        for code, text in (row.get(cell) or {}).items():
            if text and code not in known:
                yield Problem(
                    "language_unknown",
                    _l("There is a text in %(code)s, which is no language of this form.", code=code),
                    row["id"],
                    cell,
                    level="warning",
                )
    for name in sorted(label_references(row)):
        if name not in scope.paths:
            yield Problem(
                "unknown_name",
                Text(MESSAGES["unknown_name"].msgid, {"found": name, "hint": nearest(name, scope.paths)}),
                row["id"],
                "label",
            )
