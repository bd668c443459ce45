"""From a tree to a Python function, made once per compiled version of a form."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from portal.forms.expressions import days, patterns
from portal.forms.expressions.faults import LONGEST_TESTED, STEPS, Fault
from portal.forms.expressions.functions import PURE
from portal.forms.expressions.parser import Parsed, Tree
from portal.forms.expressions.reading import indexed, reference, row_number
from portal.forms.expressions.scope import Frame, Scope
from portal.forms.expressions.values import (
    Value,
    compare,
    divided,
    remainder,
    to_number,
    to_text,
    to_truth,
    words,
)
from portal.forms.messages import pick

Run = Callable[[Frame], Value]


def build(parsed: Parsed, scope: Scope, name: str) -> Run:
    """The function that evaluates *parsed* for the row *name* of *scope*.

    It takes the Frame in which the row stands and gives text, float, bool or list; it raises Fault only.
    """
    run = _build(parsed.tree, scope, name)
    size = parsed.size
    if parsed.tree[0] in ("n", "t"):
        return run

    def counted(frame: Frame) -> Value:
        env = frame.env
        env.left = STEPS - size
        env.total -= size
        if env.total < 0:
            raise Fault("limit_steps")
        return run(frame)

    return counted


def _build(tree: Tree, scope: Scope, name: str) -> Run:
    kind = tree[0]
    if kind in ("n", "t"):
        constant = tree[1]
        return lambda frame: constant
    if kind == "ref":
        return reference(scope, name, tree[1])
    if kind == "self":
        return lambda frame: frame.dot
    if kind == "col":
        column = tree[1]
        return lambda frame: _cell(frame.item, column, frame.env.locale)
    if kind == "last":
        wanted = tree[1]
        return lambda frame: frame.env.last(wanted, frame)
    if kind == "items":
        return _items(tree, scope, name)
    if kind == "call":
        return _call(tree, scope, name)
    parts = [_build(part, scope, name) for part in tree[1:]]
    return _operator(kind, parts, tree)


def _cell(item: Any, column: str, locale: str) -> Value:
    """A column of a choice or item; texts in several languages are read in the reader's."""
    value: Any = item.get(column, "") if item is not None else ""
    kind = type(value)
    if kind is str:
        return value
    if kind is int or kind is float:
        return float(value)
    return pick(value, locale) if kind is dict else ""


def _operator(kind: str, parts: list[Run], tree: Tree) -> Run:
    if kind in ("or", "and"):
        return _junction(kind, [_truth(part, each) for part, each in zip(parts, tree[1:], strict=True)])
    first = parts[0]
    if kind == "neg":
        return lambda frame: -to_number(first(frame))
    if kind == "+":

        def add(frame: Frame) -> float:
            total = to_number(first(frame))
            for part in parts[1:]:
                total += to_number(part(frame))
            return total

        return add
    second = parts[1]
    if kind == "*":
        return lambda frame: to_number(first(frame)) * to_number(second(frame))
    if kind == "div":
        return lambda frame: divided(to_number(first(frame)), to_number(second(frame)))
    if kind == "mod":
        return lambda frame: remainder(to_number(first(frame)), to_number(second(frame)))
    if kind in ("=", "!=") and tree[2][0] == "t":
        return _equals_text(first, tree[2][1], kind)
    if kind not in ("=", "!=") and tree[2][0] == "n":
        return _against_number(first, tree[2][1], kind)
    return lambda frame: compare(kind, first(frame), second(frame))


_TRUTHS = frozenset({"or", "and", "=", "!=", "<", "<=", ">", ">="})
_TRUE_CALLS = frozenset(
    {"not", "true", "false", "boolean", "selected", "regex", "contains", "starts-with", "ends-with"}
)


def _truth(run: Run, tree: Tree) -> Callable[[Frame], bool]:
    """The truth of a part; parts that give truth already are left as they are."""
    if tree[0] in _TRUTHS or (tree[0] == "call" and tree[1] in _TRUE_CALLS):
        return run
    return lambda frame: to_truth(run(frame))


def _junction(kind: str, parts: list[Callable[[Frame], bool]]) -> Run:
    if len(parts) == 2:
        one, two = parts
        if kind == "or":
            return lambda frame: one(frame) or two(frame)
        return lambda frame: one(frame) and two(frame)
    if kind == "or":
        return lambda frame: any(part(frame) for part in parts)
    return lambda frame: all(part(frame) for part in parts)


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _against_number(first: Run, number: float, kind: str) -> Run:
    """``. >= 0`` and its like, without detours."""
    order = _ORDER[kind]

    def compared(frame: Frame) -> bool:
        value = first(frame)
        if type(value) is float:
            return order(value, number)
        return compare(kind, value, number)

    return compared


