"""What a browser needs to compute a page itself: which questions show, what is needed, what is calculated.

A plan is JSON, drawn with the page and carried out by ``filling.js``. It covers the rows of the form on one page,
rows of repeats included, and whatever they depend on. What cannot change while the page is filled is computed here and
now; only what can is given as a tree. Where the browser could not do all of it there is no plan but a reason, and each
change asks the server. The plan decides what people see, never what is stored: page change and submission are judged
by the engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.forms.definition import Compiled, Node
from portal.forms.definition.model import REFERENCE
from portal.forms.definition.wiring import label_references
from portal.forms.engine import Answers, Context, Item, Page, Result
from portal.forms.engine.judge import CHOICE, CONSTRAINT, FILTERED, REQUIRED, TOO_MANY, own
from portal.forms.engine.settle import Evaluation
from portal.forms.expressions import MESSAGES, Run, Tree, seen
from portal.forms.filling.held import Held, parsed, reads_itself
from portal.forms.filling.reads import WITH_LABELS, calls, columns, free, reader, references, refusals, timed
from portal.forms.filling.supply import Beyond, Supply
from portal.forms.messages import _l, pick

BIGGEST, BIGGEST_WHOLE = 120_000, 2_000_000
"""Characters of a plan, of a page and of a whole form; more would cost more than it saves."""
MOST, MOST_WHOLE = 600, 3_000
"""Rows of the form on a page that has a plan."""
CELLS = ("r", "q", "c", "x", "f", "e", "i", "d")
"""Keys of an entry that may hold a tree: relevant, required, constraint, calculation, filter, read_only, repeat_count,
default."""
SAID = {"choice": CHOICE, "choice_filtered": FILTERED, "too_many_rows": TOO_MANY}


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as JSON, or "" and ``beyond``, the reason why there is none, in words.

    ``paged``: pages may come or go. ``live`` are names of the questions whose choices or lock the browser changes,
    and of the matrices whose rows it chooses.
    """

    text: str = ""
    beyond: str = ""
    paged: bool = False
    live: frozenset[str] = frozenset()


def planned(compiled: Compiled, page: Page, result: Result, context: Context, answers: Answers) -> Planned:
    """The plan of *page*, which was drawn with everything.

    *answers* are those that were evaluated. The plan travels in an attribute: quotes are written as backticks there,
    which HTML leaves as they are. Of a ``page.whole`` form it covers everything, and lists may be longer.
    """
    try:
        made = _Planner(compiled, page, result, context, answers).plan()
    except Beyond as reason:
        return Planned(beyond=str(reason.message))
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    if len(text) > (BIGGEST_WHOLE if page.whole else BIGGEST):
        return Planned(beyond=str(_l("The rules and lists of the form are too long to go along with the page.")))
    live = frozenset(node["n"] for node in made["nodes"] if node.keys() & {"o", "e", "seeds"})
    return Planned(text.replace("`", "\\u0060").replace('"', "`"), "", "pages" in made, live)


def plan(compiled: Compiled, page: Page, result: Result, context: Context, answers: Answers) -> str:
    """The plan of *page* as it travels, "" where there is none (see ``planned``)."""
    return planned(compiled, page, result, context, answers).text


def settled(page: Page, made: Planned) -> None:
    """Take from a page drawn with everything what the browser will not change: choices and rows that do not fit."""
    for item in _drawn(page.items):
        if item.node.name not in made.live:
            item.locks = item.filters = False
            item.options = [option for option in item.options if option.chosen or not option.hidden]
            item.rows = [row for row in item.rows if not row.hidden]


def _drawn(items: Sequence[Item]) -> Iterator[Item]:
    """Items with everything in them, samples of rows too."""
    for item in items:
        yield item
        yield from _drawn(item.items)
        for row in (*item.rows, *([item.sample] if item.sample else []), *item.remembered):
            yield from _drawn(row.items)


