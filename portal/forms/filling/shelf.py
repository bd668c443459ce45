"""HTML of questions that was drawn before: made once for each version, language and state, filled with the answer.

Kept are questions outside of repeats whose looks depend on few things. What people typed is never kept: it is put
into the HTML where a mark stands. What was chosen is part of the state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext

from portal.forms.definition import Compiled
from portal.forms.definition.wiring import label_references
from portal.forms.engine import Item
from portal.forms.filling.controls import control
from portal.i18n import current_locale

MARK = "\ue000answer\ue001"
TYPED = frozenset({"line", "lines", "whole", "number", "email", "phone"})
"""Controls that show what was typed."""
CHOSEN = frozenset({"select", "radios", "likert", "boxes", "tick", "steps", "note"})
"""Controls whose looks depend on what was chosen."""
MOST = 2_000
"""States kept of one version and language."""
LONGEST = 64
"""Characters of a chosen answer, or of all of them, that is kept as a state."""

Key = tuple[Any, ...]
Macro = Callable[[EvalContext, Item], Any]


class Shelf:
    """The HTML kept for one version in one language."""

    def __init__(self) -> None:
        self.kept: dict[Key, tuple[Any, ...]] = {}
        self.apart: dict[str, bool] = {}

    @pass_eval_context
    def draw(self, escaping: EvalContext, item: Item, macro: Macro) -> Any:
        """The HTML of a question, by *macro* where it is not kept yet or is not to be kept."""
        kind = control(item)
        typed = kind in TYPED
        if not (typed or kind in CHOSEN) or self.own(item):
            return macro(escaping, item)
        value: Any = None
        if not typed:
            value = tuple(item.value) if isinstance(item.value, list) else item.value
            if sum(map(len, value)) > LONGEST:
                return macro(escaping, item)
        error = item.error
        said = (error.code, str(error.message)) if error is not None else None
        key = (item.id, kind, value, said, item.required, item.hidden, item.label, item.hint)
        parts = self.kept.get(key)
        if parts is None:
            if len(self.kept) >= MOST or (said and said[0] == "too_long"):
                return macro(escaping, item)
            parts = tuple(macro(escaping, replace(item, value=MARK) if typed else item).split(MARK))
            if len(parts) != 1 + typed:
                return macro(escaping, item)
            self.kept[key] = parts
        return parts[0] + item.value + parts[1] if typed else parts[0]  # Markup escapes what is added to it

    def own(self, item: Item) -> bool:
        """Whether a question looks different each time: in rows, with last time's answer, with what follows answers."""
        apart = self.apart.get(item.node.name)
        if apart is None:
            node = item.node
            pictures = any(each.picture for each in item.options)
            apart = bool(node.path or node.filter or node.source or pictures or label_references(node.row))
            self.apart[node.name] = apart
        return apart or item.locks or bool(item.previous)


def shelf_of(compiled: Compiled, locale: str) -> Shelf:
    """The shelf of a version, for labels in *locale* and words of the portal in the reader's language."""
    made: Shelf = compiled.memo.setdefault(f"html-{locale}-{current_locale()}", Shelf())
    return made
