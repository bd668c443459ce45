"""The annexes of a report, whose words do not count: all recommendations, further texts, the organisations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.api import Content, _, pgettext
from portal.api import documents as paper

from . import prose
from .facts import Facts, Recommended
from .words import RATING_TONES


def recommendations(facts: Facts, locale: str) -> Iterator[paper.Block]:
    """The table of all recommendations, noted ones among them, each with its rating, evidence and next step."""
    yield paper.Annex(_("All recommendations: rating, evidence and next step"))
    if any(locale not in text.texts for text in facts.contents() if text):
        yield paper.Paragraph(_("Texts in italics are not translated yet."), style="small")
    yield paper.Table(
        [
            paper.Column(pgettext("recommendation", "No."), 1.5),
            paper.Column(_("Recommendation"), 6),
            paper.Column(_("Recommended by"), 2.4),
            paper.Column(_("Position"), 2.3),
            paper.Column(_("Rating"), 2.8),
            paper.Column(_("Rated on"), 1.9),
            paper.Column(_("Evidence and reasons"), 5),
            paper.Column(_("Next step"), 3.8),
        ],
        [_row(each, locale) for each in facts.recommendations],
        caption=_("All recommendations"),
        row_headers=True,
        counted=False,
    )


def _row(each: Recommended, locale: str) -> list[Any]:
    rated = each.rated
    told: list[Any] = [
        each.number,
        prose.cell(each.text, locale),
        prose.cell(each.states, locale),
        each.position_label,
    ]
    if rated is None:
        return [*told, paper.Cell(_("Not rated yet"), "rating", "neutral"), paper.Cell(None), "", ""]
    return [
        *told,
        paper.Cell(rated.label, "rating", RATING_TONES.get(rated.rating, "")),
        rated.rated_on,
        prose.joined([rated.rationale, rated.evidence], locale, "\n"),
        prose.cell(rated.next_step, locale),
    ]


def consultations(facts: Facts, locale: str) -> Iterator[paper.Block]:
    """Every consultation with who came, and the totals."""
    shown = [key for key, _number in facts.people()]
    rows: list[list[Any]] = [
        [
            each.day,
            prose.cell(each.title, locale),
            f"{each.level_label.text(locale)}, {each.kind_label.text(locale).lower()}",
            each.place,
            paper.Cell(each.attended),
            *(paper.Cell(each.people.get(key, 0)) for key in shown),
        ]
        for each in facts.consultations
    ]
    sums = [facts.participants, *(number for _key, number in facts.people())]
    rows.append([paper.Cell(_("Total"), bold=True), "", "", "", *(paper.Cell(number, bold=True) for number in sums)])
    yield paper.Annex(_("Consultations held and who came"))
    yield paper.Table(
        [
            paper.Column(_("Date"), 2.1),
            paper.Column(_("Consultation"), 5),
            paper.Column(_("Level and kind"), 3.6),
            paper.Column(_("Aimag or capital"), 2.4),
            paper.Column(_("Participants"), 2.1, "end"),
            *(paper.Column(facts.categories[key], 2.1, "end") for key in shown),
        ],
        rows,
        caption=_("Consultations held and who came"),
        name=_("Consultations held"),
        counted=False,
    )


def chapter(title: Content, text: Content, locale: str) -> Iterator[paper.Block]:
    """A written part that does not count."""
    yield paper.Annex(title, landscape=False)
    yield from prose.blocks(text, locale, numbered=False)


def organisations(facts: Facts) -> Iterator[paper.Block]:
    """The organisation that speaks, its members, and those that gave ratings."""
    yield paper.Annex(_("Organisations"), landscape=False)
    yield paper.Table(
        [paper.Column(_("Organisation"), 4), paper.Column(_("Ratings given"), 1, "end")],
        [[body.name, paper.Cell(body.ratings)] for body in facts.bodies],
        caption=_("Organisations that speak in this report"),
        name=_("Organisations"),
        row_headers=True,
        counted=False,
    )
