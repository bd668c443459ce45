"""A module that lives for one test, in an application of its own on the database of the test."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from types import FunctionType
from typing import Any

from flask import Flask

from portal.db import db, metadata
from portal.documents.registry import registry as documents
from portal.forms.fields import of_modules as question_types
from portal.forms.slots import slots
from portal.hookspecs import hookimpl
from portal.host import load
from portal.host.load import Plugin
from portal.jobs import registry as jobs
from portal.people import rights
from portal.records import kinds

_CARD = 'from portal.api import Manifest\n\nmanifest = Manifest("{}", "0.1.0", "{}", "", ">=0", "")\n'
_number = count(1)
_hooks: dict[str, Mapping[str, Any]] = {}
"""The functions of each fake module, by its package."""


def hooks_of(package: str) -> Mapping[str, Any]:
    """The hooks of a fake module, for its ``hooks.py``."""
    return _hooks[package]


class Fake:
    """A module of *files* (name → text) and hook functions (a list stands for a function that returns it)."""

    def __init__(self, folder: Path, name: str, files: Mapping[str, str], hooks: Mapping[str, Any]) -> None:
        around = f"portal_fake_{next(_number)}"
        package = f"{around}.{name}"
        self.plugin = Plugin(name, package, folder / around / name)
        self.plugin.folder.mkdir(parents=True)
        _hooks[package] = {key: hookimpl(_function(value)) for key, value in hooks.items()}
        own = {key: textwrap.dedent(text) for key, text in files.items()}
        given = f"from portal.testing.fakes import hooks_of\n\nglobals().update(hooks_of({package!r}))\n"
        texts = {"__init__.py": "", "plugin.py": _CARD.format(name, name.title())} | own
        texts["hooks.py"] = own.get("hooks.py", "") + given
        for path, text in texts.items():
            place = self.plugin.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        stores: tuple[dict[str, Any], ...] = (
            rights.registry._permissions,
            rights.registry._roles,
            kinds._by_name,
            slots._by_name,
            question_types._by_name,
            documents._datasets,
            documents._documents,
            jobs._registered,
        )
        self.before = [(store, dict(store)) for store in stores]
        self.app: Flask | None = None

    def discover(self, found: Callable[[str], list[Plugin]]) -> Callable[[str], list[Plugin]]:
        """``load.discover`` that finds this module too."""

        def both(wanted: str = "") -> list[Plugin]:
            return sorted([*found(wanted), self.plugin], key=lambda plugin: plugin.name)

        return both

    @property
    def tables(self) -> list[Any]:
        """Its tables."""
        return [table for name, table in metadata.tables.items() if name.startswith(f"{self.plugin.name}_")]

    def start(self, app: Flask) -> Flask:
        """Keep the application it was loaded in, and make the tables of its models."""
        self.app = app
        with app.app_context():
            metadata.create_all(db.engine, tables=self.tables)
        return app

    def end(self) -> None:
        """Leave nothing: neither tables nor models nor what it declared."""
        if self.app is not None:
            with self.app.app_context():
                db.session.remove()
                metadata.drop_all(db.engine, tables=self.tables)
                db.engine.dispose()
        load.fail(self.plugin, RuntimeError("the test is over"))
        for package in (self.plugin.package, self.plugin.package.partition(".")[0]):
            sys.modules.pop(package, None)
        del _hooks[self.plugin.package]
        for store, before in self.before:
            store.clear()
            store.update(before)


def _function(value: Any) -> Any:
    """A hook as a function of its own, which can be marked."""
    if not callable(value):
        return lambda: value
    if isinstance(value, FunctionType):
        return value
    return lambda **arguments: value(**arguments)
