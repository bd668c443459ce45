"""What a form needs beside its XForm: lists of choices and rows as the person sees them, and pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from portal import storage
from portal.db import db
from portal.forms import sources
from portal.forms.definition import Compiled
from portal.forms.engine import Context
from portal.forms.messages import pick
from portal.forms.models import Form
from portal.forms.openrosa import xforms
from portal.forms.openrosa.xforms import XForm
from portal.forms.pictures import MIMES
from portal.people.identity import Identity
from portal.records import File


def lists(
    user: Identity, form: Form, compiled: Compiled, xform: XForm, subject_id: int | None, locale: str
) -> dict[str, bytes]:
    """The lists of a form as CSV by file name, with labels in *locale*."""
    if not xform.lists:
        return {}
    context = sources.context(user, form, compiled, subject_id)
    return {name: _csv(_items(context, source), locale) for name, source in xform.lists.items()}


def _items(context: Context, source: str) -> Iterable[Mapping[str, Any]]:
    if not source.startswith("rows:"):
        return [item for item in context.sources.get(source, ()) if not item.get("past")]
    seeds = context.rows.get(source.removeprefix("rows:"), ())
    return [{**seed.values, "name": seed.key, "label": seed.label} for seed in seeds]


def _csv(items: Iterable[Mapping[str, Any]], locale: str) -> bytes:
    lines = [
        {key: _cell(pick(value, locale) if isinstance(value, Mapping) else value) for key, value in item.items()}
        for item in items
    ]
    columns = dict.fromkeys(["name", "label", *(key for line in lines for key in line)])
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    return "" if value is None else " ".join(str(value).split())


@lru_cache(maxsize=4096)
def md5_of(stored_as: str) -> str:
    """The hash of a stored file, whose content never changes: read once in each process. Raises storage.Missing."""
    with storage.current().open(stored_as) as stream:
        return xforms.md5(stream.read())


def media(form: Form, xform: XForm) -> dict[str, File]:
    """The pictures that the form names and that are kept with it, by name, the newest of each."""
    stmt = select(File).where(File.record_id == form.record_id, File.name.in_(xform.media), File.mime.in_(MIMES))
    return {row.name: row for row in db.session.scalars(stmt.order_by(File.id))} if xform.media else {}
