"""Documents: content in, files out. Modules make a ``Document``; writers turn it into DOCX, PDF, XLSX, HTML and CSV.

Content model (all frozen)::

    Document(title, language, blocks, subtitle="", organisation="", date=None, word_limit=None, contents=False)
    Heading(level, text)                     Paragraph(text, numbered=False, style="body|lead|quote|small")
    ListBlock(items, ordered=False)          Table(columns, rows, caption="", header_rows=1, row_headers=False,
    Column(title, width=0, align="")               counted=True, widths=(), name="")
    Cell(value, kind="", tone="", bold=False, runs=())   Cell.rating(label, tone)   Cell.percent(share)
    Chart(kind, title, categories, series, tones=(), alt="", unit="", percent=False, name="")
    Series(name, values, tone="")            Map(title, tiles, names, legend, name="")   Tile(value, tone)
    PageBreak()   Annex(title, landscape=True)   SignatureBlock(signatures, place, date)   Signature(position, name)
    Run(text, bold, italic, href, lang, note)

A text is a ``str``, a bilingual ``Content``, a lazy text or a list of these and of ``Run``; it is resolved in the
language of the document (``mn`` or ``en``). Tones are ``success warning danger info neutral``.

Files: ``write(document, "pdf") -> bytes`` makes most formats in a limited child; ``file_name(document, "pdf")``,
``content_disposition(name)`` and ``MIME_TYPES`` serve a download; ``word_count(document) -> Count(words, limit, left)``
counts as the UN does.

Pages: ``fragment(document)`` is an article; ``picture_svg(chart or map)`` and ``picture_numbers(chart or map)`` a light
picture and its numbers (``chart_svg``, ``map_svg`` in a chosen language; ``chart.table()``, ``chart.alt_text()``);
``picture_file(chart or map, language, "png")`` is one as a file.

Exports: ``export_rows(columns, rows, "csv|xlsx|json", locale)`` streams a list or dataset.

Importing this package loads no office, chart or typesetting library.
"""

from portal.documents.compose import compose
from portal.documents.counting import Count, word_count
from portal.documents.exports import ExportColumn, ExportFormat, export_rows
from portal.documents.formats import MIME_TYPES, Format, content_disposition, file_name
from portal.documents.model import (
    NATIONAL_REPORT_WORDS,
    Annex,
    Block,
    Cell,
    Chart,
    Column,
    Document,
    Heading,
    ListBlock,
    Map,
    PageBreak,
    Paragraph,
    Series,
    Signature,
    SignatureBlock,
    Table,
    Tile,
    Tone,
)
from portal.documents.pictures import MemoryCache, PictureCache
from portal.documents.text import Run, Text
from portal.documents.web import chart_svg, fragment, map_svg, picture_numbers, picture_svg
from portal.documents.writers import picture_file, write

__all__ = [
    "MIME_TYPES",
    "NATIONAL_REPORT_WORDS",
    "Annex",
    "Block",
    "Cell",
    "Chart",
    "Column",
    "Count",
    "Document",
    "ExportColumn",
    "ExportFormat",
    "Format",
    "Heading",
    "ListBlock",
    "Map",
    "MemoryCache",
    "PageBreak",
    "Paragraph",
    "PictureCache",
    "Run",
    "Series",
    "Signature",
    "SignatureBlock",
    "Table",
    "Text",
    "Tile",
    "Tone",
    "chart_svg",
    "compose",
    "content_disposition",
    "export_rows",
    "file_name",
    "fragment",
    "map_svg",
    "picture_file",
    "picture_numbers",
    "picture_svg",
    "word_count",
    "write",
]
