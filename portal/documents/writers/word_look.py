"""How a Word file looks when no office has given its own: A4, Times New Roman, black headings, page numbers."""

from __future__ import annotations

import re
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from portal import clock
from portal.documents.layout import Layout
from portal.documents.writers import word_parts

FONT = "Times New Roman"
"""As UN documents are set; on every office machine, with Ө, Ү and ₮."""

_BLACK = RGBColor(0, 0, 0)
_HEADINGS = {"Heading 1": 15, "Heading 2": 13, "Heading 3": 12, "Heading 4": 11.5, "TOC Heading": 13}


def style(file: Any, name: str) -> Any:
    """The style *name* of the file, None where an office's template has none of that name."""
    return file.styles[name] if name in [each.name for each in file.styles] else None


def table_styles(file: Any) -> tuple[str, str]:
    """The ids of the styles of a table's text and of a wide table's, added where the template has none."""
    ids = []
    for wanted, size in (("Table Text", 9.5), ("Table Text Small", 8.5)):
        found = style(file, wanted)
        if found is None:
            found = file.styles.add_style(wanted, WD_STYLE_TYPE.PARAGRAPH)
            found.base_style = file.styles["Normal"]
            found.font.size = Pt(size)
            found.paragraph_format.space_before = found.paragraph_format.space_after = Pt(1)
            found.paragraph_format.line_spacing = 1.0
        ids.append(found.style_id)
    return ids[0], ids[1]


def empty(file: Any) -> None:
    """Take the content out of an office's template; its page, header, footer and styles stay."""
    body = file.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)


def dress(file: Any, layout: Layout) -> None:
    """Give a file made from nothing its page and its styles."""
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.2)
    normal = file.styles["Normal"]
    word_parts.set_font(normal, FONT)
    normal.font.size = Pt(11.5)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.15
    for name, size in _HEADINGS.items():
        _heading(file.styles[name], size)
    _heading(file.styles["Title"], 22)
    for border in file.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
        break
    for name, size in (("Subtitle", 13), ("Caption", 10.5), ("Quote", 11.5), ("Body Text", 13)):
        _plain(file.styles[name], size)
    file.styles["Quote"].paragraph_format.left_indent = Cm(1)
    file.styles["Caption"].paragraph_format.space_before = Pt(10)
    file.styles["Caption"].paragraph_format.space_after = Pt(4)
    header = file.sections[0].header.paragraphs[0]
    file.sections[0].different_first_page_header_footer = True
    run = header.add_run(layout.title)
    run.font.size = Pt(9)


def _heading(each: Any, size: float) -> None:
    _plain(each, size)
    each.font.bold = True
    each.paragraph_format.space_before = Pt(size)
    each.paragraph_format.space_after = Pt(4)
    each.paragraph_format.keep_with_next = True


def _plain(each: Any, size: float) -> None:
    word_parts.set_font(each, FONT)
    each.font.size = Pt(size)
    each.font.color.rgb = _BLACK
    each.font.italic = False
    each.font.bold = False
    spacing = each.element.get_or_add_rPr().find(qn("w:spacing"))
    if spacing is not None:
        spacing.getparent().remove(spacing)


def name(file: Any, layout: Layout) -> None:
    """Title, author and language in the file's properties; nothing about who made it on which machine."""
    properties = file.core_properties
    properties.title = layout.title[:255]
    properties.subject = layout.subtitle[:255]
    properties.author = layout.organisation[:255]
    properties.last_modified_by = ""
    properties.comments = ""
    properties.keywords = ""
    properties.language = layout.tag
    properties.created = properties.modified = clock.now().replace(tzinfo=None)
    properties.revision = 1
    relations = file.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        relations.pop(key)  # a small picture of python-docx's own template


def page_numbers(file: Any, layout: Layout) -> None:
    """ "Page 3 of 12" at the foot of every page; an office's own footer stays as it is."""
    section = file.sections[0]
    footers = [section.footer]
    if section.different_first_page_header_footer:
        footers.append(section.first_page_footer)
    for footer in footers:
        line = footer.paragraphs[0]
        if line.text.strip() or line._p.findall(f".//{qn('w:fldChar')}") or line._p.findall(f".//{qn('w:fldSimple')}"):
            continue
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for part in re.split(r"(\{page\}|\{pages\})", layout.words["page"]):
            if part == "{page}":
                word_parts.add_field(line, "PAGE")
            elif part == "{pages}":
                word_parts.add_field(line, "NUMPAGES")
            elif part:
                line.add_run(part)
        for run in line.runs:
            run.font.size = Pt(9)


def mark_heads(table: Any, row_headers: bool, caption: str) -> None:
    """Tell readers of the file which cells are heads, and what the table is about."""
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblLook")):
        properties.remove(old)
    word_parts.put(
        properties, "w:tblLook", val="04A0" if row_headers else "0420", firstRow=1, lastRow=0,
        firstColumn=int(row_headers), lastColumn=0, noHBand=0, noVBand=1,
    )  # fmt: skip
    if caption:
        word_parts.put(properties, "w:tblCaption", val=caption)
