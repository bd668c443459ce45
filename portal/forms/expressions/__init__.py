"""The expression language of forms: the dialect of XLSForm and ODK (rules in docs/expressions.md).

``parse(text) -> Parsed`` reads an expression once, when a form is saved; ``build(parsed, scope, name)`` makes a
function of it once per compiled version; that function takes a Frame of answers. Nothing here knows forms, Flask
or the database, and the same trees are evaluated in the browser.
"""

from __future__ import annotations

from portal.forms.expressions.faults import MESSAGES, ExpressionError, Fault
from portal.forms.expressions.interpreter import Run, build
from portal.forms.expressions.parser import Parsed, Tree, Use, parse
from portal.forms.expressions.scope import Env, Frame, Scope, seen
from portal.forms.expressions.tokens import NAME, straighten
from portal.forms.expressions.values import Value, number_text, to_number, to_text, to_truth

__all__ = [
    "MESSAGES",
    "NAME",
    "Env",
    "ExpressionError",
    "Fault",
    "Frame",
    "Parsed",
    "Run",
    "Scope",
    "Tree",
    "Use",
    "Value",
    "build",
    "number_text",
    "parse",
    "seen",
    "straighten",
    "to_number",
    "to_text",
    "to_truth",
]
