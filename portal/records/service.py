"""Changing records: permission, change, header, history and search text in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import Forbidden, NotFound

from portal import audit, clock, storage
from portal.db import db
from portal.i18n import sort_key
from portal.people.identity import Identity
from portal.records import queries
from portal.records.kinds import kinds
from portal.records.models import LEVELS, RELATIONS, VISIBILITY, Comment, File, Link, Record, SearchText, Share
from portal.text import LOCALES, Content, fold, nfc

HEADER_FIELDS = frozenset({"title", "status", "org_id", "owner_id", "unit_id", "parent_id", "due_on", "visibility"})
COMMENT_LIMIT = 5_000


class StaleVersion(Exception):
    """Somebody saved the record since the form was opened; ``record`` is as it is now."""

    def __init__(self, record: Record) -> None:
        super().__init__(f"record {record.id} is at version {record.version}")
        self.record = record


def create(
    user: Identity,
    *,
    kind: str,
    title: Content,
    org_id: int | None,
    status: str = "open",
    unit_id: int | None = None,
    owner_id: int | None = None,
    due_on: Any = None,
    visibility: str = "org",
    parent_id: int | None = None,
    text: Iterable[Content | str] = (),
    shared_with: Iterable[tuple[int, str]] = (),
    links: Iterable[tuple[int, str]] = (),
) -> Record:
    """Add a header and give it an id. Inside ``transaction()``.

    *text* is searched besides the title. *shared_with* are organisations and levels that see the record from
    the start: what one makes for another body stays in one's own sight. *links* are targets, each visible to
    *user*, and relations.
    """
    record = _header(
        user,
        kind=kind,
        title=title,
        org_id=org_id,
        status=status,
        unit_id=unit_id,
        owner_id=owner_id,
        due_on=due_on,
        visibility=visibility,
        parent_id=parent_id,
    )
    _add([(record, text)])
    for receiver, level in shared_with:
        _add_share(user, record.id, level, org_id=receiver)
    for target_id, relation in links:
        queries.get(user, target_id)
        _add_link(user, record.id, target_id, relation)
    return record


def create_all(user: Identity, made: Sequence[tuple[Mapping[str, Any], Iterable[Content | str]]]) -> list[Record]:
    """Add many headers at once: for each the fields of ``create`` and what is searched besides the title."""
    found = [(_header(user, **fields), text) for fields, text in made]
    _add(found)
    return [record for record, _text in found]


def _header(
    user: Identity, *, kind: str, title: Content, org_id: int | None, visibility: str = "org", **fields: Any
) -> Record:
    """A header that is not stored yet."""
    if visibility not in VISIBILITY:
        raise ValueError(f"visibility {visibility!r}")
    moment = clock.now()
    return Record(
        kind=kind,
        plugin=kinds.plugin(kind),
        title=title,
        sort_mn=sort_key(title.text("mn"))[:200],
        sort_en=sort_key(title.text("en"))[:200],
        org_id=org_id,
        visibility=visibility,
        created_by_id=user.id,
        created_at=moment,
        changed_by_id=user.id,
        changed_at=moment,
        **fields,
    )


def _add(found: Sequence[tuple[Record, Iterable[Content | str]]]) -> None:
    """Store headers, which gives them their ids, with what is searched of them."""
    db.session.add_all(record for record, _text in found)
    db.session.flush()
    _index(found)


def _add_share(
    user: Identity, record_id: int, level: str, *, org_id: int | None = None, user_id: int | None = None
) -> None:
    if level not in LEVELS:
        raise ValueError(f"level {level!r}")
    row = Share(record_id=record_id, org_id=org_id, user_id=user_id, level=level)
    row.created_by_id, row.created_at = user.id, clock.now()
    db.session.add(row)
    db.session.flush()


def _add_link(user: Identity, source_id: int, target_id: int, relation: str) -> Link:
    if relation not in RELATIONS:
        raise ValueError(f"relation {relation!r}")
    row = Link(source_id=source_id, target_id=target_id, relation=relation)
    row.created_by_id, row.created_at = user.id, clock.now()
    db.session.add(row)
    db.session.flush()
    return row


def index(record: Record, text: Iterable[Content | str] = ()) -> None:
    """Write the search text of a record: its title and *text*, folded, for each language."""
    # told to look for nothing: it would look at every object of the session
    gone = delete(SearchText).where(SearchText.record_id == record.id)
    db.session.execute(gone, execution_options={"synchronize_session": False})
    _index([(record, text)])


def _index(found: Iterable[tuple[Record, Iterable[Content | str]]]) -> None:
    rows = [
        {
            "record_id": record.id,
            "locale": lang,
            "text": fold(
                " ".join([record.title.text(lang), *(p.text(lang) if isinstance(p, Content) else p for p in parts)])
            ),
        }
        for record, text in found
        for parts in [list(text)]
        for lang in LOCALES
    ]
    if rows:
        db.session.execute(insert(SearchText), rows)


def update(
    user: Identity,
    record: Record,
    *,
    version: int | None,
    text: Iterable[Content | str] | None = None,
    **fields: Any,
) -> Record:
    """Change header *fields* and raise the version; call it for every save of the object, also without fields.

    Raises Forbidden where *user* may not edit the record and StaleVersion where *version* (as the form was
    opened) is no longer the record's; ``version=None`` is for acts that do not start from a form.
    *text* given anew rewrites the search text.
    """
    if not queries.can_edit(user, record):
        raise Forbidden
    if unknown := fields.keys() - HEADER_FIELDS:
        raise TypeError(f"not header fields: {sorted(unknown)}")
    db.session.refresh(record)
    if version is not None and version != record.version:
        raise StaleVersion(record)
    for name, value in fields.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
    if "title" in fields:
        record.sort_mn = sort_key(record.title.text("mn"))[:200]
        record.sort_en = sort_key(record.title.text("en"))[:200]
    record.changed_by_id = user.id
    record.changed_at = clock.now()
    db.session.flush()
    if text is not None:
        index(record, text)
    return record


def link(user: Identity, source_id: int, target_id: int, relation: str) -> Link | None:
    """Link two records *user* sees, at least one of them editable; ``None`` where the link is already there.

    Raises NotFound, Forbidden, and ValueError for an unknown relation and for a record linked with itself.
    """
    if source_id == target_id:
        raise ValueError("a record is not linked with itself")
    ends = [queries.get(user, source_id), queries.get(user, target_id)]
    if not any(queries.can_edit(user, end) for end in ends):
        raise Forbidden
    same = select(Link.id).where(Link.source_id == source_id, Link.target_id == target_id, Link.relation == relation)
    if db.session.scalar(same) is not None:
        return None
    return _add_link(user, source_id, target_id, relation)


def unlink(user: Identity, link_id: int) -> None:
    """Remove a link of which *user* may edit one end; raises NotFound or Forbidden."""
    row = db.session.get(Link, link_id)
    if row is None:
        raise NotFound
    ends = [queries.get(user, row.source_id), queries.get(user, row.target_id)]
    if not any(queries.can_edit(user, end) for end in ends):
        raise Forbidden
    db.session.delete(row)


def _family(record: Record) -> list[int]:
    """The record and all that are part of it, however deep."""
    tree = select(Record.id).where(Record.id == record.id).cte("family", recursive=True)
    tree = tree.union_all(select(Record.id).join(tree, Record.parent_id == tree.c.id))
    return list(db.session.scalars(select(tree.c.id)))


def share(
    user: Identity, record: Record, *, org_id: int | None = None, user_id: int | None = None, level: str = "read"
) -> None:
    """Show the record and its parts to an organisation or a person; again with another level changes the level."""
    if level not in LEVELS:
        raise ValueError(f"level {level!r}")
    if not queries.can_edit(user, record):
        raise Forbidden
    ids = _family(record)
    receiver = Share.org_id == org_id if org_id is not None else Share.user_id == user_id
    there = {s.record_id: s for s in db.session.scalars(select(Share).where(Share.record_id.in_(ids), receiver))}
    for record_id in ids:
        if (old := there.get(record_id)) is not None:
            old.level = level
        else:
            _add_share(user, record_id, level, org_id=org_id, user_id=user_id)
    db.session.flush()


def unshare(user: Identity, record: Record, *, org_id: int | None = None, user_id: int | None = None) -> None:
    """Take a share back, with those of the record's parts."""
    if not queries.can_edit(user, record):
        raise Forbidden
    receiver = Share.org_id == org_id if org_id is not None else Share.user_id == user_id
    for old in db.session.scalars(select(Share).where(Share.record_id.in_(_family(record)), receiver)):
        db.session.delete(old)
    db.session.flush()


