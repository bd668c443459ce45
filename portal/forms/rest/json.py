"""JSON as programs send it, read strictly: what could be understood in two ways is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from flask import request

from portal.i18n import _
from portal.text import UnreadableText, nfc
from portal.ui import Problem

LARGEST: Final = 2_000_000
"""Bytes of a document; files go apart."""
DEEPEST: Final = 16
"""Levels of objects and arrays: a form nests its repeats less deeply."""
_SIGNS: Final = re.compile(r'\\.|["\[\]{}]', re.DOTALL)


class _Twice(ValueError):
    """A key that stands twice in one object."""


def read_object(known: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """The object that was sent, its texts in normal form C.

    *known* are the keys it may have and the types of their values. Raises Problem: 415 for another kind of content,
    413 for too much, 400 for what is no JSON, 422 for keys that are not known and values of another type.
    """
    if request.mimetype != "application/json":
        raise Problem(415, "unsupported_type", _("Send JSON, with Content-Type: application/json."))
    if (request.content_length or 0) > LARGEST:
        raise _too_large()
    raw = request.get_data(cache=False)
    if len(raw) > LARGEST:
        raise _too_large()
    found = loads(raw)
    if not isinstance(found, dict):
        raise Problem(400, "not_an_object", _("The document is no JSON object."))
    errors = [
        {"path": key, "code": "unknown_key", "message": _("This key is not known here.")}
        for key in sorted(found.keys() - known.keys())
    ]
    errors += [
        {"path": key, "code": "type", "message": _("This value has the wrong type.")}
        for key, value in found.items()
        if key in known and not _is(value, known[key])
    ]
    if errors:
        raise Problem(422, "invalid", errors=errors)
    return found


def _is(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _too_large() -> Problem:
    return Problem(413, "too_large", _("A document may have %(limit)s MB.", limit=LARGEST // 1_000_000))


def loads(raw: bytes) -> Any:
    """The value of a JSON document in UTF-8; raises Problem 400 with what is wrong and where."""
    try:
        text = raw.decode("utf-8")
        _check_depth(text)
        return _clean(json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite))
    except UnicodeDecodeError as error:
        said = _("The document is not in UTF-8 (byte %(place)s).", place=error.start)
    except json.JSONDecodeError as error:
        said = _("This is no JSON (line %(line)s, column %(column)s).", line=error.lineno, column=error.colno)
    except UnreadableText:
        raise Problem(400, "unreadable", _("A text holds characters that cannot be stored.")) from None
    except _Twice as error:
        said = _("The key “%(key)s” stands twice in one object.", key=str(error)[:100])
        raise Problem(400, "duplicate_key", said) from None
    except (ValueError, RecursionError):
        said = _("The document holds a number or a depth that is not taken.")
    raise Problem(400, "not_json", said)


def _check_depth(text: str) -> None:
    """Count brackets outside texts, before anything is built."""
    depth, inside = 0, False
    for found in _SIGNS.finditer(text):
        sign = found[0]
        if sign == '"':
            inside = not inside
        elif not inside and sign in "[{":
            depth += 1
            if depth > DEEPEST:
                raise ValueError("too deep")
        elif not inside and sign in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        clean = nfc(key)
        if clean in found:
            raise _Twice(clean)
        found[clean] = value
    return found


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    if type(value) is int and abs(value) >= 2**63:
        raise ValueError(value)
    return value
