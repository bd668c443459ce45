"""Pages of indicators: the list, one of them, its definition, its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from portal.api import (
    ChildFailed,
    DataColumn,
    Forbidden,
    Identity,
    NotFound,
    Record,
    _,
    _l,
    clock,
    current,
    current_locale,
    db,
    documents,
    flash,
    lazy_pgettext,
    lists,
    ngettext,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from .. import importers
from ..blueprint import bp, download, form_page
from ..figures import pictures as made_pictures
from ..indicator_models import Indicator
from ..register import published
from . import pictures, queries, reading, service
from .forms import IndicatorForm
from .words import ASKED, DIMENSIONS, DIRECTIONS, KIND, MEASURES, SCHEDULES, STATUSES, TONES, VALUE_STATES

WORDS = {
    "directions": DIRECTIONS,
    "measures": MEASURES,
    "schedules": SCHEDULES,
    "statuses": STATUSES,
    "tones": TONES,
    "value_states": VALUE_STATES,
    "dimensions": DIMENSIONS,
    "period_name": reading.period_name,
    "small": reading.small,
}
"""What templates show for codes."""

EXPORTS = ("csv", "xlsx", "json")
LIST_COLUMNS = (
    DataColumn("id", _l("Record number"), "integer"),
    DataColumn("title", _l("Indicator"), "content"),
    DataColumn("body", _l("Responsible body"), "content"),
    DataColumn("value", _l("Last value"), "number"),
    DataColumn("period", lazy_pgettext("indicator", "Period")),
    DataColumn("unit", _l("Unit of measure"), "content"),
    DataColumn("target", _l("Target"), "number"),
    DataColumn("target_year", _l("Year of the target"), "integer"),
    DataColumn("status", _l("Status"), "select", STATUSES),
    DataColumn("due_on", _l("Value due by"), "date"),
)
VALUE_COLUMNS = (
    DataColumn("period", lazy_pgettext("indicator", "Period")),
    DataColumn("dimension", _l("Broken down by"), "select", DIMENSIONS),
    DataColumn("category", _l("Category")),
    DataColumn("value", _l("Value"), "number"),
    DataColumn("hidden", _l("Not shown")),
    DataColumn("note", _l("Note on the source")),
    DataColumn("state", _l("State"), "select", VALUE_STATES),
)


@bp.get("/indicators", permission="recommendations.read")
def indicators() -> ResponseReturnValue:
    """The indicators."""
    user = current()
    listing = lists.fetch(
        queries.rows(user),
        columns=queries.columns(),
        filters=queries.filters(user),
        default_sort="title",
        args=request.args,
    )
    return render_template(
        "recommendations/indicators/index.html",
        listing=listing,
        may_define=user.can("recommendations.define_indicators"),
        exports=[(kind, url_for(".indicators_file", kind=kind) + listing.url(size=None)) for kind in EXPORTS],
    )


@bp.get("/indicators.<any(csv, xlsx, json):kind>", permission="recommendations.read")
def indicators_file(kind: str) -> ResponseReturnValue:
    """The list as a file, with the filters and the order of the page."""
    stmt = lists.narrow(
        queries.rows(current()),
        columns=queries.columns(),
        filters=queries.filters(current()),
        default_sort="title",
        args=request.args,
    )
    rows = (dict(row._mapping) for row in db.session.execute(stmt))
    data = b"".join(documents.export_rows(LIST_COLUMNS, rows, kind, current_locale()))
    # TRANSLATORS: the name of a file
    return download(data, f"{_('Indicators')} {clock.today().isoformat()}.{kind}")


def find(user: Identity, record_id: int, level: str = "read") -> tuple[Record, Indicator]:
    """An indicator *user* may see (or edit); raises NotFound or Forbidden."""
    record = records.get(user, record_id, KIND, level)
    return record, queries.indicator(record.id)[0]


@bp.get("/indicators/<int:record_id>", permission="recommendations.read")
def indicator(record_id: int) -> ResponseReturnValue:
    """One indicator: what it measures, its values as pictures and tables, what it is linked with."""
    user = current()
    record = records.get(user, record_id, KIND)
    row, body, owner = queries.indicator(record.id)
    values = reading.values(user, record, row)
    everything = reading.sees_all(user, record)
    whole = [each for each in values if not each.dimension]
    last = next((each for each in reversed(whole) if each.value is not None and each.state == "published"), None)
    owed = service.next_due(row) if record.status in ASKED else None
    may = {
        name: records.can_edit(user, record) and user.can(f"recommendations.{permission}")
        for name, permission in (
            ("define", "define_indicators"),
            ("enter", "enter_values"),
            ("publish", "publish_values"),
        )
    }
    drafts: dict[str, int] = {}
    for each in values:
        if each.state == "draft":
            drafts[each.period] = drafts.get(each.period, 0) + 1
    return render_template(
        "recommendations/indicators/show.html",
        record=record,
        row=row,
        body=body,
        owner=owner,
        values=values,
        whole=list(reversed(whole)),
        last=last,
        share=reading.share_reached(row, last.value if last else None),
        reached=reading.reaches(row, last.value if last else None),
        chart=pictures.over_time(row, values),
        parts=_parts(row, values, request.args),
        owed=owed,
        drafts=drafts,
        may=may,
        everything=everything,
        revisions=_changed(reading.revisions(record.id, all_of_them=everything)),
        named=lambda dimension, category: reading.named(row, dimension, category),
        noted=lambda listed: any(each.note for each in listed),
        asked=record.status in ASKED,
        exports=EXPORTS,
        panels=_panels(user, record),
        **WORDS,
    )


def _panels(user: Identity, record: Record) -> Any:
    """What stands beside an indicator: who does not work with it reads nothing of the time it was a draft."""
    panels = records.panels(user, record)
    return panels if panels.editable else published.since(panels, published.became_public(record.id))


def _parts(row: Indicator, values: list[reading.Value], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each breakdown there is, in the period *asked* for it (the last one)."""
    found = []
    for dimension, title in DIMENSIONS.items():
        of_it = [each for each in values if each.dimension == dimension] if dimension else []
        if not of_it:
            continue
        codes = list(dict.fromkeys(each.period for each in reversed(of_it)))
        wanted = asked.get(dimension, "")
        period = wanted if wanted in codes else codes[0]
        shown = pictures.of_period(values, dimension, period)
        order = list(reading.categories(row, dimension))
        shown.sort(key=lambda each: order.index(each.category) if each.category in order else len(order))
        found.append(
            {
                "dimension": dimension,
                "title": title,
                "period": period,
                "periods": codes,
                "values": shown,
                "hidden": any(each.hidden for each in shown),
                "chart": pictures.breakdown(row, values, dimension, title, period),
                "map": pictures.country(row, values, period) if dimension == "unit" else None,
            }
        )
    return found


