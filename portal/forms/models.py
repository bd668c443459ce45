"""Tables of forms: the form, its frozen versions, what was sent in, the index of answers, drafts."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase

STATES = ("submitted", "approved", "returned")
"""States of a submission: sent in, accepted by the office, sent back for correction."""


WideInteger = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both databases; on SQLite the row's own number, so that no second one tells in which order rows came."""


def random_id() -> int:
    """An id that says nothing of when a row was made: 1 to 2^53 - 1, which every JSON reader takes exactly."""
    return secrets.randbelow(2**53 - 1) + 1


def ordered_id(moment: datetime) -> int:
    """An id that grows with *moment* (milliseconds, then chance), in the same range until the year 2109."""
    return (int(moment.timestamp() * 1000) << 11) + secrets.randbelow(2**11)


def _difference(old: Any, new: Any) -> Any:
    from portal.forms.definition.difference import difference

    return difference(old, new)


class Form(CoreBase):
    """A form being built; title, organisation, history and version stand in its header (kind ``form``).

    ``slot`` says what it is for (``consultations.registration``), the header's parent which record it hangs on
    (none: every record of the slot's kind). ``definition`` is the draft being edited. ``token`` opens the
    published form to people without an account; ``once`` keeps a second submission of the same organisation
    for the same record and period out. A ``template`` is offered to the organisation to begin with.
    """

    __tablename__ = "portal_form"
    __audit__ = "record_id"
    __audit_change__: ClassVar[dict[str, Any]] = {"definition": _difference}

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[str | None] = mapped_column(String(80), index=True)
    definition: Mapped[dict[str, Any]]
    token: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_urlsafe(18))
    template: Mapped[bool] = mapped_column(default=False, server_default=false())
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("portal_form_version.id", use_alter=True, name="fk_portal_form_published_id_portal_form_version")
    )


class FormVersion(CoreBase):
    """A published definition; it never changes.

    ``mapping`` says which answers of earlier versions belong to which of its questions, and why: ``{"rules": […],
    "without": […], "why": "…"}``; ``without`` are numbers of versions whose rules hold no longer.
    """

    __tablename__ = "portal_form_version"
    __audit__ = "form_id"
    __audit_without__ = ("definition",)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    waived: Mapped[str] = mapped_column(Text, default="")
    mapping: Mapped[dict[str, Any] | None]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))

    __table_args__ = (UniqueConstraint("form_id", "number"),)


class FormStep(CoreBase):
    """An act on a draft: what it changed (``definition.patch``), so that it can be undone and older pages merged.

    ``version`` is that of the header after it, ``digest`` of the draft after it. ``act`` is edit, undo, redo or
    publish; what was published is not undone. The oldest steps of a form go when there are many.
    """

    __tablename__ = "portal_form_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"))
    version: Mapped[int]
    act: Mapped[str] = mapped_column(String(8))
    changes: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id", ondelete="SET NULL"))

    __table_args__ = (UniqueConstraint("form_id", "version"),)


class FormPiece(CoreBase):
    """Questions with their lists, to be put into forms: ``content`` is ``{"rows": […], "choices": {…}}``.

    Of a person (``user_id``): their clipboard. Of nobody: the library of the organisation. Either way they go into
    forms of the same organisation only.
    """

    __tablename__ = "portal_form_piece"

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id", ondelete="CASCADE"), unique=True)
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id", ondelete="SET NULL"))


