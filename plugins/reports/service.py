"""Changing reports: begin, write, finalise, reopen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.api import (
    LOCALES,
    Content,
    Event,
    Identity,
    NotFound,
    Organisation,
    Record,
    StaleVersion,
    audit,
    clock,
    db,
    documents,
    emit,
    records,
    reference,
    settings_of,
    transaction,
)

from . import queries
from .facts import dump
from .models import Report, ReportSection, ReportSnapshot, ReportTally
from .paper import Draft, compose
from .permissions import require
from .words import (
    CHAPTER,
    OUTLINES,
    RECORD_KIND,
    REPORTING_VOICES,
    SLOTS,
    TITLES,
    VOICE_NAMES,
    cycle_words,
    in_all,
)


class ReportLocked(Exception):
    """A change of a report that is final."""


class RatingsMissing(Exception):
    """A report is finalised while *missing* recommendations have no rating of its voice, and no reason is given.

    ``missing`` is None where the register is off and nobody can say.
    """

    def __init__(self, missing: int | None) -> None:
        super().__init__(f"{missing} ratings missing")
        self.missing = missing


class OverLimit(Exception):
    """A report is longer than its reader accepts: words over the limit by language."""

    def __init__(self, over: Mapping[str, int]) -> None:
        super().__init__(f"over the limit: {dict(over)}")
        self.over = over


def suggested_title(kind: str, cycle: int, voice: str, year: int) -> Content:
    """The usual title of a report, in all languages."""
    return in_all(TITLES[kind], cycle=cycle_words(cycle), voice=VOICE_NAMES[voice], year=year)


def create(
    user: Identity,
    *,
    org_id: int,
    kind: str,
    cycle: int,
    title: Content | None = None,
    begins_on: date | None = None,
    ends_on: date | None = None,
    due_on: date | None = None,
    chapters: Iterable[Content] | None = None,
) -> Record:
    """Begin a report with the voice of *org_id*: its parts are there, empty.

    *chapters* are the titles of its chapters, by default those of the usual outline. Raises NotFound where *user*
    does not write for that organisation or it has no voice of its own.
    """
    org = db.session.get(Organisation, org_id)
    if org is None or org.voice not in REPORTING_VOICES or org_id not in {o[0] for o in queries.organisations(user)}:
        raise NotFound
    review = reference.find_cycle(cycle, queries.own_country())
    last = ends_on or clock.today()
    first = begins_on or (date(last.year, 1, 1) if kind == "annual" else review.reviewed_on if review else None)
    with transaction():
        record = records.create(
            user,
            kind=RECORD_KIND,
            title=title or suggested_title(kind, cycle, org.voice, last.year),
            org_id=org_id,
            owner_id=user.id,
            due_on=due_on,
            status="draft",
        )
        report = Report(
            record_id=record.id,
            country=queries.own_country(),
            cycle=cycle,
            kind=kind,
            voice=org.voice,
            begins_on=first,
            ends_on=last,
            word_limit=settings_of("reports")[f"{kind}_words"],
        )
        db.session.add(report)
        db.session.flush()
        titles = [(slot, in_all(label)) for slot, label in SLOTS.items()]
        titles += [(CHAPTER, words) for words in chapters or map(in_all, OUTLINES[kind])]
        for place, (slot, words) in enumerate(titles, 1):
            db.session.add(ReportSection(report_id=record.id, slot=slot, place=place, title=words, text=Content()))
        db.session.flush()
        emit(Event("reports.begun", record.id))
    tally(user, record)
    return record


def edit(
    user: Identity,
    record: Record,
    *,
    version: int,
    title: Content,
    begins_on: date | None,
    ends_on: date | None,
    due_on: date | None,
    word_limit: int | None,
) -> None:
    """Change what stands on the title page; raises StaleVersion and ReportLocked."""
    with transaction():
        report = _open(user, record, version, title=title, due_on=due_on)
        report.begins_on, report.ends_on, report.word_limit = begins_on, ends_on, word_limit
        _index(record)
    tally(user, record)


@dataclass(frozen=True)
class Written:
    """A written part as it is saved; *version* is the part's own. *title* and *counted* are of chapters only."""

    section_id: int
    version: int
    text: Content
    title: Content | None = None
    counted: bool = True


def write(user: Identity, record: Record, *parts: Written) -> None:
    """Save written parts, all or none; raises StaleVersion where somebody saved one of them meanwhile."""
    with transaction():
        _open(user, record, None)
        for part in parts:
            section = queries.section(record.id, part.section_id)
            db.session.refresh(section)
            if section.version != part.version:
                raise StaleVersion(record)
            section.text = part.text
            if section.slot == CHAPTER:
                section.title = part.title or section.title
                section.counted = part.counted
        _index(record)
    tally(user, record)


