"""Controls of forms: which kind a field is, and its HTML with the links to hint and errors."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from wtforms import FieldList, FormField

from portal.ui.forms.content import ContentField


def kind_of(field: Any) -> str:
    """How a field is drawn: hidden, content, check, choices, select, textarea, file, list, form or input."""
    if isinstance(field, ContentField):
        return "content"
    if isinstance(field, FieldList):
        return "list"
    if isinstance(field, FormField):
        return "form"
    widget = type(field.widget).__name__
    known = {
        "HiddenInput": "hidden",
        "CheckboxInput": "check",
        "ListWidget": "choices",
        "Select": "select",
        "TextArea": "textarea",
        "FileInput": "file",
        "SubmitInput": "submit",
    }
    return known.get(widget, "input")


def described_by(field: Any, suffix: str = "", errors: Any = None) -> str:
    """The ids of hint and error of a field, for ``aria-describedby``; "" where it has neither."""
    ids = []
    if field.description:
        ids.append(f"{field.id}-hint")
    if errors if errors is not None else field.errors:
        ids.append(f"{field.id}{suffix}-error")
    return " ".join(ids)


_PICKERS = frozenset({"date", "datetime-local", "time"})
_CLASSES = {"select": "form-select", "check": "form-check-input"}


def control(field: Any, **attributes: Any) -> Markup:
    """The control of a field, without label, hint and errors."""
    classes = _CLASSES.get(kind_of(field), "form-control")
    given = dict(field.render_kw or {})
    extra = given.pop("class_", given.pop("class", ""))
    attributes["class_"] = " ".join(filter(None, (classes, extra, "is-invalid" if field.errors else "")))
    if ids := described_by(field):
        attributes["aria_describedby"] = ids
    if field.errors:
        attributes["aria_invalid"] = "true"
    if getattr(field.widget, "input_type", "") in _PICKERS and field.data is None and field.raw_data:
        attributes["type"] = "text"  # a picker shows nothing of what it cannot read
    if limit := _limit(field):
        attributes.setdefault("data_limit", limit)
    attributes.setdefault("maxlength", False)
    return Markup(field(**attributes))  # noqa: S704 - WTForms escapes what it draws


def option(field: Any, choice: Any) -> Markup:
    """One radio button or check box of a group."""
    attributes: dict[str, Any] = {"class_": "form-check-input", "required": False}
    if field.errors:
        attributes["aria_invalid"] = "true"
    return Markup(choice(**attributes))  # noqa: S704 - WTForms escapes what it draws


def _limit(field: Any) -> int:
    """The most characters a text may have; the counter shows them, the server judges."""
    limits = [getattr(validator, "max", -1) for validator in field.validators if hasattr(validator, "field_flags")]
    numbers = [limit for limit in limits if isinstance(limit, int) and limit > 0]
    return min(numbers, default=0) if kind_of(field) in {"textarea", "input"} else 0


def has_files(form: Any) -> bool:
    """Whether a form sends files."""
    return any(kind_of(field) == "file" for field in form)
