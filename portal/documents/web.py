"""HTML of a document and SVG of a chart. Jinja escapes every word; nothing here is marked safe by hand."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader

from portal.documents.cells import lay_table
from portal.documents.charts import ChartData, localise
from portal.documents.compose import compose
from portal.documents.drawing import Drawing, draw_chart, draw_map
from portal.documents.layout import LaidMap, LaidPicture, LaidTable, Layout
from portal.documents.model import Chart, Document, Map
from portal.documents.palette import PATTERNS
from portal.documents.text import resolve
from portal.documents.tiles import lay_map, map_table
from portal.i18n import current_locale

_TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _macro(template: str, name: str) -> Any:
    return getattr(_environment().get_template(template).module, name)


def _svg(sheet: Drawing) -> str:
    return cast(str, _macro("drawing.html", "svg")(sheet, PATTERNS))


def chart_svg(chart: Chart, language: str | None = None, seed: str = "") -> str:
    """*chart* as SVG for a page, in *language* (the reader's where None).

    A title, a description of all its numbers, labels and patterns beside colour; presentation attributes only, so
    it works under a strict content policy; words are in ``currentColor``, so it works on dark. *seed* makes the
    ids of one of two equal charts on a page its own.
    """
    return _svg(draw_chart(localise(chart, language or current_locale()), seed))


def map_svg(given: Map, language: str | None = None, seed: str = "") -> str:
    """A tile map as SVG for a page, under the same rules as ``chart_svg``."""
    language = language or current_locale()
    alt, laid = lay_map(given, language)
    return _svg(draw_map(laid, resolve(given.title, language)[0], alt, seed))


def fixed_map_svg(given: LaidMap, title: str, alt: str) -> str:
    """A tile map as SVG with a size of its own, for a document."""
    return _svg(draw_map(given, title, alt, fixed=True))


def picture_svg(given: Chart | Map, seed: str = "") -> str:
    """A chart or a map for a page in the reader's language."""
    return map_svg(given, seed=seed) if isinstance(given, Map) else chart_svg(given, seed=seed)


def picture_numbers(given: Chart | Map) -> LaidTable:
    """The numbers of a chart or a map in the reader's language: ``columns`` and ``body`` of cells."""
    language = current_locale()
    table = map_table(given, language) if isinstance(given, Map) else given.table(language)
    return lay_table(table, language, [])


def _draw(picture: LaidPicture) -> str:
    data = picture.data
    if isinstance(data, ChartData):
        sheet = draw_chart(data, picture.label)
    else:
        sheet = draw_map(data, picture.title, picture.alt, picture.label)
    return _svg(sheet)


def fragment(document: Document | Layout, level: int = 1) -> str:
    """The document for a page of the portal: an article without its title, headings *level* below level 1.

    It is markup made by autoescaping templates, so ``{{ fragment }}`` in a page stands as it is.
    """
    layout = document if isinstance(document, Layout) else compose(document)
    return cast(str, _macro("document.html", "document")(layout, _draw, level))


def page(layout: Layout) -> str:
    """The document as a page that stands alone, with its look in it and nothing fetched."""
    return str(_macro("document.html", "page")(layout, _draw))
