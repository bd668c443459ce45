"""From the content model to the layout: the one place where a document is put into words and numbered."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.documents.cells import lay_table
from portal.documents.charts import data_table, localise, speaking
from portal.documents.layout import (
    LaidAnnex,
    LaidBlock,
    LaidBreak,
    LaidHeading,
    LaidList,
    LaidParagraph,
    LaidPicture,
    LaidSignature,
    LaidSignatures,
    LaidTable,
    Layout,
)
from portal.documents.model import (
    Annex,
    Block,
    Chart,
    Document,
    Heading,
    ListBlock,
    Map,
    PageBreak,
    Paragraph,
    SignatureBlock,
    Table,
)
from portal.documents.text import Words, pieces, resolve
from portal.documents.tiles import lay_map, map_table
from portal.i18n import format_date, pgettext
from portal.i18n import gettext as _

TAGS = {"mn": "mn-MN", "en": "en-GB"}
"""The BCP 47 name a file gives its language."""


def compose(document: Document) -> Layout:
    """Lay *document* out in its own language, whatever the reader's is."""
    with speaking(document.language):
        return _Composer(document.language).document(document)


@dataclass
class _Composer:
    """Counters of one document."""

    language: str
    notes: list[str] = field(default_factory=list)
    paragraphs: int = 0
    headings: int = 0
    level: int = 0
    tables: int = 0
    figures: int = 0
    annexes: int = 0
    wide: bool = False

    def document(self, document: Document) -> Layout:
        blocks = tuple(self.block(each) for each in document.blocks)
        return Layout(
            title=self.words(document.title),
            subtitle=self.words(document.subtitle),
            organisation=self.words(document.organisation),
            date=format_date(document.date, "official", self.language),
            language=self.language,
            tag=TAGS[self.language],
            blocks=blocks,
            notes=tuple(self.notes),
            contents=document.contents,
            words={
                "contents": pgettext("document", "Contents"),
                "notes": pgettext("document", "Notes"),
                # TRANSLATORS: at the foot of a page; {page} and {pages} are numbers and stay as they are
                "page": _("Page {page} of {pages}"),
                "text": pgettext("document", "Text"),
                "sheet": pgettext("document", "Sheet"),
                "back": _("Back to the text"),
            },
        )

    def words(self, value: Words) -> str:
        return resolve(value, self.language)[0].strip()

    def block(self, block: Block) -> LaidBlock:
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                self.paragraphs += block.numbered
                parts = pieces(block.text, self.language, self.notes)
                return LaidParagraph(parts, self.paragraphs if block.numbered else 0, block.style)
            case ListBlock():
                items = tuple(pieces(item, self.language, self.notes) for item in block.items)
                return LaidList(items, block.ordered)
            case Table():
                return self.table(block)
            case Chart() | Map():
                return self.picture(block)
            case SignatureBlock():
                return self.signatures(block)
            case Annex():
                self.annexes += 1
                self.wide = block.landscape
                self.headings += 1
                self.level = 1
                label = _("Annex %(number)s", number=self.annexes)
                return LaidAnnex(label, self.words(block.title), block.landscape, f"part-{self.headings}")
            case PageBreak():
                return LaidBreak()

    def heading(self, block: Heading) -> LaidHeading:
        """PDF/UA and screen readers want no level skipped, so a heading is raised to where it can stand."""
        self.level = max(1, min(block.level, self.level + 1, 4))
        self.headings += 1
        return LaidHeading(self.level, pieces(block.text, self.language, self.notes), f"part-{self.headings}")

    def table(self, block: Table) -> LaidTable:
        caption = self.words(block.caption)
        label = ""
        if caption:
            self.tables += 1
            label = _("Table %(number)s", number=self.tables)
        return self.laid(block, label, caption)

    def laid(self, table: Table, label: str = "", caption: str = "") -> LaidTable:
        return lay_table(table, self.language, self.notes, label, caption, self.wide)

    def picture(self, block: Chart | Map) -> LaidPicture:
        self.figures += 1
        label = _("Figure %(number)s", number=self.figures)
        if isinstance(block, Map):
            table = self.laid(map_table(block, self.language))
            alt, data = lay_map(block, self.language)
            return LaidPicture(label, self.words(block.title), alt, data, table)
        chart = localise(block, self.language)
        shown = self.laid(data_table(block, self.language)) if block.with_table else None
        return LaidPicture(label, chart.title, chart.alt, chart, shown)

    def signatures(self, block: SignatureBlock) -> LaidSignatures:
        line = ", ".join(
            part for part in (self.words(block.place), format_date(block.date, "official", self.language)) if part
        )
        places = tuple(
            LaidSignature(self.words(each.position).upper(), self.words(each.name), self.words(each.organisation))
            for each in block.signatures
        )
        return LaidSignatures(places, line)
