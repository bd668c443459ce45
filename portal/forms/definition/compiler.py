"""From a definition to what the engine runs: functions made once, names resolved, an order to settle them in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from portal.forms import fields
from portal.forms.definition.check import check
from portal.forms.definition.model import (
    CONTAINERS,
    EXPRESSION_CELLS,
    INDEXED,
    Definition,
    DefinitionRefused,
    Row,
    choice_list,
    digest,
    is_dynamic,
    languages,
    list_source,
    walk,
)
from portal.forms.definition.other import expand
from portal.forms.definition.translations import Missing, missing_translations
from portal.forms.definition.wiring import make_scope, order, parsed_cell, said
from portal.forms.expressions import Run, Scope, Tree, build, parse, straighten
from portal.forms.fields import Parse, QuestionType

COMPILED = 1
"""Version of what ``Compiled.dump`` writes."""


@dataclass(slots=True, eq=False)
class Node:
    """A row of a compiled form. Expressions are functions of a Frame; None where the cell is empty."""

    row: Row
    name: str
    kind: Literal["question", "group", "repeat"]
    path: tuple[str, ...]
    """Repeats around it, outermost first."""
    field: QuestionType
    parent: Node | None
    children: list[Node] = dataclasses.field(default_factory=list)
    gate: Node | None = None
    """The nearest group around it, in the same row, that may be irrelevant."""
    parse: Parse = fields.plain_text
    relevant: Run | None = None
    required: bool | Run = False
    constraint: Run | None = None
    calculation: Run | None = None
    count: Run | None = None
    filter: Run | None = None
    """Which choices, or for a repeat which of the rows that the caller supplies."""
    default: Any = None
    first: Run | None = None
    """The default when it is an expression."""
    read_only: bool | Run = False
    source: str = ""
    """Where its choices or rows come from when not from the form: ``units``, ``records:clause``."""
    allowed: frozenset[str] | None = None
    """Names of its choices; None where it takes none or the caller supplies them."""
    plain: bool = False
    """Whether its answer is simply read: it stores one, and is neither conditional nor calculated."""
    judged: bool = True
    """Whether a rule looks at its answer after it was read."""

    @property
    def id(self) -> str:
        """The stable id of the row."""
        return str(self.row["id"])

    @property
    def matrix(self) -> bool:
        """Whether a repeat is drawn as a table."""
        return "matrix" in str(self.row.get("appearance") or "").split()


@dataclass(frozen=True, slots=True)
class Indexed:
    """A question that the index keeps: where it stands and in which column its entries go."""

    row: str
    name: str
    path: tuple[str, ...]
    column: Literal["text", "number", "date"]
    uses: tuple[str, ...]


@dataclass(frozen=True)
class Compiled:
    """A form that can be filled: immutable, made by ``compile``, shared by all threads.

    ``definition`` has ``or_other`` written out; ``digest`` is the hash of the definition that was given.
    """

    definition: Definition
    digest: str
    languages: tuple[str, ...]
    nodes: tuple[Node, ...]
    """All rows in the order of the form."""
    order: tuple[Node, ...]
    """All rows in the order in which they are settled."""
    top: tuple[Node, ...]
    by_name: Mapping[str, Node]
    by_id: Mapping[str, Node]
    scope: Scope
    trees: Mapping[str, Mapping[str, Tree]]
    """Row id → cell → tree, for the browser."""
    lists: Mapping[str, tuple[Mapping[str, Any], ...]]
    """Choices of the inline lists as they were when the form was compiled."""
    missing: tuple[Missing, ...]
    index: tuple[Indexed, ...]
    memo: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    """What other modules make once of this form (field names, columns, labels)."""

    @cached_property
    def questions(self) -> tuple[Node, ...]:
        """Rows that have an answer, in the order of the form."""
        return tuple(node for node in self.nodes if node.kind == "question" and node.field.stores)

    @cached_property
    def sources(self) -> frozenset[str]:
        """Everything the caller must supply in Context.sources (choices) and, for repeats, Context.rows."""
        return frozenset(node.source for node in self.nodes if node.source and not node.source.startswith("choices:"))

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]:
        """List → name → choices of that name, for the inline lists."""
        return {name: by_name(found) for name, found in self.lists.items()}

    @property
    def form_id(self) -> str:
        """The short name for machines."""
        return str(self.definition["settings"]["form_id"])

    @property
    def title(self) -> Mapping[str, str]:
        """The title by language."""
        found: Mapping[str, str] = self.definition["settings"]["form_title"]
        return found

    def dump(self) -> dict[str, Any]:
        """JSON for storage and for the browser: what a second interpreter needs to compute the same."""
        return {
            "compiled": COMPILED,
            "hash": self.digest,
            "languages": list(self.languages),
            "definition": self.definition,
            "order": [node.name for node in self.order],
            "paths": {node.name: list(node.path) for node in self.nodes},
            "trees": {row: dict(cells) for row, cells in self.trees.items()},
            "missing": [
                {
                    key: value
                    for key in ("language", "cell", "row", "list", "choice")
                    if (value := getattr(each, key)) is not None
                }
                for each in self.missing
            ],
            "index": [{"row": each.row, "column": each.column, "uses": list(each.uses)} for each in self.index],
        }


def by_name(choices: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Choices by their names; lists of cascades may have several of one name."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for choice in choices:
        found.setdefault(str(choice["name"]), []).append(choice)
    return found


def compile(definition: Definition) -> Compiled:
    """Compile a definition; raises DefinitionRefused with the problems of ``check`` when one of them is an error."""
    problems = [problem for problem in check(definition) if problem.level == "error"]
    if problems:
        raise DefinitionRefused(problems)
    given, definition = definition, expand(definition)
    scope = make_scope(definition)
    named: dict[str, Node] = {}
    trees: dict[str, dict[str, Tree]] = {}
    for row, parents in walk(definition):
        parent = named[parents[-1]["name"]] if parents else None
        node = _node(definition, row, parent, scope, trees)
        named[node.name] = node
        if parent:
            parent.children.append(node)
    nodes = tuple(named.values())
    done, _circle = order(definition)
    return Compiled(
        definition=definition,
        digest=digest(given),
        languages=tuple(languages(definition)),
        nodes=nodes,
        order=tuple(named[name] for name in done),
        top=tuple(node for node in nodes if node.parent is None),
        by_name=named,
        by_id={node.id: node for node in nodes},
        scope=scope,
        trees=trees,
        lists={name: tuple(choice_list(definition, name)) for name in definition.get("choices") or {}},
        missing=tuple(missing_translations(given)),
        index=tuple(_indexed(nodes)),
    )


def _node(
    definition: Definition, row: Row, parent: Node | None, scope: Scope, trees: dict[str, dict[str, Tree]]
) -> Node:
    name = row["name"]
    kind: Literal["question", "group", "repeat"] = row["type"] if row["type"] in CONTAINERS else "question"
    field_type = fields.get(row["type"])
    node = Node(row, name, kind, scope.paths[name], field_type, parent)
    found: dict[str, Run] = {}
    for cell in EXPRESSION_CELLS:
        parsed = parsed_cell(row, cell)
        if parsed is not None:
            found[cell] = build(parsed, scope, name)
            trees.setdefault(row["id"], {})[cell] = parsed.tree
    node.relevant, node.constraint = found.get("relevant"), found.get("constraint")
    node.calculation, node.count, node.filter = (
        found.get("calculation"),
        found.get("repeat_count"),
        found.get("choice_filter") or found.get("rows_filter"),
    )
    node.required = found.get("required") or said(row.get("required"))
    node.read_only = found.get("read_only") or said(row.get("read_only"))
    if parent is not None and parent.kind == "group":
        node.gate = parent if parent.relevant or parent.gate else None
    if kind == "question":
        node.parse = field_type.parser(row)
        _default(node, row, scope, trees)
        _choices(definition, node, row)
        node.plain = field_type.stores and not (node.gate or node.relevant or node.calculation)
        rules = (node.required, node.constraint, node.calculation, node.source, node.allowed is not None)
        node.judged = any(rules) or node.field.file
    elif row.get("rows_from"):
        node.source = row["rows_from"]["source"]
    return node


def _default(node: Node, row: Row, scope: Scope, trees: dict[str, dict[str, Tree]]) -> None:
    default = row.get("default")
    if default in (None, ""):
        return
    if is_dynamic(default):
        parsed = parse(straighten(str(default)))
        node.first = build(parsed, scope, node.name)
        trees.setdefault(row["id"], {})["default"] = parsed.tree
    else:
        node.default = node.parse(default)


def _choices(definition: Definition, node: Node, row: Row) -> None:
    if node.field.source:
        node.source = node.field.source
        if node.source.endswith(":"):
            node.source += str((row.get("parameters") or {}).get("kind", ""))
    elif node.field.choices:
        node.source = list_source(definition, row.get("list"))
        if not node.source:
            node.allowed = frozenset(choice["name"] for choice in choice_list(definition, row.get("list")))


def _indexed(nodes: tuple[Node, ...]) -> list[Indexed]:
    return [
        Indexed(node.id, node.name, node.path, node.field.index, tuple(node.row["use"]))
        for node in nodes
        if node.kind == "question" and node.field.index and any(use in INDEXED for use in node.row.get("use") or ())
    ]
