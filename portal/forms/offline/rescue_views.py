"""A file of unsent answers on the page of the import: what would happen to each record, and after it what did."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.forms.answers import upload
from portal.forms.answers.upload import BUILD
from portal.forms.blueprint import bp
from portal.forms.offline import rescue
from portal.people.identity import current


@bp.route("/<int:record_id>/answers/import/carried", methods=["GET", "POST"], permission=BUILD)
def import_carried(record_id: int) -> ResponseReturnValue:
    """Look at a file that was chosen; with POST take over what fits and show what is there now."""
    user = current()
    record = upload.open_form(user, record_id)
    uid = request.args.get("file", "")
    content, name = upload.chosen(user, record_id, uid)
    try:
        made = rescue.plan(user, record, content, name)
    except rescue.BadFile as bad:
        return render_template("forms/offline_rescue.html", record=record, made=None, bad=bad.message), 422
    if request.method == "GET":
        return render_template("forms/offline_rescue.html", record=record, made=made, bad=None, file=uid)
    rescue.carry_out(user, record, made)
    if not made.count("taken") and not made.ok:
        return render_template("forms/offline_rescue.html", record=record, made=made, bad=None, file=uid), 409
    return redirect(url_for("forms.import_carried", record_id=record_id, file=uid), 303)
