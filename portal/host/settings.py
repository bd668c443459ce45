"""Settings of modules: declared as a form with defaults, kept as what differs from these, read once per request.

A value is kept as JSON: what the kind of its field makes of it (KINDS). The version of a module's settings is the
number of their newest entry in the history.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import structlog
import wtforms
from flask import g
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from wtforms.meta import DefaultMeta

from portal import audit
from portal.audit import HistoryEntry
from portal.db import db
from portal.host import service
from portal.host.host import Host, current_host
from portal.host.models import PluginState
from portal.host.types import Settings
from portal.i18n import format_number
from portal.people.models import User
from portal.text import Content
from portal.ui.conflict import words
from portal.ui.forms import (
    CheckboxesField,
    ContentField,
    DateField,
    DecimalField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    VersionField,
)
from portal.ui.words import HistoryLine

ACTION: Final = "settings"
"""What the history calls a change of settings."""
ACTS: Final = 20
"""How many of the newest changes a page shows."""

log = structlog.get_logger("portal.host")
_told: set[tuple[str, str]] = set()


class BadSettings(ValueError):
    """Settings that a module may not declare, or values for settings it does not have; the message says which."""


@dataclass(frozen=True)
class Kind:
    """How the values of a kind of field are kept: their type, to JSON and back."""

    type: type[Any]
    dump: Callable[[Any], Any] = lambda value: value
    load: Callable[[Any], Any] = lambda value: value


def _choice(value: Any) -> Any:
    if not isinstance(value, str | int):
        raise TypeError(value)
    return value


KINDS: Final[tuple[tuple[type[Any], Kind], ...]] = (
    (ContentField, Kind(Content, Content.dump, Content.load)),
    (IntegerField, Kind(int)),
    (DecimalField, Kind(Decimal, str, Decimal)),
    (DateField, Kind(date, date.isoformat, date.fromisoformat)),
    (CheckboxesField, Kind(list)),
    (SelectField, Kind(object, load=_choice)),
    (RadioField, Kind(object, load=_choice)),
    (wtforms.BooleanField, Kind(bool)),
    (wtforms.StringField, Kind(str)),
)
"""The kinds of fields that settings may have."""


def _kind(field: Any) -> Kind:
    for known, kind in KINDS:
        if isinstance(field, known):
            return kind
    raise BadSettings(f"{field.name}: a setting is no {type(field).__name__}")


def _fits(kind: Kind, value: Any) -> bool:
    return value is None or (isinstance(value, kind.type) and isinstance(value, bool) <= (kind.type in (bool, object)))


def _fields(form: type[Form]) -> dict[str, Any]:
    """The fields of a form's class by name, each on its own: no request is needed."""
    found: list[tuple[str, Any]] = [(name, getattr(form, name, None)) for name in dir(form)]
    unbound = sorted((pair for pair in found if hasattr(pair[1], "_formfield")), key=lambda p: p[1].creation_counter)
    return {name: each.bind(form=None, name=name, _meta=DefaultMeta()) for name, each in unbound}


def declare(host: Host, plugin: str, declared: Any) -> None:
    """Accept what a module returned from ``portal_settings``; raises BadSettings in words that name the key."""
    if not isinstance(declared, Settings):
        raise BadSettings(f"portal_settings returned a list with {type(declared).__name__}, not Settings")
    if len(host.plugins[plugin].boot["portal_settings"]) > 1:
        raise BadSettings(f"{plugin} declares settings twice")
    if not (isinstance(declared.form, type) and issubclass(declared.form, Form)):
        raise BadSettings("the form of settings is a class derived from portal.api.Form")
    fields = _fields(declared.form)
    if without := sorted(fields.keys() - declared.defaults.keys()):
        raise BadSettings(f"without a default: {', '.join(without)}")
    if unknown := sorted(declared.defaults.keys() - fields.keys()):
        raise BadSettings(f"defaults without a field: {', '.join(unknown)}")
    if "version" in fields:
        raise BadSettings("version: this name belongs to the portal")
    for name, field in fields.items():
        kind, value = _kind(field), declared.defaults[name]
        if not _fits(kind, value) or (value is None and field.flags.required):
            raise BadSettings(f"{name}: the default {value!r} is none of a {type(field).__name__}")
        try:
            field.process(None, data=value)
            field.pre_validate(None)
        except (ValueError, wtforms.validators.StopValidation) as error:
            raise BadSettings(f"{name}: the default {value!r} is refused: {error}") from None


