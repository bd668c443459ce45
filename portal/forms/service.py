"""Making, changing, publishing and closing forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import exists, select
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.db import db, transaction
from portal.forms import fields, shipped, steps
from portal.forms.definition import (
    Compiled,
    Definition,
    Problem,
    check,
    compile,
    empty,
    update_settings,
    walk,
)
from portal.forms.definition.merge import Clash
from portal.forms.definition.merge import merge as merge_definitions
from portal.forms.definition.model import CONTAINERS
from portal.forms.definition.patch import NotFlat
from portal.forms.models import Form, FormStep, FormVersion
from portal.forms.offline import rules
from portal.forms.slots import Slot
from portal.people.identity import Identity
from portal.records import Record, StaleVersion
from portal.records.models import File
from portal.text import Content

KIND = "form"


def title_of(definition: Definition) -> Content:
    """The title of a form as a bilingual content."""
    return Content.of(**(definition["settings"].get("form_title") or {}))


def create(
    user: Identity,
    *,
    slot: Slot | None = None,
    subject_id: int | None = None,
    definition: Definition | None = None,
    title: Content | None = None,
) -> Record:
    """Make a form from *definition*, the slot's template or nothing; it hangs on the record *subject_id*."""
    made = definition
    if made is None and slot is not None:
        made = shipped.shipped(slot.template)
    if made is None:
        made = empty(dict(title.texts) if title else {}, "form")
    if title:
        made = update_settings(made, form_title=dict(title.texts))
    subject = records.get(user, subject_id) if subject_id is not None else None
    with transaction():
        record = records.create(
            user,
            kind=KIND,
            title=title_of(made),
            org_id=user.orgs[0] if user.orgs else None,
            unit_id=subject.unit_id if subject else None,
            parent_id=subject.id if subject else None,
            status="draft",
        )
        db.session.add(Form(record_id=record.id, slot=slot.name if slot else None, definition=made))
        db.session.flush()
    return record


def form_of(record: Record) -> Form:
    """A form's own row; raises NotFound where the record is no form."""
    found = db.session.get(Form, record.id)
    if found is None:
        raise NotFound
    return found


class Clashing(StaleVersion):
    """Somebody saved the form since it was opened, and both changed the same: ``clashes`` says what."""

    def __init__(self, record: Record, version: int, clashes: list[Clash]) -> None:
        super().__init__(record)
        self.version, self.clashes = version, clashes


Decide = Callable[[Clash], Any]
"""What is to stand where two changed the same: a value, ABSENT, MINE or THEIRS for a row; None: not decided yet."""


def save(
    user: Identity,
    record: Record,
    *,
    version: int | None,
    definition: Definition,
    decide: Decide | None = None,
    merge: bool = True,
) -> bool:
    """Keep a changed draft; the published version stays as it is.

    Where somebody saved since *version*, of which *definition* is a change, both changes are put together (with
    *merge*); whether that was so is returned. Raises Clashing where both changed the same and *decide* does not
    know, StaleVersion where nothing can be put together.
    """
    with transaction():
        form = form_of(record)
        db.session.refresh(form, with_for_update=True)
        db.session.refresh(record)
        merged = merge and version is not None and version != record.version
        if merged:
            assert version is not None
            definition = _merged(record, form, version, definition, decide)
            version = record.version
        _keep(user, record, form, version, definition, "edit")
    return merged


def _keep(user: Identity, record: Record, form: Form, version: int | None, definition: Definition, act: str) -> None:
    before = form.definition
    records.update(user, record, version=version, title=title_of(definition), text=())
    form.definition = definition
    steps.note(user, form, record.version, before, act)


def _merged(record: Record, form: Form, version: int, mine: Definition, decide: Decide | None) -> Definition:
    """*mine*, made from the draft at *version*, together with the draft as it is; raises Clashing."""
    base = steps.at(form, version)
    if base is None:
        raise StaleVersion(record)
    try:
        made, clashes = merge_definitions(base, mine, form.definition)
        if clashes and decide is not None:
            given = {clash.path: decide(clash) for clash in clashes}
            decided = {path: value for path, value in given.items() if value is not None}
            made, clashes = merge_definitions(base, mine, form.definition, decided)
    except NotFlat:
        raise StaleVersion(record) from None
    if clashes:
        raise Clashing(record, version, clashes)
    return made


def discard(user: Identity, record: Record, *, version: int) -> list[str]:
    """Take away a form that was never published, with everything on it; the keys of its stored files, to be deleted.

    The history keeps that it was there. Raises ValueError for one that was published, StaleVersion and Forbidden.
    """
    if not records.can_edit(user, record):
        raise Forbidden
    with transaction():
        form = form_of(record)
        db.session.refresh(form, with_for_update=True)
        db.session.refresh(record)
        if version != record.version:
            raise StaleVersion(record)
        if db.session.scalar(select(exists().where(FormVersion.form_id == record.id))):
            raise ValueError("a form that was published stays")
        stored = list(db.session.scalars(select(File.stored_as).where(File.record_id == record.id)))
        db.session.delete(form)
        db.session.flush()
        db.session.delete(record)
    return stored


def step_back(user: Identity, record: Record, *, version: int, way: steps.Direction = "undo") -> FormStep | None:
    """Take the last act on the draft back, or make it again; None where there is none. Raises StaleVersion."""
    with transaction():
        form = form_of(record)
        db.session.refresh(form, with_for_update=True)
        db.session.refresh(record)
        if version != record.version:
            raise StaleVersion(record)
        found = steps.ways(form).get(way)
        if found is None:
            return None
        _keep(user, record, form, version, found.definition, way)
    return found.step


def problems(definition: Definition) -> list[Problem]:
    """Faults of a definition, also those that only matter for how it is to be filled."""
    found = check(definition)
    if rules.offered(definition) and not any(problem.level == "error" for problem in found):
        found += rules.problems(compile(definition))
    return found


def close(user: Identity, record: Record, *, version: int | None) -> None:
    """Take no more submissions; what was sent stays."""
    with transaction():
        records.update(user, record, version=version, status="closed")


@lru_cache(maxsize=128)
def _compiled(version_id: int, mark: str, there: frozenset[str]) -> Compiled:
    return compile(_row(version_id, mark).definition)


@lru_cache(maxsize=1024)
def _of_modules(version_id: int, mark: str) -> frozenset[str]:
    """The question types of a version that are none of the portal's own."""
    kinds = {row["type"] for row, _parents in walk(_row(version_id, mark).definition)}
    return frozenset(kind for kind in kinds if not fields.is_own(kind) and kind not in CONTAINERS)


def _row(version_id: int, mark: str) -> FormVersion:
    row = db.session.get(FormVersion, version_id)
    if row is None or row.digest != mark:
        raise LookupError(version_id)
    return row


def compiled(version: FormVersion) -> Compiled:
    """The compiled form of a published version, which never changes: made once per process.

    Where it has question types of modules, once for each set of those that are there at the moment.
    """
    wanted = _of_modules(version.id, version.digest)
    return _compiled(version.id, version.digest, frozenset(filter(fields.is_known, wanted)))


def settings_of(version: FormVersion) -> dict[str, Any]:
    """The access settings of a version: mode, anonymous, once, opens, closes."""
    return dict(version.definition["settings"].get("access") or {})
