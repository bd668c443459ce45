"""Tables of the module."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.api import Content, DeclarativeBase, PluginModels


class Base(PluginModels, DeclarativeBase):
    """Base of the module's models."""


class Agreement(Base):
    """An agreement of the ministry (the header's organisation) with a local government for a calendar year.

    ``unit_id`` repeats the header's, for the rule of one agreement per unit and year that is not cancelled.
    ``signer_*`` and ``office_*`` say who signed the paper outside the portal; the portal signs nothing itself.
    """

    __tablename__ = "agreements_agreement"
    __audit__ = "record_id"
    __table_args__ = (
        CheckConstraint("year between 2000 and 2100", name="year"),
        Index(
            "uq_agreements_agreement_unit_id_year",
            "unit_id",
            "year",
            unique=True,
            sqlite_where=text("cancelled_on IS NULL"),
            postgresql_where=text("cancelled_on IS NULL"),
        ),
    )

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("portal_unit.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("portal_organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), default="")
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("portal_record.id", ondelete="SET NULL"), index=True)
    purpose: Mapped[Content]
    drafted_on: Mapped[date]
    sent_on: Mapped[date | None]
    signed_on: Mapped[date | None]
    signer_us: Mapped[str] = mapped_column(String(200), default="")
    office_us: Mapped[Content]
    signer_them: Mapped[str] = mapped_column(String(200), default="")
    office_them: Mapped[Content]
    signing_note: Mapped[str] = mapped_column(Text, default="")
    evaluation: Mapped[Content]
    closed_on: Mapped[date | None]
    cancelled_on: Mapped[date | None]


class Clause(Base):
    """A clause; its header's parent is the agreement, its title the beginning of the text.

    ``position`` orders the clauses of an agreement, with gaps; their numbers are counted when shown.
    ``taken_from_id`` is the clause of last year that it goes on from.
    """

    __tablename__ = "agreements_clause"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[Content]
    indicator: Mapped[Content]
    responsible: Mapped[Content]
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("portal_record.id", ondelete="SET NULL"), index=True)
