"""The acts on a draft one by one: to take one back, to make it again, and to know what a page was opened with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select

from portal import clock
from portal.db import db
from portal.forms.definition import Definition, digest
from portal.forms.definition.patch import applied, patch
from portal.forms.models import Form, FormStep
from portal.people.identity import Identity

LIMIT = 100
"""Acts of one form that can be undone; older ones are forgotten."""
_KEPT = 2 * LIMIT
"""Steps that are kept: undoing and redoing are steps too."""

Direction = Literal["undo", "redo"]


def note(user: Identity, form: Form, version: int, before: Definition, act: str = "edit") -> None:
    """Keep that the draft was *before* and is as *form* has it now, at *version* of its header."""
    db.session.add(
        FormStep(
            form_id=form.record_id,
            version=version,
            act=act,
            changes=patch(before, form.definition),
            digest=digest(form.definition),
            made_at=clock.now(),
            made_by_id=user.id,
        )
    )
    db.session.flush()
    oldest = db.session.scalar(
        select(FormStep.id)
        .where(FormStep.form_id == form.record_id)
        .order_by(FormStep.version.desc())
        .offset(_KEPT)
        .limit(1)
    )
    if oldest is not None:
        db.session.execute(delete(FormStep).where(FormStep.form_id == form.record_id, FormStep.id <= oldest))


def at(form: Form, version: int) -> Definition | None:
    """The draft as it was at *version* of its header; None where that is not known any more."""
    steps = list(
        db.session.execute(
            select(FormStep.version, FormStep.digest, FormStep.changes)
            .where(FormStep.form_id == form.record_id, FormStep.version > version)
            .order_by(FormStep.version.desc())
        )
    )
    first = select(FormStep.version).where(FormStep.form_id == form.record_id).order_by(FormStep.version).limit(1)
    oldest = db.session.scalar(first)
    if not steps or oldest is None or version < oldest - 1 or steps[0].digest != digest(form.definition):
        return None
    found = form.definition
    for step in steps:
        found = applied(found, step.changes, back=True)
    return found


@dataclass(frozen=True)
class Way:
    """A step that can be taken back or made again now, and the draft after that."""

    step: FormStep
    definition: Definition


def ways(form: Form) -> dict[Direction, Way]:
    """What can be undone and redone now; nothing where the draft is not as its steps left it."""
    rows = db.session.execute(
        select(FormStep.id, FormStep.act, FormStep.digest)
        .where(FormStep.form_id == form.record_id)
        .order_by(FormStep.version)
    ).all()
    done: list[int] = []
    undone: list[int] = []
    for step_id, act, _digest in rows:
        if act == "undo" and done:
            undone.append(done.pop())
        elif act == "redo" and undone:
            done.append(undone.pop())
        elif act == "edit":
            done, undone = [*done, step_id][-LIMIT:], []
        else:
            done, undone = [], []
    ends: dict[Direction, int] = {}
    if done:
        ends["undo"] = done[-1]
    if undone:
        ends["redo"] = undone[-1]
    if not ends or rows[-1].digest != digest(form.definition):
        return {}
    steps = {each.id: each for each in db.session.scalars(select(FormStep).where(FormStep.id.in_(ends.values())))}
    return {
        way: Way(steps[number], applied(form.definition, steps[number].changes, back=way == "undo"))
        for way, number in ends.items()
    }
