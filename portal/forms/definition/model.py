"""The definition document of a form: its shape, its cells, how it is walked, read and hashed.

A definition is plain JSON (forms are stored, sent and compared as such), so functions here take and give dicts:
``{"format": 1, "settings": {…}, "choices": {list: […]}, "survey": [row, …], "x": {…}}``. Every row has a stable ``id``
that is never shown beside its ``name``, which is the column of its answers and may change between versions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from portal.forms.expressions import NAME
from portal.forms.messages import Text, _l
from portal.text import UnreadableText, nfc

Definition = dict[str, Any]
Row = dict[str, Any]

FORMAT = 1
CONTAINERS = ("group", "repeat")
TEXT_CELLS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
"""Cells with one text per language."""
TRANSLATED_CELLS = ("label", "hint", "constraint_message", "required_message")
EXPRESSION_CELLS = (
    "relevant",
    "required",
    "constraint",
    "calculation",
    "choice_filter",
    "repeat_count",
    "rows_filter",
    "read_only",
)
"""Cells that hold an expression; ``required`` and ``read_only`` may be true or false as well.

``rows_filter`` stands for the ``filter`` in ``rows_from``.
"""
FILTERS = ("choice_filter", "rows_filter")
"""Cells in which bare names are columns of the thing that is tested."""
INDEXED = ("filter", "chart")
"""What the index keeps a question for."""
USES = (*INDEXED, "public")
"""What answers are used for besides being read by the office; ``public`` ones are published once approved."""
PRIVATE = frozenset({"email", "phone", "register_number", "file", "image", "signature", "geopoint"})
"""Types whose answers are not published."""
RESERVED = frozenset({"meta", "instanceID", "instanceName", "_key", "_new", "_delete"})
"""Names that XForms use themselves, or that rows of repeats do."""

MOST_ROWS = 2_000
MOST_LEVELS = 10
MOST_CHOICES = 20_000
LONGEST_NAME = 100
BIGGEST = 4_000_000
"""Bytes of a definition in JSON."""

NAME_RULE = re.compile(r"[^\W\d][\w\-]*")
REFERENCE = re.compile(rf"\$\{{\s*({NAME})\s*\}}")
"""References inside labels and hints."""
_DYNAMIC = re.compile(r"\$\{|[A-Za-z][\w:.-]*\(")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a definition: where it is, what is wrong, what would repair it.

    ``row`` is the id of a survey row, ``list`` and ``choice`` name a choice; ``cell`` is a key of the row or, with
    neither, of the settings. ``offset`` is the character in an expression. An ``error`` stops compiling, a
    ``warning`` does not.
    """

    code: str
    message: Text
    row: str | None = None
    cell: str = ""
    offset: int | None = None
    repair: Text | None = None
    level: Literal["error", "warning"] = "error"
    list: str | None = None
    choice: str | None = None


class DefinitionRefused(Exception):
    """A definition that cannot be used; ``problems`` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(sorted({problem.code for problem in problems})))
        self.problems = problems


def empty(title: Mapping[str, str], form_id: str, languages: tuple[str, ...] = ("mn", "en")) -> Definition:
    """A form without questions."""
    return {
        "format": FORMAT,
        "settings": {
            "form_id": form_id,
            "form_title": dict(title),
            "default_language": languages[0],
            "languages": list(languages),
        },
        "choices": {},
        "survey": [],
    }


def walk(definition: Definition) -> Iterator[tuple[Row, tuple[Row, ...]]]:
    """Every row in the order of the form, with the groups and repeats around it, outermost first."""

    def inside(rows: list[Row], parents: tuple[Row, ...]) -> Iterator[tuple[Row, tuple[Row, ...]]]:
        for row in rows:
            yield row, parents
            if row["type"] in CONTAINERS:
                yield from inside(row.get("children") or [], (*parents, row))

    return inside(definition["survey"], ())


def languages(definition: Definition) -> list[str]:
    """Languages of the form, the default one first."""
    settings = definition["settings"]
    found: list[str] = list(settings.get("languages") or [])
    default = settings.get("default_language")
    if default in found:
        found.remove(default)
        found.insert(0, default)
    return found


def choice_list(definition: Definition, name: str | None) -> list[dict[str, Any]]:
    """The choices of an inline list; empty for lists that come from a source or are missing."""
    found = (definition.get("choices") or {}).get(name)
    return found if isinstance(found, list) else []


def list_source(definition: Definition, name: str | None) -> str:
    """The source of a list that is not inline (``list:soum``, ``file:soum.csv``, ``units``); else empty."""
    found = (definition.get("choices") or {}).get(name)
    return str(found.get("source", "")) if isinstance(found, dict) else ""


def is_dynamic(default: object) -> bool:
    """Whether a default is an expression: it contains a reference or a call."""
    return isinstance(default, str) and _DYNAMIC.search(default) is not None


def references(text: str) -> list[str]:
    """Names that a label refers to by ``${name}``."""
    return REFERENCE.findall(text) if "${" in text else []


def digest(definition: Definition) -> str:
    """SHA-256 of the definition, the same for the same content however it is spaced or ordered."""
    text = json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse(code: str, message: Text) -> DefinitionRefused:
    return DefinitionRefused([Problem(code, message)])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _refuse("duplicate_key", _l("The key %(name)s stands twice in one object.", name=twice))
    return out


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {nfc(key): _clean(each) for key, each in value.items()}
    return value


def load(raw: str | bytes) -> Definition:
    """Read a definition from JSON text; raises DefinitionRefused for what is no JSON object or no clean text.

    Only the document is read here; whether it makes a form is said by ``check``.
    """
    if len(raw) > BIGGEST:
        raise _refuse("too_big", _l("The definition is larger than %(limit)s megabytes.", limit=BIGGEST // 1_000_000))
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        cleaned = _clean(found)
    except UnreadableText:
        raise _refuse("unreadable", _l("The definition contains characters that cannot be stored.")) from None
    except (ValueError, RecursionError):
        raise _refuse("not_json", _l("The definition is not a JSON document in UTF-8.")) from None
    if not isinstance(cleaned, dict):
        raise _refuse("not_an_object", _l("The definition is not a JSON object."))
    return cleaned


def _no_constant(name: str) -> Any:
    raise ValueError(name)
