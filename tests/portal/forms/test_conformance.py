"""The server's half of the promise that server and browser compute the same: every line of conformance.jsonl.

How a line is read is written in docs/expressions.md; the browser's interpreter runs the same file.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from portal.forms.expressions import Env, ExpressionError, Fault, Frame, Scope, build, parse, seen

FILE = Path(__file__).parent / "conformance.jsonl"
LINES = [json.loads(line) for line in FILE.read_text("utf-8").split("\n") if line]
HERE = "(the question itself)"


def spread(answers: dict[str, Any]) -> dict[str, Any]:
    """Write out the short forms of long answers: ``{"text", "times"}`` and ``{"rows", "row"}``."""
    out: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, dict):
            value = value["text"] * value["times"] if "text" in value else [value["row"]] * value["rows"]
        out[name] = value
    return out


def is_repeat(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def survey(answers: dict[str, Any], path: tuple[str, ...], paths: dict[str, Any], repeats: set[str]) -> None:
    for name, value in answers.items():
        paths[name] = path
        if is_repeat(value) and (value or name == "empty"):
            repeats.add(name)
            for row in value[:5]:
                survey(row, (*path, name), paths, repeats)


def fill(frame: Frame, answers: dict[str, Any], repeats: set[str]) -> None:
    for name, value in answers.items():
        if name in repeats:
            rows = frame.seen[name] = []
            for number, row in enumerate(value, 1):
                inner = Frame(frame.env, frame, number)
                fill(inner, row, repeats)
                rows.append(inner)
        else:
            frame.seen[name] = seen(value)


def evaluate(line: dict[str, Any]) -> Any:
    parsed = parse(line["expr"])
    answers = spread(line.get("answers", {}))
    paths: dict[str, Any] = {}
    repeats: set[str] = set()
    survey(answers, (), paths, repeats)
    for use in parsed.uses:
        if use.kind in ("ref", "last"):
            paths.setdefault(use.name, ())
    steps = line.get("repeat", [])
    paths[HERE] = tuple(name for name, _number in steps)
    lists, asked, locale = line.get("lists", {}), line.get("choices", {}), line.get("lang", "en")

    def label(question: str, value: str) -> str:
        found = [item for item in lists.get(asked[question], ()) if item["name"] == value]
        return found[0]["label"][locale] if found else value

    env = Env(
        today=line.get("today", ""),
        now=line.get("now", ""),
        locale=locale,
        properties=line.get("properties", {}),
        items=lambda name: lists[name],
        choice_label=label,
        last=lambda name, _frame: seen(line.get("last", {}).get(name)),
    )
    frame = Frame(env)
    fill(frame, answers, repeats)
    for name, number in steps:
        frame = frame.seen[name][number - 1]
    frame.dot = seen(line.get("self", ""))
    frame.item = line.get("item")
    return build(parsed, Scope(paths, frozenset(repeats)), HERE)(frame)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_every_line_gives_what_it_says(line: dict[str, Any]) -> None:
    if "error_code" in line:
        with pytest.raises((ExpressionError, Fault)) as caught:
            evaluate(line)
        assert caught.value.code == line["error_code"]
        if "offset" in line:
            assert caught.value.offset == line["offset"]
        assert str(caught.value.message)
        return
    value = evaluate(line)
    expected = line["expect"]
    if isinstance(expected, dict):
        expected = float(expected["number"])
    if isinstance(expected, float) and math.isnan(expected):
        assert math.isnan(value)
        return
    assert value == expected
    assert isinstance(value, bool) == isinstance(expected, bool)


def test_the_file_has_a_few_hundred_lines_with_names_of_their_own() -> None:
    assert len({line["id"] for line in LINES}) == len(LINES) >= 600
    assert len({json.dumps({k: v for k, v in line.items() if k != "id"}) for line in LINES}) == len(LINES)
