"""Answers that publish themselves once they are approved: of marked questions only, read by anyone.

Nothing is copied: an answer that is sent back, or whose approval is taken back, is gone at once. An anonymous form
publishes none: among few, one answer may tell who gave it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from portal import clock
from portal.db import db
from portal.forms import service, sources
from portal.forms.definition import Compiled, Node
from portal.forms.engine import shown
from portal.forms.messages import language, pick
from portal.forms.models import FormVersion, Submission
from portal.forms.versions import Versions
from portal.people.identity import Identity

PART = 200
"""Submissions read at once."""


@dataclass(frozen=True)
class Question:
    """A question whose answers are published: its id, name, label, and the language of that if not the reader's."""

    id: str
    name: str
    label: str
    lang: str


@dataclass(frozen=True)
class Line:
    """The published part of one submission: the day it came, the answers in words by the name of their question."""

    day: date
    answers: dict[str, str]


def nodes(compiled: Compiled) -> list[Node]:
    """The questions marked for it."""
    return [node for node in compiled.questions if "public" in (node.row.get("use") or ()) and not node.path]


def questions(version: FormVersion | None, locale: str) -> list[Question]:
    """What a form publishes of each approved answer; nothing of an anonymous one."""
    if version is None or service.settings_of(version).get("anonymous"):
        return []
    found = []
    for node in nodes(service.compiled(version)):
        label = node.row.get("label")
        found.append(Question(node.id, node.name, pick(label, locale, node.name), language(label, locale)))
    return found


def _approved(form_id: int) -> Select[Any]:
    stmt: Select[Any] = select(Submission.version_id, Submission.answers, Submission.received_at)
    return stmt.where(Submission.form_id == form_id, Submission.state == "approved", Submission.anonymous.is_(False))


def count(form_id: int) -> int:
    """How many submissions are published."""
    return db.session.scalar(select(func.count()).select_from(_approved(form_id).subquery())) or 0


def lines(version: FormVersion, locale: str, start: int = 0, most: int | None = None) -> Iterator[Line]:
    """What is published, the newest first, in words as somebody without an account reads them; read as it is asked."""
    compiled = service.compiled(version)
    wanted = {node.id: node.name for node in nodes(compiled)}
    stmt = _approved(version.form_id).order_by(Submission.received_at.desc(), Submission.id).offset(start).limit(most)
    versions, nobody = Versions(version.form_id), Identity.anonymous()
    known = sources.choices(nobody, compiled)
    for row in db.session.execute(stmt, execution_options={"yield_per": PART}):
        now = versions.now(row.version_id, row.answers)
        own = {name: now[name] for name in wanted.values() if now.get(name) is not None}
        said = {line.row: line.text for line in shown(compiled, own, locale, known) if not line.heading}
        day = row.received_at.astimezone(clock.zone()).date()
        yield Line(day, {name: said.get(row_id, "") for row_id, name in wanted.items()})
