"""From tokens to the tree that both interpreters evaluate.

The tree is JSON: a list whose first member says what it is.

====================================  ==================================================================
``["n", 3.5]``  ``["t", "red"]``      a number, a text
``["ref", name]``  ``["last", name]`` an answer; the answer of last time (``${last-saved#name}``)
``["self"]``                          ``.``
``["col", name]``                     a column of the choice or item that a condition tests
``["items", list, condition, col]``   ``instance('list')/root/item[condition]/col``; condition and col may be null
``["up", n]``                         ``..`` n times, only inside ``position()``
``["or", a, b, …]``  ``["and", …]``   n-ary
``["+", a, b, …]``  ``["neg", a]``    sums are n-ary, a difference adds the negative
``["*", a, b]``  div  mod             binary
``["=", a, b]``  != < <= > >=         binary
``["call", function, a, …]``          a function of names.FUNCTIONS
====================================  ==================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from portal.forms.expressions import patterns
from portal.forms.expressions.faults import DEEPEST, ExpressionError, refuse
from portal.forms.expressions.names import FUNCTIONS, SELF_WHEN_EMPTY, nearest
from portal.forms.expressions.tokens import Token, tokens

Tree = list[Any]
_BINDING = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
_NEGATIVE = 7
_FLAT = {"or", "and", "+"}


class Use(NamedTuple):
    """A name that an expression mentions: ``kind`` is ref, last, choices, list, self, column or row."""

    kind: str
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression that was understood: the tree, its number of nodes, the names it mentions."""

    tree: Tree
    size: int
    uses: tuple[Use, ...]

    @property
    def refs(self) -> frozenset[str]:
        """Questions whose present answers the value depends on."""
        return frozenset(use.name for use in self.uses if use.kind == "ref")


