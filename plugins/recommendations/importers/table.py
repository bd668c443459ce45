"""The tables of a Word document as rows of texts, read from its XML.

python-docx builds its grid anew for every cell it is asked for; one pass over the XML reads a list of a thousand
rows in a fraction of a second and sees merged cells as what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pict", "object", "rPr", "pPr")}
_SKIPPED |= {_FALLBACK, f"{W}tbl"}
_MARKS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_THROUGH = {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}smartTag"}


@dataclass(frozen=True)
class Cell:
    """A cell: its first column in the grid of the table, how many columns it covers, its text, its element."""

    column: int
    span: int
    text: str
    element: Any = field(default=None, compare=False, repr=False)


def tables(root: etree._Element) -> Iterator[list[list[Cell]]]:
    """Every table outside another table, as rows of cells; lines of a cell are separated by a line feed."""
    for table in root.iter(f"{W}tbl"):
        if not any(parent.tag == f"{W}tbl" for parent in table.iterancestors()):
            yield _rows(table)


def paragraphs(root: etree._Element) -> list[str]:
    """The texts of all paragraphs under an element."""
    return [_text(paragraph) for paragraph in root.iter(f"{W}p")]


def _rows(table: etree._Element) -> list[list[Cell]]:
    above: dict[int, str] = {}
    rows: list[list[Cell]] = []
    for row in _children(table, f"{W}tr"):
        column = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
        cells: list[Cell] = []
        for cell in _children(row, f"{W}tc"):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            text = "\n".join(_text(paragraph) for paragraph in _children(cell, f"{W}p")).strip()
            if merge is not None and merge.get(f"{W}val", "continue") == "continue":
                text = above.get(column, text)
            above[column] = text
            span = _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1)
            cells.append(Cell(column, span, text, cell))
            column += span
        rows.append(cells)
    return rows


def _children(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Children of a kind, also those inside content controls and tracked insertions."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _THROUGH:
            yield from _children(child, tag)


def _number(element: etree._Element | None, default: int) -> int:
    value = element.get(f"{W}val", "") if element is not None else ""
    return min(int(value), 1000) if re.fullmatch(r"[0-9]{1,4}", value) else default


def _text(element: etree._Element) -> str:
    """The text as a reader sees it: without deleted passages, field codes and drawings."""
    out: list[str] = []
    for child in element:
        if child.tag == f"{W}t":
            out.append(child.text or "")
        elif child.tag in _MARKS:
            out.append(_MARKS[child.tag])
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            out.append(_text(child))
    return "".join(out)
