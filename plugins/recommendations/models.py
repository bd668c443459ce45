"""Tables of the module."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.api import Content, DeclarativeBase, PluginModels


class Base(PluginModels, DeclarativeBase):
    """Base of the module's models."""


RECOMMENDATION = "recommendations_recommendation.record_id"


class Recommendation(Base):
    """A numbered paragraph of a Working Group report; its header's status is its present position.

    ``country`` is the State under review (ISO, two letters), ``cycle`` the number of the review. ``number_sort``
    puts 116.2 before 116.10. ``text`` has all wordings joined; the English one is official. ``states_text`` are the
    names of the recommending States for reading, ``state_count`` how many there are. ``action`` is UPR Info's
    category 1-5. ``symbol`` and ``published_on`` are the document it was read in. Position, its document and
    paragraph repeat the newest PositionChange. ``translation`` says how far the Mongolian text is (scales.TRANSLATION);
    it follows the text. ``archived_at`` takes it out of lists and figures (counted.py).
    """

    __tablename__ = "recommendations_recommendation"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    cycle: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    number_sort: Mapped[str] = mapped_column(String(120), index=True)
    text: Mapped[Content]
    heading: Mapped[str] = mapped_column(Text, default="")
    symbol: Mapped[str] = mapped_column(String(100), default="")
    published_on: Mapped[date | None]
    states_text: Mapped[Content]
    state_count: Mapped[int] = mapped_column(default=0)
    action: Mapped[int | None]
    position: Mapped[str] = mapped_column(String(20))
    source_document: Mapped[str] = mapped_column(String(300), default="")
    source_paragraph: Mapped[str] = mapped_column(String(300), default="")
    translation: Mapped[str] = mapped_column(String(10), default="none", server_default="none")
    archived_at: Mapped[datetime | None]
    archived_reason: Mapped[str] = mapped_column(Text, default="", server_default="")

    __table_args__ = (
        UniqueConstraint("country", "cycle", "number"),
        Index(None, "number_sort", "record_id"),
        Index(None, "translation"),
        CheckConstraint("position in ('supported', 'noted', 'examined')", name="position"),
        CheckConstraint("action between 1 and 5", name="action"),
    )


STATES_OF_TRANSLATION = {
    "missing": ("none",),
    "draft": ("draft",),
    "checked": ("proposed", "agreed", "disputed"),
    "official": ("official", "disputed"),
}
"""For each state of a text the states its translation may have; the first is that of a text nobody agreed on yet."""


@event.listens_for(Recommendation, "before_insert")
@event.listens_for(Recommendation, "before_update")
def _keep_in_step(mapper: Any, connection: Any, row: Recommendation) -> None:
    """Whoever writes a text: what was agreed on or disputed was another text."""
    seen = inspect(row).attrs
    possible = STATES_OF_TRANSLATION[row.text.state("mn")]
    before: Any = seen.text.history.deleted
    is_other = bool(before) and before[0] is not None and before[0].texts.get("mn") != row.text.texts.get("mn")
    if row.translation not in possible or (is_other and not seen.translation.history.has_changes()):
        row.translation = possible[0]


class PositionChange(Base):
    """What the State under review answered, and where that is written; ``decided_on`` where the day is known."""

    __tablename__ = "recommendations_position_change"
    __audit__ = "recommendation_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), index=True)
    position: Mapped[str] = mapped_column(String(20))
    decided_on: Mapped[date | None]
    document: Mapped[str] = mapped_column(String(300), default="")
    paragraph: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]


class Variant(Base):
    """One wording of a recommendation; ``place`` counts from 1."""

    __tablename__ = "recommendations_variant"

    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class RecommendingState(Base):
    """A State that recommended it, in the wording ``variant``; ``place`` is its order there."""

    __tablename__ = "recommendations_state"
    __table_args__ = (Index(None, "state_id", "recommendation_id"),)

    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), primary_key=True)
    variant: Mapped[int] = mapped_column(primary_key=True)
    state_id: Mapped[int] = mapped_column(ForeignKey("portal_state.id"), primary_key=True)
    place: Mapped[int]


class RecommendationTerm(Base):
    """A theme, a group of persons or a goal; ``label`` is what the source wrote where the term has another label."""

    __tablename__ = "recommendations_term"
    __table_args__ = (Index(None, "term_id", "recommendation_id"),)

    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("portal_term.id"), primary_key=True)
    label: Mapped[str] = mapped_column(Text, default="")


class Body(Base):
    """An organisation responsible for a recommendation: it leads or supports."""

    __tablename__ = "recommendations_body"
    __audit__ = "recommendation_id"
    __table_args__ = (
        CheckConstraint("role in ('lead', 'support')", name="role"),
        Index(None, "org_id", "recommendation_id"),
    )

    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("portal_organisation.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))


class Assessment(Base):
    """A dated rating by one organisation; its header's organisation is the rater, its owner who it waits for.

    Its header's status is draft, submitted (waits for validation), validated, published or discarded. It is never
    changed after it was published: a new rating is a new record. ``voice`` is the rater's on that day. ``methods``
    are codes of METHODS, ``drafted_by_id`` is the last who wrote in it.
    ``is_latest`` marks the published rating with the last date among those of its voice on its recommendation.
    It is no part (``parent_id``) of the recommendation's record, whose shares would then reach other voices' drafts.
    """

    __tablename__ = "recommendations_assessment"
    __audit__ = "record_id"
    __table_args__ = (
        Index(None, "recommendation_id", "voice", "rated_on"),
        Index(None, "is_latest", "voice", "rating"),
        Index(
            "ix_recommendations_assessment_latest",
            "recommendation_id",
            "voice",
            "rating",
            "rated_on",
            sqlite_where=text("is_latest IS 1"),
            postgresql_where=text("is_latest IS true"),
        ),
    )

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"))
    voice: Mapped[str] = mapped_column(String(20))
    rating: Mapped[str] = mapped_column(String(20))
    rated_on: Mapped[date]
    rationale: Mapped[Content]
    next_step: Mapped[Content]
    methods: Mapped[list[Any]] = mapped_column(default=list)
    is_latest: Mapped[bool] = mapped_column(default=False)
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    validated_at: Mapped[datetime | None]
    validated_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))


