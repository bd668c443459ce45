from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui.forms import parse_number
from portal.ui.forms.numbers import BadNumber


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1 234 567,5", "1234567.5"),
        ("1,234,567.891", "1234567.891"),
        ("1.234.567", "1234567"),
        ("1.234.567,5", "1234567.5"),
        ("1234567", "1234567"),
        ("1,234", "1234"),
        ("1,5", "1.5"),
        ("1.234", "1.234"),
        ("0,125", "0.125"),
        ("12,3456", "12.3456"),
        ("₮ 1'200", "1200"),
        ("1 200 ₮", "1200"),
        ("1\u00a0200\u202f000", "1200000"),
        ("-5", "-5"),
        ("−5,5", "-5.5"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5,", "5"),
    ],
)
def test_a_number_is_read_as_people_type_it(typed, number):
    assert parse_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed", ["", "abc", "1,2,3", "1.2.3", "1,23.456,7", "--5", "1e5", "NaN", "Infinity", "1,234.5.6", "٣", "9" * 60]
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(BadNumber):
        parse_number(typed)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_what_the_portal_writes_it_reads_again(number):
    assert parse_number(f"{number:,.2f}") == number


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    with suppress(BadNumber):
        assert parse_number(text).is_finite()
