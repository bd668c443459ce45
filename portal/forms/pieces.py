"""The clipboard of a person and the library of an organisation: questions to be put into forms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal import audit, clock
from portal.db import db, transaction
from portal.forms.definition.pieces import Piece
from portal.forms.models import FormPiece
from portal.people.identity import Identity
from portal.records import Record

MOST = 200
"""Pieces a library holds."""


class Full(Exception):
    """A library that holds as many pieces as it may."""


def on_clipboard(user: Identity) -> FormPiece | None:
    """What the person copied last, from whichever form."""
    return db.session.scalar(select(FormPiece).where(FormPiece.user_id == user.id)) if user.id else None


def copy(user: Identity, record: Record, content: Piece) -> None:
    """Put questions of the form *record* on the person's clipboard, in place of what was there."""
    with transaction():
        found = on_clipboard(user)
        if found is None:
            found = FormPiece(user_id=user.id)
            db.session.add(found)
        found.org_id, found.content, found.made_at, found.made_by_id = record.org_id, content, clock.now(), user.id
        db.session.flush()


def library(record: Record) -> list[FormPiece]:
    """The pieces in the library of the organisation whose form *record* is, the newest first."""
    if record.org_id is None:
        return []
    stmt = select(FormPiece).where(FormPiece.org_id == record.org_id, FormPiece.user_id.is_(None))
    return list(db.session.scalars(stmt.order_by(FormPiece.id.desc()).limit(MOST)))


def keep(user: Identity, record: Record, content: Piece) -> FormPiece:
    """Put questions of the form *record* into the library of its organisation.

    Raises Full, and NotFound where the form is of no organisation.
    """
    if record.org_id is None:
        raise NotFound
    with transaction():
        if len(library(record)) >= MOST:
            raise Full
        made = FormPiece(org_id=record.org_id, content=content, made_at=clock.now(), made_by_id=user.id)
        db.session.add(made)
        db.session.flush()
        _note("created", record, made)
    return made


def drop(record: Record, piece_id: int) -> None:
    """Take a piece out of the library of the organisation whose form *record* is; raises NotFound."""
    with transaction():
        found = of(record, piece_id)
        _note("deleted", record, found)
        db.session.delete(found)
        db.session.flush()


def of(record: Record, piece_id: int) -> FormPiece:
    """A piece of the library of the organisation whose form *record* is; raises NotFound."""
    found = next((each for each in library(record) if each.id == piece_id), None)
    if found is None:
        raise NotFound
    return found


def _note(action: str, record: Record, piece: FormPiece) -> None:
    names: list[Any] = [row.get("name") for row in piece.content["rows"]]
    audit.note(action, entity="portal_form_piece", entity_id=piece.id, record_id=record.id, pieces=[None, names])
