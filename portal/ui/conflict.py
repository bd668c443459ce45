"""What to show when somebody saved a record since its form was opened: both texts, side by side.

The form of the request knows both: ``data`` is what was sent, ``object_data`` what is stored now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import g, request

from portal.i18n import format_date, format_datetime, pgettext
from portal.text import Content
from portal.ui.controls import kind_of
from portal.ui.forms.numbers import VersionField


@dataclass(frozen=True)
class Difference:
    """Something that differs: the label, what the reader sent and what is stored, in words.

    A text is merged in a text area called ``name``; anything else in the control of ``field``.
    """

    name: str
    label: str
    mine: str
    theirs: str
    lang: str = ""
    field: Any = None


@dataclass(frozen=True)
class Conflict:
    """The differences of a form and where it is sent again.

    ``mine`` are all names and values that were sent, ``carried`` those of the fields that are alike;
    ``version`` is the one that is stored, for the field ``version_name``.
    """

    differences: tuple[Difference, ...]
    mine: tuple[tuple[str, str], ...]
    carried: tuple[tuple[str, str], ...]
    version_name: str
    version: int
    path: str


def current_conflict() -> Conflict | None:
    """The conflict of this request; None where no form with a version was sent, or what is stored is not known."""
    form = g.get("portal_form")
    if form is None or request.method != "POST":
        return None
    version = next((field for field in form if isinstance(field, VersionField)), None)
    if version is None or not isinstance(version.object_data, int):
        return None
    differences = tuple(difference for field in form for difference in _differences(field))
    own = {version.name, "csrf_token", "_lang"}
    sent = tuple((name, value) for name, value in request.form.items(multi=True) if name not in own)
    shown = {difference.name for difference in differences}
    carried = tuple(pair for pair in sent if pair[0] not in shown)
    path = request.full_path.rstrip("?")
    return Conflict(differences, sent, carried, version.name, version.object_data, path)


def _differences(field: Any) -> Iterator[Difference]:
    kind = kind_of(field)
    label = str(field.label.text)
    if kind == "content":
        stored = field.object_data
        for part in field.parts:
            theirs = stored.texts.get(part.lang, "")
            if part.text != theirs:
                yield Difference(part.name, f"{label} ({part.language})", part.text, theirs, part.lang)
    elif kind == "form":
        for inner in field.form:
            yield from _differences(inner)
    elif kind in {"hidden", "file", "submit", "list"}:
        return
    else:
        stored = _stored(field)
        if (field.data or None) != (stored or None):
            own = None if kind == "textarea" or _is_text(field) else field
            yield Difference(field.name, label, words(field, field.data), words(field, stored), field=own)


def _stored(field: Any) -> Any:
    """What is stored, as the field would read it (a code as its choice, a list as a list)."""
    kept = field.data
    try:
        field.process_data(field.object_data)
        return field.data
    except ValueError:
        return None
    finally:
        field.data = kept


def _is_text(field: Any) -> bool:
    return getattr(field.widget, "input_type", "") in {"text", "search", "email", "tel", "url"} and isinstance(
        field.data or "", str
    )


def words(field: Any, value: Any) -> str:
    """A value of *field* as a reader sees it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    if isinstance(value, Content):
        return str(value)
    if hasattr(field, "iter_choices"):
        chosen = value if isinstance(value, list | tuple) else [value]
        labels = {field.coerce(choice.value): str(choice.label) for choice in field.iter_choices()}
        return ", ".join(labels.get(each, str(each)) for each in chosen)
    if hasattr(value, "hour") and hasattr(value, "year"):
        return format_datetime(value)
    return format_date(value) if hasattr(value, "year") else str(value)
