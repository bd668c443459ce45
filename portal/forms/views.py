"""The list of forms and the page of each: its state, its link, its answers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal import records
from portal.db import db
from portal.forms import drafts, published, queries
from portal.forms.access import moment
from portal.forms.answers import reading as answers
from portal.forms.blueprint import bp
from portal.forms.filling.words import deadline
from portal.forms.invitations import listing as invitations_list
from portal.forms.models import Form, FormVersion
from portal.forms.openrosa.page import phones
from portal.forms.slots import slots
from portal.i18n import LazyString, _, _l, current_locale, pgettext
from portal.people.identity import Identity, current
from portal.records import Record
from portal.ui import lists

READ = "forms.read"
STATUSES: dict[str, LazyString] = {"draft": _l("Draft"), "published": _l("Published"), "closed": _l("Closed")}
TONES = {"draft": "neutral", "published": "success", "closed": "info"}
MODES = {
    "public": _l("Anyone who has the link, without an account"),
    "invited": _l("People with an account who are asked to"),
    "personal": _l("Those who got a link or a code of their own, without an account"),
}


@bp.get("/", permission=READ)
def index() -> ResponseReturnValue:
    """The forms one sees, and what one has begun or got back."""
    user = current()
    purposes = {slot.name: slot.title for slot in slots.all()}
    listing = lists.fetch(
        queries.form_list(user),
        columns=[
            lists.Column(
                "title", _("Form"), sort={"mn": "sort_mn", "en": "sort_en"}, link="forms.show", format="content"
            ),
            lists.Column("slot", _("Purpose"), labels=purposes, hide_small=True),
            lists.Column("status", _("Status"), sort=True, format="status", labels=STATUSES, tones=TONES),
            lists.Column("submissions", pgettext("form", "Answers"), format="number"),
            lists.Column("changed_at", _("Changed"), sort=True, format="date"),
        ],
        filters=[
            lists.Filter("q", _("Words"), kind="search", where=records.matches),
            lists.Filter("status", _("Status"), choices=STATUSES, where=Record.status),
            lists.Filter("slot", _("Purpose"), choices=purposes, where=Form.slot),
        ],
        default_sort="-changed_at",
        args=request.args,
    )
    return render_template(
        "forms/index.html", listing=listing, drafts=drafts.waiting(user), returned=answers.returned_to(user)
    )


@bp.get("/<int:record_id>", permission=READ)
def show(record_id: int) -> ResponseReturnValue:
    """A form: where it stands, how people reach it, what came in."""
    user = current()
    record = records.get(user, record_id, "form")
    _record, form, version = queries.by_id(record_id)
    access: dict[str, Any] = (version.definition if version else form.definition)["settings"].get("access") or {}
    slot = slots.get(form.slot)
    may_edit = records.can_edit(user, record)
    return render_template(
        "forms/show.html",
        record=record,
        form=form,
        version=version,
        slot=slot,
        access=access,
        mode=MODES.get(str(access.get("mode")), MODES["invited"]),
        opens=deadline(moment(access.get("opens"))),
        closes=deadline(moment(access.get("closes"))),
        changed=version is not None and version.definition != form.definition,
        parent=_parent(user, record),
        versions=queries.versions(record_id),
        counts=queries.counts(record_id),
        may_edit=may_edit,
        publishes=published.questions(version, current_locale()) if record.status != "draft" else [],
        invited=invitations_list.count(record.id) if may_invite(user, record, form, version) else None,
        may_build=may_edit and user.can("forms.build"),
        fill_url=_fill_url(user, record, form, version, access),
        link=url_for("forms.public", token=form.token, _external=True) if access.get("mode") == "public" else "",
        panels=records.panels(user, record),
        phones=phones(record, form, version),
    )


def may_invite(user: Identity, record: Record, form: Form, version: FormVersion | None) -> bool:
    """Whether the reader sees the invitations of a form: it was published, and is about one record or none."""
    about_one = form.slot is None or record.parent_id is not None
    return version is not None and about_one and user.can("forms.build") and records.can_edit(user, record)


def _parent(user: Identity, record: Record) -> Any:
    """The record the form hangs on, where the reader sees it: ``id title``."""
    if record.parent_id is None:
        return None
    stmt = select(Record.id, Record.title).where(Record.id == record.parent_id, records.visible(user))
    return db.session.execute(stmt).one_or_none()


def _fill_url(user: Identity, record: Record, form: Form, version: FormVersion | None, access: Any) -> str:
    """Where the reader fills the form from here: not where it needs a record, or its module is off or against it."""
    slot = slots.get(form.slot)
    about_one = form.slot is None or (record.parent_id is not None and slot is not None and slot.fills(user, record))
    if record.status != "published" or version is None or not about_one or not user.can("forms.fill"):
        return ""
    return "" if access.get("mode") in ("public", "personal") else url_for("forms.fill", record_id=record.id)


@bp.get("/<int:record_id>/qr.svg", permission=READ)
def qr(record_id: int) -> ResponseReturnValue:
    """The public link as a picture for a phone's camera."""
    record = records.get(current(), record_id, "form")
    _record, form, version = queries.by_id(record.id)
    access = (version.definition["settings"].get("access") or {}) if version else {}
    if access.get("mode") != "public":
        raise NotFound
    import segno

    out = BytesIO()
    address = url_for("forms.public", token=form.token, _external=True)
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=8, border=2, xmldecl=False, svgns=True)
    return Response(out.getvalue(), mimetype="image/svg+xml")
