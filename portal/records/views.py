"""Acts on any record: open it by its number, comment, attach, link, share; its files and its history."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from wtforms.validators import InputRequired, Length

from portal import jobs, storage
from portal.db import db, transaction
from portal.i18n import _, _l
from portal.people.identity import current
from portal.people.models import Organisation
from portal.records import aside, queries, service, succession
from portal.records.kinds import kinds
from portal.records.models import File, Record
from portal.routing import Blueprint
from portal.ui.forms import Form, as_choices, fields

bp = Blueprint("records", __name__, template_folder="templates")
bp.record(lambda state: jobs.schedule("records_succession", "7 * * * *", succession.pass_on))

RELATION_LABELS = {
    "follows": _l("follows from"),
    "implements": _l("implements"),
    "answers": _l("answers"),
    "evidence": _l("is evidence for"),
    "related": _l("is related to"),
    "leads_to": _l("leads to"),
}
LEVEL_LABELS = {"read": _l("may read"), "comment": _l("may read and comment"), "edit": _l("may read and edit")}


class CommentForm(Form):
    """A remark."""

    text = fields.TextAreaField(_l("Comment"), validators=[InputRequired(), Length(max=service.COMMENT_LIMIT)])


class AttachForm(Form):
    """A file for a record."""

    file = fields.FileField(_l("File"))


class ShareForm(Form):
    """An organisation that is to see a record."""

    org_id = fields.SelectField(_l("Organisation"), coerce=int)
    level = fields.SelectField(_l("What they may do"))


class LinkForm(Form):
    """The record to link with, chosen from what a search found."""

    relation = fields.SelectField(_l("This record"))
    target_id = fields.RadioField(_l("Record"), coerce=int)


def page_of(record: Record) -> str:
    """The address of the record's own page; raises NotFound where its module is off."""
    kind = kinds.live(record.kind)
    if kind is None:
        raise NotFound
    return queries.url_of(kind, record.id)


@bp.get("/<int:record_id>", permission="records.read")
def show(record_id: int) -> ResponseReturnValue:
    """Go to the page of a record, whatever its kind."""
    return redirect(page_of(queries.get(current(), record_id)), 303)


@bp.route("/<int:record_id>/comment", methods=["GET", "POST"], permission="records.comment")
def comment(record_id: int) -> ResponseReturnValue:
    """Write a remark."""
    user = current()
    record = queries.get(user, record_id)
    form = CommentForm()
    if form.validate_on_submit():
        with transaction():
            service.comment(user, record, form.text.data or "")
        flash(_("The comment is saved."), "success")
        return redirect(page_of(record) + "#comments", 303)
    return _page("records/comment.html", form, record)


@bp.route("/<int:record_id>/attach", methods=["GET", "POST"], permission="records.work")
def attach(record_id: int) -> ResponseReturnValue:
    """Hang a file on a record."""
    user = current()
    record = queries.get(user, record_id, level="edit")
    form = AttachForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service.attach(user, record, form.file.data)
        except storage.UploadRefused as refused:
            form.file.errors = (refused.message,)
        else:
            flash(_("The file is attached."), "success")
            return redirect(page_of(record) + "#files", 303)
    return _page("records/attach.html", form, record)


@bp.route("/<int:record_id>/share", methods=["GET", "POST"], permission="records.work")
def share(record_id: int) -> ResponseReturnValue:
    """Show a record, with its parts, to an organisation."""
    user = current()
    record = queries.get(user, record_id, level="edit")
    form = ShareForm()
    names = select(Organisation.id, Organisation.name).order_by(Organisation.sort_mn)
    form.org_id.choices = as_choices(
        [(row.id, str(row.name)) for row in db.session.execute(names) if row.id != record.org_id]
    )
    form.level.choices = as_choices(LEVEL_LABELS)
    if form.validate_on_submit():
        with transaction():
            service.share(user, record, org_id=form.org_id.data, level=form.level.data)
        flash(_("The record is shared."), "success")
        return redirect(page_of(record) + "#shares", 303)
    return _page("records/share.html", form, record, shares=aside.shares(record.id), levels=LEVEL_LABELS)


@bp.post("/<int:record_id>/unshare/<int:share_id>", permission="records.work")
def unshare(record_id: int, share_id: int) -> ResponseReturnValue:
    """Take a share back."""
    user = current()
    record = queries.get(user, record_id, level="edit")
    with transaction():
        service.unshare_one(user, record, share_id)
    flash(_("The record is no longer shared with them."), "success")
    return redirect(page_of(record) + "#shares", 303)


@bp.route("/<int:record_id>/link", methods=["GET", "POST"], permission="records.work")
def link(record_id: int) -> ResponseReturnValue:
    """Find another record by its words and link the two."""
    user = current()
    record = queries.get(user, record_id, level="edit")
    q, kind = request.args.get("q", ""), request.args.get("kind", "")
    found = [row for row in queries.search(user, q, kind) if row.id != record.id]
    form = LinkForm()
    form.relation.choices = as_choices(RELATION_LABELS)
    form.target_id.choices = as_choices([(row.id, f"{row.kind_title}: {row.title}") for row in found])
    if form.validate_on_submit():
        with transaction():
            made = service.link(user, record.id, form.target_id.data, form.relation.data)
        flash(_("The records are linked.") if made else _("These records were linked already."), "success")
        return redirect(page_of(record) + "#links", 303)
    return _page("records/link.html", form, record, found=found, q=q, kind=kind, kinds=kinds.all())


@bp.post("/<int:record_id>/unlink/<int:link_id>", permission="records.work")
def unlink(record_id: int, link_id: int) -> ResponseReturnValue:
    """Take a link away."""
    user = current()
    record = queries.get(user, record_id, level="edit")
    with transaction():
        service.unlink(user, link_id)
    flash(_("The link is removed."), "success")
    return redirect(page_of(record) + "#links", 303)


@bp.get("/files/<uid>", permission="records.read")
def download(uid: str) -> ResponseReturnValue:
    """A file of a record one may see; a file without a record only to the one who sent it."""
    user = current()
    file = db.session.scalar(select(File).where(File.uid == uid))
    if file is None:
        raise NotFound
    if file.record_id is not None:
        queries.get(user, file.record_id)
    elif file.created_by_id is None or file.created_by_id != user.id:
        raise NotFound
    return storage.send_file_response(file)


def _page(template: str, form: Any, record: Record, **context: Any) -> ResponseReturnValue:
    code = 422 if request.method == "POST" and not form.language_switched else 200
    back = url_for("records.show", record_id=record.id)
    return render_template(template, form=form, record=record, back=back, **context), code
