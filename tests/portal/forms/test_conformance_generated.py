"""Trees and answers that nobody thought of, the same every time: Python and Node must agree on each.

A difference is reported by the smallest part of the tree that shows it; it belongs into conformance.jsonl then.
"""

from __future__ import annotations

import random
from typing import Any

from portal.forms.expressions import patterns
from portal.forms.expressions.names import FUNCTIONS
from tests.portal.forms import engines

CASES = 2_500
SEED = 20261126
TEXTS = [
    *(
        "",
        " ",
        "0",
        "1",
        "-1",
        "2.5",
        "-0.5",
        "1e3",
        "1,000",
        ".5",
        "5.",
        " 7 ",
        "007",
        "true",
        "false",
        "NaN",
        "абв",
        "Өү",
    ),
    *("Ж", "😀", "a😀b", "a b", "a  b\tc", "red green", "й", "2026-12-31", "2027-01-01", "2024-02-29", "2026-02-30"),
    *(
        "2026-12-31T23:59:59.9999",
        "1969-12-31 12:00",
        "00:00",
        "23:59:30",
        "24:00",
        "9999-12-31",
        "0001-01-01",
        "УБ90010112",
    ),
    *("%Y-%m-%d", "%e %b %a %n %y", "%H:%M:%S.%3 %h %% %q", "9007199254740993", "0.1", "1.005", "x" * 40),
]
NUMBERS = [
    0.0,
    1.0,
    2.0,
    3.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    1.005,
    0.1,
    1 / 3,
    100.0,
    12.0,
    20818.0,
    20818.75,
    1e-7,
    1e16,
]
NUMBERS += [1e21, 1.7e308, 5e-324, 123456.789, 2.0**53, -7.25, 365.25, 400.0]
PATTERNS = [
    "[а-яөүё]+",
    "[А-ЯЁӨҮ]{2}[0-9]{8}",
    ".",
    "..",
    r"\d+",
    r"-?\d+(\.\d+)?",
    r"\s*",
    r"\p{L}+",
    r"[^a]*",
    "a|b|",
    r"\w+",
]
ITEMS = [
    {"name": "red", "label": {"mn": "Улаан", "en": "Red"}, "n": 1, "k": "a b"},
    {"name": "green", "label": {"mn": "Ногоон", "en": ""}, "n": 2.5, "k": ""},
    {"name": "1", "label": {"en": "One"}, "n": "2.5", "k": "Өү"},
]
PLACES = {"a": [], "b": [], "c": [], "rec": [], "p": ["rec"], "n": ["rec"], "sub": ["rec"], "q": ["rec", "sub"]}
COMPARE = ["=", "!=", "<", "<=", ">", ">="]
LITERAL = {"regex", "jr:choice-name", "property", "pulldata", "indexed-repeat", "position"}
PLAIN = sorted(FUNCTIONS.keys() - LITERAL)