class _Planner:
    def __init__(self, compiled: Compiled, page: Page, result: Result, context: Context, answers: Answers) -> None:
        self.compiled, self.result, self.context, self.answers = compiled, result, context, answers
        self.evaluation = Evaluation(compiled, {}, context, "draft", False)
        self.supply = Supply(compiled, context, self.evaluation, page.whole)
        self.top = result.top
        self.whole = page.whole
        self.here = {node.name: node for top in page.nodes for node in _within(top)}
        self.moves = self._moves()
        self.held = Held(compiled, self.evaluation, self.here)
        self.mentioned = self.held.mentioned
        self.words: dict[str, str] = {code: str(MESSAGES[code]) for code in ("limit_steps", "limit_text")}

    def _moves(self) -> set[str]:
        """Names whose answers, relevance or rows may change while the page is filled."""
        moves = {node.name for node in self.here.values() if node.kind == "question" and free(node)}
        moves |= {node.name for node in self.here.values() if node.kind == "repeat" or node.path}
        for node in self.compiled.order:
            cells = ("relevant", "calculation", "repeat_count", "rows_filter")
            needs = {name for cell in cells for name in references(self.tree(node, cell))}
            needs |= {node.gate.name} if node.gate is not None else set()
            passing = self.whole and any(timed(self.tree(node, cell)) for cell in cells)
            if needs & moves or passing or any(name in moves for name in node.path):
                moves.add(node.name)
        return moves

    def tree(self, node: Node, cell: str) -> Tree | None:
        """The tree of a cell."""
        return self.compiled.trees.get(node.id, {}).get(cell)

    def moving(self, tree: Tree | None) -> bool:
        """Whether the value of a tree may change while the page is filled."""
        return any(name in self.moves for name in references(tree)) or (self.whole and timed(tree))

    def live(self, node: Node, tree: Tree | None) -> bool:
        """Whether a tree must be evaluated in the browser: it may change, or differs from row to row."""
        return tree is not None and (self.moving(tree) or bool(node.path))

    def plan(self) -> dict[str, Any]:
        if len(self.here) > (MOST_WHOLE if self.whole else MOST):
            raise Beyond(_l("The form has too many questions to be computed in the browser."))
        pages, at = self.pages()
        needed: dict[str, dict[str, Any]] = {}
        wanted = [*self.here, *(name for page in pages for name in page if name)]
        while wanted := [name for name in dict.fromkeys(wanted) if name not in needed]:
            for name in wanted:
                needed[name] = self.entry(self.compiled.by_name[name])
            wanted = [name for entry in list(needed.values()) for name in self.reads(entry)]
        for name, entry in needed.items():
            self.complete(self.compiled.by_name[name], entry, needed)
        made: dict[str, Any] = {
            "today": self.top.env.today,
            "now": self.top.env.now,
            "lang": self.context.locale,
            "nodes": [_full(needed[node.name]) for node in self.compiled.order if node.name in needed],
        }
        supply = self.supply
        if self.context.previous:
            supply.carry()
        lists = supply.items()
        more = {"pages": pages, "page": at, "lists": lists, "choices": supply.choices, "last": supply.before()}
        more |= {"user": supply.known, "carries": int(bool(self.context.previous))}
        return made | {"words": self.words} | {name: value for name, value in more.items() if value}

    def complete(self, node: Node, entry: dict[str, Any], needed: Mapping[str, Any]) -> None:
        """Add to an entry what is known only when all are made."""
        if node.kind == "repeat" and not node.path and (rows := self.held.rows(node, self.top, needed)):
            entry["rows"] = rows
        if node.name in self.mentioned and not node.path and node.name in self.top.out:
            entry["z"] = self.held.words(node, self.top.out[node.name])
        parts = [part for cell in CELLS for part in calls(entry.get(cell)) if part[:2] == ["call", "position"]]
        if any(part[2][0] == "up" for part in parts):
            entry["u"] = list(self.compiled.scope.containers[node.name])

    def pages(self) -> tuple[list[list[str]], int]:
        """Each page of the form, and which of them this one is.

        A page is its group ("" for none), then rows of which one must be relevant, where all may be irrelevant.
        Nothing where pages cannot come or go.
        """
        if self.whole or "pages" not in str(self.compiled.definition["settings"].get("style") or "").split():
            return [], 0
        found: list[list[str]] = []
        loose: list[Node] = []
        at = 0
        for node in (*self.compiled.top, None):
            if node is not None and node.kind != "group":
                loose.append(node)
                continue
            for group, inside in (("", loose), (node.name if node is not None else "", node.children if node else [])):
                if any(each.kind != "question" or each.field.asks for each in inside):
                    at = len(found) if any(each.name in self.here for each in inside) else at
                    found.append([group, *_deciding(inside)])
            loose = []
        return (found, at) if any(name in self.moves for page in found for name in page) else ([], 0)

    def reads(self, entry: Mapping[str, Any]) -> Iterator[str]:
        """Names that an entry needs."""
        for cell in CELLS:
            yield from references(entry.get(cell))
        for cell in ("l", "h"):
            yield from (part[0] for part in entry.get(cell) or () if isinstance(part, list))
        for parts in (entry.get("hd") or {}).values():
            yield from (part[0] for part in parts if isinstance(part, list))
        if entry.get("g"):
            yield entry["g"]
        yield from entry.get("p") or ()

    def entry(self, node: Node) -> dict[str, Any]:
        """A row of the form in the plan."""
        name = node.name
        made: dict[str, Any] = {"n": name, "p": list(node.path) or None}
        if node.kind != "question":
            made["k"] = node.kind[0]
        self.labels(node, made)
        if name not in self.moves:
            if node.path:
                if node.kind == "question":
                    return made | {"s": 1}
            else:
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
                self.choice(node, made)
        elif node.kind == "repeat":
            self.repeat(node, made)
        return made

    def condition(self, node: Node, cell: str, run: Run | None) -> Any:
        """A tree where it may change, False where it does not hold, None where it holds or is not there."""
        tree = self.tree(node, cell)
        if tree is None or run is None:
            return None
        if self.live(node, tree):
            return self.checked(node, tree)
        return None if self.evaluation.true(run, node, self.top, True) else False

    def repeat(self, node: Node, made: dict[str, Any]) -> None:
        """The rows of a repeat: from the page, or as they are; as many as a number says; those that pass a filter."""
        made["b"] = 1 if node.name in self.here else None
        made["y"] = 1 if node.source else None
        if not node.source and node.count is not None:
            made["i"] = self.checked(node, self.tree(node, "repeat_count"))
        tree = self.tree(node, "rows_filter")
        seeds = self.evaluation.seeds(node) if node.source and tree is not None else None
        if seeds is not None and self.live(node, tree):
            made["f"] = self.checked(node, tree)
            wanted = {"name", *columns(tree)}
            made["seeds"] = [
                self.supply.item({**seed.values, "label": seed.label, "name": seed.key}, wanted) for seed in seeds
            ]
        self.words.setdefault("too_many_rows", str(TOO_MANY))

    def value(self, node: Node, made: dict[str, Any]) -> None:
        """How the answer of a question comes about: read from the page, calculated, or as it is."""
        raw = self.answers.get(node.name)
        here = node.name in self.here
        if node.calculation is not None:
            tree = made["x"] = self.checked(node, self.tree(node, "calculation"))
            if not node.path and reads_itself(tree):
                made["a"] = seen(raw) or None
            if here and node.field.asks:
                self.show(node)
        elif not free(node) or not here:
            if not node.path:
                first = raw is None and not node.field.fills
                made["v"] = parsed(node, self.evaluation.first(node, self.top) if first else raw)
                return
            made["w"] = 1
            if not node.field.fills:
                self.first(node, made)
            return
        elif node.path:
            self.first(node, made)
        made["t"] = reader(node)
        if made["t"] == "?" and "x" in made:
            raise Beyond(self.foreign(node))

    def first(self, node: Node, made: dict[str, Any]) -> None:
        """The first answer of a question in a row that is added."""
        if node.first is not None:
            made["d"] = self.checked(node, self.tree(node, "default"))
        elif node.default is not None:
            made["d"] = {"v": node.default}

    def foreign(self, node: Node) -> Any:
        """Word that a rule depends on a question whose type is a module's."""
        label = pick(node.row.get("label"), self.context.locale, node.name)
        return _l("The question “%(label)s” is of a type that only the portal can read.", label=label)

    def show(self, node: Node) -> None:
        """See to it that an answer can be written on the page by the browser."""
        if reader(node) == "?" and free(node):
            raise Beyond(self.foreign(node))
        if node.row["type"] in WITH_LABELS:
            self.supply.labels(node.name)

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
                raise Beyond(self.foreign(node))
            made["c"] = self.checked(node, constraint)
            self.say(said, "constraint", str(own(node, "constraint_message", CONSTRAINT)))
        kept: dict[str, list[tuple[str, str]]] = self.compiled.memo.setdefault(f"refusals-{self.context.locale}", {})
        if node.name not in kept:
            kept[node.name] = refusals(node, made.get("t"))
        for code, message in kept[node.name]:
            self.say(said, code, message)
        if said:
            made["m"] = said
        locks = self.tree(node, "read_only")
        if free(node) and not isinstance(node.read_only, bool) and self.live(node, locks):
            self.show(node)
            made["e"] = self.checked(node, locks)

    def choice(self, node: Node, made: dict[str, Any]) -> None:
        """The choices of a question, where they change with the answers or the answer is calculated."""
        tree = self.tree(node, "choice_filter")
        if not self.supply.key(node) or not (self.live(node, tree) or node.calculation is not None):
            return
        made["o"] = self.supply.options(node, tree)
        if tree is not None:
            made["f"] = self.checked(node, tree)
        for code in ("choice", "choice_filtered"):
            self.words.setdefault(code, str(SAID[code]))

    def labels(self, node: Node, made: dict[str, Any]) -> None:
        """Label and hint of a row on the page that mention answers which may change."""
        if node.name not in self.here:
            return
        names = label_references(node.row)
        if not names:
            return
        for cell, key in (("label", "l"), ("hint", "h")):
            made[key] = self.mentions(pick(node.row.get(cell), self.context.locale), node.path)
        around = node.parent
        if around is not None and around.kind == "repeat" and around.matrix:
            heading = self.mentions(pick(node.row.get("label"), self.context.locale), around.path)
            made["hd"] = {node.name: heading} if heading else None

    def mentions(self, text: str, path: tuple[str, ...]) -> list[Any] | None:
        """A label in pieces: texts, and in brackets the names of answers; None where it cannot change."""
        pieces: list[Any] = REFERENCE.split(text)
        for at in range(1, len(pieces), 2):
            node = self.compiled.by_name.get(pieces[at])
            if node is None or node.kind != "question" or node.path != path[: len(node.path)]:
                pieces[at] = ""
            elif node.name in self.moves or node.path:
                if (node.name in self.here and free(node)) or node.calculation is not None:
                    self.show(node)
                else:
                    self.mentioned.add(node.name)
                pieces[at] = [node.name]
            else:
                out, hidden = self.top.out, self.top.hidden
                shown = node.name in out and node.name not in hidden
                pieces[at] = self.held.words(node, out[node.name]) if shown else ""
        return pieces if any(isinstance(piece, list) for piece in pieces) else None

    def say(self, said: dict[str, str], code: str, message: str) -> None:
        """Keep a message once where it is the same for all questions."""
        if self.words.setdefault(code, message) != message:
            said.setdefault(code, message)

    def checked(self, node: Node, tree: Tree | None) -> Tree | None:
        """A tree that the browser can evaluate, with what it reads besides answers put into the plan."""
        for name in references(tree):
            other = self.compiled.by_name[name]
            if name in self.here and other.kind == "question" and free(other) and reader(other) == "?":
                raise Beyond(self.foreign(other))
        for part in calls(tree):
            self.supply.part(part)
        return tree


def _full(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what it leaves open."""
    return {key: value for key, value in entry.items() if value is not None}


def _deciding(nodes: Sequence[Node]) -> Iterator[str]:
    """Of rows that stand together: on whose relevance it depends whether there is anything at all."""
    drawn = [node for node in nodes if node.kind != "question" or node.field.asks]
    if all(node.relevant is not None for node in drawn):
        yield from (node.name for node in drawn)


def _within(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _within(child)