def _changed(found: list[Any]) -> list[Any]:
    """The revisions of values that have several."""
    again = {(each.period, each.dimension, each.category) for each in found if each.revision > 1}
    return [each for each in found if (each.period, each.dimension, each.category) in again]


@bp.get("/indicators/<int:record_id>/values.<any(csv, xlsx, json):kind>", permission="recommendations.read")
def indicator_values(record_id: int, kind: str) -> Response:
    """The values of an indicator as a file; ``by`` and ``period`` in the address choose those of one picture."""
    user = current()
    record, row = find(user, record_id)
    values = reading.values(user, record, row)
    by, period = request.args.get("by"), request.args.get("period")
    rows = [
        {
            "period": each.period,
            "dimension": each.dimension,
            "category": each.category if kind == "json" else reading.named(row, each.dimension, each.category),
            "value": each.value,
            "hidden": each.hidden,
            "note": each.note,
            "state": each.state,
        }
        for each in values
        if by in (None, each.dimension) and period in (None, "", each.period)
    ]
    data = b"".join(documents.export_rows(VALUE_COLUMNS, rows, kind, current_locale()))
    return download(data, documents.file_name(str(record.title), kind))


@bp.get("/indicators/<int:record_id>/picture.<any(svg, png):kind>", permission="recommendations.read")
def indicator_picture(record_id: int, kind: str) -> ResponseReturnValue:
    """A picture as a file: over time, or that of ``by`` in ``period``; with ``map=1`` the aimags as squares."""
    user = current()
    record, row = find(user, record_id)
    values = reading.values(user, record, row)
    by = request.args.get("by", "")
    drawn: Any = pictures.over_time(row, values) if not by else None
    for part in _parts(row, values, {by: request.args.get("period", "")}) if by else ():
        if part["dimension"] == by:
            drawn = part["map"] if request.args.get("map") else part["chart"]
    if drawn is None:
        raise NotFound
    try:
        data = made_pictures.file(drawn, kind)
    except ChildFailed as failed:
        flash(importers.message(f"writing_{failed.code}", {}, _), "warning")
        return redirect(url_for(".indicator", record_id=record.id), 303)
    headers = {"Content-Disposition": made_pictures.disposition(drawn, kind), "X-Content-Type-Options": "nosniff"}
    return Response(data, mimetype=made_pictures.TYPES[kind], headers=headers)


