"""Columns of a list: for each one a function that draws a cell, chosen once per page and not per row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import current_app
from markupsafe import escape

from portal.i18n import (
    current_locale,
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_percent,
)
from portal.text import Content
from portal.ui import badges

Draw = Callable[[Sequence[Any]], list[str]]
"""The values of a column → the HTML of its cells."""

_APART = "\x00"
"""Stands between texts that are escaped together; no text of the portal holds it."""


@dataclass(frozen=True)
class Column:
    """A column of a list.

    ``key`` is the name of a column of the statement and the name of this one in the URL. ``sort`` says what
    the list is sorted by: ``True`` (the column itself), the name of another column of the statement, an SQL
    expression, or a mapping locale → one of these; without it the list cannot be sorted by this column.
    ``link`` is a path such as ``"/recommendations/{id}"``, filled from the row, or an endpoint whose arguments
    are columns of the row (``id`` where it takes one argument of another name). ``format`` is one of FORMATS;
    ``status`` draws a badge with the label of ``labels`` and the tone of ``tones``, or those that are generally
    known. ``labels`` also turns codes into words with any other format. ``hide_small`` leaves the column out of
    the cards of a phone. A ``short`` one needs no room for a long text, whatever its format.
    """

    key: str
    title: Any
    sort: Any = None
    link: str | None = None
    format: str = "text"
    labels: Mapping[Any, Any] | None = None
    tones: Mapping[Any, str] | None = None
    hide_small: bool = False
    short: bool = False

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise ValueError(f"column {self.key!r}: there is no format {self.format!r}")


def _escape_all(texts: list[str]) -> list[str]:
    """Each text escaped, by one call for all of them."""
    together = str(escape(_APART.join(texts))).split(_APART)
    return together if len(together) == len(texts) else [str(escape(text)) for text in texts]


def _text(column: Column, locale: str) -> Draw:
    return lambda values: _escape_all(["" if value is None else str(value) for value in values])


def _known(make: Callable[[Any], str]) -> Draw:
    """Values of which there are few kinds: each kind is drawn once a page."""

    def draw(values: Sequence[Any]) -> list[str]:
        known = {value: "" if value is None or value == "" else make(value) for value in set(values)}
        return [known[value] for value in values]

    return draw


def _labelled(labels: Mapping[Any, Any]) -> Draw:
    """Codes as words."""
    return _known(lambda value: str(escape(str(labels.get(value, value)))))


def _content(column: Column, locale: str) -> Draw:
    def draw(values: Sequence[Content | None]) -> list[str]:
        cells = _escape_all([value.texts.get(locale, "") if value else "" for value in values])
        for place, value in enumerate(values):
            if value and not cells[place]:
                cells[place] = badges.content(value, locale)
        return cells

    return draw


def _status(column: Column, locale: str) -> Draw:
    return _known(lambda value: badges.status(value, column.labels, column.tones))


def _with(function: Callable[..., str]) -> Callable[[Column, str], Draw]:
    """A format of portal.i18n: what it writes holds nothing that must be escaped."""

    def choose(column: Column, locale: str) -> Draw:
        return lambda values: [function(value, locale=locale) for value in values]

    return choose


def _date_medium(column: Column, locale: str) -> Draw:
    return lambda values: [format_date(value, "medium", locale) for value in values]


def _bool(column: Column, locale: str) -> Draw:
    yes, no = badges.yes_no()
    return lambda values: ["" if value is None else (yes if value else no) for value in values]


FORMATS: Mapping[str, Callable[[Column, str], Draw]] = {
    "text": _text,
    "content": _content,
    "date": _with(format_date),
    "date_medium": _date_medium,
    "datetime": _with(format_datetime),
    "number": _with(format_number),
    "percent": _with(format_percent),
    "money": _with(format_money),
    "status": _status,
    "bool": _bool,
}
"""Ways to draw a value; each is given the column and the locale and returns the function for its cells."""

_CLASSES = {"number": "num", "percent": "num", "money": "num", "date": "day", "datetime": "day", "content": "long"}
_PLACE = re.compile(r"\{(\w+)\}")
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


@lru_cache(maxsize=512)
def _rule(app: Any, endpoint: str) -> str:
    """The path of *endpoint* with ``{name}`` for its arguments; raises LookupError where there is none."""
    for rule in app.url_map.iter_rules(endpoint):
        return _ARGUMENT.sub(r"{\1}", rule.rule)
    raise LookupError(endpoint)


def _links(link: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str] | None:
    """The addresses that the cells of *rows* link to; None where the endpoint's module is away."""
    pattern = link
    if not link.startswith("/"):
        try:
            pattern = _rule(current_app._get_current_object(), link)  # type: ignore[attr-defined]
        except LookupError:
            return None
    parts = _PLACE.split(pattern)
    fixed = [text.replace("%", "%%") for text in parts[::2]]
    places = [names.index(name if name in names else "id") for name in parts[1::2]]
    form = "%s".join(fixed)
    if len(places) == 1 and all(type(row[places[0]]) is int for row in rows):
        place = places[0]
        return [form % row[place] for row in rows]
    return [form % tuple(quote(str(row[place]), safe="") for place in places) for row in rows]


def draw_rows(columns: Sequence[Column], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """The ``<tr>`` elements of *rows*, whose values stand in the order of *names*.

    The first column with a link is the header of its row. Each cell carries its column's title for the cards
    that the table becomes on a phone.
    """
    locale = current_locale()
    form = ["<tr>"]
    drawn: list[list[str]] = []
    headed = False
    for column in columns:
        draw = FORMATS[column.format](column, locale)
        if column.labels is not None and column.format != "status":
            draw = _labelled(column.labels)
        place = names.index(column.key)
        texts = draw([row[place] for row in rows])
        links = _links(column.link, names, rows) if column.link else None
        own = "" if column.short else _CLASSES.get(column.format)
        classes = " ".join(filter(None, (own, "hide-small" if column.hide_small else "")))
        attributes = f' class="{classes}"' if classes else ""
        tag = "td"
        if links is not None and not headed:
            headed, tag = True, "th"
            attributes += ' scope="row"'
        else:
            attributes += f' data-label="{escape(str(column.title))}"'.replace("%", "%%")
        if links is None:
            form.append(f"<{tag}{attributes}>%s</{tag}>")
            drawn.append(texts)
        else:
            form.append(f'<{tag}{attributes}><a href="%s">%s</a></{tag}>')
            drawn += [_escape_all(links), [text or "–" for text in texts]]
    form.append("</tr>\n")
    whole = "".join(form)
    return "".join([whole % cells for cells in zip(*drawn, strict=True)])
