"""Files that the module keeps for the one who sent them: a list with errors, a list that was filled."""

from __future__ import annotations

import hashlib

from portal.api import Identity, clock, db, delete, records, select, storage


def keep(user: Identity, data: bytes, name: str, purpose: str, *, replace: bool = False) -> records.File:
    """Keep *data* under *name*, inside a transaction; with *replace* in place of the last one of that purpose.

    The one before goes when the transaction is stored; a rollback leaves it.
    """
    purpose = f"recommendations:{purpose}"
    mine = (records.File.purpose == purpose, records.File.created_by_id == user.id)
    if replace and user.id is not None:
        for key in db.session.scalars(select(records.File.stored_as).where(*mine)):
            storage.drop(key)
        db.session.execute(delete(records.File).where(*mine))
    cleaned = storage.safe_name(name)
    ending = cleaned.rpartition(".")[2].casefold()
    file = records.File(
        stored_as=storage.keep(data),
        name=cleaned,
        mime=storage.MIMES.get(ending, "application/octet-stream"),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        purpose=purpose,
        created_by_id=user.id,
        created_at=clock.now(),
    )
    db.session.add(file)
    db.session.flush()
    return file


def mine(user: Identity, uid: str, purpose: str) -> int | None:
    """The id of the file *uid* that *user* sent for that purpose; None where there is none."""
    stmt = select(records.File.id).where(
        records.File.uid == uid,
        records.File.created_by_id == user.id,
        records.File.purpose == f"recommendations:{purpose}",
    )
    found: int | None = db.session.scalar(stmt)
    return found


def read(file_id: int) -> tuple[str, bytes]:
    """Name and content of a kept file; raises storage.Missing where the store has lost it."""
    file = db.session.get_one(records.File, file_id)
    with storage.current().open(file.stored_as) as stream:
        return file.name, stream.read()
