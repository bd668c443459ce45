"""Forms and answers as documents for programs: what stands in them is listed here, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import has_request_context, url_for
from sqlalchemy import or_, select

from portal import clock, records
from portal.db import db
from portal.forms import service
from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY
from portal.forms.filling import files as fill_files
from portal.forms.models import Form, FormVersion, Submission
from portal.forms.slots import slots
from portal.forms.versions import Versions
from portal.people.identity import Identity
from portal.people.links import absolute
from portal.people.models import Organisation, User
from portal.records import Record

FILL, READ = "forms.fill", "forms.read"


def reachable(user: Identity, after: int, limit: int) -> list[Any]:
    """The forms that *user* may come to, by number, after *after*: header, form, published version, page seen.

    A form that hangs on a record is filled by those who see the record, also where they do not see its own page; of
    such a one ``there`` asks the module.
    """
    seen = select(Record.id).where(records.visible(user)).correlate(None).scalar_subquery()
    stmt = (
        select(Record, Form, FormVersion, records.visible(user))
        .join(Form, Form.record_id == Record.id)
        .outerjoin(FormVersion, FormVersion.id == Form.published_id)
        .where(or_(records.visible(user), Record.parent_id.in_(seen) & (Record.status == "published")))
        .where(Record.kind == "form", Record.id > after)
        .order_by(Record.id)
    )
    if user.token is not None and user.token.forms:
        stmt = stmt.where(Record.id.in_(sorted(user.token.forms)))
    return list(db.session.execute(stmt.limit(limit)))


def there(user: Identity, row: Any) -> bool:
    """Whether *user* reads or fills a form that ``reachable`` found."""
    record, form, _version, seen = row
    slot = slots.get(form.slot)
    return bool(seen) or form.slot is None or (slot is not None and slot.fills(user, record))


def form(user: Identity, record: Record, row: Form, version: FormVersion | None) -> dict[str, Any]:
    """A form without its questions: where it stands and what this program may do with it."""
    settings = version.definition["settings"] if version is not None else {}
    access = settings.get("access") or {}
    slot = slots.get(row.slot)
    open_ = record.status == "published" and version is not None and (row.slot is None or slot is not None)
    fills = open_ and user.may(FILL) and (slot is None or slot.fills(user, record))
    return {
        "id": record.id,
        "title": dict(record.title.texts),
        "state": record.status,
        "version": version.number if version is not None else None,
        "languages": list(settings.get("languages") or ()),
        "default_language": settings.get("default_language") or None,
        "slot": row.slot,
        "subject": record.parent_id,
        "subject_kind": slot.record_kind if slot is not None else None,
        "anonymous": bool(access.get("anonymous")),
        "once": bool(access.get("once")),
        "opens": access.get("opens") or None,
        "closes": access.get("closes") or None,
        "may_send": bool(fills),
        "may_read": user.may(READ) and records.can_edit(user, record),
        "href": address("api.form", form_id=record.id),
    }


def address(endpoint: str, **values: Any) -> str:
    """The full address of an entry; outside a request by BASE_URL."""
    if has_request_context():
        return url_for(endpoint, **values, _external=True)
    return absolute(endpoint, **values)


def receipt(row: Submission) -> dict[str, Any]:
    """What the sender gets: of an anonymous answer the day, and nothing by which it could be found among the others."""
    return {
        "uid": row.uid,
        "id": None if row.anonymous else row.id,
        "receipt": row.receipt,
        "received": _received(row),
        "state": row.state,
    }


def _received(row: Submission) -> str:
    local = row.received_at.astimezone(clock.zone())
    return local.date().isoformat() if row.anonymous else local.isoformat(timespec="seconds")


def answers(user: Identity, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The documents of submissions that the caller has found *user* to see, by id, in four queries and one a form.

    ``answers`` are as they were sent, ``now`` as the newest version of the form reads them.
    """
    stmt = (
        select(Submission, FormVersion, Organisation.code, Organisation.name, User.name)
        .join(FormVersion, FormVersion.id == Submission.version_id)
        .outerjoin(Organisation, Organisation.id == Submission.org_id)
        .outerjoin(User, User.id == Submission.submitted_by_id)
        .where(Submission.id.in_(ids))
    )
    rows = db.session.execute(stmt).all()
    subjects = _seen(user, {row[0].subject_id for row in rows})
    found = {}
    versions: dict[int, Versions] = {}
    for row, version, code, name, person in rows:
        compiled = service.compiled(version)
        if row.form_id not in versions:
            versions[row.form_id] = Versions(row.form_id)
        organisation = {"code": code, "name": dict(name.texts)} if code else None
        found[row.id] = {
            "id": row.id,
            "uid": None if row.anonymous else row.uid,
            "form": row.form_id,
            "version": version.number,
            "receipt": row.receipt,
            "received": _received(row),
            "state": row.state,
            "note": row.note,
            "period": row.period or None,
            "language": row.language or None,
            "subject": row.subject_id if row.subject_id in subjects else None,
            "organisation": organisation,
            "person": person,
            "revision": row.revision,
            "answers": row.answers,
            "now": versions[row.form_id].now(row.version_id, row.answers),
            "files": _files(row, compiled),
            "href": address("api.answer", form_id=row.form_id, answer_id=row.id),
        }
    return found


def _seen(user: Identity, ids: Iterable[int | None]) -> set[int]:
    """Those of the records that *user* sees."""
    wanted = [key for key in ids if key is not None]
    if not wanted:
        return set()
    return set(db.session.scalars(select(Record.id).where(Record.id.in_(wanted), records.visible(user))))


def _files(row: Submission, compiled: Compiled) -> list[dict[str, Any]]:
    """The files of a submission, where its form asks for any."""
    if not any(node.field.file for node in compiled.questions):
        return []
    return [
        {
            "id": file.uid,
            "name": file.name,
            "type": file.mime,
            "size": file.size,
            "href": address("api.answer_file", form_id=row.form_id, answer_id=row.id, file_id=file.uid),
        }
        for file in fill_files.named(row.uid).values()
    ]


def unknown(nodes: Sequence[Node], values: Mapping[str, Any], path: str = "") -> list[str]:
    """The paths of answers to questions that the form does not have: the engine would pass over them."""
    known: dict[str, Node] = {}
    inside(nodes, known)
    found = []
    for name, value in values.items():
        node = known.get(name)
        if node is None:
            if name != KEY or not path:
                found.append(f"{path}{name}")
        elif node.kind == "repeat" and isinstance(value, list):
            for number, each in enumerate(value):
                if isinstance(each, dict):
                    found += unknown(node.children, each, f"{path}{name}[{number}].")
    return found


def inside(nodes: Sequence[Node], known: dict[str, Node]) -> None:
    """Add to *known* what can have an answer on this level: groups make none."""
    for node in nodes:
        if node.kind == "group":
            inside(node.children, known)
        elif node.kind == "repeat" or node.field.stores:
            known[node.name] = node