def parse(text: str) -> Parsed:
    """Read an expression; raises ExpressionError with code and offset."""
    found = tokens(text)
    if len(found) == 1:
        raise refuse("empty", 0)
    reader = _Parser(found)
    tree = reader.expression(0)
    if (rest := reader.here).kind != "end":
        raise refuse("unexpected_token", rest.offset, found=rest.value or "$")
    return Parsed(tree, reader.size, tuple(reader.uses))


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.at = 0
        self.depth = 0
        self.size = 0
        self.uses: list[Use] = []

    @property
    def here(self) -> Token:
        return self.found[self.at]

    def take(self) -> Token:
        token = self.found[self.at]
        self.at += 1
        return token

    def sees(self, sign: str) -> bool:
        return self.here.kind in ("sign", "operator") and self.here.value == sign

    def expect(self, sign: str, opened: Token) -> None:
        if self.sees(sign):
            self.at += 1
        elif self.here.kind == "end":
            raise refuse("unclosed_bracket", opened.offset)
        else:
            raise refuse("unexpected_token", self.here.offset, found=self.here.value or "$")

    def node(self, *parts: Any) -> Tree:
        self.size += 1
        return list(parts)

    def use(self, kind: str, token: Token, name: str) -> None:
        self.uses.append(Use(kind, name, token.offset))

    def expression(self, floor: int) -> Tree:
        """Operators by precedence climbing: everything that binds tighter than *floor*."""
        self.depth += 1
        entered = self.depth
        if self.depth > DEEPEST:
            raise refuse("too_deep", self.here.offset, limit=DEEPEST)
        if self.here.kind == "operator" and self.here.value == "-":
            self.at += 1
            left = self.node("neg", self.expression(_NEGATIVE))
        else:
            left = self.operand()
        while self.here.kind == "operator" and _BINDING.get(self.here.value, 0) > floor:
            sign = self.take().value
            right = self.expression(_BINDING[sign])
            if sign == "-":
                sign, right = "+", self.node("neg", right)
            if sign in _FLAT and left[0] == sign:
                left.append(right)
                continue
            self.depth += 1
            if self.depth > DEEPEST:
                raise refuse("too_deep", self.here.offset, limit=DEEPEST)
            left = self.node(sign, left, right)
        self.depth = entered - 1
        return left

    def operand(self) -> Tree:
        token = self.take()
        if token.kind == "number":
            return self.node("n", float(token.value))
        if token.kind == "text":
            return self.node("t", token.value)
        if token.kind in ("ref", "last"):
            self.use(token.kind, token, token.value)
            return self.ended(self.node(token.kind, token.value))
        if token.kind == "name":
            return self.call(token) if self.sees("(") else self.column(token)
        if token.kind == "end":
            raise refuse("unexpected_end", token.offset)
        if token.value == "(":
            inside = self.expression(0)
            self.expect(")", token)
            return self.ended(inside)
        if token.value == ".":
            self.use("self", token, "")
            return self.ended(self.node("self"))
        if token.value in ("..", "/"):
            return self.path(token)
        if token.value in ("//", "@", "::", "|"):
            raise refuse("unsupported_path", token.offset)
        raise refuse("unexpected_token", token.offset, found=token.value)

    def ended(self, tree: Tree) -> Tree:
        """After an operand no path may go on."""
        if self.here.kind == "sign" and self.here.value in ("/", "//", "[", "::", "|", "@"):
            raise refuse("unsupported_path", self.here.offset)
        return tree

    def column(self, token: Token) -> Tree:
        if ":" in token.value:
            raise refuse("unsupported_path", token.offset)
        self.use("column", token, token.value)
        return self.ended(self.node("col", token.value))

    def path(self, token: Token) -> Tree:
        """``../name``, ``/data/group/name``: names are unique, so the last one says all. ``..``: a row."""
        levels = 1 if token.value == ".." else 0
        last = self.take() if token.value == "/" and self.here.kind == "name" else None
        if token.value == "/" and last is None:
            raise refuse("unsupported_path", token.offset)
        while self.sees("/"):
            self.at += 1
            step = self.take()
            if step.kind == "name":
                last = step
            elif step.value == ".." and last is None and levels:
                levels += 1
            else:
                raise refuse("unsupported_path", step.offset)
        if last is None:
            return self.row(token, levels)
        self.use("ref", last, last.value)
        return self.ended(self.node("ref", last.value))

    def row(self, token: Token, levels: int) -> Tree:
        """``..`` alone has a meaning only as the argument of position()."""
        before = [each.value for each in self.found if each.offset < token.offset][-2:]
        if before != ["position", "("]:
            raise refuse("unsupported_path", token.offset)
        return self.ended(self.node("up", levels))

    def call(self, token: Token) -> Tree:
        name = token.value
        opened = self.take()
        if name == "instance":
            return self.instance(token, opened)
        if name == "current":
            return self.current(token, opened)
        arity = FUNCTIONS.get(name)
        if arity is None:
            raise refuse("unknown_function", token.offset, found=name, hint=nearest(name, FUNCTIONS))
        args: list[Tree] = []
        places: list[Token] = []
        while not self.sees(")"):
            if args:
                self.expect(",", opened)
            places.append(self.here)
            args.append(self.expression(0))
        self.take()
        if len(args) < arity.low or (arity.high is not None and len(args) > arity.high):
            raise refuse("argument_count", token.offset, found=name, expected=arity.words, given=len(args))
        if not args and name in SELF_WHEN_EMPTY:
            self.use("self", token, "")
            args.append(self.node("self"))
        self.special(token, args, places)
        return self.ended(self.node("call", name, *args))

    def special(self, token: Token, args: list[Tree], places: list[Token]) -> None:
        """Arguments that must be written in one way."""
        name = token.value
        if name == "regex":
            literal = self.literal(name, args[1], places[1])
            try:
                args[1] = ["t", patterns.canonical(literal)]
            except ExpressionError as error:
                raise refuse(error.code, places[1].offset + 1 + error.offset, **error.params) from None
        elif name == "jr:choice-name":
            literal = self.literal(name, args[1], places[1]).strip()
            question = literal.removeprefix("${").removesuffix("}").rpartition("/")[2].strip()
            self.use("choices", places[1], question)
            args[1] = ["t", question]
        elif name in ("property", "pulldata"):
            literal = self.literal(name, args[0], places[0])
            if name == "pulldata":
                self.use("list", places[0], literal)
                for index in (1, 2):
                    self.literal(name, args[index], places[index])
        elif name == "indexed-repeat":
            if len(args) % 2 == 0:
                raise refuse("argument_count", token.offset, found=name, expected="3, 5, 7", given=len(args))
            for index in (0, *range(1, len(args), 2)):
                if args[index][0] != "ref":
                    raise refuse("reference_needed", places[index].offset, found=name)
        elif name == "position" and args[0][0] not in ("up", "ref"):
            raise refuse("reference_needed", places[0].offset, found=name)
        elif name == "once":
            self.use("self", token, "")

    def literal(self, function: str, arg: Tree, place: Token) -> str:
        if arg[0] != "t":
            raise refuse("literal_needed", place.offset, found=function)
        return str(arg[1])

    def current(self, token: Token, opened: Token) -> Tree:
        """``current()`` is the question; ``current()/../name`` another answer."""
        self.expect(")", opened)
        if not self.sees("/"):
            self.use("self", token, "")
            return self.node("self")
        self.take()
        step = self.take()
        if step.value == "." and self.sees("/"):
            self.take()
            step = self.take()
        if step.value != "..":
            raise refuse("unsupported_path", step.offset)
        return self.path(step)

    def instance(self, token: Token, opened: Token) -> Tree:
        """``instance('list')/root/item[condition]/column``."""
        name = self.take()
        if name.kind != "text":
            raise refuse("literal_needed", name.offset, found="instance")
        self.expect(")", opened)
        self.use("list", name, name.value)
        for step in ("root", "item"):
            if not self.sees("/") or self.found[self.at + 1].value != step:
                raise refuse("unsupported_path", token.offset)
            self.at += 2
        condition: Tree | None = None
        while self.sees("["):
            bracket = self.take()
            inside = self.expression(0)
            self.expect("]", bracket)
            condition = inside if condition is None else self.node("and", condition, inside)
        column = None
        if self.sees("/"):
            self.take()
            column = self.take()
            if column.kind != "name":
                raise refuse("unsupported_path", column.offset)
        return self.ended(self.node("items", name.value, condition, column.value if column else None))
