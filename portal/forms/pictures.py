"""Pictures of choices: named in the column ``image`` of a choice, kept among the files of the form's record."""

from __future__ import annotations

from typing import Any

from flask import Response, g, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal import storage
from portal.db import db
from portal.forms import queries
from portal.forms.blueprint import bp
from portal.forms.definition import Definition
from portal.forms.definition.media import pictures_named
from portal.forms.models import Form
from portal.records import File
from portal.routing import PUBLIC
from portal.text import LOCALES

MIMES = tuple(sorted({storage.MIMES[ending] for ending in storage.PICTURES}))


def addresses(form: Form, names: frozenset[str]) -> dict[str, str]:
    """Name → address, for those of *names* that hang on the form; asked once for each page."""
    known: dict[str, str] = g.setdefault("forms_pictures", {})
    asked: set[str] = g.setdefault("forms_pictures_asked", set())
    if missing := names - asked:
        asked |= missing
        stmt = select(File.name).where(File.record_id == form.record_id, File.name.in_(missing), File.mime.in_(MIMES))
        known |= {name: url_for("forms.picture", token=form.token, name=name) for name in db.session.scalars(stmt)}
    return known


@bp.get("/f/<token>/pictures/<name>", permission=PUBLIC, log_address=False)
def picture(token: str, name: str) -> Response:
    """A picture of a choice, for whoever may open the form; no other file of the record."""
    record, form, version = queries.by_token(token)
    definitions: list[Definition] = [form.definition, *([version.definition] if version else [])]
    if not any(name in pictures_named(each, LOCALES) for each in definitions):
        raise NotFound
    stmt = select(File).where(File.record_id == record.id, File.name == name, File.mime.in_(MIMES))
    found: Any = db.session.scalars(stmt.order_by(File.id.desc())).first()
    if found is None:
        raise NotFound
    response = storage.send_file_response(found)
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
