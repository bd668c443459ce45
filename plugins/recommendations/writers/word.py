"""Paragraphs of a Word table cell, as XML elements."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
Line = Sequence[str]
"""A line of an assessment: how it looks (``bold``, ``text``, ``item``) and its words."""

_TAKEN = ("rFonts", "color", "sz", "szCs")
"""What of the look of other words in the table is taken over, in the order of the format."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def clean(text: str) -> str:
    """*text* without characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def look_of(*elements: etree._Element | None) -> list[etree._Element]:
    """Font, colour and size from the first of *elements* (``rPr``) that has any."""
    for element in elements:
        if element is not None and (found := [each for name in _TAKEN for each in element.findall(f"{W}{name}")]):
            return [copy.deepcopy(each) for each in found]
    return []


def add_run(paragraph: etree._Element, text: str, look: Iterable[etree._Element], *, bold: bool = False) -> None:
    """Add words to a paragraph."""
    from lxml import etree

    run = etree.SubElement(paragraph, f"{W}r")
    parts = [copy.deepcopy(each) for each in look]
    if parts or bold:
        properties = etree.SubElement(run, f"{W}rPr")
        fonts = [each for each in parts if each.tag == f"{W}rFonts"]
        properties.extend(fonts)
        if bold:
            etree.SubElement(properties, f"{W}b")
        properties.extend([each for each in parts if each.tag != f"{W}rFonts"])
    words = etree.SubElement(run, f"{W}t")
    words.text = clean(text)
    words.set(XML_SPACE, "preserve")


def write_lines(cell: etree._Element, lines: Sequence[Line], look: Sequence[etree._Element]) -> None:
    """Write *lines* into a cell: the first into its first paragraph, the others after it in the same form."""
    from lxml import etree

    first = cell.find(f"{W}p")
    if first is None:
        first = etree.SubElement(cell, f"{W}p")
    form = first.find(f"{W}pPr")
    paragraph, place = first, list(cell).index(first)
    for number, (kind, text) in enumerate(lines):
        if number:
            paragraph = etree.Element(f"{W}p")
            if form is not None:
                paragraph.append(copy.deepcopy(form))
            cell.insert(place + number, paragraph)
        add_run(paragraph, f"- {text}" if kind == "item" else text, look, bold=kind == "bold")
