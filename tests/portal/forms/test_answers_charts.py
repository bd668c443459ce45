"""Counting answers: every question marked for it, and of anonymous forms no group of one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from portal.forms.answers.charts import SMALLEST, figures, suppress
from portal.i18n import force_locale
from tests.portal.forms.build import row
from tests.portal.forms.test_answers import send

LIGHT = row("select_one", "light", list="light", use=["chart"])
AGE = row("integer", "age", use=["chart"])
DAY = row("date", "day", use=["chart"])
NEEDS = row("select_multiple", "needs", list="light", use=["chart"])
WORDS = row("text", "words", use=["chart"])


def drawn(app: Any, made: Any, anonymous: bool = False) -> dict[str, Any]:
    with force_locale("en"):
        return {figure.title: figure for figure in figures(made.id, anonymous)}


def bars(figure: Any) -> dict[str, Any]:
    return dict(zip(figure.chart.categories, figure.chart.series[0].values, strict=True))


def test_choices_numbers_and_days_are_counted(app: Any, publish: Any) -> None:
    made = publish([LIGHT, AGE, DAY, NEEDS])
    for light, age, day, needs in (
        ("red", 3, "2026-10-01", ["red", "green"]),
        ("red", 5, "2026-10-20", ["red"]),
        ("green", 10, "2026-11-02", None),
    ):
        send(made, light=light, age=age, day=day, needs=needs)
    found = drawn(app, made)
    assert bars(found["light (en)"]) == {"Green": 1, "Amber": 0, "Red": 2}
    assert bars(found["age (en)"]) == {"3": 1, "5": 1, "10": 1}
    assert dict(found["age (en)"].facts)["Mean"] == "6"
    assert dict(found["age (en)"].facts)["Middle value"] == "5"
    assert bars(found["day (en)"]) == {"2026-10": 2, "2026-11": 1}
    assert bars(found["needs (en)"]) == {"Green": 1, "Amber": 0, "Red": 2}


def test_many_numbers_stand_in_round_ranges(app: Any, publish: Any) -> None:
    made = publish([AGE])
    for age in range(0, 100, 3):
        send(made, age=age)
    found = bars(drawn(app, made)["age (en)"])
    assert list(found)[:2] == ["0–20", "20–40"]
    assert sum(found.values()) == 34


def test_all_rows_of_a_repeat_are_counted(app: Any, publish: Any) -> None:
    made = publish([row("repeat", "clause", children=[LIGHT])])
    send(made, clause=[{"light": "red"}, {"light": "red"}, {"light": "green"}])
    assert bars(drawn(app, made)["light (en)"]) == {"Green": 1, "Amber": 0, "Red": 2}


def test_a_group_of_one_is_not_told_of_an_anonymous_form(app: Any, publish: Any, sign_in: Any) -> None:
    made = publish([LIGHT, AGE, WORDS], anonymous=True)
    for number in range(9):
        send(made, light="red" if number else "green", age=20 + number, words=f"My story {number}")
    found = drawn(app, made, anonymous=True)
    assert bars(found["light (en)"]) == {"Green": None, "Amber": 0, "Red": None}
    assert set(bars(found["age (en)"]).values()) == {None}
    assert "Lowest" not in dict(found["age (en)"].facts)
    assert bars(found["words (en)"]) == {"Other answers": 9}
    page = sign_in(made.owner).get(f"/forms/{made.id}/summary").text
    assert "My story" not in page
    assert "Numbers below 5" in page


def test_fewer_than_five_answers_of_an_anonymous_form_are_not_drawn(app: Any, publish: Any) -> None:
    made = publish([LIGHT], anonymous=True)
    for _number in range(4):
        send(made, light="red")
    figure = drawn(app, made, anonymous=True)["light (en)"]
    assert figure.chart is None
    assert "Fewer than 5" in figure.note


@pytest.mark.parametrize(
    ("counts", "whole", "told"),
    [
        ([9, 0, 1], True, [None, 0, None]),
        ([9, 0, 1], False, [9, 0, None]),
        ([9, 20, 1], True, [None, 20, None]),
        ([3, 3, 20], True, [None, None, 20]),
        ([1, 1, 20, 8], True, [None, None, 20, None]),
        ([5, 6], True, [5, 6]),
        ([0, 0], True, [0, 0]),
    ],
)
def test_what_is_hidden(counts: list[int], whole: bool, told: list[int | None]) -> None:
    assert suppress(counts, whole=whole) == told


def test_nothing_hidden_can_be_worked_out() -> None:
    for counts in product((0, 1, 3, 4, 5, 7, 20), repeat=4):
        told = suppress(counts, whole=True)
        hidden = [count for count, shown in zip(counts, told, strict=True) if shown is None]
        assert all(shown == 0 or shown >= SMALLEST for shown in told if shown is not None)
        if any(shown for shown in told if shown is not None) and hidden:
            assert len(hidden) > 1 or not any(count for count in counts if count not in hidden)
            assert sum(hidden) >= SMALLEST
