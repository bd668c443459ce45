"""A page of a list: at most two queries, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from sqlalchemy import Select, func, literal_column, select

from portal.db import db
from portal.i18n import current_locale, format_number, ngettext
from portal.ui.lists.columns import Column, draw_rows
from portal.ui.lists.filters import Bound, Filter, bind, narrowed
from portal.ui.lists.keyset import Order, may_be_null

SIZES = (25, 50, 100)
"""Rows a reader may ask for on one page."""
COUNT_LIMIT = 1000
"""Counting stops here: beyond, a list says "1,000+"."""
_OWN = frozenset({"after", "before", "lang"})


@dataclass(frozen=True)
class Heading:
    """The head of a column: ``href`` sorts by it (None where it cannot), ``direction`` is how it is sorted now."""

    title: str
    href: str | None
    direction: str | None
    numeric: bool
    hide_small: bool


@dataclass
class Listing:
    """A page of a list, and all that its table, filters and pager show.

    ``rows`` are rows of the statement, read by column name; ``whole`` is the statement with its filters.
    ``total`` is the number of rows, ``capped`` where there are more than it says.
    """

    columns: Sequence[Column]
    filters: list[Bound]
    rows: Sequence[Any]
    whole: Select[Any]
    order: Order
    size: int
    total: int
    capped: bool
    has_previous: bool
    has_next: bool
    args: dict[str, str]
    _names: Sequence[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return True

    @property
    def stmt(self) -> Select[Any]:
        """The whole list, filtered and sorted, for an export."""
        return self.whole.order_by(None).order_by(*self.order.clauses())

    @property
    def filtered(self) -> bool:
        """Whether any filter narrows the list."""
        return any(each.active for each in self.filters)

    @property
    def refused(self) -> list[str]:
        """Titles of the filters whose value in the URL was not understood."""
        return [str(each.filter.title) for each in self.filters if each.refused]

    @property
    def count_text(self) -> str:
        """How many rows the list has, in words: "23 entries", "1,000+ entries"."""
        number = format_number(self.total) + ("+" if self.capped else "")
        return ngettext("%(count)s entry", "%(count)s entries", self.total, count=number)

    def url(self, **changes: Any) -> str:
        """The address of this list with *changes* to its parameters (None takes one away), on its first page."""
        kept = {name: value for name, value in self.args.items() if value and name not in changes}
        kept |= {name: str(value) for name, value in changes.items() if value is not None}
        return f"?{urlencode(kept)}"

    @property
    def clear_url(self) -> str:
        """The address of the list without its filters."""
        return self.url(**dict.fromkeys(self.filter_names))

    @property
    def filter_names(self) -> list[str]:
        """The names of the filters in the URL."""
        return [name for each in self.filters for name in each.raw]

    @property
    def first_url(self) -> str:
        """The address of the first page."""
        return self.url()

    @property
    def next_url(self) -> str | None:
        """The address of the following page, None on the last one."""
        return self._beside("after", -1) if self.has_next else None

    @property
    def previous_url(self) -> str | None:
        """The address of the page before, None on the first one."""
        return self._beside("before", 0) if self.has_previous else None

    def _beside(self, name: str, place: int) -> str:
        if not self.rows:
            return self.first_url
        row = self.rows[place]
        return self.url(**{name: self.order.cursor(row[-2], row[-1])})

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Parameters that the filter form has to carry along: the order, the size, those of the page itself."""
        own = set(self.filter_names)
        return [(name, value) for name, value in self.args.items() if value and name not in own]

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        """The sizes of a page: number of rows, address, whether it is this one."""
        return [(size, self.url(size=size), size == self.size) for size in SIZES]

    def headings(self) -> list[Heading]:
        """The heads of the columns, in their order."""
        base = self.url(sort=None)
        glue = "" if base == "?" else "&"
        out = []
        for column in self.columns:
            href = direction = None
            if column.sort is not None and column.sort is not False:
                here = column.key == self.order.name
                if here:
                    direction = "descending" if self.order.descending else "ascending"
                sign = "-" if here and not self.order.descending else ""
                href = f"{base}{glue}sort={sign}{column.key}"
            numeric = column.format in {"number", "percent", "money"}
            out.append(Heading(str(column.title), href, direction, numeric, column.hide_small))
        return out

    def body(self) -> Markup:
        """The rows of the table as HTML, drawn in one pass."""
        return Markup(draw_rows(self.columns, self._names, self.rows))  # noqa: S704 - each cell is escaped there


