"""Two people changed the same of one form: the page with both, and what was decided on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.db import db
from portal.forms import service, steps
from portal.forms.blueprint import bp
from portal.forms.builder.forms import language_name
from portal.forms.builder.history import CELLS
from portal.forms.builder.outline import name_of
from portal.forms.builder.types import kind_of, offer
from portal.forms.definition import Definition, walk
from portal.forms.definition.merge import ABSENT, Clash
from portal.forms.definition.model import TEXT_CELLS
from portal.i18n import _, current_locale, pgettext

STAND, SEEN, TEXT = "stand:", "seen:", "text:"
"""What the names of the fields begin with: whose is to stand, the other's as it was shown, a text written anew."""
_WRITTEN = (
    *TEXT_CELLS,
    "name",
    "relevant",
    "required",
    "constraint",
    "calculation",
    "default",
    "choice_filter",
    "repeat_count",
)
_LONGEST = 20_000


@dataclass(frozen=True)
class Told:
    """A clash in words: what it is about, both sides, and whether a text of one's own may take their place."""

    key: str
    seen: str
    label: str
    mine: str
    theirs: str
    lang: str
    written: bool


def _key(clash: Clash) -> str:
    return json.dumps(clash.path, ensure_ascii=False, separators=(",", ":"))


def _mark(value: Any) -> str:
    text = "" if value is ABSENT else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def decided(clash: Clash) -> Any:
    """What the page that was sent says is to stand; None where it says nothing, or showed something else."""
    key = _key(clash)
    if request.form.get(SEEN + key) != _mark(clash.theirs):
        return None
    way = request.form.get(STAND + key)
    if way == "text" and _is_written(clash):
        return request.form.get(TEXT + key, "").replace("\r\n", "\n").strip()[:_LONGEST] or ABSENT
    return {"mine": clash.mine, "theirs": clash.theirs}.get(way or "")


def _is_written(clash: Clash) -> bool:
    kind, *rest = clash.path
    if kind == "place":
        return False
    cell = rest[-2] if len(rest) > 2 else rest[-1]
    if kind == "setting":
        cell = "label" if rest[0] == "form_title" else ""
    known = len(rest) > 1 and (cell in _WRITTEN or rest[1:2] == ["label"])
    return known and all(each is ABSENT or isinstance(each, str) for each in (clash.mine, clash.theirs))


@bp.errorhandler(service.Clashing)
def page(fault: service.Clashing) -> ResponseReturnValue:
    """Both sides of everything that both changed; nothing was saved yet."""
    db.session.rollback()
    form = service.form_of(fault.record)
    rows = _rows(steps.at(form, fault.version) or form.definition) | _rows(form.definition)
    own = ("version", "csrf_token", "_lang")
    prefixes = (STAND, SEEN, TEXT)
    sent = [pair for pair in request.form.items(multi=True) if pair[0] not in own and not pair[0].startswith(prefixes)]
    told = [_told(clash, rows) for clash in fault.clashes]
    return (
        render_template(
            "forms/builder_clash.html",
            record=fault.record,
            told=told,
            sent=sent,
            version=fault.version,
            path=request.full_path.rstrip("?"),
        ),
        409,
    )


def _rows(definition: Definition) -> dict[str, Any]:
    return {row["id"]: row for row, _parents in walk(definition)}


def _told(clash: Clash, rows: Mapping[str, Any]) -> Told:
    kind, name, *rest = clash.path
    row = rows.get(name, {"type": "note", "id": name}) if kind == "row" else {}
    lang = rest[-1] if rest and isinstance(rest[-1], str) and _is_text(clash) else ""
    if kind == "place":
        label = f"{_named(rows, name)}: {_('Place')}"
        mine, theirs = (_where(rows, *side) for side in (clash.mine, clash.theirs))
    elif kind == "row" and not rest:
        label = name_of(row, current_locale())
        mine, theirs = (_("removed") if side is ABSENT else _("changed") for side in (clash.mine, clash.theirs))
    else:
        label = _label(kind, name, rest, row)
        mine, theirs = (_words(side, rest[0] if rest else "", row) for side in (clash.mine, clash.theirs))
    if lang:
        label = f"{label} ({language_name(lang)})"
    return Told(_key(clash), _mark(clash.theirs), label, mine, theirs, lang, _is_written(clash))


def _named(rows: Mapping[str, Any], row_id: str) -> str:
    return name_of(rows.get(row_id, {"type": "note", "id": row_id}), current_locale())


def _where(rows: Mapping[str, Any], group: str, before: str) -> str:
    """A place of the form in words."""
    if group and before:
        return _("in “%(group)s”, after “%(row)s”", group=_named(rows, group), row=_named(rows, before))
    if group:
        return _("in “%(group)s”, at its beginning", group=_named(rows, group))
    return _("after “%(row)s”", row=_named(rows, before)) if before else _("at the beginning of the form")


def _is_text(clash: Clash) -> bool:
    kind, name, *rest = clash.path
    if kind == "setting":
        return name == "form_title" and len(rest) == 1
    at = 1 if kind == "choice" else 0
    return len(rest) == at + 2 and rest[at] in TEXT_CELLS


def _label(kind: str, name: str, rest: list[str], row: Mapping[str, Any]) -> str:
    if kind == "row":
        return f"{name_of(dict(row), current_locale())}: {CELLS.get(rest[0], _('Settings'))}"
    if kind == "choice":
        return f"{_('List %(name)s', name=name)}: {rest[0]}"
    if kind == "whole":
        return _("List %(name)s", name=name)
    return _("Title of the form") if name == "form_title" else _("Settings")


def _words(value: Any, cell: str, row: Mapping[str, Any]) -> str:
    """A side as a reader sees it."""
    if value is ABSENT or value in (None, ""):
        return ""
    if cell == "type":
        return str(offer(kind_of({**row, "type": value})).title)
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return str(value) if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False, indent=1)
