"""The hooks of a module. Each returns a list (or nothing), none changes what it gets.

The first group is called once, when the portal starts, for every module that is installed; a function there
must be pure: no database, no request. The second group is called while serving, only where the module is on,
each call on its own: what fails is logged with the module's name and the rest of the page stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from portal.documents.registry import Dataset, DocumentKind
    from portal.forms.fields import QuestionType
    from portal.forms.slots import Slot
    from portal.host.types import Command, DemoLoader, Event, JobSpec, MenuItem, Panel, Settings
    from portal.people.identity import Identity
    from portal.people.rights import Permission
    from portal.records.kinds import Kind
    from portal.routing import Blueprint

PROJECT = "portal"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def portal_blueprints() -> list[Blueprint]:  # type: ignore[empty-body]
    """At start: the module's pages, as portal.routing.Blueprint objects named ``<plugin>`` or ``<plugin>_…``.

    They are mounted under ``/<plugin>``. A route without ``permission=`` does not even import.
    """


@hookspec
def portal_permissions() -> list[Permission]:  # type: ignore[empty-body]
    """At start: ``Permission("<plugin>.<verb>", title, roles)``, with the roles that have it."""


@hookspec
def portal_record_kinds() -> list[Kind]:  # type: ignore[empty-body]
    """At start: the kinds of records the module keeps (page to open one, to make one, from which others)."""


@hookspec
def portal_form_slots() -> list[Slot]:  # type: ignore[empty-body]
    """At start: what the module uses forms for: name, title, kind of record the form hangs on, default form."""


@hookspec
def portal_field_types() -> list[QuestionType]:  # type: ignore[empty-body]
    """At start: kinds of questions for the form builder, named ``<plugin>_<name>``.

    Each is an object of a subclass of ``question_types.QuestionType``: how an answer is read, shown and exported,
    and the template that draws its inputs. While the module is off, forms show the answers there are and take none.
    """


@hookspec
def portal_datasets() -> list[Dataset]:  # type: ignore[empty-body]
    """At start: tables that can be exported and that reports read: columns and a function giving rows."""


@hookspec
def portal_documents() -> list[DocumentKind]:  # type: ignore[empty-body]
    """At start: documents the module can make of a record, as content, never as a file format."""


@hookspec
def portal_jobs() -> list[JobSpec]:  # type: ignore[empty-body]
    """At start: background functions by name, with a schedule where they run by themselves."""


@hookspec
def portal_commands() -> list[Command]:  # type: ignore[empty-body]
    """At start: commands under ``portal <plugin> …``."""


@hookspec
def portal_settings() -> list[Settings]:  # type: ignore[empty-body]
    """At start: ``Settings(form, defaults)``, at most one: what administrators may set on the page of the module.

    *form* derives from ``portal.api.Form``, *defaults* has a value of the field's kind for each of its fields and no
    other key. Read them with ``settings_of("<plugin>")["<key>"]``; a change holds from the next request.
    """


@hookspec
def portal_demo() -> list[DemoLoader]:  # type: ignore[empty-body]
    """When ``portal demo load`` runs: ``DemoLoader(order, load)`` with ``load(demo)`` adding demo data."""


@hookspec
def portal_menu(user: Identity) -> list[MenuItem]:  # type: ignore[empty-body]
    """On each page: entries of the menu; those whose permission *user* lacks are left out by the portal."""


@hookspec
def portal_panels(place: str, subject: Any, user: Identity) -> list[Panel]:  # type: ignore[empty-body]
    """On the pages ``home``, ``record``, ``organisation`` and ``unit``: panels, at most one query each.

    *subject* is the header (``record``), the id of the organisation or unit, or ``None`` (``home``).
    """


@hookspec
def portal_event(event: Event) -> None:
    """After a commit: *event* is frozen and carries a name such as ``consultations.closed`` and ids."""
