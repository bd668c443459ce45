"""What the engine may know while a form is filled: time, choices from the portal, rows of matrices, last answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from portal import clock, reference
from portal.db import db
from portal.forms import source_offices
from portal.forms.definition import Compiled
from portal.forms.engine import KEY, Context, Seed
from portal.forms.models import Form
from portal.forms.slots import slots
from portal.i18n import current_locale
from portal.people.identity import Identity
from portal.people.models import Organisation
from portal.records import options
from portal.text import Content

Choices = Sequence[Mapping[str, Any]]


def context(
    user: Identity, form: Form, compiled: Compiled, subject_id: int | None, previous: Mapping[str, Any] | None = None
) -> Context:
    """The context of filling *form* about the record *subject_id* as *user*, in the language of the request.

    An anonymous form does not learn who fills it, not even by ``property('email')``.
    """
    known = user.signed_in and not is_anonymous(compiled)
    return Context(
        today=clock.today(),
        now=clock.now().astimezone(clock.zone()),
        locale=current_locale(),
        user={"name": user.name, "username": user.name, "email": user.email} if known else {},
        sources=choices(user, compiled),
        rows=seeds(user, form, compiled, subject_id),
        previous=previous,
    )


def is_anonymous(compiled: Compiled) -> bool:
    """Whether nothing of the sender may be kept."""
    return bool((compiled.definition["settings"].get("access") or {}).get("anonymous"))


def choices(user: Identity, compiled: Compiled) -> dict[str, Choices]:
    """Source → choices, for every source that a question of the form chooses from."""
    wanted = {node.source for node in compiled.nodes if node.kind == "question" and node.source}
    return {source: _choices(user, source) for source in sorted(wanted) if not source.startswith("choices:")}


def _choices(user: Identity, source: str) -> Choices:
    if source == "units":
        units = reference.units()
        codes = {unit.id: unit.code for unit in units}
        return [
            {"name": u.code, "label": dict(u.name.texts), "kind": u.kind, "parent": codes.get(u.parent_id or 0, "")}
            for u in units
        ]
    if source == "organisations":
        stmt = select(Organisation.code, Organisation.name, Organisation.kind).order_by(Organisation.sort_mn)
        return [{"name": row.code, "label": dict(row.name.texts), "kind": row.kind} for row in db.session.execute(stmt)]
    if source == "offices":
        return source_offices.offices(user)
    if source.startswith("records:"):
        found = options(user, source.removeprefix("records:"))
        return [{"name": str(key), "label": dict(title.texts)} for key, title in found]
    return []


def seeds(user: Identity, form: Form, compiled: Compiled, subject_id: int | None) -> dict[str, list[Seed]]:
    """Source → rows of matrices: as the module of the form's slot gives them for the record, else all of the kind.

    For people with an account the module may raise NotFound where they are not to fill the form; who has none gets
    no rows of what is not public.
    """
    slot = slots.get(form.slot)
    given = slot.rows if slot is not None and subject_id is not None else {}
    found: dict[str, list[Seed]] = {}
    for source in sorted({node.source for node in compiled.nodes if node.kind == "repeat" and node.source}):
        if source in given:
            found[source] = _given(given[source], user, subject_id)
        elif source.startswith("records:") and (slot is None or source not in slot.rows):
            rows = options(user, source.removeprefix("records:"))
            found[source] = [Seed(str(key), dict(title.texts)) for key, title in rows]
    return found


def _given(rows: Callable[..., Any], user: Identity, subject_id: int | None) -> list[Seed]:
    try:
        return [Seed(str(row["id"]), _texts(row["label"]), row.get("values", {})) for row in rows(user, subject_id)]
    except (NotFound, Forbidden):
        if user.signed_in:
            raise
        return []


def titles(user: Identity, compiled: Compiled, answers: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Key of a matrix row → title of its record in the reader's language, for the records *user* sees."""
    found: dict[str, str] = {}
    for node in compiled.nodes:
        if node.kind != "repeat" or not node.source.startswith("records:"):
            continue
        keys = {key for each in answers for key in _keys(each, (*node.path, node.name))}
        ids = sorted(int(key) for key in keys if key.isdecimal())
        if ids:
            kind = node.source.removeprefix("records:")
            found.update((str(key), str(title)) for key, title in options(user, kind, ids=ids, limit=len(ids)))
    return found


def _keys(answers: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    return (str(row.get(KEY, "")) for row in _rows(answers, path))


def _rows(answers: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The rows of the repeat at *path*, wherever it stands."""
    rows = answers.get(path[0])
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        if path[1:]:
            yield from _rows(row, path[1:])
        else:
            yield row


def with_rows_of(context: Context, compiled: Compiled, answers: Mapping[str, Any], known: Mapping[str, str]) -> Context:
    """*context* with a row for everything answered before, also where its record is no row any more.

    For corrections: an answer is not lost because a clause was taken out of the agreement since. *known* are the
    ``titles`` of the rows.
    """
    rows = dict(context.rows)
    for node in compiled.nodes:
        if node.kind != "repeat" or not node.source or node.source.startswith("choices:"):
            continue
        there = list(rows.get(node.source, ()))
        keys = {seed.key for seed in there}
        missing = [key for key in _keys(answers, (*node.path, node.name)) if key and key not in keys]
        rows[node.source] = there + [Seed(key, {context.locale: known.get(key, key)}, held=True) for key in missing]
    return replace(context, rows=rows)


def as_before(context: Context, compiled: Compiled, before: Mapping[str, Any], sent: Mapping[str, Any]) -> Context:
    """*context* with the rows that matrices had when *before* was stored, to compare with it what is *sent* again.

    A record may have gone or come since, and what is sent again is still the same. A row that was not there before
    and has an answer stays one: then it is not.
    """
    rows = dict(context.rows)
    for node in compiled.nodes:
        if node.kind != "repeat" or not node.source or node.source.startswith("choices:"):
            continue
        path = (*node.path, node.name)
        typed = [each.name for each in compiled.questions if each.path == path and each.field.fills]
        now = {seed.key: seed for seed in rows.get(node.name, rows.get(node.source, ()))}
        made: dict[str, Seed] = {}
        for row in _rows(before, path):
            key = str(row.get(KEY, ""))
            seed = now.get(key) or Seed(key)
            made.setdefault(key, replace(seed, values={**seed.values, **row}, held=True))
        for row in _rows(sent, path):
            key = str(row.get(KEY, ""))
            if any(row.get(name) not in (None, "", []) for name in typed):
                made.setdefault(key, replace(now.get(key) or Seed(key), held=True))
        rows[node.name] = list(made.values())
    return replace(context, rows=rows)


def _texts(label: Content | Mapping[str, str]) -> Mapping[str, str]:
    return dict(label.texts) if isinstance(label, Content) else label
