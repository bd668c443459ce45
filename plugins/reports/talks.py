"""The part of a report on consultations: what was held, where, and who came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.api import Content, _, current_locale, format_number, ngettext, pgettext
from portal.api import documents as paper

from . import prose
from .facts import Facts, Held


def part(facts: Facts) -> Iterator[paper.Block]:
    """The consultations with their totals, the aimags reached, and participation by category; the list is an annex."""
    yield paper.Heading(1, _("Consultations and who took part"))
    if not facts.consultations:
        yield paper.Paragraph(_("No consultation was held in the time reported on."), numbered=True)
        return
    yield paper.Paragraph(_told(facts), numbered=True)
    if reached := aimags_reached(facts):
        yield paper.Paragraph(reached, numbered=True)
    yield _by_level(facts)
    if people := facts.people():
        yield _participation(facts, people)


def _told(facts: Facts) -> str:
    held = ngettext("%(num)s consultation was held.", "%(num)s consultations were held.", len(facts.consultations))
    came = ngettext(
        "%(number)s person took part.",
        "%(number)s persons took part.",
        facts.participants,
        number=format_number(facts.participants),
    )
    women, men = (sum(getattr(each, key) for each in facts.consultations) for key in ("women", "men"))
    counted = ""
    if women or men:
        counted = _(
            "Where it was counted, %(women)s were women and %(men)s men.",
            women=format_number(women),
            men=format_number(men),
        )
    return prose.sentence(held, came, counted)


def aimags_reached(facts: Facts) -> str:
    """How many of the aimags had a consultation of their own, and which had none; empty without provincial ones."""
    if not any(each.level == "provincial" for each in facts.consultations):
        return ""
    missing = facts.without_consultation
    said = _(
        "Provincial consultations were held in %(held)s of %(all)s aimags.",
        held=len(facts.aimags) - len(missing),
        all=len(facts.aimags),
    )
    if not missing:
        return said
    names = ", ".join(place.name.text(current_locale()) for place in missing)
    return prose.sentence(said, _("None was held in: %(names)s.", names=names))


def _participation(facts: Facts, people: list[tuple[str, int]]) -> paper.Chart:
    return paper.Chart(
        "donut",
        _("Participants by category"),
        [facts.categories[key] for key, _number in people],
        [paper.Series(_("Participants"), [number for _key, number in people])],
        unit=_("participants"),
        category_title=_("Taking part as"),
    )


def _by_level(facts: Facts) -> paper.Table:
    """How many meetings of each level there were and who came, with totals."""
    levels = dict.fromkeys(each.level for each in facts.consultations)
    labels = {each.level: each.level_label for each in facts.consultations}
    rows = [_sums(labels[level], [each for each in facts.consultations if each.level == level]) for level in levels]
    rows.append(_sums(_("Total"), list(facts.consultations), bold=True))
    return paper.Table(
        [
            paper.Column(pgettext("consultations", "Level"), 2.4),
            paper.Column(pgettext("consultations", "Held"), 1.2, "end"),
            paper.Column(_("Participants"), 1.6, "end"),
            paper.Column(_("Women"), 1.4, "end"),
            paper.Column(_("Men"), 1.4, "end"),
        ],
        rows,
        caption=_("Consultations by level"),
        row_headers=True,
        counted=False,
    )


def _sums(label: Content | str, held: list[Held], *, bold: bool = False) -> list[Any]:
    numbers = (
        len(held),
        sum(each.attended for each in held),
        sum(each.women for each in held),
        sum(each.men for each in held),
    )
    return [paper.Cell(label, bold=bold), *(paper.Cell(number, bold=bold) for number in numbers)]
