"""What can go wrong with an expression: codes, places, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.forms.messages import Text, _l

LONGEST = 20_000
"""Characters of an expression."""
DEEPEST = 80
"""Levels of brackets, calls and operators inside one another."""
STEPS = 20_000
"""Steps of one evaluation: nodes of the tree, members of lists that are read, items that a condition tests."""
LONGEST_TEXT = 100_000
"""Code points of a text that an expression makes."""
LONGEST_TESTED = 2_000
"""Code points of a text that ``regex`` tests: browsers test patterns by trying, so the text is kept short."""

MESSAGES: Mapping[str, Text] = {
    "empty": _l("The expression is empty."),
    "too_long": _l("The expression has more than %(limit)s characters. Split it into several calculations."),
    "too_deep": _l("The expression is nested more than %(limit)s levels deep. Split it into several calculations."),
    "unexpected_character": _l("The character %(found)s does not belong here."),
    "unclosed_text": _l("A text begins here but its closing quote %(found)s is missing."),
    "bad_reference": _l("A reference is written ${name}, with the name of a question in curly brackets."),
    "unexpected_end": _l("The expression ends too early: a value is missing."),
    "unexpected_token": _l("%(found)s does not belong here; perhaps an operator or a comma is missing before it."),
    "unclosed_bracket": _l("The bracket that opens here is never closed."),
    "unknown_function": _l("There is no function %(found)s.%(hint)s"),
    "argument_count": _l("%(found)s takes %(expected)s values; there are %(given)s."),
    "unsupported_path": _l("This path is not understood. Use ${name} to refer to a question."),
    "literal_needed": _l("%(found)s needs a text in quotes here, not a calculated value."),
    "reference_needed": _l("%(found)s needs a reference such as ${name} here."),
    "bad_pattern": _l("The pattern cannot be used: %(hint)s"),
    "unknown_name": _l("There is no question named %(found)s.%(hint)s"),
    "unknown_list": _l("There is no list of choices named %(found)s."),
    "not_a_question": _l("%(found)s is a group and has no answer."),
    "limit_steps": _l("The calculation takes too many steps."),
    "limit_text": _l("The calculation makes or tests a text that is too long."),
}
"""Words for each code; ``error_code`` in the conformance file is one of these."""


@dataclass(frozen=True, slots=True)
class ExpressionError(Exception):
    """An expression that cannot be read: ``code`` (key of MESSAGES) and ``offset`` (0-based character)."""

    code: str
    offset: int = 0
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def message(self) -> Text:
        """What is wrong, in words."""
        return Text(MESSAGES[self.code].msgid, self.params)

    def __str__(self) -> str:
        return f"{self.code} at {self.offset}"


class Fault(Exception):
    """An evaluation that reached a limit; ``code`` is ``limit_steps`` or ``limit_text``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def message(self) -> Text:
        """What is wrong, in words."""
        return MESSAGES[self.code]


def refuse(code: str, offset: int, **params: object) -> ExpressionError:
    """Shorthand to make the error of *code* at *offset*."""
    return ExpressionError(code, offset, params)
