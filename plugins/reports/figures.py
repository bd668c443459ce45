"""The figures of a report at a glance: a table in which each figure says how it was counted, and the charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.api import (
    Content,
    LazyString,
    _,
    current_locale,
    documents,
    format_number,
    format_percent,
    ngettext,
    pgettext,
)
from portal.api import documents as paper

from .facts import RATINGS, Facts
from .words import RATING_TONES

Words = str | Content | LazyString


@dataclass(frozen=True)
class Figure:
    """A line of the table: ``share`` is of all recommendations (0 to 1), ``rule`` says what is counted."""

    label: Words
    number: int
    share: float | None
    rule: str
    tone: documents.Tone = ""


def figures(facts: Facts) -> list[Figure]:
    """Every figure of the report with its counting rule."""
    return [*_of_recommendations(facts), *_of_ratings(facts), *_of_consultations(facts), *_of_work(facts)]


def _share(number: int, whole: int) -> float | None:
    return number / whole if whole else None


def _of_recommendations(facts: Facts) -> Iterator[Figure]:
    if not facts.total:
        return
    yield Figure(_("Recommendations"), facts.total, None, _("By UN paragraph: one for each numbered paragraph."))
    yield Figure(
        _("Recommendations, by recommending State"),
        facts.by_state,
        None,
        _("One for each State in each paragraph."),
    )
    for code, label in facts.positions.items():
        number = facts.with_position(code)
        rule = _("By UN paragraph; position of the State under review.")
        yield Figure(label, number, _share(number, facts.total), rule)


def _of_ratings(facts: Facts) -> Iterator[Figure]:
    if not facts.total:
        return
    rule = _("By UN paragraph; the latest published rating of this voice.")
    for code, label in facts.ratings.items():
        number = facts.count(code)
        yield Figure(label, number, _share(number, facts.total), rule, RATING_TONES.get(code, ""))
    unrated = len(facts.missing)
    yield Figure(
        _("Not rated yet"), unrated, _share(unrated, facts.total), _("By UN paragraph; no published rating."), "neutral"
    )


def _of_consultations(facts: Facts) -> Iterator[Figure]:
    if "consultations" in facts.absent:
        return
    yield Figure(
        _("Consultations held"), len(facts.consultations), None, _("Meetings that took place in the time reported on.")
    )
    yield Figure(
        _("Participants"), facts.participants, None, _("Everyone counted at each meeting; who came twice counts twice.")
    )
    if facts.aimags:
        held = sum(1 for place in facts.aimags if place.held)
        yield Figure(
            _("Aimags with a consultation of their own"),
            held,
            None,
            _("Out of %(all)s aimags; provincial consultations only.", all=len(facts.aimags)),
        )


def _of_work(facts: Facts) -> Iterator[Figure]:
    if facts.tasks:
        yield Figure(
            _("Follow-up tasks completed"),
            facts.tasks["done"],
            None,
            _("Out of %(all)s tasks given to sub-committees, without cancelled ones.", all=facts.tasks["all"]),
        )
    if facts.agreements:
        yield Figure(
            _("Agreements signed with local governments"),
            facts.agreements["signed"],
            None,
            _("Out of %(all)s agreements drawn up for these years.", all=facts.agreements["all"]),
        )


def figures_table(facts: Facts) -> paper.Table:
    """The figures as a table of the document; numbers stay numbers in a spreadsheet."""
    rows: list[list[Any]] = [
        [
            paper.Cell(each.label, "rating", each.tone) if each.tone else paper.Cell(each.label),
            each.number,
            paper.Cell.percent(each.share),
            each.rule,
        ]
        for each in figures(facts)
    ]
    return paper.Table(
        [
            paper.Column(pgettext("number that is shown", "Figure"), 3),
            paper.Column(pgettext("how many", "Number"), 1, "end"),
            paper.Column(_("Share of all"), 1.1, "end"),
            paper.Column(_("How it is counted"), 4),
        ],
        rows,
        caption=_("Figures at a glance"),
        row_headers=True,
    )


def positions_table(facts: Facts) -> paper.Table:
    """Ratings by the position of the State under review: noted recommendations are rated too."""
    codes = [*facts.ratings, None]
    rows: list[list[Any]] = []
    lines: list[tuple[str, Words]] = [*facts.positions.items(), ("", pgettext("position", "All"))]
    for position, label in lines:
        numbers = [facts.count(code, position) for code in codes]
        bold = not position
        rows.append(
            [
                paper.Cell(label, bold=bold),
                *(paper.Cell(number, bold=bold) for number in numbers),
                paper.Cell(sum(numbers), bold=True),
            ]
        )
    return paper.Table(
        [
            paper.Column(_("Position"), 2),
            *(paper.Column(label, 1, "end") for label in facts.ratings.values()),
            paper.Column(_("Not rated yet"), 1, "end"),
            paper.Column(_("Total"), 1, "end"),
        ],
        rows,
        caption=_("Ratings by position, by UN paragraph"),
        name=_("Ratings by position"),
        row_headers=True,
    )


def traffic_light(facts: Facts) -> paper.Chart:
    """The ratings of this voice as parts of all recommendations."""
    shown = [code for code in facts.ratings if code in RATINGS]
    return paper.Chart(
        "donut",
        _("Traffic light: how far the recommendations are implemented, by UN paragraph"),
        [*(facts.ratings[code] for code in shown), _("Not rated yet")],
        [paper.Series(_("Recommendations"), [*(facts.count(code) for code in shown), len(facts.missing)])],
        tones=[*(RATING_TONES[code] for code in shown), "neutral"],
        unit=_("recommendations"),
        category_title=_("Rating"),
        name=_("Traffic light"),
    )


def theme_chart(facts: Facts) -> paper.Chart | None:
    """The ten most frequent themes with their ratings; None where the source names no themes."""
    themes = facts.themes()
    if not themes:
        return None
    series = [
        paper.Series(facts.ratings.get(code, Content()), [counts.get(code, 0) for _name, counts in themes], tone)
        for code, tone in RATING_TONES.items()
        if code in facts.ratings
    ]
    unrated = [counts.get(None, 0) for _name, counts in themes]
    if any(unrated):
        series.append(paper.Series(_("Not rated yet"), unrated, "neutral"))
    return paper.Chart(
        "stacked",
        _("Ratings by theme: the ten most frequent themes"),
        [name for name, _counts in themes],
        series,
        unit=_("recommendations"),
        category_title=_("Theme"),
        name=_("Ratings by theme"),
    )


def in_words(facts: Facts) -> str:
    """The main figures as a sentence."""
    rated = facts.total - len(facts.missing)
    said = ngettext(
        "%(rated)s of %(num)s recommendation has a published rating of this voice.",
        "%(rated)s of %(num)s recommendations have a published rating of this voice.",
        facts.total,
        rated=format_number(rated),
    )
    parts = [
        f"{label.text(current_locale())}: {format_number(facts.count(code))} ({format_percent(share)})"
        for code, label in facts.ratings.items()
        if (share := _share(facts.count(code), facts.total)) is not None
    ]
    return f"{said} {'; '.join(parts)}." if parts else said