class Maker:
    """Makes trees as the parser would, of any values."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def value(self) -> Any:
        chance = self.chance
        kind = chance.random()
        if kind < 0.5:
            return chance.choice(TEXTS)
        if kind < 0.85:
            return chance.choice(NUMBERS)
        if kind < 0.95:
            return chance.sample(["red", "green", "1", "x"], chance.randint(0, 3))
        return chance.choice([True, False])

    def answers(self) -> dict[str, Any]:
        chance = self.chance
        out: dict[str, Any] = {name: self.value() for name in "abc" if chance.random() < 0.85}
        out["rec"] = []
        for _ in range(chance.randint(0, 4)):
            row: dict[str, Any] = {name: self.value() for name in "pn" if chance.random() < 0.8}
            row["sub"] = [{"q": self.value()} for _ in range(chance.randint(0, 2))]
            out["rec"].append(row)
        return out

    def tree(self, depth: int, column: bool = False) -> list[Any]:
        chance = self.chance
        if depth <= 0 or chance.random() < 0.15:
            return self.leaf(column)
        kind = chance.random()
        if kind < 0.1:
            return [
                chance.choice(["or", "and", "+"]),
                *(self.tree(depth - 1, column) for _ in range(chance.randint(2, 3))),
            ]
        if kind < 0.2:
            return [chance.choice(["*", "div", "mod"]), self.tree(depth - 1, column), self.tree(depth - 1, column)]
        if kind < 0.32:
            return [chance.choice(COMPARE), self.tree(depth - 1, column), self.tree(depth - 1, column)]
        if kind < 0.36:
            return ["neg", self.tree(depth - 1, column)]
        if kind < 0.42 and not column:
            condition = self.tree(depth - 1, True) if chance.random() < 0.8 else None
            return ["items", "list", condition, chance.choice([None, "label", "n", "k", "missing"])]
        if kind < 0.56:
            return self.special(depth, column)
        name = chance.choice(PLAIN)
        low, high = FUNCTIONS[name]
        args = [self.tree(depth - 1, column) for _ in range(chance.randint(low, 4 if high is None else high))]
        return ["call", name, *(args or ([["self"]] if high and name not in ("true", "false") else []))]

    def leaf(self, column: bool) -> list[Any]:
        chance = self.chance
        kind = chance.random()
        if column and kind < 0.5:
            return ["col", chance.choice(["name", "label", "n", "k", "missing"])]
        if kind < 0.3:
            return ["t", chance.choice(TEXTS)]
        if kind < 0.55:
            return ["n", abs(chance.choice(NUMBERS))]
        if kind < 0.9:
            return ["ref", chance.choice(list(PLACES))]
        return chance.choice([["self"], ["last", "a"], ["call", "today"], ["call", "now"]])

    def special(self, depth: int, column: bool) -> list[Any]:
        chance = self.chance
        one = self.tree(depth - 1, column)
        kind = chance.randint(0, 5)
        if kind == 0:
            return ["call", "regex", one, ["t", patterns.canonical(chance.choice(PATTERNS))]]
        if kind == 1:
            return ["call", "jr:choice-name", one, ["t", "a"]]
        if kind == 2:
            return ["call", "property", ["t", chance.choice(["email", "phone"])]]
        if kind == 3:
            return ["call", "pulldata", ["t", "list"], ["t", chance.choice(["label", "n", "k"])], ["t", "name"], one]
        if kind == 4:
            inner = [["ref", "sub"], self.tree(depth - 1, column)] if chance.random() < 0.5 else []
            return ["call", "indexed-repeat", ["ref", chance.choice("apnq")], ["ref", "rec"], one, *inner]
        return ["call", "position", chance.choice([["up", 1], ["up", 2], ["up", 5], ["ref", "rec"], ["ref", "sub"]])]

    def case(self) -> engines.Case:
        chance = self.chance
        answers = self.answers()
        steps: list[list[Any]] = []
        if answers["rec"] and chance.random() < 0.5:
            at = chance.randrange(len(answers["rec"]))
            steps.append(["rec", at + 1])
            if (inner := answers["rec"][at]["sub"]) and chance.random() < 0.5:
                steps.append(["sub", chance.randint(1, len(inner))])
        around = [name for name, _number in steps]
        return {
            "tree": self.tree(chance.randint(1, 5)),
            "name": engines.SELF,
            "scope": {
                "paths": {**PLACES, engines.SELF: around},
                "repeats": ["rec", "sub"],
                "groups": [],
                "containers": {engines.SELF: ["part", *around]},
            },
            "answers": answers,
            "repeat": steps,
            "self": self.value(),
            "item": chance.choice([None, ITEMS[0]]),
            "lists": {"list": ITEMS},
            "choices": {"a": "list"},
            "last": {"a": self.value()},
            "properties": {"email": "bat@example.mn"},
            "today": "2026-12-31",
            "now": "2026-12-31T23:59:59.500+08:00",
            "lang": chance.choice(["mn", "en"]),
        }


def parts(tree: Any) -> list[Any]:
    """A tree and every tree in it that can be evaluated alone."""
    if not isinstance(tree, list) or not tree or tree[0] == "up":
        return []
    return [tree, *(each for part in tree[1:] for each in parts(part))]


def test_generated_trees_give_the_same_in_python_and_in_node(capsys: Any) -> None:
    maker = Maker(random.Random(SEED))
    cases = [maker.case() for _ in range(CASES)]
    here = [engines.outcome(case) for case in cases]
    there = engines.in_node(cases)
    bad = [case for case, one, other in zip(cases, here, there, strict=True) if not engines.same(one, other)]
    smaller = [{**case, "tree": part} for case in bad[:20] for part in parts(case["tree"])]
    found = zip(smaller, engines.in_node(smaller), strict=True)
    shown = [(case, got, want) for case, got in found if not engines.same(got, want := engines.outcome(case))]
    shown.sort(key=lambda each: engines.size(each[0]["tree"]))
    report = [f"{case['tree']} in Node {got!r}, in Python {want!r}; {case['answers']}" for case, got, want in shown[:5]]
    assert (len(bad), report) == (0, [])
    kinds = {type(one).__name__ for one in here}
    assert kinds >= {"str", "float", "bool", "list", "dict"}
    engines.say(capsys, f"generated trees, Node: {len(cases)} cases, differences 0")
