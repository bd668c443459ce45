"""Reading forms and what was sent in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, cast

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from portal import records
from portal.db import db
from portal.forms.models import Form, FormVersion, Invitation, Submission
from portal.forms.versions import Versions
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records import Record


def form_list(user: Identity) -> Select[Any]:
    """The visible forms with slot, state and the number of submissions."""
    count = select(func.count()).where(Submission.form_id == Record.id).correlate(Record).scalar_subquery()
    return records.rows(
        user,
        "form",
        Record.id,
        Record.title,
        Record.sort_mn,
        Record.sort_en,
        Record.status,
        Record.changed_at,
        Form.slot,
        count.label("submissions"),
    ).join(Form, Form.record_id == Record.id)


def published(slot: str, subject_id: int | None = None, org_ids: Collection[int] | None = None) -> Any:
    """The newest published form of a slot: one that hangs on the record, else one for every record; or None.

    With *org_ids* only one of these organisations: its people read what is sent in.

    Columns: ``id``, ``title``, ``token``, ``definition``. It is not asked who may see the form itself: who may
    fill it is decided by the slot and the record it is about.
    """
    stmt = (
        select(Record.id, Record.title, Record.parent_id, Form.token, FormVersion.definition)
        .join(Form, Form.record_id == Record.id)
        .join(FormVersion, FormVersion.id == Form.published_id)
        .where(Form.slot == slot, Record.status == "published")
        .where(or_(Record.parent_id.is_(None), Record.parent_id == subject_id))
        .order_by(Record.parent_id.is_(None), FormVersion.published_at.desc(), Record.id.desc())
        .limit(1)
    )
    if org_ids is not None:
        stmt = stmt.where(Record.org_id.in_(org_ids))
    return db.session.execute(stmt).one_or_none()


def of_subject(user: Identity, subject_id: int, slot: str) -> list[Any]:
    """The visible forms of a slot that hang on a record: ``id title status token submissions mode``, newest first.

    ``mode`` is who may fill the published version (``public``, ``invited``), None where nothing is published.
    """
    mode = FormVersion.definition[("settings", "access", "mode")].as_string().label("mode")
    stmt = (
        form_list(user)
        .outerjoin(FormVersion, FormVersion.id == Form.published_id)
        .add_columns(Form.token, mode)
        .where(Record.parent_id == subject_id, Form.slot == slot)
    )
    return list(db.session.execute(stmt.order_by(Record.id.desc())))


_WHOLE = (
    select(Record, Form, FormVersion)
    .join(Form, Form.record_id == Record.id)
    .outerjoin(FormVersion, FormVersion.id == Form.published_id)
)


def by_token(token: str) -> tuple[Record, Form, FormVersion | None]:
    """The form that a public link opens, whoever asks; raises NotFound."""
    return _one(_WHOLE.where(Form.token == token))


def by_id(form_id: int) -> tuple[Record, Form, FormVersion | None]:
    """A form by its number, whoever asks: the caller checks who may fill or read it; raises NotFound."""
    return _one(_WHOLE.where(Record.id == form_id))


def _one(stmt: Any) -> tuple[Record, Form, FormVersion | None]:
    row = db.session.execute(stmt).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def versions(form_id: int) -> list[Any]:
    """The published versions of a form, newest first: ``id number published_at name waived mapping``."""
    stmt = (
        select(
            FormVersion.id,
            FormVersion.number,
            FormVersion.published_at,
            FormVersion.waived,
            FormVersion.mapping,
            User.name.label("name"),
        )
        .outerjoin(User, User.id == FormVersion.published_by_id)
        .where(FormVersion.form_id == form_id)
        .order_by(FormVersion.number.desc())
    )
    return list(db.session.execute(stmt))


def submission_list(form_id: int) -> Select[*tuple[Any, ...]]:
    """What was sent into a form, with the record it is about and who sent it where that is kept: by account or by
    invitation."""
    about = aliased(Record)
    stmt: Any = (
        select(
            Submission.id,
            Submission.form_id,
            Submission.receipt,
            Submission.revision,
            Submission.state,
            Submission.period,
            Submission.received_at,
            Submission.anonymous,
            Submission.subject_id,
            about.title.label("subject"),
            Organisation.short.label("org"),
            func.coalesce(User.name, func.nullif(Invitation.name, ""), Invitation.email).label("person"),
            FormVersion.number.label("version"),
        )
        .select_from(Submission)
        .join(FormVersion, FormVersion.id == Submission.version_id)
        .outerjoin(about, about.id == Submission.subject_id)
        .outerjoin(Organisation, Organisation.id == Submission.org_id)
        .outerjoin(User, User.id == Submission.submitted_by_id)
        .outerjoin(Invitation, Invitation.submission_id == Submission.id)
        .where(Submission.form_id == form_id)
    )
    return cast("Select[*tuple[Any, ...]]", stmt)


def submission(form_id: int, submission_id: int) -> Submission:
    """One submission of a form; raises NotFound where it is another form's."""
    row = db.session.scalar(select(Submission).where(Submission.id == submission_id, Submission.form_id == form_id))
    if row is None:
        raise NotFound
    return row


def about(subject_ids: Iterable[int], slot: str) -> list[Any]:
    """The submissions about records for a slot.

    Columns: ``id uid subject_id period state received_at answers form_id version_id person``.
    """
    stmt = (
        select(
            Submission.id,
            Submission.uid,
            Submission.subject_id,
            Submission.period,
            Submission.state,
            Submission.received_at,
            Submission.answers,
            Submission.form_id,
            Submission.version_id,
            User.name.label("person"),
        )
        .join(Form, Form.record_id == Submission.form_id)
        .outerjoin(User, User.id == Submission.submitted_by_id)
        .where(Form.slot == slot, Submission.subject_id.in_(list(subject_ids)))
        .order_by(Submission.received_at, Submission.id)
    )
    return list(db.session.execute(stmt))


def last_about(form_id: int, subject_id: int | None, period: str = "") -> dict[str, Any] | None:
    """The answers last sent into the form about the record, for another period: what "last time" means.

    What was sent back for correction does not count, nor what was anonymous. They stand under the names of the newest
    version. Only who sees the record may read them: nothing of it belongs on a page that a link opens.
    """
    if subject_id is None:
        return None
    stmt = (
        select(Submission.version_id, Submission.answers)
        .where(Submission.form_id == form_id, Submission.subject_id == subject_id, Submission.state != "returned")
        .where(Submission.anonymous.is_(False))
        .order_by(Submission.received_at.desc(), Submission.id.desc())
        .limit(1)
    )
    row = db.session.execute(stmt.where(Submission.period != period) if period else stmt).one_or_none()
    return Versions(form_id).now(row.version_id, row.answers) if row is not None else None


def counts(form_id: int) -> dict[str, int]:
    """How many submissions of a form there are in each state."""
    stmt = select(Submission.state, func.count()).where(Submission.form_id == form_id).group_by(Submission.state)
    return {row[0]: row[1] for row in db.session.execute(stmt)}


def periods(form_id: int) -> list[str]:
    """The periods that were reported on, the newest first."""
    stmt = select(Submission.period).where(Submission.form_id == form_id, Submission.period != "").distinct()
    return list(db.session.scalars(stmt.order_by(Submission.period.desc()).limit(200)))
