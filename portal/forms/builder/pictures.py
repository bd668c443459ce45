"""Pictures of a question and of its choices: uploaded where the question is written, kept among the form's files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal import records
from portal.db import db, transaction
from portal.forms.definition import Definition, find_row, set_choices, update_row
from portal.forms.definition.model import choice_list
from portal.forms.pictures import MIMES
from portal.people.identity import Identity
from portal.records import File, Record
from portal.text import fold


def attached(record: Record) -> list[str]:
    """The names of the pictures that hang on the form, each once."""
    stmt = select(File.name).where(File.record_id == record.id, File.mime.in_(MIMES)).order_by(File.name)
    return list(dict.fromkeys(db.session.scalars(stmt)))


def keep(user: Identity, record: Record, form: Any, made: Definition, row_id: str) -> Definition:
    """Attach what was uploaded and name it in the row and its choices; raises storage.UploadRefused.

    A picture for choices goes to the choice whose code or label it is named after.
    """
    single = form.picture.data if "picture" in form else None
    several = form.choice_pictures.data if "choice_pictures" in form else []
    uploads = [each for each in several or [] if each and each.filename]
    with transaction():
        if single and single.filename:
            made = update_row(made, row_id, image=_attach(user, record, single))
        if uploads:
            named = {fold(PurePath(each.filename or "").stem): _attach(user, record, each) for each in uploads}
            listed = find_row(made, row_id).get("list") or ""
            made = set_choices(made, listed, list(_pictured(choice_list(made, listed), named)))
    return made


def _pictured(choices: Iterable[dict[str, Any]], named: dict[str, str]) -> Iterable[dict[str, Any]]:
    for choice in choices:
        words = (str(choice["name"]), *(str(text) for text in (choice.get("label") or {}).values()))
        picture = next((named[fold(word)] for word in words if fold(word) in named), None)
        yield {**choice, "image": picture} if picture else choice


def _attach(user: Identity, record: Record, upload: FileStorage) -> str:
    """The name under which it is kept: a number is put after one that another picture has."""
    path, taken, number = PurePath(upload.filename or ""), set(attached(record)), 2
    while upload.filename in taken:
        upload.filename, number = f"{path.stem}-{number}{path.suffix}", number + 1
    return records.attach(user, record, upload, clean=True).name