def add_section(user: Identity, record: Record, *, title: Content, text: Content, counted: bool) -> int:
    """Add a chapter behind the others; returns its id."""
    with transaction():
        _open(user, record, None)
        place = max((each.place for each in queries.sections(record.id)), default=0) + 1
        section = ReportSection(report_id=record.id, slot=CHAPTER, place=place, title=title, text=text, counted=counted)
        db.session.add(section)
        db.session.flush()
        _index(record)
    tally(user, record)
    return section.id


def move_section(user: Identity, record: Record, section_id: int, step: int) -> None:
    """Move a chapter one place up (-1) or down (1) among the chapters, an annex among the annexes.

    At the end nothing happens.
    """
    with transaction():
        _open(user, record, None)
        moved = queries.section(record.id, section_id)
        if moved.slot != CHAPTER:
            raise NotFound
        chapters = [
            each for each in queries.sections(record.id) if each.slot == CHAPTER and each.counted == moved.counted
        ]
        here = chapters.index(moved)
        if 0 <= here + step < len(chapters):
            one, other = chapters[here], chapters[here + step]
            one.place, other.place = other.place, one.place


def delete_section(user: Identity, record: Record, section_id: int) -> None:
    """Take a chapter away; its text stays in the history. The fixed parts cannot be taken away (NotFound)."""
    with transaction():
        _open(user, record, None)
        section = queries.section(record.id, section_id)
        if section.slot != CHAPTER:
            raise NotFound
        db.session.delete(section)
        db.session.flush()
        _index(record)
    tally(user, record)


def finalise(user: Identity, record: Record, *, version: int, unrated_reason: Content, visibility: str = "org") -> None:
    """Lock a report with the figures of today.

    Raises RatingsMissing where recommendations of the cycle are not rated by its voice and no reason is given,
    OverLimit where it is too long in a language it is written in, StaleVersion and ReportLocked.
    """
    require(user, "reports.finalise", record)
    draft = queries.draft(user, record)
    missing = None if "recommendations" in draft.facts.absent else len(draft.facts.missing)
    if missing != 0 and not unrated_reason:
        raise RatingsMissing(missing)
    if over := _over(draft):
        raise OverLimit(over)
    with transaction():
        report = _open(user, record, version, status="final", visibility=visibility, due_on=None)
        report.unrated_reason = unrated_reason if missing != 0 else Content()
        report.finalised_on = clock.today()
        db.session.merge(ReportSnapshot(report_id=record.id, facts=dump(draft.facts), taken_at=clock.now()))
        emit(Event("reports.finalised", record.id))


def reopen(user: Identity, record: Record, *, version: int, reason: str) -> None:
    """Make a final report a draft again, seen only by its own organisation; *reason* stays in the history."""
    require(user, "reports.finalise", record)
    with transaction(), audit.acting(user.id, reason):
        records.update(user, record, version=version, status="draft", visibility="org")
        queries.row(record.id).finalised_on = None
        if (kept := db.session.get(ReportSnapshot, record.id)) is not None:
            db.session.delete(kept)
        emit(Event("reports.reopened", record.id))
    tally(user, record)


def tally(user: Identity, record: Record) -> None:
    """Count the words of a report in each language and keep the numbers for lists and the first page."""
    draft = queries.draft(user, record)
    words = {locale: documents.word_count(compose(draft, locale)).words for locale in LOCALES}
    with transaction():
        db.session.merge(ReportTally(report_id=record.id, words=words, counted_at=clock.now()))


def written_in(draft: Draft, locale: str) -> bool:
    """Whether some part of the report is written in that language."""
    return any(locale in each.text.texts for each in draft.sections)


def _over(draft: Draft) -> dict[str, int]:
    found = {}
    for locale in LOCALES:
        count = documents.word_count(compose(draft, locale))
        if count.over and count.left is not None and written_in(draft, locale):
            found[locale] = -count.left
    return found


def _open(user: Identity, record: Record, version: int | None, **fields: Any) -> Report:
    """The row of a draft that is about to change; raises ReportLocked for a final one."""
    require(user, "reports.write", record)
    db.session.refresh(record)
    if record.status == "final":
        raise ReportLocked
    records.update(user, record, version=version, **fields)
    return queries.row(record.id)


def _index(record: Record) -> None:
    """What the search finds: every written part."""
    db.session.flush()
    records.index(record, [text for each in queries.sections(record.id) for text in (each.title, each.text) if text])
