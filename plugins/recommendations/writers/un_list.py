"""The register in the form of OHCHR's thematic list (DOCX), its column for comments filled where it is asked for."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from .word import Line, W, add_run, write_lines

HEADERS = ("Recommendation", "Position", "Full list of themes", "Assessment/comments on level of implementation")
_WIDTHS = (5200, 1400, 3200, 4600)
"""Of the columns, in twentieths of a point; a landscape page of A4 with narrow edges."""


def write(payload: Mapping[str, Any]) -> bytes:
    """The document: ``header`` of the page, ``counted`` below it, ``title``, and ``rows``.

    A row has a ``heading`` alone, or ``first`` (lines), ``position``, ``third`` (lines) and ``fourth``
    (lines as in ``word.Line``).
    """
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    section.header.paragraphs[0].text = payload["header"]
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(9)
    document.core_properties.title = payload["title"]
    document.core_properties.author = ""
    document.add_heading(payload["title"], 1)
    document.add_paragraph(payload["counted"])
    table = document.add_table(rows=1, cols=len(HEADERS))
    table.style = document.styles["Table Grid"]
    element = table._tbl
    for column, width in zip(element.tblGrid.iterchildren(f"{W}gridCol"), _WIDTHS, strict=True):
        column.set(f"{W}w", str(width))
    for cell, name in zip(table.rows[0].cells, HEADERS, strict=True):
        add_run(cell._tc.find(f"{W}p"), name, (), bold=True)
    _repeat(table.rows[0]._tr)
    for row in payload["rows"]:
        element.append(_row(row))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _repeat(row: Any) -> None:
    """Show the row again on every page."""
    from docx.oxml import OxmlElement

    row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _row(row: Mapping[str, Any]) -> Any:
    from lxml import etree

    element = etree.Element(f"{W}tr", nsmap={"w": W[1:-1]})
    if heading := row.get("heading"):
        cell = _cell(element, sum(_WIDTHS), len(_WIDTHS))
        write_lines(cell, [["bold", f"Theme: {heading}"]], ())
        return element
    parts: Sequence[Sequence[Line]] = (
        [["text", line] for line in row["first"]],
        [["text", row["position"]]],
        [["text", line] for line in row["third"]],
        row["fourth"],
    )
    for width, lines in zip(_WIDTHS, parts, strict=True):
        write_lines(_cell(element, width), lines, ())
    return element


def _cell(row: Any, width: int, span: int = 1) -> Any:
    from lxml import etree

    cell = etree.SubElement(row, f"{W}tc")
    properties = etree.SubElement(cell, f"{W}tcPr")
    size = etree.SubElement(properties, f"{W}tcW")
    size.set(f"{W}w", str(width))
    size.set(f"{W}type", "dxa")
    if span > 1:
        etree.SubElement(properties, f"{W}gridSpan").set(f"{W}val", str(span))
    etree.SubElement(cell, f"{W}p")
    return cell