class Evidence(Base):
    """What a rating rests on: a law, a budget line, a figure …, with its address, a file or a record."""

    __tablename__ = "recommendations_evidence"
    __audit__ = "assessment_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("recommendations_assessment.record_id", ondelete="CASCADE"), index=True
    )
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[Content]
    url: Mapped[str] = mapped_column(Text, default="")
    dated: Mapped[date | None]
    linked_id: Mapped[int | None] = mapped_column(ForeignKey("portal_record.id", ondelete="SET NULL"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("portal_file.id", ondelete="SET NULL"))


class Step(Base):
    """An act on a rating: ``act`` is submitted, validated, returned or published; ``to_id`` is who comes next."""

    __tablename__ = "recommendations_step"
    __audit__ = "assessment_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("recommendations_assessment.record_id", ondelete="CASCADE"), index=True
    )
    act: Mapped[str] = mapped_column(String(12))
    word: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    at: Mapped[datetime]


class Challenge(Base):
    """Another value for a published rating, with an argument and a source.

    Its header's organisation challenges, its owner is to answer by its ``due_on``; its status is open, accepted, kept
    or withdrawn. ``voice`` is the challenger's on that day. ``leads_to_id`` is the rating that followed.
    """

    __tablename__ = "recommendations_challenge"
    __audit__ = "record_id"
    __table_args__ = (Index(None, "recommendation_id", "assessment_id"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("recommendations_assessment.record_id", ondelete="CASCADE"), index=True
    )
    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"))
    voice: Mapped[str] = mapped_column(String(20))
    rating: Mapped[str] = mapped_column(String(20))
    argument: Mapped[Content]
    source: Mapped[str] = mapped_column(Text)
    source_url: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[Content]
    challenged_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    leads_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("recommendations_assessment.record_id", ondelete="SET NULL")
    )


class Suggestion(Base):
    """A rating that statements or clauses suggested to an organisation, and what it said to that.

    ``counts`` maps each rating to how many said so; ``accepted`` says whether it was taken, ``word`` why. Its history
    is not that of the recommendation, which every voice reads.
    """

    __tablename__ = "recommendations_suggestion"
    __audit__ = ""
    __table_args__ = (Index(None, "recommendation_id", "org_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey(RECOMMENDATION, ondelete="CASCADE"))
    org_id: Mapped[int] = mapped_column(ForeignKey("portal_organisation.id"))
    source: Mapped[str] = mapped_column(String(20))
    rating: Mapped[str] = mapped_column(String(20))
    counts: Mapped[dict[str, Any]]
    accepted: Mapped[bool]
    word: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    at: Mapped[datetime]


class Count(Base):
    """How often something occurs in a cycle of a country: what dashboards read (counts.py keeps it right).

    ``facet`` and ``key`` say among which recommendations: ``all`` (0), ``theme``, ``group`` and ``sdg`` (id of the
    national term), ``state``, ``region`` (place in UN_GROUPS, from 1), ``body``. Without a voice ``number`` are
    recommendations and ``mentions`` their recommending States; with one, its latest published ratings. Of the facet
    ``year`` it is the change within the year ``key``: the sum of all years up to one is how things stood at its end.
    """

    __tablename__ = "recommendations_count"

    facet: Mapped[str] = mapped_column(String(8), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[str] = mapped_column(String(20), primary_key=True)
    voice: Mapped[str] = mapped_column(String(20), primary_key=True)
    rating: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    mentions: Mapped[int] = mapped_column(default=0)


class Counted(Base):
    """What a recommendation has put into the counts; it stays when the recommendation goes, until it is taken out."""

    __tablename__ = "recommendations_counted"

    recommendation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facts: Mapped[dict[str, Any]]


class SavedView(Base):
    """A list as somebody wants to find it again: ``query`` is its address behind the question mark.

    It is of its owner alone, or where ``shared`` of everyone in ``org_id``; ``on_start`` puts it on the first page.
    """

    __tablename__ = "recommendations_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id", ondelete="CASCADE"), index=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"), index=True)
    shared: Mapped[bool] = mapped_column(default=False)
    on_start: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ImportRun(Base):
    """A file that was read, and what is to become of it.

    ``plan`` holds the rows as read, the States chosen by hand and the comparison with the register that was shown;
    ``state`` is preview, running (a job), done or failed. ``counts`` are those of the comparison. ``cycle`` is empty
    where the file has several; ``file_id`` is the file as it was sent, to be given back with its errors.
    """

    __tablename__ = "recommendations_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    cycle: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="preview")
    counts: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    job_uid: Mapped[str] = mapped_column(String(40), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("portal_file.id", ondelete="SET NULL"))
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
