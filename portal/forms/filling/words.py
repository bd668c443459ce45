"""Words around a form that is filled: the zone of its deadlines, what its page may say to templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from flask import render_template

from portal import clock, ui
from portal.forms import pictures
from portal.forms.access import zone_of
from portal.forms.definition.media import pictures_named
from portal.forms.engine import Item, Option
from portal.forms.fields.modules import OfModule, of_modules
from portal.forms.filling import controls
from portal.forms.filling.shelf import shelf_of
from portal.forms.models import Form
from portal.i18n import current_locale, format_date
from portal.text import LOCALES


def drawn_by_module(item: Item) -> Any:
    """The inputs of a question whose type is a module's, from the template of the module; None where that fails."""
    kind = item.node.field
    if not isinstance(kind, OfModule):
        return None
    drawn = of_modules.draw(kind.plugin, lambda: render_template(kind.template, item=item, type=kind.own))
    return ui.safe(drawn) if drawn else None


def picture_of(form: Form, item: Item, option: Option) -> str:
    """The address of the picture of a choice; empty where it has none, or the file is not there."""
    if not option.picture:
        return ""
    names = frozenset(each.picture for each in item.options if each.picture)
    return pictures.addresses(form, names).get(option.picture, "")


def image_of(filling: Any, item: Item) -> str:
    """The address of the picture of a question; empty where it has none, or the file is not there."""
    if not item.picture:
        return ""
    names = pictures_named(filling.compiled.definition, LOCALES)
    return pictures.addresses(filling.form, names).get(item.picture, "")


TOOLS: dict[str, Any] = {
    "control_of": controls.control,
    "is_table": controls.is_table,
    "steps_of": controls.steps,
    "limit_of": controls.limit,
    "lines_of": controls.lines,
    "way_of": controls.way,
    "picture_of": picture_of,
    "image_of": image_of,
    "described": controls.described_by,
    "drawn_by_module": drawn_by_module,
    "shelf_of": shelf_of,
    "GROUPED": controls.GROUPED,
}
"""What the template of the questions asks for each question."""


def zone_name(moment: datetime, zone: ZoneInfo | None = None) -> str:
    """The zone (the portal's, where none is given) at *moment* in words: "Ulaanbaatar Standard Time (UTC+8)"."""
    local = moment.astimezone(zone or clock.zone())
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    name = get_timezone_name(local, locale=current_locale())
    return f"{name} (UTC{sign}{hours}{f':{rest:02}' if rest else ''})"


def deadline(moment: datetime | None) -> str:
    """A moment of a form's settings in the zone it was written in, as it stands beside a deadline; "" for none."""
    if moment is None:
        return ""
    zone = zone_of(moment)
    local = moment.astimezone(zone)
    return f"{format_date(local.date())} {local:%H:%M}, {zone_name(moment, zone)}"
