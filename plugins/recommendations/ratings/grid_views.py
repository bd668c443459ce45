"""The table in which many recommendations are rated."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from portal.api import (
    Identity,
    _,
    clock,
    current,
    current_locale,
    db,
    exists,
    flash,
    lists,
    ngettext,
    redirect,
    render_template,
    request,
    select,
    url_for,
)

from ..blueprint import WORDS, bp
from ..models import Body
from ..permissions import RATERS
from ..register import finding
from . import grid, queries, slot

PAGE = 25
SORT = "number"


@bp.route("/rate", methods=["GET", "POST"], permission="recommendations.assess")
def rate_many() -> ResponseReturnValue:
    """Rate a page of recommendations; each row is saved by itself, as a draft.

    Without a filter in the address those come for which the own organisation is responsible, where there are any.
    """
    user = current()
    org, orgs = queries.chosen(user, RATERS, request.args.get("org"))
    if request.method == "GET" and not request.args and responsible(org.id):
        return redirect(url_for(".rate_many", body=org.id), 303)
    rows = grid.sent_rows(request.form) if request.method == "POST" else {}
    if rows:
        _save(user, org, rows)
        if request.accept_mimetypes.best == "application/json":
            return jsonify(rows={record_id: row.dump() for record_id, row in rows.items()})
        _say(rows)
        if not any(row.errors for row in rows.values()):
            return redirect(request.full_path.rstrip("?"), 303)
    known = finding.facets()
    listing = lists.fetch(
        finding.rows(user),
        columns=finding.columns(),
        filters=finding.filters(request.args, known),
        default_sort=SORT,
        page_size=PAGE,
        args=request.args,
    )
    shown = grid.own_rows(org.id, [row.id for row in listing])
    shown |= {record_id: row for record_id, row in rows.items() if record_id in shown and row.errors}
    page = render_template(
        "recommendations/grid.html",
        listing=listing,
        rows=shown,
        org=org,
        orgs=orgs,
        today=clock.today().isoformat(),
        voice=org.voice,
        language=current_locale(),
        form_url=slot.fill_url(org.voice, next((row.id for row in listing), None)),
        new_form_url=slot.new_url(org.voice) if user.can("forms.build") else "",
        **WORDS,
    )
    return page, 422 if any(row.errors for row in rows.values()) else 200


def responsible(org_id: int) -> bool:
    """Whether an organisation is responsible for any recommendation."""
    return bool(db.session.scalar(select(exists().where(Body.org_id == org_id))))


def _save(user: Identity, org: Any, rows: dict[int, grid.Row]) -> None:
    only = request.form.get("only", "")
    for row in rows.values():
        if row.changed and only in ("", str(row.id)):
            grid.save(user, org, row)
        elif row.changed:
            row.errors["row"] = _("Not saved yet.")


def _say(rows: dict[int, grid.Row]) -> None:
    saved = sum(row.saved for row in rows.values())
    if saved:
        flash(ngettext("%(num)s draft is saved.", "%(num)s drafts are saved.", saved), "success")
    elif not any(row.errors for row in rows.values()):
        flash(_("Nothing was changed."), "info")