def declared(host: Host, plugin: str) -> Settings | None:
    """The settings of a module; None where it has none or is not there."""
    found = host.plugins.get(plugin)
    return next(iter(found.boot.get("portal_settings", [])), None) if found else None


def settings_of(plugin: str) -> dict[str, Any]:
    """The settings of a module by key: what administrators chose, else the defaults. No query of its own in a request.

    Raises KeyError for a module without settings.
    """
    host = current_host()
    found = declared(host, plugin)
    if found is None:
        raise KeyError(plugin)
    return effective(plugin, found, host.stored_settings(plugin))


def effective(plugin: str, settings: Settings, stored: Mapping[str, Any]) -> dict[str, Any]:
    """*stored* over the defaults; keys that are unknown and values of another kind are ignored with a log line."""
    values, fields = dict(settings.defaults), _fields(settings.form)
    for key, raw in stored.items():
        try:
            kind = _kind(fields[key])
            value = None if raw is None else kind.load(raw)
            if not _fits(kind, value):
                raise TypeError(raw)
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
            if (plugin, key) not in _told:
                _told.add((plugin, key))
                log.warning("stored setting ignored", plugin=plugin, setting=key, known=key in fields)
        else:
            values[key] = value
    return values


def version(plugin: str) -> int:
    """The version of a module's settings; 0 while nobody has changed them."""
    newest = select(func.max(HistoryEntry.id)).where(*_of(plugin))
    return db.session.scalar(newest) or 0


def save(
    host: Host, plugin: str, values: Mapping[str, Any], *, user_id: int | None, seen: int | None = None
) -> list[str]:
    """Keep *values* by key, those left out as they are; returns the keys that changed. Inside ``transaction()``.

    It holds from the next request of every process. Raises BadSettings for an unknown key and StaleDataError where
    the settings are no longer those of the version *seen*.
    """
    settings = declared(host, plugin)
    if settings is None or not values.keys() <= settings.defaults.keys():
        raise BadSettings(", ".join(sorted(values.keys() - (settings.defaults if settings else {}).keys())))
    row = service.state(host, plugin)
    db.session.refresh(row)
    if seen is not None and seen != version(plugin):
        raise StaleDataError(f"the settings of {plugin} are no longer at version {seen}")
    kinds = {name: _kind(field) for name, field in _fields(settings.form).items()}
    before = effective(plugin, settings, row.settings)
    after = {**before, **values}
    changed = [key for key in kinds if before[key] != after[key]]
    row.settings = {key: _dump(kinds[key], after[key]) for key in kinds if after[key] != settings.defaults[key]}
    if changed:
        told = {key: [_dump(kinds[key], before[key]), _dump(kinds[key], after[key])] for key in changed}
        with audit.acting(user_id):
            audit.note(ACTION, entity=PluginState.__tablename__, entity_id=plugin, settings=told)
    g.pop("portal_settings", None)
    return changed


def _dump(kind: Kind, value: Any) -> Any:
    return None if value is None else kind.dump(value)


def to_defaults(host: Host, plugin: str, keys: Collection[str], *, user_id: int | None, seen: int | None) -> list[str]:
    """Take *keys* back to their defaults, as save() does."""
    settings = declared(host, plugin)
    values = {key: settings.defaults.get(key) for key in keys} if settings else {}
    return save(host, plugin, values, user_id=user_id, seen=seen)


def form_of(settings: Settings, **filled: Any) -> Any:
    """The form of a page: that of the module with a version."""
    made = type("SettingsForm", (settings.form,), {"version": VersionField()})
    return made(**filled)


