# ruff: noqa: PT017 (either outcome is right, and each has its own promise)
"""Whatever comes in, the engine answers: nothing raises what is not promised, nothing runs for long."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.forms.definition import DefinitionRefused, check, compile
from portal.forms.engine import entries, evaluate, pages, shown
from portal.forms.expressions import Env, ExpressionError, Frame, Scope, build, number_text, parse
from portal.forms.expressions.patterns import canonical
from portal.forms.expressions.values import text_number
from tests.portal.forms.build import context, form, made, row

QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = [
    "${a}",
    "1",
    "'x'",
    "(",
    ")",
    "+",
    "-",
    "*",
    " div ",
    " and ",
    "=",
    "<",
    ",",
    ".",
    "..",
    "[",
    "]",
    "if(",
    "not(",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "r", "n", "_key", "m"]), inner),
    max_leaves=12,
)


@QUICK
@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_an_expression_or_an_error_with_a_place(text: str) -> None:
    try:
        parsed = parse(text)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(text)
        assert str(error.message)
        return
    assert json.loads(json.dumps(parsed.tree)) == parsed.tree
    scope = Scope({"a": (), "here": (), **{use.name: () for use in parsed.uses}})
    value = build(parsed, scope, "here")(Frame(Env()))
    assert isinstance(value, (str, float, bool, list))


@QUICK
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_as_text(number: float) -> None:
    text = number_text(number)

    assert "e" not in text
    assert text_number(text) == number
    assert not text.endswith(".0")


@QUICK
@given(st.text(alphabet="ab(){}[]|*+?.,^$\\d-1", max_size=14))
def test_any_pattern_is_refused_or_rewritten_for_good(pattern: str) -> None:
    try:
        written = canonical(pattern)
    except ExpressionError:
        return
    assert canonical(written)


@pytest.mark.parametrize("pattern", ["([a-z]+)*", "(a|aa)+", "(.*)*", "(\\d+|\\d+\\.)*", "((a*)b*)*", "(a?){50}"])
def test_patterns_that_take_for_ever_in_a_browser_are_refused(pattern: str) -> None:
    with pytest.raises(ExpressionError):
        canonical(pattern)


@QUICK
@given(JSON)
def test_any_answers_are_settled(answers: Any) -> None:
    compiled = made(
        row("text", "a", constraint="string-length(.) < 5"),
        row("select_multiple", "m", list="light", use=["filter"]),
        row(
            "repeat", "r", children=[row("integer", "n", required=True), row("calculate", "c", calculation="sum(${n})")]
        ),
        row("calculate", "s", calculation="sum(${n})"),
    )

    for mode in ("draft", "submit"):
        result = evaluate(compiled, answers, context(), mode)  # type: ignore[arg-type]
        json.dumps(result.values, allow_nan=False).encode()
        list(entries(compiled, result.values))
        shown(compiled, result.values, "mn")
        pages(compiled, result, context())
        if result.ok:
            again = evaluate(compiled, result.values, context(), mode)  # type: ignore[arg-type]
            assert again.values == result.values


@QUICK
@given(JSON)
def test_any_document_is_a_form_or_a_list_of_problems(document: Any) -> None:
    check(document)
    try:
        compile(document)
    except DefinitionRefused as refused:
        assert refused.problems


CELLS = st.dictionaries(
    st.sampled_from(
        ["type", "name", "label", "relevant", "calculation", "list", "default", "parameters", "children", "id"]
    ),
    JSON | st.sampled_from(["text", "repeat", "group", "select_one", "${a}", "a"]),
)


@QUICK
@given(st.lists(CELLS, max_size=4))
def test_any_rows_are_checked(rows: list[dict[str, Any]]) -> None:
    definition = form(row("text", "a"))
    definition["survey"] = [{**row("text", f"n{number}"), **cells} for number, cells in enumerate(rows)]

    assert isinstance(check(definition), list)


def calls(work: Callable[[], None]) -> int:
    """How many functions *work* calls, in Python and in C: the same on every machine."""
    number, before = 0, sys.getprofile()

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number


def evaluated(text: str) -> None:
    """Read an expression and compute it, unless it is refused."""
    try:
        parsed = parse(text)
        build(parsed, Scope({"here": ()}), "here")(Frame(Env()))
    except ExpressionError as error:
        assert error.code


@pytest.mark.parametrize(
    "text",
    [
        "(" * 19_999,
        "not(" * 4_000,
        "1" + "+1" * 9_999,
        "1" + "*1" * 9_999,
        "-" * 20_000,
        "'" + "x" * 19_998 + "'",
        "concat(" + "'x'," * 4_900 + "'x')",
        "if(1," * 3_000,
        "${" * 9_999,
        "instance('x')/root/item[" * 800,
    ],
)
def test_bombs_cost_no_more_than_their_length(text: str) -> None:
    assert calls(lambda: evaluated(text)) < 30 * len(text)


def test_conditions_over_long_lists_stop_at_the_limit() -> None:
    items = [{"name": str(number)} for number in range(330)]
    nested = "count(instance('l')/root/item[count(instance('l')/root/item[name != '']) > 0])"
    parsed = parse(nested)

    from portal.forms.expressions import Fault

    with pytest.raises(Fault) as caught:
        build(parsed, Scope({"here": ()}), "here")(Frame(Env(items=lambda _name: items)))
    assert caught.value.code == "limit_steps"


def test_arithmetic_never_raises() -> None:
    numbers = [0.0, -0.0, 1.0, -1.5, 1e308, -1e308, math.inf, -math.inf, math.nan]
    for expression in (
        "${a} + ${b}",
        "${a} * ${b}",
        "${a} div ${b}",
        "${a} mod ${b}",
        "pow(${a}, ${b})",
        "round(${a}, ${b})",
    ):
        run = build(parse(expression), Scope({"a": (), "b": (), "here": ()}), "here")
        for a in numbers:
            for b in numbers:
                frame = Frame(Env())
                frame.seen |= {"a": a, "b": b}
                assert isinstance(run(frame), float)
