"""The agreement as a paper to be signed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from portal.api import Content, DocumentKind, Identity, Record, _, _l, force_locale, format_date, records
from portal.api import documents as paper

from . import linking, queries, service
from .linking import Linked
from .queries import ClauseRow, Facts, OfficeHolder
from .statuses import IN_FORCE, KIND


def build(user: Identity, record_id: int, locale: str) -> paper.Document:
    """The text of agreement *record_id* in *locale*, with places for both signatures.

    Dropped clauses are left out. The portal signs nothing: the places are filled by hand. Raises NotFound where
    *user* may not read the agreement.
    """
    record = records.get(user, record_id, KIND)
    facts = queries.facts(record.id)
    listed = [each for each in queries.clauses(record.id) if each.number]
    linked = linking.recommendations_of(user, [each.id for each in listed])
    orgs = [key for key in (record.org_id, facts.row.party_id) if key is not None]
    holders = queries.office_holders(orgs)
    with force_locale(locale):
        return paper.Document(
            title=_("Agreement on carrying out human rights recommendations"),
            language=locale,
            subtitle=_(
                "%(unit)s, %(year)s",
                unit=service.place(facts.unit, facts.unit_kind).text(locale),
                year=facts.row.year,
            ),
            organisation=facts.org,
            date=facts.row.signed_on or facts.row.drafted_on,
            blocks=[
                *_head(record, facts),
                paper.Heading(1, _("The parties")),
                paper.Paragraph(
                    [
                        _("This agreement for the calendar year %(year)s is made between", year=facts.row.year),
                        " ",
                        paper.Run(facts.org, bold=True),
                        " ",
                        _("on the one side, and"),
                        " ",
                        paper.Run(facts.party, bold=True),
                        " ",
                        _("on the other."),
                    ],
                ),
                *_purpose(facts),
                paper.Heading(1, _("What is agreed")),
                *_clauses(listed, linked),
                paper.Heading(1, _("Reporting")),
                paper.Paragraph(
                    _(
                        "The local government reports on each clause every quarter, within %(days)s days "
                        "of the end of the quarter.",
                        days=20,
                    )
                ),
                paper.Heading(1, _("Signatures")),
                _signatures(record, facts, holders),
            ],
        )


def _head(record: Record, facts: Facts) -> Iterator[paper.Block]:
    row = facts.row
    if row.number:
        yield paper.Paragraph([paper.Run(_("Number:"), bold=True), " ", row.number])
    if record.status in IN_FORCE and row.signed_on is not None:
        day = format_date(row.signed_on, "official_day")
        yield paper.Paragraph([paper.Run(_("Signed on:"), bold=True), " ", day])
    else:
        day = format_date(row.drafted_on, "official_day")
        yield paper.Paragraph([paper.Run(_("Draft of:"), bold=True), " ", day])


def _purpose(facts: Facts) -> Iterator[paper.Block]:
    if facts.row.purpose:
        yield paper.Heading(1, _("Purpose"))
        yield paper.Paragraph(facts.row.purpose)


def _clauses(listed: Sequence[ClauseRow], linked: Mapping[int, Sequence[Linked]]) -> Iterator[paper.Block]:
    rows: list[list[paper.Cell | Content | str]] = []
    for each in listed:
        text: list[Content | paper.Run | str] = [each.text]
        if recommendations := linked.get(each.id):
            known = ", ".join(one.number or str(one.title) for one in recommendations)
            text.append(paper.Run(" (" + _("recommendations %(numbers)s", numbers=known) + ")", italic=True))
        until: list[Content | str] = [format_date(each.due_on)] if each.due_on is not None else []
        if each.responsible:
            until += [", ", each.responsible] if until else [each.responsible]
        rows.append(
            [
                str(each.number),
                paper.Cell(each.text, runs=text),
                paper.Cell(each.indicator, runs=[each.indicator] if each.indicator else ["–"]),
                paper.Cell("", runs=until or ["–"]),
            ]
        )
    yield paper.Table(
        [
            paper.Column(_("No."), 1, "centre"),
            paper.Column(_("Clause"), 8),
            paper.Column(_("How one sees that it is done"), 5),
            paper.Column(_("Due, and by whom"), 4),
        ],
        rows,
        row_headers=True,
    )


def _signatures(record: Record, facts: Facts, holders: Mapping[int, OfficeHolder]) -> paper.SignatureBlock:
    row, nobody = facts.row, OfficeHolder("", Content())
    us = holders.get(record.org_id or 0, nobody)
    them = holders.get(row.party_id, nobody)
    return paper.SignatureBlock(
        [
            paper.Signature(row.office_us or us.office or "", row.signer_us or us.name, facts.org),
            paper.Signature(row.office_them or them.office or "", row.signer_them or them.name, facts.party),
        ],
        date=row.signed_on if record.status in IN_FORCE else None,
    )


DOCUMENTS = [
    DocumentKind(
        "agreements.agreement",
        _l("Text of the agreement"),
        KIND,
        build,
        formats=("docx", "pdf", "html"),
        permission="agreements.read",
    )
]
