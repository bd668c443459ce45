"""Slots: what modules use forms for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement
from werkzeug.exceptions import Forbidden, NotFound

from portal.people.identity import Identity
from portal.records import Record


@dataclass(frozen=True)
class Slot:
    """What a module uses a form for.

    *name* is ``<plugin>.<what>``; *record_kind* the kind of record a submission is about; *template* the name of
    the shipped definition a new form starts from; *needs* the question names the module reads; *rows* gives the
    rows of matrices: source → ``rows(user, record_id) -> list`` of ``{"id", "label": Content, "values": {…}}``.
    *make_permission* is needed to make such a form, *fill_permission* to fill it where it is not public. Of those who
    hold it ``may_fill(user, form)`` says who fills this one, told by its header; to all others it is not there. A form
    for every record is offered about the visible ones for which ``about(user)``, a condition on Record, holds: where
    *rows* raises NotFound for a record, it is to be false.
    """

    name: str
    title: Any
    record_kind: str
    template: str
    needs: tuple[str, ...] = ()
    rows: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    make_permission: str = "forms.build"
    fill_permission: str = "forms.fill"
    may_fill: Callable[[Identity, Record], bool] | None = None
    about: Callable[[Identity], ColumnElement[bool]] | None = None

    def fills(self, user: Identity, form: Record) -> bool:
        """Whether *user* may fill the form; which records they may fill it about is another question."""
        return user.can(self.fill_permission) and (self.may_fill is None or self.may_fill(user, form))

    def check(self, user: Identity, form: Record) -> None:
        """Raise Forbidden to those without the permission, NotFound to those for whom the form is not there."""
        if not user.can(self.fill_permission):
            raise Forbidden
        if not self.fills(user, form):
            raise NotFound


class Slots:
    """The slots of this process; those of a module that is off are not there."""

    def __init__(self) -> None:
        self._by_name: dict[str, tuple[str, Slot]] = {}
        self.on_plugins: Callable[[], Collection[str]] = frozenset

    def declare(self, plugin: str, slot: Slot) -> None:
        """Add a slot; raises ValueError for a name outside the module's."""
        if slot.name.partition(".")[0] != plugin:
            raise ValueError(f"slot {slot.name!r} of {plugin} must be named {plugin}.…")
        self._by_name[slot.name] = (plugin, slot)

    def get(self, name: str | None) -> Slot | None:
        """The slot of that name, ``None`` where there is none or its module is off."""
        plugin, slot = self._by_name.get(name or "", ("", None))
        return slot if slot is not None and plugin in self.on_plugins() else None

    def all(self) -> list[Slot]:
        """The slots of modules that are on, by name."""
        on = self.on_plugins()
        return [slot for _, (plugin, slot) in sorted(self._by_name.items()) if plugin in on]


slots = Slots()
