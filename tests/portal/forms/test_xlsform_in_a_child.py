"""Files of strangers are read in a process of their own; what comes back is the same."""

from __future__ import annotations

import pytest

from portal.child import ChildFailed
from portal.forms.shipped import shipped
from portal.forms.xlsform import limited, read_xlsform, write_xlsform
from portal.forms.xlsform.limited import read_in_child
from tests.portal.forms.books import form, workbook


def test_a_form_comes_back_whole() -> None:
    content = write_xlsform(shipped("feedback"))

    assert read_in_child(content, "f.xlsx") == read_xlsform(content, "f.xlsx")


def test_problems_come_back_with_their_words() -> None:
    content = workbook(form("type | name | label | relevant\ntxt | a b | A | slected(., 1)", "$a | b\n1 | 2"))

    here, there = read_xlsform(content, "f.xlsx"), read_in_child(content, "f.xlsx")

    assert there.as_dict() == here.as_dict()
    assert [problem.cell for problem in there.problems] == [problem.cell for problem in here.problems]


def test_repairs_and_languages_are_handed_over() -> None:
    content = workbook(form("type | name | label::Klingon\ntext | a b | nuq"))

    result = read_in_child(content, "f.xlsx", repair=True, languages={"Klingon": "tlh"})

    assert result.languages == ["tlh"]
    assert result.definition is not None
    assert result.definition["survey"][0]["name"] == "a_b"


def test_a_file_on_which_the_child_gives_up_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_limits: object) -> None:
        raise ChildFailed("memory")

    monkeypatch.setattr(limited, "run_limited", fail)

    result = read_in_child(b"x", "f.xlsx")

    assert [problem.code for problem in result.problems] == ["gave_up"]
