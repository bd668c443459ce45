"""An answer to one question as the answer to another, only where nothing of it is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.forms import fields
from portal.forms.definition.compiler import Compiled, Node
from portal.forms.engine.view import plain
from portal.forms.fields import Refused
from portal.text import fold

NUMBERS = frozenset({"integer", "decimal", "money", "range"})
_WRITTEN = frozenset({"email", "phone", "register_number", "date", "time", "dateTime", "geopoint", "acknowledge"})
"""Types whose answers are short texts."""
_LEADING_ZERO = re.compile(r"[+-]?0\d", re.ASCII)


class Lost(Exception):
    """An answer that cannot be converted without losing something."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question as one version of a form asks it."""

    compiled: Compiled
    node: Node
    number: int
    """The number of the version; 0 for a draft."""

    @property
    def type(self) -> str:
        """The name of its type."""
        return str(self.node.row["type"])

    @property
    def key(self) -> tuple[str, str]:
        """Row and type: two of them are columns of their own."""
        return self.node.id, self.type

    @property
    def chain(self) -> tuple[str, ...]:
        """Ids of the repeats around it, outermost first."""
        return tuple(self.compiled.by_name[name].id for name in self.node.path)

    @property
    def choices(self) -> Sequence[Mapping[str, Any]]:
        """The choices of its list, where the form has them."""
        if not self.node.field.choices or self.node.source:
            return ()
        return self.compiled.lists.get(str(self.node.row.get("list")), ())


def always(old: Asked, new: Asked) -> bool:
    """Whether every answer of *old* is one of *new*."""
    if old.type == new.type:
        return not (new.node.field.choices or new.node.source) or old.node.id == new.node.id
    if new.type == "decimal":
        return old.type in NUMBERS
    if new.type != "text" or (new.node.row.get("parameters") or {}).get("max_length"):
        return False
    return old.type in NUMBERS | _WRITTEN


def convert(value: Any, old: Asked, new: Asked, choices: Mapping[str, str] | None = None) -> Any:
    """The answer *value* to *old* as an answer to *new*; raises Lost.

    *choices* says which choice of *new* stands for a choice of *old*. Numbers must stay the same number, texts the
    same words; a choice is found by its words, in the same list by its code. Conditions of *new* are not asked.
    """
    was, now = old.node.field, new.node.field
    if old.type == new.type and (old.node.id == new.node.id or not (now.choices or new.node.source)):
        return _exchanged(value, choices) if choices else value
    if not (fields.is_known(old.type) and fields.is_known(new.type)):
        raise Lost
    if was.file or now.file:
        if was.file and now.file:
            return value
        raise Lost
    if old.node.source != new.node.source and (new.node.source or old.node.source):
        raise Lost
    if now.choices:
        return _chosen(value, old, new, choices or {})
    if new.node.source and not isinstance(value, str):
        raise Lost
    if was.choices:
        return _words(value, old, new)
    return _read(value, new)


def _exchanged(value: Any, choices: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(choices.get(str(each), each) for each in value))
    return choices.get(value, value) if isinstance(value, str) else value


def _labels(item: Mapping[str, Any]) -> set[str]:
    label = item.get("label")
    texts = label.values() if isinstance(label, Mapping) else [label or ""]
    return {fold(str(text)) for text in texts if text}


def _by_label(texts: set[str], items: Sequence[Mapping[str, Any]]) -> str | None:
    """The one choice that one of *texts* names."""
    found = {str(item["name"]) for item in items if texts & _labels(item)}
    return found.pop() if len(found) == 1 else None


def _chosen(value: Any, old: Asked, new: Asked, choices: Mapping[str, str]) -> Any:
    names = [choices.get(each) or _choice(each, old, new) for each in _pieces(value, old, new)]
    if new.node.field.multiple:
        return list(dict.fromkeys(names))
    if len(names) != 1:
        raise Lost
    return names[0]


def _pieces(value: Any, old: Asked, new: Asked) -> list[str]:
    """The single choices in an answer."""
    if isinstance(value, list):
        return [str(each) for each in value]
    text = plain(value)
    if old.node.field.choices or not new.node.field.multiple:
        return [text]
    codes = {str(item["name"]) for item in new.choices}
    if text in codes or _by_label({fold(text)}, new.choices):
        return [text]
    words = text.split()
    return words if set(words) <= codes else [piece.strip() for piece in text.split(",")]


def _choice(name: str, old: Asked, new: Asked) -> str:
    if new.node.allowed is None:
        return name
    known = next((item for item in old.choices if str(item["name"]) == name), None)
    texts = _labels(known) if known is not None else {fold(name)}
    same = next((item for item in new.choices if str(item["name"]) == name), None)
    if same is not None and (known is None or texts & _labels(same)):
        return name
    found = _by_label(texts, new.choices)
    reworded = same is not None and (known is None or old.node.row.get("list") == new.node.row.get("list"))
    if found is None and not reworded:
        raise Lost
    return found or name


def _words(value: Any, old: Asked, new: Asked) -> Any:
    """Choices as words in the main language of their form; as codes where something else than words is asked."""
    if new.type != "text":
        if not isinstance(value, str):
            raise Lost
        return _read(value, new)
    language = old.compiled.languages[0] if old.compiled.languages else ""
    known = {}
    for item in old.choices:
        label = item.get("label")
        known[str(item["name"])] = str(label.get(language) or "") if isinstance(label, Mapping) else str(label or "")
    texts = list(known.values())

    def word(name: str) -> str:
        text = known.get(name, "")
        return text if text and texts.count(text) == 1 else name

    if not isinstance(value, list):
        return _read(word(str(value)), new)
    words = [word(str(each)) for each in value]
    if any("," in each for each in words):
        raise Lost
    return _read(", ".join(words), new)


def _read(value: Any, new: Asked) -> Any:
    """What the type of *new* reads, where that says the same."""
    if isinstance(value, list):
        raise Lost
    wanted = value if new.type in NUMBERS | {"calculate", "hidden"} else plain(value)
    try:
        made = new.node.parse(wanted)
    except Refused:
        raise Lost from None
    if isinstance(made, (int, float)) and isinstance(value, (int, float)) and made != value:
        raise Lost
    if isinstance(made, (int, float)) and isinstance(value, str) and _LEADING_ZERO.match(value.strip()):
        raise Lost
    if new.type == "text" and "".join(str(made).split()) != "".join(str(wanted).split()):
        raise Lost
    return made