class Submission(CoreBase):
    """A filled form. ``uid`` is made by the client, so that sending twice stores once; ``digest`` is of its answers.

    ``subject_id`` is the record it is about, ``period`` such as ``2026-Q3``. Of an anonymous one neither person nor
    organisation nor language is kept, ``received_at`` is the beginning of the day and its arrival is not in the
    history; ``receipt`` is what its sender can quote. ``marks`` are the questions that went back for correction, path
    and remark. Its history belongs to no record: whoever sees the form's page need not see the answers.
    """

    __tablename__ = "portal_submission"
    __audit__ = ""

    id: Mapped[int] = mapped_column(WideInteger, primary_key=True, autoincrement=False, default=random_id)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("portal_form_version.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[str] = mapped_column(String(12), default="submitted")
    note: Mapped[str] = mapped_column(Text, default="")
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    answers: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    anonymous: Mapped[bool] = mapped_column(default=False)
    once_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    receipt: Mapped[str] = mapped_column(String(12), unique=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    received_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy types it so
    __table_args__ = (
        CheckConstraint("state in ('submitted', 'approved', 'returned')", name="state"),
        CheckConstraint("not anonymous or (submitted_by_id is null and org_id is null)", name="anonymous"),
        Index(None, "form_id", "received_at", "id"),
        Index(None, "subject_id", "period"),
    )


class AnswerIndex(CoreBase):
    """The answers of questions marked for filters and charts, by the id of the question, so that renaming is free."""

    __tablename__ = "portal_answer"

    submission_id: Mapped[int] = mapped_column(
        WideInteger, ForeignKey("portal_submission.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    text: Mapped[str | None] = mapped_column(String(200))
    number: Mapped[float | None]
    day: Mapped[date | None]

    __table_args__ = (Index(None, "row_id", "text"), {"sqlite_with_rowid": False})


class Removed(CoreBase):
    """The mark of a submission that was removed, made of its ``uid`` and a secret: what comes again is known by it."""

    __tablename__ = "portal_form_removed"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"), index=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class Draft(CoreBase):
    """What somebody with an account has typed into a form and not sent, right or not.

    ``place`` is unique: form, person, record and the period that was asked for. ``uid`` will be that of the
    submission.
    """

    __tablename__ = "portal_form_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("portal_form_version.id"))
    place: Mapped[str] = mapped_column(String(90), unique=True)
    period: Mapped[str] = mapped_column(String(20), default="")
    uid: Mapped[str] = mapped_column(String(36))
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]

    __table_args__ = (Index(None, "user_id"),)


class Invitation(CoreBase):
    """Somebody without an account who is asked to fill a form: by e-mail, or with a printed code.

    ``submission_id`` is what came of it, so that it can be sent back for correction. Of an *anonymous* one nothing is
    kept after it was made, neither that nor when it was used: the row stays as it is. An open one has a Pass.
    """

    __tablename__ = "portal_form_invitation"

    id: Mapped[int] = mapped_column(WideInteger, primary_key=True, autoincrement=False, default=random_id)
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    locale: Mapped[str] = mapped_column(String(8))
    anonymous: Mapped[bool]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id", ondelete="SET NULL"))
    sent_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    submission_id: Mapped[int | None] = mapped_column(
        WideInteger, ForeignKey("portal_submission.id", ondelete="SET NULL"), unique=True
    )

    __table_args__ = (
        UniqueConstraint("form_id", "number"),
        CheckConstraint("not anonymous or submission_id is null", name="anonymous"),
    )


class Pass(CoreBase):
    """The hash of a link that opens an invitation; each mail and each print has its own, and all are good.

    Sending an anonymous form deletes the passes of its invitation: a row that is gone has no time, no order and no
    transaction number, which a changed one would share with the answers stored beside it.
    """

    __tablename__ = "portal_form_pass"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(
        WideInteger, ForeignKey("portal_form_invitation.id", ondelete="CASCADE"), index=True
    )

    __table_args__ = ({"sqlite_with_rowid": False},)


class Saved(CoreBase):
    """What somebody without an account has typed and not sent: opened by a code, or by their invitation.

    Of the code only the hash is kept. ``uid`` will be that of the submission. The row goes when that is stored, and
    on ``expires_on``.
    """

    __tablename__ = "portal_form_saved"

    id: Mapped[int] = mapped_column(WideInteger, primary_key=True, autoincrement=False, default=random_id)
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invitation_id: Mapped[int | None] = mapped_column(
        WideInteger, ForeignKey("portal_form_invitation.id", ondelete="CASCADE"), unique=True
    )
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    answers: Mapped[dict[str, Any]]
    expires_on: Mapped[date] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("token_hash is not null or invitation_id is not null", name="opened"),)


class Waiting(CoreBase):
    """A file from somebody without an account, and the form whose answer it waits for; gone when that is stored."""

    __tablename__ = "portal_form_waiting"

    file_id: Mapped[int] = mapped_column(
        ForeignKey("portal_file.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"), index=True)
