"""Real endnotes in a Word file, which word counts leave out; python-docx has no part for them."""

from __future__ import annotations

from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn

from portal.documents.writers.word_parts import element, put

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/endnotes"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml"
_FIRST = 2
"""Ids 0 and 1 are the two separators every file has."""


def _superscript(run: Any) -> None:
    put(put(run, "w:rPr"), "w:vertAlign", val="superscript")


def add_reference(paragraph: Any, number: int) -> None:
    """The number of endnote *number* (from 1) at the end of *paragraph*."""
    run = put(paragraph._p, "w:r")
    _superscript(run)
    put(run, "w:endnoteReference", id=number + _FIRST - 1)


def add_notes(document: Any, notes: tuple[str, ...]) -> None:
    """Put the texts of the endnotes into the file."""
    from lxml import etree

    root = etree.fromstring(f"<w:endnotes {nsdecls('w')}/>".encode())
    for number, kind in enumerate(("separator", "continuationSeparator")):
        note = etree.SubElement(root, qn("w:endnote"), {qn("w:type"): kind, qn("w:id"): str(number)})
        run = etree.SubElement(etree.SubElement(note, qn("w:p")), qn("w:r"))
        etree.SubElement(run, qn(f"w:{kind}"))
    for number, text in enumerate(notes, _FIRST):
        note = etree.SubElement(root, qn("w:endnote"), {qn("w:id"): str(number)})
        paragraph = etree.SubElement(note, qn("w:p"))
        mark = etree.SubElement(paragraph, qn("w:r"))
        _superscript(mark)
        etree.SubElement(mark, qn("w:endnoteRef"))
        words = etree.SubElement(etree.SubElement(paragraph, qn("w:r")), qn("w:t"))
        words.set(qn("xml:space"), "preserve")
        words.text = f" {text}"
    data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    part = Part(PackURI("/word/endnotes.xml"), _CONTENT, data, document.part.package)
    relations = document.part.rels
    for key in [key for key, relation in relations.items() if relation.reltype == _RELATION]:
        relations.pop(key)  # those of an office's template belonged to the text that was taken out
    document.part.relate_to(part, _RELATION)
    _settings(document)


def _settings(document: Any) -> None:
    """Number endnotes 1, 2, 3; Word's own default is i, ii, iii."""
    settings = document.settings.element
    for old in settings.findall(qn("w:endnotePr")):
        settings.remove(old)
    properties = OxmlElement("w:endnotePr")
    put(properties, "w:numFmt", val="decimal")
    for number in range(_FIRST):
        properties.append(element("w:endnote", id=number))
    compat = settings.find(qn("w:compat"))
    if compat is None:
        settings.append(properties)
    else:
        compat.addprevious(properties)
