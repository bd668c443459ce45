"""Questions from one form to another: the clipboard of a person, the library of an organisation."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.forms import pieces
from portal.forms.blueprint import bp
from portal.forms.builder.base import BUILD, changed, opened, posted_version, to_editor
from portal.forms.builder.outline import name_of, offers_answer
from portal.forms.definition import Definition, walk
from portal.forms.definition.model import CONTAINERS
from portal.forms.definition.pieces import Piece, put, strangers, take
from portal.forms.definition.shape import shape
from portal.forms.models import Form, FormPiece
from portal.i18n import _, current_locale, ngettext
from portal.people.identity import Identity
from portal.records import Record
from portal.text import fold

CLIPBOARD = "clipboard"
_SHOWN = 3


@dataclass(frozen=True)
class Shelf:
    """A piece as the builder offers it: what to send to take it, the first questions, how many there are."""

    key: str
    labels: list[str]
    count: int


def shelf(piece: FormPiece) -> Shelf:
    """A piece in words."""
    rows = piece.content["rows"]
    labels = [name_of(row, current_locale()) for row in rows[:_SHOWN]]
    key = CLIPBOARD if piece.user_id is not None else str(piece.id)
    return Shelf(key, [*labels, "…"] if len(rows) > _SHOWN else labels, _count(piece.content))


def _count(content: Piece) -> int:
    """How many questions, groups left out; notes alone count too."""
    rows = [row for row, _parents in walk({"survey": content["rows"]}) if row["type"] not in CONTAINERS]
    return sum(1 for row in rows if offers_answer(row)) or len(rows) or len(content["rows"])


def offered(user: Identity, record: Record, words: str = "") -> tuple[Shelf | None, list[Shelf]]:
    """What can be put into the form: from the clipboard (None where nothing fits), and from the library.

    With *words* the pieces of the library in which all of them stand: in a label in any language, or a name.
    """
    found = pieces.on_clipboard(user)
    fits = found is not None and found.org_id == record.org_id
    wanted = fold(words).split()
    library = [each for each in pieces.library(record) if all(word in _text(each) for word in wanted)]
    return (shelf(found) if found is not None and fits else None), [shelf(each) for each in library]


def _text(piece: FormPiece) -> str:
    rows = [row for row, _parents in walk({"survey": piece.content["rows"]})]
    choices = [choice for found in piece.content["choices"].values() if isinstance(found, list) for choice in found]
    texts = [text for each in (*rows, *choices) for text in (each.get("label") or {}).values()]
    return fold(" ".join([*texts, *(str(row.get("name") or "") for row in rows)]))


def ticked(form: Form) -> list[str]:
    """The outermost rows that were ticked, in the order of the form; none (and a message) where none is there."""
    ids = set(request.form.getlist("row"))
    found = [
        row["id"]
        for row, parents in walk(form.definition)
        if row["id"] in ids and not any(parent["id"] in ids for parent in parents)
    ]
    if not found:
        flash(_("Tick the questions first."), "warning")
    return found


@bp.post("/<int:record_id>/edit/pieces/copy", permission=BUILD)
def copy_pieces(record_id: int) -> ResponseReturnValue:
    """Put the ticked questions on the clipboard."""
    user, record, form = opened(record_id)
    if ids := ticked(form):
        content = take(form.definition, ids)
        pieces.copy(user, record, {**content, "form": record.id})
        count = _count(content)
        text = ngettext(
            "%(num)s question is on your clipboard. “Add a question” offers it in every form of your organisation.",
            "%(num)s questions are on your clipboard. “Add a question” offers them in every form of your organisation.",
            count,
        )
        flash(text, "success")
    return to_editor(record)


@bp.post("/<int:record_id>/edit/pieces/keep", permission=BUILD)
def keep_pieces(record_id: int) -> ResponseReturnValue:
    """Put the ticked questions into the library of the organisation."""
    user, record, form = opened(record_id)
    if ids := ticked(form):
        try:
            pieces.keep(user, record, take(form.definition, ids))
        except pieces.Full:
            flash(_("The library is full (%(count)s). Take something out of it first.", count=pieces.MOST), "danger")
        else:
            flash(_("The library of your organisation has it now. “Add a question” offers it."), "success")
    return to_editor(record)


@bp.post("/<int:record_id>/edit/pieces/paste", permission=BUILD)
def paste_pieces(record_id: int) -> ResponseReturnValue:
    """Put a piece (``piece``: ``clipboard`` or a number of the library) after a row or into a group."""
    user, record, form = opened(record_id)
    content = _piece(user, record, request.form.get("piece", ""))
    if content is None:
        flash(_("These questions belong to another organisation and cannot be put into this form."), "danger")
        return to_editor(record)
    after, into = request.form.get("after", ""), request.form.get("into", "")
    made: list[str] = []
    strange: list[str] = []

    def change(definition: Definition) -> Definition:
        there = {row["id"]: row for row, _parents in walk(definition)}
        group = into if into in there and there[into]["type"] in CONTAINERS else None
        place, own = after if after in there else None, content.get("form") == record.id
        pasted, ids = put(definition, content, after=place, into=group, own=own)
        made.extend(ids)
        strange.extend(strangers(pasted, ids))
        return definition if shape(pasted) else pasted

    version = posted_version()
    if shape(put(form.definition, content)[0]):
        flash(_("With these questions the form would be larger than a form may be."), "danger")
        return to_editor(record)
    changed(user, record, form, version, change)
    count = _count(content)
    flash(ngettext("%(num)s question is added.", "%(num)s questions are added.", count), "success")
    if strange:
        names = ", ".join(strange[:8])
        flash(_("They ask for answers that this form does not have: %(names)s. Look at them.", names=names), "warning")
    return to_editor(record, made[0] if made else "", marked=True)


def _piece(user: Identity, record: Record, key: str) -> Piece | None:
    """What is to be put in; None where it is of another organisation. Raises NotFound."""
    if key == CLIPBOARD:
        found = pieces.on_clipboard(user)
        if found is None:
            abort(404)
        return found.content if found.org_id == record.org_id else None
    return pieces.of(record, _number(key)).content


def _number(key: str) -> int:
    if not key.isascii() or not key.isdecimal() or len(key) > 9:
        abort(404)
    return int(key)


@bp.post("/<int:record_id>/edit/pieces/remove", permission=BUILD)
def drop_piece(record_id: int) -> ResponseReturnValue:
    """Take a piece out of the library; forms that have its questions keep them."""
    _user, record, _form = opened(record_id)
    pieces.drop(record, _number(request.form.get("piece", "")))
    flash(_("It is no longer in the library. Forms that have the questions keep them."), "success")
    return redirect(url_for("forms.add_question", record_id=record.id), 303)
