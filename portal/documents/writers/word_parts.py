"""Pieces of WordprocessingML that python-docx has no words for: numbering, fields, languages, links, table heads."""

from __future__ import annotations

from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length


def element(tag: str, **attributes: str | int) -> Any:
    """An element such as ``w:tblHeader``; attributes are in the same namespace."""
    made = OxmlElement(tag)
    prefix = tag.partition(":")[0]
    for name, value in attributes.items():
        made.set(qn(f"{prefix}:{name.rstrip('_')}"), str(value))
    return made


def put(parent: Any, tag: str, **attributes: str | int) -> Any:
    """Append an element to *parent* and return it."""
    made = element(tag, **attributes)
    parent.append(made)
    return made


_AFTER_SHADE = ("noWrap", "tcMar", "textDirection", "tcFitText", "vAlign", "hideMark")


def shade(cell: Any, colour: str) -> None:
    """Give a cell a background, *colour* as ``#rrggbb``."""
    properties = cell._tc.get_or_add_tcPr()
    shading = element("w:shd", val="clear", color="auto", fill=colour.lstrip("#"))
    later = [each for each in properties if each.tag in {qn(f"w:{name}") for name in _AFTER_SHADE}]
    if later:
        later[0].addprevious(shading)
    else:
        properties.append(shading)


def repeat_row(row: Any) -> None:
    """Repeat a row of the head on every page."""
    put(row._tr.get_or_add_trPr(), "w:tblHeader", val="true")


def keep_row(row: Any) -> None:
    """Never break a row between two pages."""
    put(row._tr.get_or_add_trPr(), "w:cantSplit", val="true")


def add_field(paragraph: Any, code: str, shown: str = "1") -> None:
    """A field such as ``PAGE``; *shown* stands there until Word works it out."""
    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run()
        if kind == "code":
            text = put(run._r, "w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
        elif kind == "shown":
            run.text = shown
        else:
            put(run._r, "w:fldChar", fldCharType=kind)


def set_language(run_or_style: Any, tag: str) -> None:
    """Say in which language (BCP 47) a run or a style is, for spelling and for reading aloud."""
    holder = run_or_style._r if hasattr(run_or_style, "_r") else run_or_style.element
    properties = holder.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    put(properties, "w:lang", val=tag, eastAsia=tag)


def set_font(style: Any, name: str) -> None:
    """Use *name* for every script of a style, also where the template speaks of theme fonts."""
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), name)


def add_link(paragraph: Any, address: str) -> Any:
    """A hyperlink at the end of *paragraph*; append runs to the element returned. ``#name`` leads to a bookmark."""
    link = put(paragraph._p, "w:hyperlink")
    if address.startswith("#"):
        link.set(qn("w:anchor"), address[1:])
    else:
        link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    return link


def add_bookmark(paragraph: Any, name: str, number: int) -> None:
    """Give *paragraph* a name that links can lead to."""
    put(paragraph._p, "w:bookmarkStart", id=number, name=name)
    put(paragraph._p, "w:bookmarkEnd", id=number)


def describe_picture(picture: Any, title: str, alt: str) -> None:
    """Give a picture its text for those who do not see it."""
    properties = picture._inline.docPr
    properties.set("descr", alt)
    properties.set("title", title)


class Numbering:
    """Numbered paragraphs and lists of one file, each list counting from 1."""

    def __init__(self, document: Any) -> None:
        self._part = document.part.numbering_part.element
        used = [int(each.get(qn("w:abstractNumId"))) for each in self._part.findall(qn("w:abstractNum"))]
        self._next = max(used, default=0) + 1

    def define(self, text: str, left: Length, hanging: Length, bullet: bool = False) -> int:
        """A new list; *text* is ``%1.`` or a bullet. Returns the number to give to ``apply``."""
        abstract = element("w:abstractNum", abstractNumId=self._next)
        put(abstract, "w:multiLevelType", val="singleLevel")
        level = put(abstract, "w:lvl", ilvl=0)
        put(level, "w:start", val=1)
        put(level, "w:numFmt", val="bullet" if bullet else "decimal")
        put(level, "w:lvlText", val=text)
        put(level, "w:lvlJc", val="left")
        put(put(level, "w:pPr"), "w:ind", left=left.twips, hanging=hanging.twips)
        first = self._part.find(qn("w:num"))
        if first is None:
            self._part.append(abstract)
        else:
            first.addprevious(abstract)
        used = [int(each.get(qn("w:numId"))) for each in self._part.findall(qn("w:num"))]
        number = max(used, default=0) + 1
        put(put(self._part, "w:num", numId=number), "w:abstractNumId", val=self._next)
        self._next += 1
        return number

    @staticmethod
    def apply(paragraph: Any, number: int) -> None:
        """Make *paragraph* the next one of list *number*."""
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = number