def unshare_one(user: Identity, record: Record, share_id: int) -> None:
    """Take back the share *share_id* of *record*; raises NotFound where it is not one of its."""
    row = db.session.get(Share, share_id)
    if row is None or row.record_id != record.id:
        raise NotFound
    unshare(user, record, org_id=row.org_id, user_id=row.user_id)


def comment(user: Identity, record: Record, text: str) -> Comment:
    """Add a remark; raises ValueError for an empty one or one over COMMENT_LIMIT characters."""
    text = nfc(text).strip()
    if not text or len(text) > COMMENT_LIMIT:
        raise ValueError("comment length")
    row = Comment(record_id=record.id, author_id=user.id, text=text, created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row


def attach(
    user: Identity,
    record: Record | None,
    upload: FileStorage,
    purpose: str = "attachment",
    clean: bool = False,
) -> File:
    """Store an uploaded file and hang it on *record*; raises storage.UploadRefused with a text for the reader.

    The file is on the disk before its row is committed. *clean* strips pictures of their metadata.
    """
    if record is not None and not queries.can_edit(user, record):
        raise Forbidden
    stored = storage.store(upload, clean=clean)
    row = File(
        record_id=record.id if record is not None else None,
        stored_as=stored.key,
        name=stored.name,
        mime=stored.mime,
        size=stored.size,
        sha256=stored.sha256,
        purpose=purpose,
        created_by_id=user.id,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def viewed(record: Record) -> None:
    """Put into the history that a restricted record was read."""
    audit.note("viewed", entity="portal_record", entity_id=record.id, record_id=record.id)
