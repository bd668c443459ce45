"""The table in which many recommendations are rated."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from portal.api import (
    Forbidden,
    Identity,
    NotFound,
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
    transaction,
    url_for,
)

from . import fixing, grid, importers, kept_files, queries, rating_sheet, rating_slot, register
from .blueprint import bp, form_page
from .file_views import download
from .forms import SheetForm
from .importing import FileRefused
from .models import Body
from .permissions import RATERS
from .views import WORDS

PAGE = 25
SORT = "number"


@bp.route("/rate", methods=["GET", "POST"], permission="recommendations.assess")
def rate_many() -> ResponseReturnValue:
    """Rate a page of recommendations; each row is saved by itself, as a draft.

    Without a filter in the address those come for which the own organisation is responsible, where there are any.
    """
    user = current()
    orgs = queries.rating_organisations(user, RATERS)
    if not orgs:
        raise Forbidden
    org = next((org for org in orgs if str(org.id) == request.args.get("org")), orgs[0])
    if request.method == "GET" and not request.args and _responsible(org.id):
        return redirect(url_for(".rate_many", body=org.id), 303)
    rows = grid.sent_rows(request.form) if request.method == "POST" else {}
    if rows:
        _save(user, org, rows)
        if request.accept_mimetypes.best == "application/json":
            return jsonify(rows={record_id: row.dump() for record_id, row in rows.items()})
        _say(rows)
        if not any(row.errors for row in rows.values()):
            return redirect(request.full_path.rstrip("?"), 303)
    known = register.facets()
    listing = lists.fetch(
        register.rows(user),
        columns=register.columns(),
        filters=register.filters(request.args, known),
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
        form_url=rating_slot.fill_url(org.voice, next((row.id for row in listing), None)),
        new_form_url=rating_slot.new_url(org.voice) if user.can("forms.build") else "",
        **WORDS,
    )
    return page, 422 if any(row.errors for row in rows.values()) else 200


def _responsible(org_id: int) -> bool:
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


@bp.get("/rate/table.xlsx", permission="recommendations.assess")
def rate_table() -> ResponseReturnValue:
    """The table to be filled in: the list with its filters, with the drafts of the own organisation."""
    user = current()
    org = _org(user)
    chosen = register.filters(request.args, register.facets())
    stmt = lists.narrow(
        register.rows(user), columns=register.columns(), filters=chosen, default_sort=SORT, args=request.args
    )
    return download(rating_sheet.template(user, org, stmt), f"{_('Ratings')} {clock.today().isoformat()}.xlsx")


@bp.route("/rate/table", methods=["GET", "POST"], permission="recommendations.assess")
def rate_sheet() -> ResponseReturnValue:
    """Send a table of ratings, see what would become of it, save it as drafts."""
    user = current()
    org = _org(user)
    form: Any = SheetForm()
    own = {"body": org.id} if _responsible(org.id) else {}
    context = {"org": org, "own": own, **WORDS}
    if not form.validate_on_submit():
        return form_page("recommendations/rate_sheet.html", form, lines=None, **context)
    data = form.file.data.read(importers.FILE_LIMIT + 1)
    try:
        lines = rating_sheet.read(user, org, data)
    except FileRefused as refused:
        form.file.errors = [refused.message]
        return form_page("recommendations/rate_sheet.html", form, lines=None, **context)
    with transaction():
        file = kept_files.keep(user, data, _name(form.file.data.filename), "ratings", replace=True)
    return render_template(
        "recommendations/rate_sheet.html", form=form, lines=lines, file=file, titles=rating_sheet.TITLES, **context
    )


@bp.post("/rate/table/save", permission="recommendations.assess")
def save_sheet() -> ResponseReturnValue:
    """Save the rows of the table that was sent last, those without an error, as drafts."""
    user = current()
    org = _org(user)
    data = _sent(user)
    lines = rating_sheet.save(user, org, data)
    saved = sum(not line.errors and line.state in ("new", "changed") for line in lines)
    flash(ngettext("%(num)s draft is saved.", "%(num)s drafts are saved.", saved), "success" if saved else "info")
    return redirect(url_for(".rate_many"), 303)


@bp.post("/rate/table/errors", permission="recommendations.assess")
def sheet_errors() -> ResponseReturnValue:
    """The table that was sent last, with its errors written into it."""
    user = current()
    org = _org(user)
    data = _sent(user)
    try:
        marked = rating_sheet.with_errors(data, rating_sheet.read(user, org, data))
    except fixing.CannotMark as wrong:
        flash(wrong.message, "warning")
        return redirect(url_for(".rate_sheet"), 303)
    return download(marked, f"{_('Ratings')} ({_('errors')}).xlsx")


def _org(user: Identity) -> Any:
    orgs = queries.rating_organisations(user, RATERS)
    if not orgs:
        raise Forbidden
    return next((org for org in orgs if str(org.id) == request.values.get("org")), orgs[0])


def _sent(user: Identity) -> bytes:
    """The table that this account sent last; 404 where there is none."""
    file_id = kept_files.mine(user, request.form.get("file", ""), "ratings")
    if file_id is None:
        raise NotFound
    return kept_files.read(file_id)[1]


def _name(name: str | None) -> str:
    return (name or "").replace("\\", "/").rpartition("/")[2] or "ratings.xlsx"
