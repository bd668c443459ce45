"""What the page of a report says about its parts, its length and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.api import LOCALES, Content, _, format_number, ngettext

from .facts import Recommended
from .models import ReportSection
from .paper import Draft
from .words import CHAPTER, SLOTS

NAMED = 30
"""Missing recommendations that are named one by one; the others are behind the link."""


@dataclass(frozen=True)
class Part:
    """A line of the list of parts; ``up`` and ``down`` say whether it can be moved.

    ``automatic`` ones are filled by the portal and say their figures in ``told``; a written one has its section's
    id, its words in the reader's language, and the languages it is written in.
    """

    title: Content | str
    automatic: bool
    told: str = ""
    section_id: int | None = None
    words: int = 0
    languages: tuple[str, ...] = ()
    up: bool = False
    down: bool = False
    counted: bool = True
    absent: bool = False


@dataclass(frozen=True)
class Completeness:
    """How many recommendations are rated by the report's voice; ``query`` finds those that are not."""

    total: int
    rated: int
    missing: tuple[Recommended, ...]
    more: int
    query: dict[str, Any]
    unknown: bool

    @property
    def share(self) -> float:
        """Part that is rated, 0 to 1."""
        return self.rated / self.total if self.total else 0.0


def completeness(draft: Draft) -> Completeness:
    """The check before a report is finalised: all recommendations, noted ones among them (process.md C11)."""
    missing = draft.facts.missing
    report = draft.report
    return Completeness(
        total=draft.facts.total,
        rated=draft.facts.total - len(missing),
        missing=tuple(missing[:NAMED]),
        more=max(0, len(missing) - NAMED),
        query={"cycle": report.cycle, "voice": report.voice, "rating": "none"},
        unknown="recommendations" in draft.facts.absent,
    )


def parts(draft: Draft, locale: str) -> list[Part]:
    """The parts in the order of the document."""
    facts = draft.facts
    register, talks = "recommendations" in facts.absent, "consultations" in facts.absent
    counted = ngettext("%(num)s recommendation", "%(num)s recommendations", facts.total)
    return [
        *_slot(draft, "summary", locale),
        Part(_("Figures at a glance, traffic light"), True, counted, absent=register),
        *_slot(draft, "methodology", locale),
        Part(_("Consultations and who took part"), True, _talks(draft), absent=talks),
        *_chapters(draft, locale, counted=True),
        *_slot(draft, "conclusions", locale),
        Part(_("Annex: all recommendations"), True, counted, counted=False, absent=register),
        Part(_("Annex: consultations"), True, _talks(draft), counted=False, absent=talks),
        *_chapters(draft, locale, counted=False),
        Part(
            _("Annex: organisations"),
            True,
            ngettext("%(num)s organisation", "%(num)s organisations", len(facts.bodies)),
            counted=False,
        ),
    ]


def _talks(draft: Draft) -> str:
    facts = draft.facts
    held = ngettext("%(num)s consultation", "%(num)s consultations", len(facts.consultations))
    came = ngettext(
        "%(number)s participant",
        "%(number)s participants",
        facts.participants,
        number=format_number(facts.participants),
    )
    return f"{held}, {came}"


def _slot(draft: Draft, slot: str, locale: str) -> list[Part]:
    return [_written(each, locale) for each in draft.sections if each.slot == slot]


def _chapters(draft: Draft, locale: str, *, counted: bool) -> list[Part]:
    alike = [each for each in draft.chapters if each.counted is counted]
    return [_written(each, locale, up=place > 0, down=place < len(alike) - 1) for place, each in enumerate(alike)]


def _written(section: ReportSection, locale: str, *, up: bool = False, down: bool = False) -> Part:
    chapter = section.slot == CHAPTER
    return Part(
        title=section.title if chapter else str(SLOTS[section.slot]),
        automatic=False,
        section_id=section.id,
        words=len(section.text.text(locale).split()),
        languages=tuple(lang for lang in LOCALES if lang in section.text.texts),
        up=up,
        down=down,
        counted=section.counted,
    )
