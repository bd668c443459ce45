"""Question types that modules bring: there while their module is on, and never the end of a form."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

from portal.forms.fields.base import Labels, Parse, Part, QuestionType, Refused, Row
from portal.forms.messages import _l

NAMED: Final = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]+")
"""What the name of a module's type looks like: ``<plugin>_<name>``."""
BROKEN: Final = _l("This answer cannot be read now: the module of this question fails. Tell the administrator.")

T = TypeVar("T")


class OfModule(QuestionType):
    """A type of a module, held so that what it raises costs the one question and names the module.

    *failed* is told of it; where that raises (in tests) the error goes on.
    """

    def __init__(self, plugin: str, own: QuestionType, failed: Callable[[str, Exception], None]) -> None:
        self.plugin, self.own, self.failed = plugin, own, failed
        for name in QuestionType.__annotations__:
            setattr(self, name, getattr(own, name))

    def parser(self, row: Row) -> Parse:
        """What the type reads; text, a number or a list of texts, anything else is a mistake of the module."""
        inner = self._safe(lambda: self.own.parser(row), None)

        def parse(raw: Any) -> Any:
            try:
                value = inner(raw) if inner is not None else None
                if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                    return value
                if isinstance(value, list) and all(isinstance(each, str) for each in value):
                    return value
                raise TypeError(f"{self.name} read {type(value).__name__}")
            except Refused:
                raise
            except Exception as error:
                self.failed(self.plugin, error)
                raise Refused("type_failed", BROKEN) from None

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """The answer as the type shows it."""
        return self._safe(lambda: str(self.own.format(value, locale, label)), super().format(value, locale, label))

    def columns(self, row: Row, choices: Sequence[str] = ()) -> list[Part]:
        """The columns of the type."""
        return self._safe(lambda: self.own.columns(row, choices), super().columns(row, choices))

    def cells(self, value: Any, row: Row, choices: Sequence[str] = ()) -> list[Any]:
        """As many values as there are columns."""
        wanted = len(self.columns(row, choices))
        found = self._safe(lambda: self.own.cells(value, row, choices), super().cells(value, row, choices))
        return [*found, *[None] * wanted][:wanted]

    def entries(self, value: Any) -> list[Any]:
        """What the type gives to the index."""
        return self._safe(lambda: self.own.entries(value), super().entries(value))

    def check_row(self, row: Row) -> list[tuple[str, str, Any]]:
        """The faults the type finds."""
        return self._safe(lambda: self.own.check_row(row), [])

    def _safe(self, act: Callable[[], T], otherwise: T) -> T:
        try:
            return act()
        except Exception as error:
            self.failed(self.plugin, error)
            return otherwise


class OfModules:
    """The types of modules in this process; those of a module that is off are not there.

    ``draw(plugin, function)`` makes a part of a page and returns None where that fails.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, OfModule] = {}
        self.on_plugins: Callable[[], Collection[str]] = frozenset
        self.failed: Callable[[str, Exception], None] = _raise
        self.draw: Callable[[str, Callable[[], Any]], Any] = lambda plugin, draw: draw()

    def declare(self, plugin: str, kind: QuestionType) -> None:
        """Add a type; raises ValueError for a name or a template outside the module's, and for a type without title."""
        if not isinstance(kind, QuestionType):
            raise ValueError(f"{kind!r} of {plugin} is no QuestionType")
        if not kind.name.startswith(f"{plugin}_") or not NAMED.fullmatch(kind.name):
            raise ValueError(f"question type {kind.name!r} of {plugin} must be named {plugin}_…")
        if kind.template and kind.template.partition("/")[0] != plugin:
            raise ValueError(f"question type {kind.name}: template {kind.template!r} is not one of {plugin}")
        if kind.title is QuestionType.title:
            raise ValueError(f"question type {kind.name} has no title")
        self._by_name[kind.name] = OfModule(plugin, kind, lambda name, error: self.failed(name, error))

    def get(self, name: str) -> OfModule | None:
        """The type of that name where its module is on."""
        found = self._by_name.get(name)
        return found if found is not None and found.plugin in self.on_plugins() else None

    def all(self) -> Mapping[str, QuestionType]:
        """The types of modules that are on, by name."""
        on = self.on_plugins() if self._by_name else ()
        return {name: kind for name, kind in sorted(self._by_name.items()) if kind.plugin in on}


def _raise(plugin: str, error: Exception) -> None:
    raise error


of_modules = OfModules()
