"""What a browser needs to compute a page itself: which questions show, what is needed, what is calculated.

A plan is JSON, drawn with the page and carried out by ``filling.js``. It covers the questions of one page outside of
repeats and whatever they depend on. What cannot change while the page is filled is computed here and now; only what
can is given as a tree. Where the browser could not do all of it there is no plan, and each change asks the server.
The plan decides what people see, never what is stored: page change and submission are judged by the engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.forms.definition import Compiled, Node
from portal.forms.definition.wiring import label_references
from portal.forms.engine import Answers, Context, Page, Result
from portal.forms.engine.judge import CONSTRAINT, REQUIRED, own
from portal.forms.engine.settle import Evaluation
from portal.forms.expressions import MESSAGES, Run, Tree, seen
from portal.forms.fields import Refused
from portal.forms.fields.base import parameter
from portal.forms.messages import pick

BIGGEST = 60_000
"""Characters of a plan; more would cost more than it saves."""
MOST = 600
"""Rows of the form on a page that has a plan."""

PROBES: Mapping[str, tuple[str, ...]] = {
    "text": (),
    "integer": ("?", "1.5", "9" * 18),
    "decimal": ("?", "9" * 308),
    "money": ("?", "9" * 18),
    "range": ("?", "1000000000000000.5", "9" * 308),
    "date": ("?", "2026-02-30", "1700-01-01"),
    "time": ("?",),
    "dateTime": ("2026-01-01", "2026-01-01T?", "?T10:00", "2026-02-30T10:00", "1700-01-01T10:00"),
    "email": ("?",),
    "phone": ("?",),
    "register_number": ("?", "УБ90993012"),
    "select_one": (),
    "select_multiple": (),
    "rank": (),
    "acknowledge": (),
    "unit": (),
    "organisation": (),
    "record": (),
    "calculate": (),
    "hidden": (),
    "office": (),
}
"""The types that filling.js reads, with texts that they refuse: what they say then goes along."""
SHOWN = frozenset({"text", "integer", "decimal", "money", "range", "date", "time", "dateTime", "email", "select_one"})
"""The types whose calculated answers filling.js can show."""


class _Beyond(Exception):
    """The page needs something that the browser cannot do."""


def plan(compiled: Compiled, page: Page, result: Result, context: Context, answers: Answers) -> str:
    """The plan of *page* as JSON, empty where there is none. *answers* are those that were evaluated.

    It travels in an attribute: quotes are written as backticks there, which HTML leaves as they are.
    """
    try:
        made = _Planner(compiled, page, result, context, answers).plan()
    except _Beyond:
        return ""
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return text.replace("`", "\\u0060").replace('"', "`") if len(text) <= BIGGEST else ""


def references(tree: Any) -> Iterator[str]:
    """Names of the answers that a tree reads."""
    if isinstance(tree, list) and tree:
        if tree[0] == "ref":
            yield tree[1]
        for part in tree[1:]:
            yield from references(part)


def calls(tree: Any) -> Iterator[list[Any]]:
    """Parts of a tree that read more than answers: lists, labels, properties, answers of last time."""
    if isinstance(tree, list) and tree:
        if tree[0] in ("items", "last") or (
            tree[0] == "call" and tree[1] in ("pulldata", "jr:choice-name", "property", "position")
        ):
            yield tree
        for part in tree[1:]:
            yield from calls(part)


class _Planner:
    def __init__(self, compiled: Compiled, page: Page, result: Result, context: Context, answers: Answers) -> None:
        self.compiled, self.result, self.context, self.answers = compiled, result, context, answers
        self.evaluation = Evaluation(compiled, {}, context, "draft", False)
        self.top = result.top
        self.whole = page.whole
        self.here = {node.name: node for top in page.nodes for node in _within(top)}
        self.moves = self._moves()
        self.words: dict[str, str] = {}
        self.lists: dict[str, set[str]] = {}
        self.choices: dict[str, str] = {}
        self.last: dict[str, Any] = {}
        self.known: dict[str, str] = {}

    def _moves(self) -> set[str]:
        """Names whose answers or relevance may change while the page is filled."""
        moves = {node.name for node in self.here.values() if node.kind == "question" and free(node)}
        moves |= {node.name for node in self.here.values() if node.kind == "repeat"}
        for node in self.compiled.order:
            needs = {name for cell in ("relevant", "calculation") for name in references(self.tree(node, cell))}
            if node.kind == "repeat":
                needs |= {
                    name for cell in ("repeat_count", "rows_filter") for name in references(self.tree(node, cell))
                }
            needs |= {node.gate.name} if node.gate is not None else set()
            if needs & moves or any(name in moves for name in node.path):
                moves.add(node.name)
        return moves

    def tree(self, node: Node, cell: str) -> Tree | None:
        """The tree of a cell."""
        return self.compiled.trees.get(node.id, {}).get(cell)

    def moving(self, tree: Tree | None) -> bool:
        """Whether the value of a tree may change while the page is filled."""
        return any(name in self.moves for name in references(tree))

    def plan(self) -> dict[str, Any]:
        self.refuse()
        watch = {name for name in self.watched() if name in self.moves}
        wanted = [name for name, node in self.here.items() if node.kind != "repeat" and not node.path]
        needed: dict[str, dict[str, Any]] = {}
        while wanted := [name for name in dict.fromkeys((*wanted, *watch)) if name not in needed]:
            for name in wanted:
                needed[name] = self.entry(self.compiled.by_name[name])
            wanted = [name for entry in list(needed.values()) for name in self.reads(entry)]
        nodes = [needed[node.name] for node in self.compiled.order if node.name in needed]
        for entry in nodes:
            for name in list(entry):
                if entry[name] is None:
                    del entry[name]
        made: dict[str, Any] = {
            "today": self.top.env.today,
            "now": self.top.env.now,
            "lang": self.context.locale,
            "nodes": nodes,
            "words": self.words | {code: str(MESSAGES[code]) for code in ("limit_steps", "limit_text")},
        }
        hidden = {name: name in self.top.hidden for name in sorted(watch)}
        more = {"watch": hidden, "lists": self.items(), "choices": self.choices, "last": self.last, "user": self.known}
        return made | {name: value for name, value in more.items() if value}

    def refuse(self) -> None:
        """Raise _Beyond for what only the server draws anew."""
        if len(self.here) > MOST:
            raise _Beyond
        for node in self.here.values():
            trees = self.compiled.trees.get(node.id, {})
            if node.kind == "repeat" or node.path:
                if self.gated(node) or trees or node.count is not None:
                    raise _Beyond
            elif self.moving(trees.get("choice_filter")) or self.moving(trees.get("read_only")):
                raise _Beyond
            if label_references(node.row) & self.moves:
                raise _Beyond

    def gated(self, node: Node) -> bool:
        """Whether a row stands in something that may be irrelevant."""
        at: Node | None = node
        while at is not None:
            if at.relevant is not None:
                return True
            at = at.parent
        return False

    def watched(self) -> Iterator[str]:
        """Names on whose relevance depends which pages there are."""
        if self.whole or "pages" not in str(self.compiled.definition["settings"].get("style") or "").split():
            return
        loose: list[Node] = []
        for node in (*self.compiled.top, None):
            if node is not None and node.kind != "group":
                loose.append(node)
                continue
            yield from _deciding(loose)
            loose = []
            if node is not None:
                yield node.name
                yield from _deciding(node.children)

    def reads(self, entry: Mapping[str, Any]) -> Iterator[str]:
        """Names that an entry needs."""
        for cell in ("r", "q", "c", "x"):
            yield from references(entry.get(cell))
        if entry.get("g"):
            yield entry["g"]

    def entry(self, node: Node) -> dict[str, Any]:
        """A row of the form in the plan."""
        name = node.name
        if node.path or (node.kind == "repeat" and (name in self.here or name not in self.moves)):
            raise _Beyond
        made: dict[str, Any] = {"n": name}
        if node.kind != "question":
            made["k"] = node.kind[0]
        if name not in self.moves:
            if name in self.top.hidden:
                made["r"] = False
            elif node.kind == "question" and node.field.stores:
                made["v"] = self.top.seen.get(name, "")
            return made
        made["g"] = node.gate.name if node.gate is not None else None
        made["r"] = self.condition(node, "relevant", node.relevant)
        if node.kind == "question":
            self.value(node, made)
            if name in self.here and node.field.asks and node.field.stores:
                self.rules(node, made)
        return made

    def condition(self, node: Node, cell: str, run: Run | None) -> Any:
        """A tree where it may change, False where it does not hold, None where it holds or is not there."""
        tree = self.tree(node, cell)
        if tree is None or run is None:
            return None
        if self.moving(tree):
            return self.checked(tree)
        return None if self.evaluation.true(run, node, self.top, True) else False

    def value(self, node: Node, made: dict[str, Any]) -> None:
        """How the answer of a question comes about: read from the page, calculated, or as it is."""
        raw = self.answers.get(node.name)
        if node.calculation is not None:
            made["x"] = self.checked(self.tree(node, "calculation"))
            made["a"] = seen(raw) or None
            if node.name in self.here and node.field.asks:
                self.show(node)
        elif not free(node):
            try:
                made["v"] = seen(node.parse(raw)) if node.field.stores and raw not in (None, "", []) else ""
            except Refused:
                made["v"] = ""
            return
        made["t"] = self.reader(node)
        if made["t"] == "?" and "x" in made:
            raise _Beyond

    def reader(self, node: Node) -> Any:
        """The type and what its reader must know; "?" for a type that filling.js does not read."""
        kind, row = node.row["type"], node.row
        if kind not in PROBES or node.field.name != kind:
            return "?"
        if kind == "text":
            lines = "multiline" in str(row.get("appearance") or "") or parameter(row, "rows", 1) > 1
            return [kind, int(parameter(row, "max_length", 10_000)), int(lines)]
        if kind == "range":
            return [kind, *(parameter(row, name, first) for name, first in (("start", 1), ("end", 10), ("step", 1)))]
        return kind

    def show(self, node: Node) -> None:
        """See to it that a calculated answer on the page can be written there."""
        kind = node.row["type"]
        if kind not in SHOWN:
            raise _Beyond
        if kind == "select_one":
            self.labels(node.name)

    def rules(self, node: Node, made: dict[str, Any]) -> None:
        """What a question of the page is judged by, and what is said then."""
        said: dict[str, str] = {}
        required = node.required
        if required is not False and node.field.fills:
            asked = None if required is True else self.condition(node, "required", required)
            made["q"] = True if asked is None else asked
            self.say(said, "required", str(own(node, "required_message", REQUIRED)))
        constraint = self.tree(node, "constraint")
        if constraint is not None:
            if made.get("t") == "?":
                raise _Beyond
            made["c"] = self.checked(constraint)
            self.say(said, "constraint", str(own(node, "constraint_message", CONSTRAINT)))
        for code, message in self.refusals(node, made.get("t")):
            self.say(said, code, message)
        if said:
            made["m"] = said

    def refusals(self, node: Node, reader: Any) -> list[tuple[str, str]]:
        """What the type of a question says of answers it cannot read; made once per form and language."""
        kept: dict[str, list[tuple[str, str]]] = self.compiled.memo.setdefault(f"refusals-{self.context.locale}", {})
        if node.name not in kept:
            found = []
            kind = node.row["type"]
            limit = reader[1] + 1 if kind == "text" and isinstance(reader, list) else 0
            for probe in ("x" * limit,) if limit > 0 else PROBES.get(kind, ()):
                try:
                    node.parse(probe)
                except Refused as refused:
                    words = str(refused.message)
                    found.append((refused.code, words.replace(str(limit), "{}", 1) if limit else words))
            kept[node.name] = found
        return kept[node.name]

    def say(self, said: dict[str, str], code: str, message: str) -> None:
        """Keep a message once where it is the same for all questions."""
        if self.words.setdefault(code, message) != message:
            said.setdefault(code, message)

    def checked(self, tree: Tree | None) -> Tree | None:
        """A tree that the browser can evaluate, with what it reads besides answers put into the plan."""
        for name in references(tree):
            node = self.compiled.by_name[name]
            if node.kind != "group" and (node.path or node.kind == "repeat"):
                raise _Beyond
            if name in self.moves and node.kind == "question" and free(node) and self.reader(node) == "?":
                raise _Beyond
        for part in calls(tree):
            self.supply(part)
        return tree

    def supply(self, part: list[Any]) -> None:
        """Put what a part of a tree reads into the plan."""
        if part[0] == "last":
            self.last[part[1]] = self.evaluation.last(part[1], self.top)
        elif part[0] == "items":
            self.listed(part[1], {part[3] or "name", *columns(part[2])})
        elif part[1] == "pulldata":
            self.listed(part[2][1], {part[3][1], part[4][1]})
        elif part[1] == "jr:choice-name":
            self.labels(part[3][1])
        elif part[1] == "property":
            self.known[part[2][1]] = self.context.user.get(part[2][1], "")
        else:
            raise _Beyond

    def labels(self, question: str) -> None:
        """The labels of a question's choices."""
        node = self.compiled.by_name.get(question)
        if node is None or node.source or not node.row.get("list"):
            raise _Beyond
        self.choices[question] = node.row["list"]
        self.listed(node.row["list"], {"name", "label"})

    def listed(self, name: str, wanted: set[str]) -> None:
        """Columns of a list that a question of the form offers; other lists are nobody's to read."""
        if not self.compiled.lists.get(name) or name not in self.offered():
            raise _Beyond
        self.lists.setdefault(name, set()).update(wanted)

    def offered(self) -> set[str]:
        """The lists whose choices people see."""
        return {str(node.row.get("list")) for node in self.compiled.nodes if node.field.choices and node.field.asks}

    def items(self) -> dict[str, list[dict[str, Any]]]:
        """The lists, in the reader's language and with the columns that are read."""
        speak = self.context.locale
        return {
            name: [
                {
                    key: pick(item[key], speak) if isinstance(item[key], dict) else item[key]
                    for key in sorted(wanted & item.keys())
                }
                for item in self.compiled.lists[name]
            ]
            for name, wanted in self.lists.items()
        }


def columns(tree: Any) -> Iterator[str]:
    """Columns of items that a condition reads."""
    if isinstance(tree, list) and tree:
        if tree[0] == "col":
            yield tree[1]
        for part in tree[1:]:
            yield from columns(part)


def free(node: Node) -> bool:
    """Whether people answer the question."""
    return node.field.fills and node.calculation is None and node.read_only is not True


def _deciding(nodes: Sequence[Node]) -> Iterator[str]:
    """Of rows that stand together: on whose relevance it depends whether there is anything at all."""
    drawn = [node for node in nodes if node.kind != "question" or node.field.asks]
    if all(node.relevant is not None for node in drawn):
        yield from (node.name for node in drawn)


def _within(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _within(child)
