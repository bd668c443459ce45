"""The list of what came in, with filters by state, period, version, words and answers; what of it waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from portal import records
from portal.db import db
from portal.forms import queries, service, sources
from portal.forms.answers.words import with_words
from portal.forms.definition import Compiled
from portal.forms.definition.compiler import Node
from portal.forms.engine.view import own_label
from portal.forms.messages import pick
from portal.forms.models import AnswerIndex, FormVersion, Invitation, Submission
from portal.forms.versions import Versions
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
TOLD, LONGEST = 2, 60
"""Questions whose answers stand in the list, and how much of each."""
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
    stmt, told = _with_first(queries.submission_list(record.id), record, compiled)
    columns[1:1] = told
    periods = queries.periods(record.id)
    if periods:
        columns.append(lists.Column("period", _("Period"), sort=True))
    if form.slot and record.parent_id is None:
        columns.append(lists.Column("subject", _("About"), format="content"))
    if not hidden and _has_senders(record, version):
        columns.append(lists.Column("org", _("Organisation"), format="content", short=True))
        columns.append(lists.Column("person", _("Person"), hide_small=True))
    numbers = _numbers(record)
    if len(numbers) > 1:
        columns.append(lists.Column("version", _("Version"), format="number", hide_small=True))
    return lists.fetch(
        stmt,
        columns=columns,
        filters=_filters(compiled, periods, numbers),
        default_sort=NEWEST,
        args=args,
    )


def _has_senders(record: Record, version: FormVersion | None) -> bool:
    """Whether who sent something is known of any answer; always looked for where only people with an account send."""
    if version is not None and service.settings_of(version).get("mode") not in ("public", "personal"):
        return True
    by_account = exists().where(Submission.form_id == record.id, Submission.submitted_by_id.is_not(None))
    by_invitation = exists().where(Invitation.form_id == record.id, Invitation.submission_id.is_not(None))
    return bool(db.session.scalar(select(or_(by_account, by_invitation))))


def _with_first(stmt: Select[Any], record: Record, compiled: Compiled | None) -> tuple[Select[Any], list[lists.Column]]:
    """*stmt* with the answers to the first questions by which one tells answers apart: words, or one of a list."""
    asked = [node for node in compiled.questions if _tells(node)][:TOLD] if compiled else []
    if compiled is None or not asked:
        return stmt, []
    locale, columns = current_locale(), []
    versions = [stage.compiled for stage in Versions(record.id).stages]
    for number, node in enumerate(asked):
        names = {each.by_id[node.id].name for each in versions if node.id in each.by_id} | {node.name}
        said = [func.substr(Submission.answers[name].as_string(), 1, LONGEST) for name in sorted(names)]
        stmt = stmt.add_columns((func.coalesce(*said) if len(said) > 1 else said[0]).label(f"told_{number}"))
        items = compiled.lists.get(str(node.row.get("list")), ()) if node.field.choices else ()
        labels = {str(item["name"]): own_label(item, locale) for item in items}
        title = pick(node.row.get("label"), locale, node.name)
        title = title if len(title) <= LONGEST else f"{title[:LONGEST]}…"
        columns.append(lists.Column(f"told_{number}", title, labels=labels or None))
    return stmt, columns


def _tells(node: Node) -> bool:
    """Whether the answer to a question, not of a row, is short words or one choice of a list of the form."""
    if node.path or not node.field.stores or node.field.name not in ("text", "select_one") or node.source:
        return False
    return "multiline" not in str(node.row.get("appearance") or "").split() and "${" not in str(node.row.get("label"))


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
    filters = _filters(compiled, queries.periods(record.id), _numbers(record))
    return lists.narrow(queries.submission_list(record.id), filters=filters, default_sort=NEWEST, args=args)


def _numbers(record: Record) -> list[tuple[int, str]]:
    return [(row.number, str(row.number)) for row in queries.versions(record.id)]


def _filters(
    compiled: Compiled | None, periods: Sequence[str], numbers: Sequence[tuple[int, str]]
) -> list[lists.Filter]:
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
