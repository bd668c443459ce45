"""Paging by key: page 1,000 costs what page 1 costs, and a row added meanwhile moves nothing.

A cursor is the sort value and the key of the row it stands after, as URL-safe base64 of JSON. It is not
signed: all it can do is start a list elsewhere. One that cannot be read, or belongs to another order, is
page 1.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, tuple_
from sqlalchemy.sql.selectable import Join
from sqlalchemy.types import TypeDecorator

from portal.text import UnreadableText, nfc

LONGEST = 2000
_INT_LIMIT = 2**63


@dataclass(frozen=True)
class Order:
    """What a list is sorted by: ``name`` in the URL, ``sort`` and the unique ``key`` that breaks ties.

    ``nullable`` says whether ``sort`` may be NULL: those rows come last in either direction, on every
    database. ``sort`` is None where the list is sorted by its key alone.
    """

    name: str
    key: Any
    sort: Any = None
    descending: bool = False
    nullable: bool = False

    def clauses(self, reverse: bool = False) -> list[Any]:
        """The ORDER BY, or its exact reverse."""
        down = self.descending != reverse
        if self.sort is None:
            return [self._by_key(down)]
        sort = self.sort.desc() if down else self.sort.asc()
        if self.nullable:
            sort = sort.nulls_first() if reverse else sort.nulls_last()
        return [sort, self._by_key(down)]

    def beyond(self, value: Any, key: Any, reverse: bool = False) -> list[tuple[ColumnElement[bool], list[Any]]]:
        """The rows after the row with *value* and *key* (before it where *reverse*), in one or two parts.

        Each part is a condition and its ORDER BY, and an index on (sort, key) serves it by a seek; joined by OR
        they would not be. Rows without a sort value are a part of their own, the last one.
        """
        down = self.descending != reverse
        ordered = self.clauses(reverse)
        further = self.key < key if down else self.key > key
        if self.sort is None:
            return [(further, ordered)]
        if value is not None:
            pair = tuple_(self.sort, self.key)
            limit = tuple_(value, key, types=[self.sort.type, self.key.type])
            valued = (pair < limit if down else pair > limit, self._valued(down))
            nothing = (self.sort.is_(None), [self._by_key(down)])
            return [valued, nothing] if self.nullable and not reverse else [valued]
        tied = (and_(self.sort.is_(None), further), [self._by_key(down)])
        return [tied, (self.sort.is_not(None), self._valued(down))] if reverse else [tied]

    def _by_key(self, down: bool) -> Any:
        return self.key.desc() if down else self.key.asc()

    def _valued(self, down: bool) -> list[Any]:
        return [self.sort.desc() if down else self.sort.asc(), self._by_key(down)]

    def cursor(self, value: Any, key: Any) -> str:
        """The cursor of the row with *value* and *key*."""
        text = json.dumps([self.signature, _plain(value), _plain(key)], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[Any, Any] | None:
        """The sort value and the key of a cursor; None where it is not one of this order."""
        if not cursor or len(cursor) > LONGEST:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            signature, value, key = json.loads(raw)
            if signature != self.signature:
                return None
            kept = None if self.sort is None else _typed(value, self.sort, self.nullable)
            return kept, _typed(key, self.key, False)
        except (binascii.Error, ValueError, TypeError, InvalidOperation, RecursionError, UnreadableText):
            return None

    @property
    def signature(self) -> str:
        """The order as the URL writes it: ``-due`` for the latest first."""
        return f"-{self.name}" if self.descending else self.name


def _plain(value: Any) -> Any:
    """A value of the database as JSON."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def kind_of(column: Any) -> type[Any]:
    """The Python type of a column's values; raises NotImplementedError for one that has none (JSON)."""
    kept: Any = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    found: type[Any] = kept.python_type
    return found


def _typed(value: Any, column: Any, nullable: bool) -> Any:
    """A JSON value as the type of *column*; raises ValueError or TypeError where it is not one."""
    if value is None:
        if nullable:
            return None
        raise ValueError("no value")
    kind = kind_of(column)
    if kind is bool or isinstance(value, bool):
        if kind is not bool or not isinstance(value, bool):
            raise TypeError(value)
        return value
    if kind is int:
        if not isinstance(value, int) or not -_INT_LIMIT <= value < _INT_LIMIT:
            raise TypeError(value)
        return value
    if kind is float:
        number = float(value)
        if number != number or number in {float("inf"), float("-inf")}:
            raise ValueError(value)
        return number
    if not isinstance(value, str):
        raise TypeError(value)
    if kind is Decimal:
        exact = Decimal(value)
        if not exact.is_finite():
            raise ValueError(value)
        return exact
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    return date.fromisoformat(value) if kind is date else nfc(value)


def may_be_null(column: Any, stmt: Select[Any]) -> bool:
    """Whether *column* may be NULL in *stmt*: by its definition, or because an outer join may leave it out."""
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    if getattr(element, "nullable", True):
        return True
    table = getattr(element, "table", None)
    if any(_left_out(source, table) for source in stmt._from_obj):
        return True
    for target, _on, _left, flags in stmt._setup_joins:
        right = getattr(target, "__clause_element__", lambda target=target: target)()
        if flags["full"] or (flags["isouter"] and getattr(right, "selectable", right).is_derived_from(table)):
            return True
    return False


def _left_out(source: Any, table: Any) -> bool:
    if not isinstance(source, Join):
        return False
    if source.full or (source.isouter and source.right.is_derived_from(table)):
        return True
    return _left_out(source.left, table) or _left_out(source.right, table)
