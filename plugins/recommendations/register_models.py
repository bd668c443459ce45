"""Tables around a recommendation: sub-points, targets, clusters, pledges, concerns, its translation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from portal.api import Content, audit, clock, insert

from .models import RECOMMENDATION, Base, Recommendation


class Point(Base):
    """A lettered part of a recommendation with its own text; a rating is of the whole recommendation."""

    __tablename__ = "recommendations_point"
    __audit__ = "recommendation_id"
    __table_args__ = (UniqueConstraint("recommendation_id", "letter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"))
    letter: Mapped[str] = mapped_column(String(1))
    text: Mapped[Content]


class Target(Base):
    """A target of a Sustainable Development Goal such as 16.3; ``goal`` is the number before the point."""

    __tablename__ = "recommendations_target"
    __audit__ = "recommendation_id"
    __table_args__ = (Index(None, "code", "recommendation_id"),)

    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    goal: Mapped[int]


class Cluster(Base):
    """Recommendations that are followed up together, under a national code; ``lead_id`` is the body that leads."""

    __tablename__ = "recommendations_cluster"
    __audit__ = ""

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[Content]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    sort_mn: Mapped[str] = mapped_column(Text)
    sort_en: Mapped[str] = mapped_column(Text)


class ClusterMember(Base):
    """A recommendation of a cluster; it may be in several."""

    __tablename__ = "recommendations_cluster_member"
    __audit__ = "recommendation_id"
    __table_args__ = (Index(None, "cluster_id", "recommendation_id"),)

    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), primary_key=True)
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("recommendations_cluster.id", ondelete="CASCADE"), primary_key=True
    )


class Pledge(Base):
    """What a State promised of itself at its review or later; no recommendation and never counted as one.

    Its header's status is open, partial, kept or dropped: what the Government says of it.
    """

    __tablename__ = "recommendations_pledge"
    __audit__ = "record_id"
    __table_args__ = (UniqueConstraint("country", "cycle", "number"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    cycle: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    number_sort: Mapped[str] = mapped_column(String(120))
    text: Mapped[Content]
    made_on: Mapped[date | None]
    document: Mapped[str] = mapped_column(String(300), default="")
    paragraph: Mapped[str] = mapped_column(String(300), default="")
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    progress: Mapped[Content]


class Concern(Base):
    """A concern that outlives a cycle: its header's status is persisting, emerging or settled.

    What it comes from (statements of minutes, recommendations) and the next cycle's recommendations are linked with
    its record. ``cycle`` is the one in which it was raised.
    """

    __tablename__ = "recommendations_concern"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    cycle: Mapped[int]
    name: Mapped[Content]
    text: Mapped[Content]
    raised_on: Mapped[date]
    settled_reason: Mapped[str] = mapped_column(Text, default="")


class TranslationStep(Base):
    """An act on the Mongolian text, with the text after it: its history.

    ``act`` is one of TRANSLATION_ACTS; ``word`` is the reason or the comment; ``org_id`` is the body in whose name it
    was done, where it is known. "written" is added whoever changes the text, by hand or from a file.
    """

    __tablename__ = "recommendations_translation_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
    word: Mapped[str] = mapped_column(Text, default="")
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    at: Mapped[datetime]


@event.listens_for(Recommendation, "after_insert")
@event.listens_for(Recommendation, "after_update")
def _keep_texts(mapper: Any, connection: Any, row: Recommendation) -> None:
    """Every Mongolian text that was written stays in the history of the translation."""
    history = inspect(row).attrs.text.history
    before = history.deleted[0] if history.deleted else None
    text = row.text.texts.get("mn", "")
    if not history.added or text == (before.texts.get("mn", "") if before else ""):
        return
    values = {"recommendation_id": row.record_id, "act": "written", "text": text, "word": "", "at": clock.now()}
    connection.execute(insert(TranslationStep).values(by_id=audit.actor(), **values))


class GlossaryTerm(Base):
    """An agreed word: ``en`` as the sources write it, ``mn`` its translations, one per line; ``*`` ends a stem."""

    __tablename__ = "recommendations_glossary"
    __audit__ = ""

    id: Mapped[int] = mapped_column(primary_key=True)
    en: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    mn: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