def fetch(
    stmt: Select[Any],
    *,
    columns: Sequence[Column],
    filters: Sequence[Filter] = (),
    default_sort: str = "",
    args: Mapping[str, str] | None = None,
    page_size: int = 50,
    key: str = "id",
    sorts: Mapping[str, Any] | None = None,
    counted: bool = True,
) -> Listing:
    """One page of *stmt*, a select of columns (not of mapped classes), among them the unique *key*.

    *args* are the parameters of the URL (``request.args``): those of the filters, ``sort`` (the key of a
    sortable column, ``-`` before it for descending), ``size``, and the cursor ``after`` or ``before``. What is
    not allowed among them is as if it were not there. *default_sort* names a column of the list, one of the
    statement or one of *sorts* (further orders: name → expression). Without *counted* the rows are not counted: whoever
    knows their number sets ``total``. Raises TypeError for a select of classes
    and LookupError where a column, filter or order names what the statement does not have; both are faults of
    the program.
    """
    _refuse_classes(stmt)
    given = {name: value for name, value in (args or {}).items() if name not in _OWN and value}
    bound = bind(filters, given, stmt)
    order = _order(stmt, columns, sorts or {}, given.get("sort", ""), default_sort, key)
    size = _size(given.pop("size", ""), page_size)
    if size != page_size:
        given["size"] = str(size)
    if given.get("sort") != order.signature:
        given.pop("sort", None)
    whole = narrowed(stmt, bound)
    names = [str(column.key) for column in stmt.selected_columns]
    for column in columns:
        if column.key not in names:
            raise LookupError(f"the statement has no column {column.key!r}")
    rows, has_previous, has_next = _page(whole, order, size, args or {})
    total = _count(whole, order) if counted else 0
    return Listing(
        columns=columns,
        filters=bound,
        rows=rows,
        whole=whole,
        order=order,
        size=size,
        total=min(total, COUNT_LIMIT),
        capped=total > COUNT_LIMIT,
        has_previous=has_previous,
        has_next=has_next,
        args=given,
        _names=names,
    )


def narrow(
    stmt: Select[Any],
    *,
    columns: Sequence[Column] = (),
    filters: Sequence[Filter] = (),
    default_sort: str = "",
    args: Mapping[str, str] | None = None,
    key: str = "id",
    sorts: Mapping[str, Any] | None = None,
) -> Select[Any]:
    """The whole list of *stmt* that a page with these parameters is part of: for exports. Asks nothing."""
    given = dict(args or {})
    order = _order(stmt, columns, sorts or {}, given.get("sort", ""), default_sort, key)
    return narrowed(stmt, bind(filters, given, stmt)).order_by(None).order_by(*order.clauses())


def _refuse_classes(stmt: Select[Any]) -> None:
    for description in stmt.column_descriptions:
        if isinstance(description["expr"], type):
            raise TypeError("a list is a select of columns; select(Model.a, Model.b), not select(Model)")


def _size(text: str, default: int) -> int:
    return int(text) if text in {str(size) for size in SIZES} else default


def _order(
    stmt: Select[Any], columns: Sequence[Column], sorts: Mapping[str, Any], wanted: str, default: str, key: str
) -> Order:
    """The order that the URL wants, where it is allowed, else the default one."""
    selected = stmt.selected_columns
    allowed: dict[str, Any] = dict(sorts)
    for column in columns:
        if column.sort is not None and column.sort is not False:
            allowed[column.key] = _expression(column.sort, column.key, selected)
    name = wanted.removeprefix("-")
    if name not in allowed:
        wanted, name = default, default.removeprefix("-")
    down = wanted.startswith("-")
    if not name or (name == key and name not in allowed):
        return Order(key, selected[key], None, down)
    sort = _expression(allowed[name], name, selected) if name in allowed else selected[name]
    return Order(name, selected[key], sort, down, may_be_null(sort, stmt))


def _expression(sort: Any, key: str, selected: Any) -> Any:
    if isinstance(sort, Mapping):
        sort = sort[current_locale()]
    if sort is True:
        return selected[key]
    if isinstance(sort, str):
        return selected[sort] if sort in selected else selected[key]
    return sort


def _page(stmt: Select[Any], order: Order, size: int, args: Mapping[str, str]) -> tuple[Sequence[Any], bool, bool]:
    """The rows of a page, and whether there are some before and after them."""
    sort = literal_column("NULL") if order.sort is None else order.sort
    stmt = stmt.add_columns(sort.label("_sort"), order.key.label("_key")).order_by(None).limit(size + 1)
    if (before := order.read(args.get("before", ""))) is not None:
        found = _parts(stmt, order.beyond(*before, reverse=True), size + 1)
        return found[:size][::-1], len(found) > size, True
    after = order.read(args.get("after", ""))
    if after is not None:
        found = _parts(stmt, order.beyond(*after), size + 1)
        return found[:size], True, len(found) > size
    first = db.session.execute(stmt.order_by(*order.clauses())).all()
    return first[:size], False, len(first) > size


def _parts(stmt: Select[Any], parts: Sequence[tuple[Any, list[Any]]], wanted: int) -> list[Any]:
    """The first *wanted* rows of the parts of a list, one after the other."""
    found: list[Any] = []
    for condition, ordered in parts:
        if len(found) < wanted:
            part = stmt.where(condition).order_by(*ordered).limit(wanted - len(found))
            found += db.session.execute(part).all()
    return found


def _count(stmt: Select[Any], order: Order) -> int:
    """The number of rows, counted no further than COUNT_LIMIT + 1."""
    plain = stmt.order_by(None)
    if not plain._distinct and not plain._group_by_clauses:
        plain = plain.with_only_columns(order.key, maintain_column_froms=True)
    counted = plain.limit(COUNT_LIMIT + 1).subquery()
    return int(db.session.execute(select(func.count()).select_from(counted)).scalar_one())