def read(settings: Settings, current: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The values of *pairs* of names and texts, as their controls would send them.

    Raises BadSettings with what is wrong, for an unknown name too.
    """
    fields = _fields(settings.form)
    texts = [field for field in fields.values() if isinstance(field, ContentField)]
    for field in texts:
        field.process(None, current[field.name])
    names = {part.name: field.name for field in texts for part in field.parts}
    names |= {name: name for name, field in fields.items() if field not in texts}
    if unknown := [name for name, _text in pairs if name not in names]:
        raise BadSettings(f"there is no setting {unknown[0]}; settings: {', '.join(names)}")
    sent = MultiDict((name, _flag(fields[names[name]], text)) for name, text in pairs)
    given = {names[name] for name, _text in pairs}
    for part in (part for field in texts if field.name in given for part in field.parts if part.name not in sent):
        sent[part.name] = part.text
    form = settings.form(formdata=sent, data=dict(current), meta={"csrf": False})
    form.validate()
    for name in fields:
        if name in given and form[name].errors:
            raise BadSettings(f"{name}: {form[name].errors[0]}")
    return {name: form[name].data for name in given}


def listed(settings: Settings, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Key, label, value and default of each setting as plain values, for commands."""
    return [
        {
            "key": key,
            "label": str(field.label.text),
            "value": _dump(_kind(field), values[key]),
            "default": _dump(_kind(field), settings.defaults[key]),
        }
        for key, field in _fields(settings.form).items()
    ]


def _flag(field: Any, text: str) -> str:
    """For a check box what its control sends; BadSettings for text that is neither yes nor no."""
    if not isinstance(field, wtforms.BooleanField):
        return text
    if text.lower() in ("true", "yes", "on", "1"):
        return "y"
    if text.lower() in ("false", "no", "off", "0", ""):
        return "false"
    raise BadSettings(f"{field.name}: {text!r} is neither true nor false")


@dataclass(frozen=True)
class Changed:
    """A setting that differs from its default, in words."""

    key: str
    label: str
    value: str
    default: str


def differing(form: Any, settings: Settings, values: Mapping[str, Any]) -> list[Changed]:
    """The settings that differ from their defaults, in the order of *form*."""
    return [
        Changed(key, str(form[key].label.text), in_words(form[key], values[key]), in_words(form[key], default))
        for key, default in ((field.name, settings.defaults.get(field.name)) for field in form)
        if key in values and values[key] != default
    ]


def in_words(field: Any, value: Any) -> str:
    """A value as a reader sees it."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and not hasattr(field, "iter_choices"):
        return format_number(value)
    return words(field, value)


def changes(plugin: str, form: Any) -> list[HistoryLine]:
    """The newest changes of a module's settings for the time line, with the labels of *form*."""
    asked = (
        select(HistoryEntry, User.name)
        .outerjoin(User, User.id == HistoryEntry.actor_id)
        .where(*_of(plugin))
        .order_by(HistoryEntry.id.desc())
        .limit(ACTS)
    )
    order = [field.name for field in form]
    found = []
    for entry, actor in db.session.execute(asked):
        told = entry.changes["settings"]
        keys = [*(key for key in order if key in told), *sorted(told.keys() - set(order))]
        found.append(HistoryLine(entry.at, actor, "", [_line(form, key, told[key]) for key in keys]))
    return found


def _of(plugin: str) -> tuple[Any, ...]:
    return (
        HistoryEntry.entity == PluginState.__tablename__,
        HistoryEntry.entity_id == plugin,
        HistoryEntry.action == ACTION,
    )


def _line(form: Any, key: str, pair: Sequence[Any]) -> tuple[str, str, str]:
    """Label, old and new value; those of a setting that is no more as they are kept."""
    if key not in form:
        old, new = ("" if raw is None else str(raw) for raw in pair)
        return key, old, new
    kind = _kind(form[key])
    try:
        old, new = (in_words(form[key], None if raw is None else kind.load(raw)) for raw in pair)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        old, new = map(str, pair)
    return str(form[key].label.text), old, new
