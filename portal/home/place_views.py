"""Places: the 22 first-level units and the districts, and what the modules say about each."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from portal import documents, records, reference
from portal.db import db
from portal.host.host import current_host
from portal.i18n import _, current_locale, sort_key
from portal.people.identity import Identity, current
from portal.people.models import Organisation
from portal.records import Record
from portal.routing import Blueprint

bp = Blueprint("places", __name__, template_folder="templates")
RECENT = 20


@bp.get("/", permission="home.read")
def index() -> ResponseReturnValue:
    """The units with the number of records about each: a map of squares, the same as a table, and the regions."""
    user = current()
    counts = _counts(user)
    first = sorted(reference.first_level(), key=lambda unit: sort_key(unit.name.text(current_locale())))
    tiles = {u.code: documents.Tile(counts.get(u.id, 0), "info" if counts.get(u.id) else "") for u in first}
    picture = documents.Map(
        _("Records about each place"), tiles, {u.code: u.name for u in first}, value_title=_("Records")
    )
    return render_template(
        "home/places.html",
        picture=picture,
        first=first,
        districts=reference.units("district"),
        counts=counts,
        regions=reference.region_sets(),
        names={unit.id: unit.name for unit in reference.units()},
    )


def _counts(user: Identity) -> dict[int, int]:
    stmt = select(Record.unit_id, func.count()).where(Record.unit_id.is_not(None), records.visible(user))
    return {unit_id: number for unit_id, number in db.session.execute(stmt.group_by(Record.unit_id)) if unit_id}


@bp.get("/<code>", permission="home.read")
def unit(code: str) -> ResponseReturnValue:
    """A unit: what it is, its organisations, the panels of the modules, the newest records about it."""
    place = reference.unit_by_code(code)
    if place is None:
        raise NotFound
    user = current()
    panels = current_host().panels("unit", place.id, user)
    stmt = select(Organisation.id, Organisation.name).where(Organisation.unit_id == place.id)
    organisations: list[Any] = []
    if user.can("people.read_directory"):
        organisations = list(db.session.execute(stmt.order_by(Organisation.sort_mn)))
    return render_template(
        "home/place.html",
        place=place,
        parent=reference.unit(place.parent_id) if place.parent_id else None,
        panels=panels,
        organisations=organisations,
        recent=records.about_unit(user, place.id, RECENT),
    )
