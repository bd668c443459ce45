"""DOCX with python-docx: real headings, numbered paragraphs, repeated table heads, pictures described in words."""

from __future__ import annotations

import io
import struct
from typing import Any

from docx import Document as open_document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import _Cell
from docx.text.run import Run

from portal.documents.cells import MANY
from portal.documents.layout import (
    LaidAnnex,
    LaidBlock,
    LaidBreak,
    LaidCell,
    LaidHeading,
    LaidList,
    LaidParagraph,
    LaidPicture,
    LaidSignatures,
    LaidTable,
    Layout,
)
from portal.documents.palette import TONES
from portal.documents.pictures import Sheaf
from portal.documents.text import Piece, plain
from portal.documents.vega import WIDTH
from portal.documents.writers import word_look, word_parts
from portal.documents.writers.word_notes import add_notes, add_reference

_SIDES = {
    "start": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "end": WD_ALIGN_PARAGRAPH.RIGHT,
}


def write_word(layout: Layout, pictures: Sheaf, template: bytes | None = None) -> bytes:
    """*layout* as a Word file; *template* is an office's own empty file, whose styles and page then hold."""
    return _Writer(layout, pictures, template).write()


class _Writer:
    def __init__(self, layout: Layout, pictures: Sheaf, template: bytes | None) -> None:
        self.layout = layout
        self.pictures = pictures
        self.file = open_document(io.BytesIO(template) if template else None)
        if template:
            word_look.empty(self.file)
        else:
            word_look.dress(self.file, layout)
        word_parts.set_language(self.file.styles["Normal"], layout.tag)
        self.table_text = word_look.table_styles(self.file)
        self.numbering = word_parts.Numbering(self.file)
        self.numbered = self.numbering.define("%1.", Cm(0), Cm(0))
        self.bookmarks = 0

    def write(self) -> bytes:
        word_look.name(self.file, self.layout)
        word_look.page_numbers(self.file, self.layout)
        self.front()
        for block in self.layout.blocks:
            self.block(block)
        if self.layout.notes:
            add_notes(self.file, self.layout.notes)
        out = io.BytesIO()
        self.file.save(out)
        return out.getvalue()

    def paragraph(self, style: str = "") -> Any:
        return self.file.add_paragraph(style=word_look.style(self.file, style) if style else None)

    def front(self) -> None:
        if self.layout.organisation:
            self.paragraph("Subtitle").add_run(self.layout.organisation)
        self.paragraph("Title").add_run(self.layout.title)
        for text in (self.layout.subtitle, self.layout.date):
            if text:
                self.paragraph("Subtitle").add_run(text)
        if self.layout.contents:
            self.contents()

    def contents(self) -> None:
        """Links to the headings; no field, because Word asks a question before it fills one."""
        self.paragraph("TOC Heading").add_run(self.layout.words["contents"])
        for block in self.layout.blocks:
            match block:
                case LaidAnnex():
                    text, level = f"{block.label}. {block.title}", 1
                case LaidHeading(level=level) if level < 3:
                    text = plain(block.pieces)
                case _:
                    continue
            line = self.paragraph()
            line.paragraph_format.left_indent = Cm(0.6 * (level - 1))
            line.paragraph_format.space_after = Pt(2)
            run = Run(word_parts.put(word_parts.add_link(line, f"#{block.anchor}"), "w:r"), line)
            run.text = text
        self.file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def block(self, block: LaidBlock) -> None:
        match block:
            case LaidHeading():
                heading = self.paragraph(f"Heading {block.level}")
                self.bookmark(heading, block.anchor)
                self.runs(heading, block.pieces)
            case LaidParagraph():
                self.text(block)
            case LaidList():
                number = (
                    self.numbering.define("%1.", Cm(1.2), Cm(0.6))
                    if block.ordered
                    else self.numbering.define("•", Cm(1.2), Cm(0.6), bullet=True)
                )
                for item in block.items:
                    line = self.paragraph("List Paragraph")
                    self.numbering.apply(line, number)
                    self.runs(line, item)
            case LaidTable():
                self.table(block)
            case LaidPicture():
                self.picture(block)
            case LaidSignatures():
                self.signatures(block)
            case LaidAnnex():
                self.annex(block)
            case LaidBreak():
                self.file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def bookmark(self, paragraph: Any, name: str) -> None:
        self.bookmarks += 1
        word_parts.add_bookmark(paragraph, name, self.bookmarks)

    def text(self, block: LaidParagraph) -> None:
        line = self.paragraph({"quote": "Quote", "lead": "Body Text"}.get(block.style, ""))
        if block.number:
            self.numbering.apply(line, self.numbered)
            line.paragraph_format.tab_stops.add_tab_stop(Cm(1))
        self.runs(line, block.pieces)
        if block.style == "small":
            for run in line.runs:
                run.font.size = Pt(9)

    def runs(self, paragraph: Any, parts: tuple[Piece, ...], bold: bool = False, colour: str = "") -> None:
        for part in parts:
            if part.href:
                run = Run(word_parts.put(word_parts.add_link(paragraph, part.href), "w:r"), paragraph)
                run.text = part.text
                run.underline = True
                run.font.color.rgb = RGBColor.from_string("17457A")
            else:
                run = paragraph.add_run(part.text)
                if colour:
                    run.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
            if part.bold or bold:
                run.bold = True
            if part.italic:
                run.italic = True
            if part.lang:
                word_parts.set_language(run, part.lang)
            if part.note:
                add_reference(paragraph, part.note)

    def caption(self, label: str, title: str) -> None:
        line = self.paragraph("Caption")
        line.paragraph_format.keep_with_next = True
        line.add_run(f"{label}. ").bold = True
        line.add_run(title).bold = False

    def table(self, block: LaidTable) -> None:
        if block.caption:
            self.caption(block.label, block.caption)
        heads = 1 + len(block.head)
        table = self.file.add_table(heads + len(block.body), len(block.columns))
        style = word_look.style(self.file, "Table Grid")
        if style is not None:
            table.style = style
        table.autofit = False
        word_look.mark_heads(table, block.row_headers, f"{block.label}. {block.caption}" if block.caption else "")
        section = self.file.sections[-1]
        room = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
        widths = [Emu(int(room * column.width)) for column in block.columns]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        small = len(block.columns) > MANY
        titles = tuple(LaidCell((Piece(c.title),), None, "text", c.align, bold=True) for c in block.columns)
        rows = (titles, *block.head, *block.body)
        for number, (row, cells) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):
            head = number < heads
            for place, (tc, cell) in enumerate(zip(row.tc_lst, cells, strict=True)):
                box = _Cell(tc, table)
                box.width = widths[place]
                self.cell(box, cell, head or (block.row_headers and place == 0), small)
                if head:
                    word_parts.shade(box, "#e4e8ec")
        for number in range(heads):
            word_parts.repeat_row(table.rows[number])
        for line in table.rows:
            word_parts.keep_row(line)
        after = self.paragraph()
        after.paragraph_format.space_after = Pt(4)

    def cell(self, box: _Cell, cell: LaidCell, bold: bool, small: bool) -> None:
        line = box.paragraphs[0]
        line._p.style = self.table_text[small]
        if cell.align != "start":
            line.alignment = _SIDES[cell.align]
        colour = ""
        if cell.tone:
            ink = TONES[cell.tone]
            word_parts.shade(box, ink.pale)
            colour = ink.dark
        parts = (Piece(f"{cell.sign}\u00a0"), *cell.pieces) if cell.sign else cell.pieces
        self.runs(line, parts, cell.bold or bold or bool(cell.tone), colour)

    def picture(self, block: LaidPicture) -> None:
        self.caption(block.label, block.title)
        data = self.pictures.picture(block, "png")
        line = self.file.add_paragraph()
        line.paragraph_format.keep_with_next = block.table is not None
        shape = line.add_run().add_picture(io.BytesIO(data), width=_width(data))
        word_parts.describe_picture(shape, f"{block.label}. {block.title}", block.alt)
        if block.table:
            self.table(block.table)

    def signatures(self, block: LaidSignatures) -> None:
        lines = [self.paragraph()]
        lines[0].paragraph_format.space_before = Pt(30)
        lines[0].add_run(block.line)
        for each in block.signatures:
            line = self.paragraph()
            line.paragraph_format.space_before = Pt(18)
            stops = line.paragraph_format.tab_stops
            stops.add_tab_stop(Cm(7))
            stops.add_tab_stop(Cm(11), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
            line.add_run(each.position).bold = True
            line.add_run(f"\t\t {each.name}")
            lines.append(line)
            if each.organisation:
                lines.append(self.paragraph())
                lines[-1].add_run(each.organisation)
        for line in lines[:-1]:
            line.paragraph_format.keep_with_next = True

    def annex(self, block: LaidAnnex) -> None:
        section = self.file.add_section(WD_SECTION.NEW_PAGE)
        wide = (section.page_width or 0) > (section.page_height or 0)
        if wide != block.landscape:
            section.page_width, section.page_height = section.page_height, section.page_width
        section.orientation = WD_ORIENT.LANDSCAPE if block.landscape else WD_ORIENT.PORTRAIT
        section.different_first_page_header_footer = False
        heading = self.paragraph("Heading 1")
        self.bookmark(heading, block.anchor)
        heading.add_run(f"{block.label}. {block.title}")


def _width(png: bytes) -> Emu:
    """The width of a picture on the page: charts as wide as the text, smaller ones in proportion."""
    pixels: int = struct.unpack(">I", png[16:20])[0]
    return Emu(int(min(1.0, pixels / (WIDTH * 2.25 + 24)) * Cm(16)))
