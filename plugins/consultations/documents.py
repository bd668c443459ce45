"""The minutes of a consultation as a paper: the Mongolian form of a "хурлын тэмдэглэл" (MNS 5140-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from portal.api import (
    Content,
    DocumentKind,
    Identity,
    LazyString,
    NotFound,
    _,
    _l,
    force_locale,
    format_number,
    meetings,
    ngettext,
    pgettext,
    records,
)
from portal.api import documents as paper

from . import numbers, queries
from .words import KINDS, LEVELS, MINUTES_KIND

Words = str | Content | LazyString


def build(user: Identity, record_id: int, locale: str) -> paper.Document:
    """The paper of the minutes *record_id* (or of the consultation they are of), in *locale*.

    It names nobody who is anonymous and nobody on the attendance list who did not agree; restricted statements
    are left out and only counted. Raises NotFound where *user* may not read the minutes.
    """
    record = records.get(user, record_id)
    if record.kind == queries.KIND:
        of_meeting = meetings.minutes_of(user, record.id)
        if of_meeting is None:
            raise NotFound
        record_id = of_meeting.id
    header, minutes = meetings.get_minutes(user, record_id)
    if header.kind != MINUTES_KIND:
        raise NotFound
    meeting = records.get(user, minutes.meeting_id, queries.KIND)
    facts = queries.facts(meeting)
    said = meetings.statements(user, minutes.id)
    with force_locale(locale):
        return paper.Document(
            title=_("Minutes of a meeting"),
            language=locale,
            subtitle=meeting.title,
            organisation=facts.organiser or "",
            date=facts.row.held_on,
            blocks=[
                *_head(minutes, facts),
                *_agenda(meeting.id),
                *_participants(meeting.id, facts),
                *_course(minutes),
                *_said(user, said),
                *_foot(minutes, facts),
            ],
        )


def _line(label: str, *values: Words) -> paper.Paragraph:
    return paper.Paragraph([paper.Run(f"{label}: ", bold=True), *values])


def _head(minutes: meetings.MinutesView, facts: queries.Facts) -> Iterator[paper.Block]:
    row = facts.row
    if not minutes.approved:
        yield paper.Paragraph([paper.Run(_("Draft, not approved"), bold=True)])
    if minutes.number:
        yield _line(pgettext("minutes", "Number"), minutes.number)
    place = [part for part in (facts.unit, row.venue) if part]
    if place:
        yield _line(_("Place"), *_joined(place))
    if row.starts_at is not None:
        yield _line(_("Begins at"), f"{row.starts_at:%H:%M}")
    if row.duration is not None:
        yield _line(_("Length"), ngettext("%(num)s minute", "%(num)s minutes", row.duration))
    yield _line(_("Level and kind"), f"{LEVELS[row.level]}, {str(KINDS[row.kind]).lower()}")
    if facts.covered:
        yield _line(_("Aimags that take part"), *_joined(facts.covered))
    if facts.co_organisers:
        yield _line(_("Organised together with"), *_joined(facts.co_organisers))
    if minutes.chair:
        yield _line(_("Chaired by"), minutes.chair)
    if minutes.secretary:
        yield _line(_("Minutes taken by"), minutes.secretary)


def _joined(values: Sequence[Words]) -> list[Words]:
    out: list[Words] = []
    for value in values:
        out += [", ", value] if out else [value]
    return out


def _agenda(meeting_id: int) -> Iterator[paper.Block]:
    items = meetings.agenda(meeting_id)
    if not items:
        return
    yield paper.Heading(1, _("Agenda"))
    yield paper.ListBlock(
        [[item.title, " – ", item.speaker] if item.speaker else item.title for item in items], ordered=True
    )


def _participants(meeting_id: int, facts: queries.Facts) -> Iterator[paper.Block]:
    row, people = facts.row, meetings.attendance(meeting_id)
    if not row.attended_total and not people:
        return
    yield paper.Heading(1, _("Participants"))
    if row.attended_total:
        present = [(label, row.attended[key]) for key, label in meetings.CATEGORIES.items() if row.attended.get(key)]
        lines: list[list[Any]] = [
            [label, number, paper.Cell.percent(number / row.attended_total)] for label, number in present
        ]
        lines.append(
            [paper.Cell(_("Total"), bold=True), paper.Cell(row.attended_total, bold=True), paper.Cell.percent(1)]
        )
        yield paper.Table(
            [
                paper.Column(_("Taking part as"), 4),
                paper.Column(_("Number of participants"), 2, "end"),
                paper.Column(_("Percent"), 1, "end"),
            ],
            lines,
            row_headers=True,
        )
    if row.women is not None or row.men is not None:
        yield paper.Paragraph(_("Women: %(women)s, men: %(men)s.", women=row.women or 0, men=row.men or 0))
    if facts.groups:
        yield paper.Paragraph([_("Among them:"), " ", "; ".join(_group_words(facts.groups)), "."])
    named = [each for each in people if each.named]
    if named:
        yield paper.ListBlock(
            [[each.name, ", ", each.organisation] if each.organisation else each.name for each in named]
        )
    if unnamed := len(people) - len(named):
        yield paper.Paragraph(
            ngettext(
                "%(num)s more person is on the attendance list, without a name here.",
                "%(num)s more persons are on the attendance list, without a name here.",
                unnamed,
            )
        )


def _group_words(groups: dict[str, int]) -> list[str]:
    """Counts of groups; small ones could point at a person and are not given."""
    return [
        f"{label} – {format_number(groups[key]) if groups[key] >= meetings.SMALL else few()}"
        for key, label in meetings.GROUPS.items()
        if key in groups
    ]


def few() -> str:
    """What stands for a count that is too small to be shown."""
    return _("fewer than %(limit)s", limit=meetings.SMALL)


def _course(minutes: meetings.MinutesView) -> Iterator[paper.Block]:
    if minutes.summary:
        yield paper.Heading(1, _("How the meeting went"))
        yield paper.Paragraph(minutes.summary)


def _said(user: Identity, said: list[meetings.StatementRow]) -> Iterator[paper.Block]:
    open_ones = [row for row in said if not row.restricted]
    if open_ones:
        yield paper.Heading(1, _("What was said"))
    known = numbers.of_statements(user, [row.id for row in open_ones])
    for section, title in meetings.SECTIONS.items():
        inside = [row for row in open_ones if row.section == section]
        if inside:
            yield paper.Heading(2, str(title))
        for row in inside:
            yield paper.Paragraph([row.text, *_remarks(row, known.get(row.id, []))], numbered=True)
    if hidden := len(said) - len(open_ones):
        yield paper.Paragraph(
            ngettext(
                "%(num)s statement is kept within the organisation and not printed.",
                "%(num)s statements are kept within the organisation and not printed.",
                hidden,
            ),
            style="small",
        )


def _remarks(row: meetings.StatementRow, recommendations: list[str]) -> Iterator[paper.Run]:
    who = [str(meetings.CATEGORIES[row.category])] if row.category else []
    if row.speaker:
        who.append(row.speaker)
    if who:
        yield paper.Run(f" ({', '.join(who)})", italic=True)
    if recommendations:
        yield paper.Run(" " + _("[Recommendations: %(numbers)s]", numbers=", ".join(recommendations)))


def _foot(minutes: meetings.MinutesView, facts: queries.Facts) -> Iterator[paper.Block]:
    yield paper.SignatureBlock(
        [
            paper.Signature(_("Chair of the meeting"), minutes.chair),
            paper.Signature(_("Taken down by"), minutes.secretary),
        ],
        place=facts.unit or "",
        date=facts.row.held_on,
    )


DOCUMENTS = [
    DocumentKind(
        "consultations.minutes",
        _l("Minutes of a consultation"),
        MINUTES_KIND,
        build,
        formats=("docx", "pdf", "html"),
        permission="consultations.read",
    )
]