@bp.route("/indicators/new", methods=["GET", "POST"], permission="recommendations.define_indicators")
def new_indicator() -> ResponseReturnValue:
    """Define an indicator; ``from`` in the address is a recommendation it measures."""
    user = current()
    start = request.args.get("from", type=int)
    form: Any = IndicatorForm(
        data={
            "org_id": user.orgs[0] if user.orgs else None,
            "direction": "more",
            "months": 12,
            "due_days": 90,
            "first_year": clock.today().year - 1,
            "recommendations": [start] if start else [],
        }
    )
    del form.version
    form.prepare(user, (None, None), queries.offered(user, [start] if start else []))
    if form.validate_on_submit():
        record = service.define(user, **form.values())
        flash(_("The draft of the indicator is saved. Publish it when its definition is right."), "success")
        return redirect(url_for(".indicator", record_id=record.id), 303)
    return form_page("recommendations/indicators/edit.html", form, record=None)


@bp.route("/indicators/<int:record_id>/edit", methods=["GET", "POST"], permission="recommendations.define_indicators")
def edit_indicator(record_id: int) -> ResponseReturnValue:
    """Change the definition of an indicator."""
    user = current()
    record, row = find(user, record_id, "edit")
    linked = list(service.linked_recommendations(record.id))
    stored = {key: getattr(row, key) for key in service.FIELDS}
    for key in ("baseline", "target"):
        stored[key] = None if stored[key] is None else plain(stored[key])
    stored |= {"sdg_targets": ", ".join(row.sdg_targets), "ages": ", ".join(row.ages), "name": record.title}
    stored |= {"org_id": record.org_id, "owner_id": record.owner_id, "recommendations": linked}
    form: Any = IndicatorForm(data={**stored, "version": record.version})
    options = queries.offered(user, linked)
    form.prepare(user, (record.org_id, record.owner_id), options)
    if form.validate_on_submit():
        service.edit(user, record, version=form.version.data, offered=[key for key, _name in options], **form.values())
        flash(_("The indicator is saved."), "success")
        return redirect(url_for(".indicator", record_id=record.id), 303)
    return form_page("recommendations/indicators/edit.html", form, record=record)


def plain(value: float) -> Any:
    """A number as a form shows it: whole ones without a point."""
    return int(value) if value.is_integer() else value


@bp.post("/indicators/<int:record_id>/<any(open, close):act>", permission="recommendations.define_indicators")
def step_indicator(record_id: int, act: str) -> ResponseReturnValue:
    """Publish a definition, or take no more values."""
    user = current()
    record, _row = find(user, record_id, "edit")
    try:
        (service.open_ if act == "open" else service.close)(user, record)
    except service.WrongState:
        flash(_("Somebody did this already. Nothing was changed."), "info")
    else:
        done = _("The indicator is published.") if act == "open" else _("No more values are asked for.")
        flash(done, "success")
    return redirect(url_for(".indicator", record_id=record.id), 303)


@bp.post("/indicators/<int:record_id>/publish", permission="recommendations.publish_values")
def publish_values(record_id: int) -> ResponseReturnValue:
    """Publish the drafts of a period, or all."""
    user = current()
    record, _row = find(user, record_id, "edit")
    if not reading.sees_all(user, record):
        raise Forbidden
    try:
        number = service.publish(user, record, request.form.get("period", ""))
    except service.WrongState:
        flash(_("Publish the indicator first: its values would be seen with it."), "warning")
    else:
        flash(ngettext("%(num)s value is published.", "%(num)s values are published.", number), "success")
    return redirect(url_for(".indicator", record_id=record.id), 303)
