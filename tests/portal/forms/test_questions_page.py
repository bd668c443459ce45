"""docs/questions.md names every kind of question and appearance, and nothing that does not exist."""

from __future__ import annotations

import re

from portal.config import ROOT
from portal.forms import fields

PAGE = (ROOT / "docs" / "questions.md").read_text("utf-8")


def test_every_kind_of_question_stands_in_the_table() -> None:
    first = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    named = [name for cell in first for name in re.findall(r"`(\w+)`", cell)]

    assert sorted(named) == sorted(name for name in fields.known() if fields.is_own(name))


def test_every_appearance_is_explained() -> None:
    words = {word for name, kind in fields.known().items() if fields.is_own(name) for word in kind.appearances}

    assert {word for word in words if f"`{word}`" not in PAGE} <= {"new"}