def _equals_text(first: Run, text: str, kind: str) -> Run:
    """The most frequent comparison of all, ``${question} = 'choice'``, without detours."""
    positive = kind == "="

    def equals(frame: Frame) -> bool:
        value = first(frame)
        if type(value) is str:
            return (value == text) is positive
        return compare(kind, value, text)

    return equals


def _call(tree: Tree, scope: Scope, name: str) -> Run:
    function, args = tree[1], tree[2:]
    if function == "position":
        return row_number(scope, name, args[0])
    if function == "indexed-repeat":
        indexes = {args[at][1]: _build(args[at + 1], scope, name) for at in range(1, len(args), 2)}
        return indexed(scope, name, args[0][1], indexes)
    parts = [_build(part, scope, name) for part in args]
    special = _SPECIAL.get(function)
    if special is not None:
        return special(parts, args)
    call = PURE[function]
    if len(parts) == 1:
        one = parts[0]
        return lambda frame: call(one(frame))
    if len(parts) == 2:
        one, two = parts
        return lambda frame: call(one(frame), two(frame))
    return lambda frame: call(*[part(frame) for part in parts])


def _if(parts: list[Run], args: list[Tree]) -> Run:
    condition, then, otherwise = _truth(parts[0], args[0]), parts[1], parts[2]
    return lambda frame: then(frame) if condition(frame) else otherwise(frame)


def _once(parts: list[Run], args: list[Tree]) -> Run:
    """The value it already has, else the value of now."""
    value = parts[0]
    return lambda frame: frame.dot if to_text(frame.dot) != "" else value(frame)


def _regex(parts: list[Run], args: list[Tree]) -> Run:
    import re2

    tested = parts[0]
    compiled = re2.compile(args[1][1], patterns.options())

    def matches(frame: Frame) -> bool:
        text = to_text(tested(frame))
        if len(text) > LONGEST_TESTED:
            raise Fault("limit_text")
        return compiled.search(text) is not None

    return matches


def _choice_name(parts: list[Run], args: list[Tree]) -> Run:
    value, question = parts[0], args[1][1]
    return lambda frame: ", ".join(frame.env.choice_label(question, word) for word in words(value(frame)))


def _pulldata(parts: list[Run], args: list[Tree]) -> Run:
    """``pulldata('list', 'column', 'key column', key)``: the column of the first item with that key."""
    source, column, key_column, key = args[0][1], args[1][1], args[2][1], parts[3]

    def pull(frame: Frame) -> Value:
        wanted, locale = to_text(key(frame)), frame.env.locale
        items = frame.env.items(source)
        frame.env.spend(len(items))
        for item in items:
            if to_text(_cell(item, key_column, locale)) == wanted:
                return _cell(item, column, locale)
        return ""

    return pull


def _format_date(with_time: bool) -> Callable[[list[Run], list[Tree]], Run]:
    def make(parts: list[Run], args: list[Tree]) -> Run:
        value, pattern = parts
        return lambda frame: days.formatted(
            to_number(value(frame)), to_text(pattern(frame)), frame.env.locale, with_time
        )

    return make


_SPECIAL: dict[str, Callable[[list[Run], list[Tree]], Run]] = {
    "false": lambda parts, args: lambda frame: False,
    "format-date": _format_date(False),
    "format-date-time": _format_date(True),
    "if": _if,
    "jr:choice-name": _choice_name,
    "now": lambda parts, args: lambda frame: frame.env.now,
    "once": _once,
    "property": lambda parts, args: lambda frame: frame.env.properties.get(args[0][1], ""),
    "pulldata": _pulldata,
    "regex": _regex,
    "today": lambda parts, args: lambda frame: frame.env.today,
    "true": lambda parts, args: lambda frame: True,
}


def _items(tree: Tree, scope: Scope, name: str) -> Run:
    """``instance('list')/root/item[condition]/column``: the column (else the name) of the items that fit."""
    source, condition, column = tree[1], tree[2], tree[3] or "name"
    test = _build(condition, scope, name) if condition else None
    weight = 1 + (_count(condition) if condition else 0)

    def find(frame: Frame) -> list[Value]:
        items, locale = frame.env.items(source), frame.env.locale
        frame.env.spend(weight * len(items))
        if test is None:
            return [_cell(item, column, locale) for item in items]
        outer, found = frame.item, []
        for item in items:
            frame.item = item
            if to_truth(test(frame)):
                found.append(_cell(item, column, locale))
        frame.item = outer
        return found

    return find


def _count(tree: Any) -> int:
    """Nodes of a tree."""
    if not isinstance(tree, list) or not tree:
        return 0
    return 1 + sum(_count(part) for part in tree[1:])
