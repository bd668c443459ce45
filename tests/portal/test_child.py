"""The limited child process: what it gives, what it refuses, how it fails."""

import sys
import time
from datetime import UTC, date, datetime

import pytest

from portal.child import ChildFailed, InputRefused, run_limited

HERE = "tests.portal.child_targets"
limited = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")


def test_plain_values_travel_both_ways_unchanged():
    values = [None, True, 3, 0.5, "Ө ү \x00 \ud800", b"\x00\xff", date(2026, 3, 5)]
    values += [datetime(2026, 3, 5, 8, tzinfo=UTC), (1, (2, b"x")), {"a": [{"b": b"c"}]}]
    assert run_limited(f"{HERE}:echo", *values) == values


def test_large_bytes_travel():
    data = bytes(range(256)) * 4096 * 5
    assert run_limited(f"{HERE}:echo", data) == [data]


@pytest.mark.parametrize("value", [{1: 2}, {"$bytes": "eA=="}, {1, 2}, object()])
def test_other_values_are_refused_before_a_child_starts(value):
    with pytest.raises(TypeError):
        run_limited(f"{HERE}:echo", value)


def test_the_child_knows_nothing_of_the_application(monkeypatch):
    monkeypatch.setenv("PORTAL_SECRET_KEY", "planted")
    assert "PORTAL_SECRET_KEY" not in run_limited(f"{HERE}:environment")
    assert not {"flask", "sqlalchemy", "portal.db"} & set(run_limited(f"{HERE}:modules"))


def test_a_refusal_keeps_its_code_and_its_place():
    with pytest.raises(InputRefused) as caught:
        run_limited(f"{HERE}:refuse")
    assert caught.value.code == "row_number_missing"
    assert caught.value.where == {"row": 7, "column": "Recommendation"}
    assert str(caught.value) == "no number"


def test_a_refusal_is_known_by_its_shape():
    with pytest.raises(InputRefused) as caught:
        run_limited(f"{HERE}:refuse_without_the_portal")
    assert (caught.value.code, caught.value.where) == ("layout", {"found": ["a", "b"]})


def test_too_slow_is_a_timeout():
    began = time.monotonic()
    with pytest.raises(ChildFailed) as caught:
        run_limited(f"{HERE}:sleep", 30, seconds=0.5)
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < 5


def test_an_endless_loop_is_a_timeout():
    with pytest.raises(ChildFailed) as caught:
        run_limited(f"{HERE}:spin", seconds=1)
    assert caught.value.code == "timeout"


@limited
def test_too_much_memory_is_named():
    with pytest.raises(ChildFailed) as caught:
        run_limited(f"{HERE}:hoard", 400, megabytes=256)
    assert caught.value.code == "memory"


@limited
def test_memory_may_be_unlimited():
    assert run_limited(f"{HERE}:hoard", 8, megabytes=None) == 8 * 1024 * 1024


def test_an_error_of_the_function_is_a_crash_with_its_reason_for_the_log():
    with pytest.raises(ChildFailed) as caught:
        run_limited(f"{HERE}:fail")
    assert caught.value.code == "crashed"
    assert "the reason for the log" in caught.value.detail
    assert "the reason" not in str(caught.value)


@pytest.mark.parametrize("target", ["die", "unsendable", "absent"])
def test_every_other_end_is_a_crash(target):
    with pytest.raises(ChildFailed) as caught:
        run_limited(f"{HERE}:{target}")
    assert caught.value.code == "crashed"


@pytest.mark.parametrize("target", ["connect", "start_a_program"])
def test_the_child_reaches_no_network_and_no_other_program(target):
    with pytest.raises(ChildFailed) as caught:
        run_limited(f"{HERE}:{target}")
    assert "not allowed" in caught.value.detail
