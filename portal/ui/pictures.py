"""Charts, maps and documents as parts of a page.

The documents room stands above this one and lends its hands here through ``paint_with``, called once by the
application: it draws, this room cleans what was drawn and vouches for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from portal.ui.svg import inline_svg

_hands: dict[str, Callable[..., Any]] = {}


def paint_with(
    *, svg: Callable[[Any, str], str], table: Callable[[Any], Any], article: Callable[[Any, int], str]
) -> None:
    """Lend the functions that draw.

    ``svg(chart or map, seed)`` returns the picture, ``table(chart or map)`` its numbers (``columns`` with
    ``title`` and ``align``, ``body`` of rows of cells with ``pieces``), ``article(document, level)`` the HTML of
    a document with every word escaped.
    """
    _hands.update(svg=svg, table=table, article=article)


def chart(given: Any, seed: str = "") -> Markup:
    """The picture of a chart or a map of the documents room, or of SVG text."""
    return inline_svg(given if isinstance(given, str) else _hands["svg"](given, seed))


def chart_table(given: Any) -> Any:
    """The numbers of a chart or a map; None for SVG text and for a chart that wants no table."""
    if isinstance(given, str) or not getattr(given, "with_table", True):
        return None
    return _hands["table"](given)


def document(given: Any, level: int = 1) -> Markup:
    """A document as an article of a page, its headings *level* below the page's title."""
    return Markup(_hands["article"](given, level))  # noqa: S704 - the documents room escaped every word
