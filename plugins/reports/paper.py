"""A report as a document: its parts in their order, in one language, for one voice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.api import Content, Record, _, documents, force_locale, format_date, ngettext, reference

from . import annexes, figures, prose, talks
from .facts import Facts
from .models import Report, ReportSection
from .words import CHAPTER, KINDS, SLOTS, VOICE_NAMES


@dataclass(frozen=True)
class Draft:
    """Everything a report is made of; ``sections`` in their order."""

    record: Record
    report: Report
    organisation: Content
    sections: tuple[ReportSection, ...]
    facts: Facts

    def section(self, slot: str) -> ReportSection | None:
        """The part of that name."""
        return next((each for each in self.sections if each.slot == slot), None)

    @property
    def chapters(self) -> list[ReportSection]:
        """The chapters and further annexes, in their order."""
        return [each for each in self.sections if each.slot == CHAPTER]


def compose(draft: Draft, locale: str) -> documents.Document:
    """The document in *locale*, whatever the reader's language is."""
    report = draft.report
    with force_locale(locale):
        return documents.Document(
            title=draft.record.title,
            language=locale,
            subtitle=_subtitle(draft),
            organisation=draft.organisation,
            date=report.finalised_on or draft.facts.taken_on,
            word_limit=report.word_limit,
            contents=True,
            blocks=[
                *_written(draft, "summary", locale),
                *_figures(draft.facts),
                *_methodology(draft, locale),
                *_talks(draft.facts),
                *_chapters(draft, locale),
                *_written(draft, "conclusions", locale),
                *_annexes(draft, locale),
            ],
        )


def _subtitle(draft: Draft) -> str:
    """Voice, cycle, session, time reported on, and whether it is final."""
    report = draft.report
    cycle = reference.find_cycle(report.cycle, report.country)
    lines = [f"{KINDS[report.kind]} · {VOICE_NAMES[report.voice]}"]
    review = _("Universal Periodic Review, cycle %(number)s", number=report.cycle)
    if cycle is not None and cycle.session and cycle.reviewed_on:
        review = _(
            "%(review)s, session %(session)s, %(day)s",
            review=review,
            session=cycle.session,
            day=format_date(cycle.reviewed_on, "medium"),
        )
    lines.append(review)
    if report.begins_on and report.ends_on:
        lines.append(
            _(
                "Time reported on: %(first)s – %(last)s",
                first=format_date(report.begins_on, "medium"),
                last=format_date(report.ends_on, "medium"),
            )
        )
    if draft.record.status == "draft":
        lines.append(_("Draft, not final"))
    return "\n".join(lines)


def _written(draft: Draft, slot: str, locale: str) -> Iterator[documents.Block]:
    section = draft.section(slot)
    if section is not None and section.text:
        yield documents.Heading(1, SLOTS[slot])
        yield from prose.blocks(section.text, locale)


def _figures(facts: Facts) -> Iterator[documents.Block]:
    yield documents.Heading(1, _("Figures at a glance"))
    if not facts.total:
        yield documents.Paragraph(_("There are no recommendations of this cycle in the register."), numbered=True)
    else:
        yield documents.Paragraph(figures.in_words(facts), numbered=True)
    table = figures.figures_table(facts)
    if table.rows:
        yield table
    if facts.total:
        yield figures.traffic_light(facts)
        yield figures.positions_table(facts)
        if chart := figures.theme_chart(facts):
            yield chart
            yield documents.Paragraph(
                _("A recommendation with several themes is counted in each of them, so the themes add up to more."),
                style="small",
            )


def _methodology(draft: Draft, locale: str) -> Iterator[documents.Block]:
    """How the figures came about: by themselves first, then what the authors wrote."""
    yield documents.Heading(1, SLOTS["methodology"])
    for words in method(draft, locale):
        yield documents.Paragraph(words, numbered=True)
    section = draft.section("methodology")
    if section is not None:
        yield from prose.blocks(section.text, locale)


def method(draft: Draft, locale: str) -> Iterator[str]:
    """What the portal itself says on the making of the report, a paragraph each; inside ``force_locale``."""
    facts, report = draft.facts, draft.report
    yield _(
        "The figures are those of %(day)s. Recommendations are counted by UN paragraph: one for each numbered "
        "paragraph of the report of the Working Group, whatever the number of States that made it.",
        day=format_date(facts.taken_on, "medium"),
    )
    yield _(
        "Each recommendation, supported or noted, is rated on a scale of three values: %(scale)s. A rating says on "
        "what it rests. The report uses the ratings of one voice only (%(voice)s); those of others stand beside them "
        "in the portal and are not mixed in.",
        scale=", ".join(label.text(locale).lower() for label in facts.ratings.values())
        or _("fully, partially or not implemented"),
        voice=VOICE_NAMES[report.voice],
    )
    for module in facts.absent:
        yield _absent(module)
    if facts.missing and report.unrated_reason:
        yield prose.sentence(
            ngettext(
                "%(num)s recommendation is not rated.", "%(num)s recommendations are not rated.", len(facts.missing)
            ),
            _("Reason: %(reason)s", reason=report.unrated_reason.text(locale)),
        )
    if number := untranslated(draft, locale):
        yield ngettext(
            "%(num)s text is not translated; it stands in italics in the language it was written in.",
            "%(num)s texts are not translated; they stand in italics in the language they were written in.",
            number,
        )


def _absent(module: str) -> str:
    if module == "consultations":
        return _("Consultations are not part of this report: the portal kept no account of them when it was made.")
    return _("The table of recommendations is not part of this report: the portal kept no register when it was made.")


def untranslated(draft: Draft, locale: str) -> int:
    """How many texts of the document are in the other language only."""
    written = [text for each in draft.sections for text in (each.text,) if text]
    return sum(1 for text in (*draft.facts.contents(), *written) if text and locale not in text.texts)


def _talks(facts: Facts) -> Iterator[documents.Block]:
    if "consultations" not in facts.absent:
        yield from talks.part(facts)


def _chapters(draft: Draft, locale: str) -> Iterator[documents.Block]:
    for each in draft.chapters:
        if each.counted and each.text:
            yield documents.Heading(1, each.title)
            yield from prose.blocks(each.text, locale)


def _annexes(draft: Draft, locale: str) -> Iterator[documents.Block]:
    if draft.facts.total:
        yield from annexes.recommendations(draft.facts, locale)
    if draft.facts.consultations:
        yield from annexes.consultations(draft.facts, locale)
    for each in draft.chapters:
        if not each.counted and each.text:
            yield from annexes.chapter(each.title, each.text, locale)
    yield from annexes.organisations(draft.facts)
