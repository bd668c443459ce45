"""The list of what came in, with filters by state, period, version, words and answers; what of it waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from portal import records
from portal.db import db
from portal.forms import queries, service, sources
from portal.forms.answers.words import with_words
from portal.forms.definition import Compiled
from portal.forms.engine.view import own_label
from portal.forms.models import AnswerIndex, FormVersion, Submission
from portal.i18n import LazyString, _, _l, current_locale
from portal.people.identity import Identity, current
from portal.records import Record
from portal.ui import lists

STATES: dict[str, LazyString] = {
    "submitted": _l("Arrived"),
    "approved": _l("Approved"),
    "returned": _l("Sent back"),
}
TONES = {"submitted": "info", "approved": "success", "returned": "warning"}
MOST_FILTERS = 6
NEWEST = "-received_at"
AT_ONCE = 1_000
"""Answers that are approved by one press of a button."""


def published(record: Record) -> FormVersion | None:
    """The version of a form that is filled now."""
    return queries.by_id(record.id)[2]


def is_anonymous(record: Record) -> bool:
    """Whether the form keeps nothing of its senders, or did so for something that came in."""
    version = published(record)
    if version is not None and service.settings_of(version).get("anonymous"):
        return True
    stmt = select(exists().where(Submission.form_id == record.id, Submission.anonymous.is_(True)))
    return bool(db.session.scalar(stmt))


def gaps(record: Record) -> list[tuple[str, int]]:
    """How many questions and choices of the version filled now have no text, by language."""
    version = published(record)
    lacking = (
        Counter(each.language for each in service.compiled(version).missing if each.cell == "label") if version else {}
    )
    return [(name, lacking[code]) for code, name in (("mn", _("Mongolian")), ("en", _("English"))) if lacking.get(code)]


def listing(record: Record, args: Mapping[str, str]) -> lists.Listing:
    """One page of the submissions of a form."""
    _record, form, version = queries.by_id(record.id)
    compiled = service.compiled(version) if version else None
    hidden = version is not None and bool(service.settings_of(version).get("anonymous"))
    when = "date" if hidden else "datetime"
    columns = [
        lists.Column("receipt", _("Receipt"), link="/forms/{form_id}/answers/{id}"),
        lists.Column("received_at", _("Arrived"), sort=True, format=when),
        lists.Column("state", _("Status"), sort=True, format="status", labels=STATES, tones=TONES),
    ]
    periods = queries.periods(record.id)
    if periods:
        columns.append(lists.Column("period", _("Period"), sort=True))
    if form.slot and record.parent_id is None:
        columns.append(lists.Column("subject", _("About"), format="content"))
    if not hidden:
        columns.append(lists.Column("org", _("Organisation"), format="content"))
        columns.append(lists.Column("person", _("Person"), hide_small=True))
    columns.append(lists.Column("version", _("Version"), format="number", hide_small=True))
    return lists.fetch(
        queries.submission_list(record.id),
        columns=columns,
        filters=_filters(record, compiled, periods),
        default_sort=NEWEST,
        args=args,
    )


def waiting(stmt: Select[Any]) -> tuple[list[tuple[int, int]], bool]:
    """Id and revision of what waits for approval in the list *stmt*, the first AT_ONCE that arrived; and whether more
    of them wait."""
    arrived = stmt.where(Submission.state == "submitted").with_only_columns(Submission.id, Submission.revision)
    arrived = arrived.order_by(None).order_by(Submission.received_at, Submission.id).limit(AT_ONCE + 1)
    found = [(row.id, row.revision) for row in db.session.execute(arrived)]
    return found[:AT_ONCE], len(found) > AT_ONCE


def narrowed(record: Record, args: Mapping[str, str]) -> Select[Any]:
    """The whole list of which *args* show a page."""
    version = published(record)
    compiled = service.compiled(version) if version else None
    filters = _filters(record, compiled, queries.periods(record.id))
    return lists.narrow(queries.submission_list(record.id), filters=filters, default_sort=NEWEST, args=args)


def _filters(record: Record, compiled: Compiled | None, periods: list[str]) -> list[lists.Filter]:
    numbers = [(row.number, str(row.number)) for row in queries.versions(record.id)]
    filters = [
        lists.Filter("q", _("Words in the answers"), kind="search", where=with_words(compiled)),
        lists.Filter("state", _("Status"), choices=STATES, where=Submission.state),
    ]
    if periods:
        filters.append(
            lists.Filter(
                "period", _("Period"), choices=dict(zip(periods, periods, strict=True)), where=Submission.period
            )
        )
    if compiled is not None:
        filters += _by_answer(compiled, sources.choices(current(), compiled))
    if len(numbers) > 1:
        filters.append(lists.Filter("version", _("Version"), choices=numbers, where=FormVersion.number))
    return filters


def _has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(AnswerIndex.submission_id == Submission.id, *conditions)


def _by_answer(compiled: Compiled, known: Mapping[str, sources.Choices]) -> list[lists.Filter]:
    """A filter for each question of choices that is marked for it; *known* are the choices from the portal."""
    found: list[lists.Filter] = []
    locale = current_locale()
    for indexed in compiled.index:
        node = compiled.by_name[indexed.name]
        items = compiled.lists.get(str(node.row.get("list"))) or known.get(node.source, ())
        if "filter" in indexed.uses and items and len(found) < MOST_FILTERS:
            label = (node.row.get("label") or {}).get(locale) or indexed.name
            choices = [(str(item["name"]), own_label(item, locale)) for item in items]
            found.append(lists.Filter(f"a_{indexed.name}", label, choices=choices, where=_equals(indexed.row)))
    return found


def _equals(row_id: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: _has(AnswerIndex.row_id == row_id, AnswerIndex.text == str(value))


def subject_of(user: Identity, row: Submission) -> Any:
    """The record a submission is about, where *user* sees it: ``id title``."""
    if row.subject_id is None:
        return None
    stmt = select(Record.id, Record.title).where(Record.id == row.subject_id, records.visible(user))
    return db.session.execute(stmt).one_or_none()
