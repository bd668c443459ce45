"""The promise that server and browser compute the same: every line of conformance.jsonl, in three engines.

The browser has no parser: lines about faults of reading are the server's alone, all others run in each engine.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.forms.expressions import ExpressionError, Fault, parse
from tests.portal.forms import engines

LINES = engines.lines()


def test_the_server_gives_what_every_line_says(capsys: Any) -> None:
    wrong = [(line["id"], line["expr"], got) for line in LINES if (got := amiss(line)) is not None]
    assert wrong == []
    engines.say(capsys, f"conformance, Python: {len(LINES)} lines were run, differences 0")


def amiss(line: dict[str, Any]) -> Any:
    """What the server gives where that is not what the line says; else None."""
    try:
        value = engines.written(engines.on_server(engines.case(line)))
    except (ExpressionError, Fault) as error:
        place = getattr(error, "offset", None)
        fits = error.code == line.get("error_code") and ("offset" not in line or place == line["offset"])
        fits = fits and str(error.message) != ""
        return None if fits else (error.code, place)
    return None if "expect" in line and engines.same(value, line["expect"]) else (value,)


def test_the_file_has_more_than_a_thousand_lines_with_names_of_their_own() -> None:
    assert len({line["id"] for line in LINES}) == len(LINES)
    assert len({json.dumps({k: v for k, v in line.items() if k != "id"}) for line in LINES}) == len(LINES)
    assert len(LINES) >= 1000


def readable() -> tuple[list[dict[str, Any]], list[engines.Case]]:
    """The lines whose expressions can be read, and their cases."""
    found = []
    for line in LINES:
        try:
            found.append((line, engines.case(line)))
        except ExpressionError:
            continue
    return [line for line, _case in found], [case for _line, case in found]


def differences(lines: list[dict[str, Any]], results: list[Any]) -> list[tuple[str, str, Any, Any]]:
    """Lines that give something else than they say."""
    assert len(results) == len(lines)
    pairs = [
        (line, line["expect"] if "expect" in line else {"error": line["error_code"]}, result)
        for line, result in zip(lines, results, strict=True)
    ]
    return [(line["id"], line["expr"], want, got) for line, want, got in pairs if not engines.same(want, got)]


def test_node_gives_the_same(capsys: Any) -> None:
    lines, cases = readable()
    assert differences(lines, engines.in_node(cases)) == []
    assert len(lines) >= 1000
    engines.say(
        capsys, f"conformance, Node: {len(lines)} of {len(LINES)} lines have a tree and were run, differences 0"
    )


@pytest.mark.browser
def test_the_browser_gives_the_same(browser: Any, capsys: Any) -> None:
    lines, cases = readable()
    page = browser.new_page()
    try:
        assert differences(lines, engines.in_page(page, cases)) == []
    finally:
        page.close()
    assert len(lines) >= 1000
    engines.say(
        capsys, f"conformance, Chromium: {len(lines)} of {len(LINES)} lines have a tree and were run, differences 0"
    )


def test_the_size_that_limits_count_is_the_number_of_nodes() -> None:
    for line in readable()[0]:
        parsed = parse(line["expr"])
        assert parsed.size == engines.size(parsed.tree), line["expr"]
