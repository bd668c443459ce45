"""Ratings as a spreadsheet: fetch it, fill it, send it back."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Identity,
    NotFound,
    _,
    clock,
    current,
    flash,
    lists,
    ngettext,
    redirect,
    render_template,
    request,
    transaction,
    url_for,
)

from .. import importers
from ..blueprint import WORDS, bp, download, form_page
from ..permissions import RATERS
from ..ratings import grid_views
from ..ratings import queries as rating_queries
from ..register import finding
from . import fixing, kept_files, rating_sheet
from .forms import SheetForm
from .importing import FileRefused


@bp.get("/rate/table.xlsx", permission="recommendations.assess")
def rate_table() -> ResponseReturnValue:
    """The table to be filled in: the list with its filters, with the drafts of the own organisation."""
    user = current()
    org = _org(user)
    chosen = finding.filters(request.args, finding.facets())
    stmt = lists.narrow(
        finding.rows(user), columns=finding.columns(), filters=chosen, default_sort=grid_views.SORT, args=request.args
    )
    return download(rating_sheet.template(user, org, stmt), f"{_('Ratings')} {clock.today().isoformat()}.xlsx")


@bp.route("/rate/table", methods=["GET", "POST"], permission="recommendations.assess")
def rate_sheet() -> ResponseReturnValue:
    """Send a table of ratings, see what would become of it, save it as drafts."""
    user = current()
    org, orgs = rating_queries.chosen(user, RATERS, request.values.get("org"))
    form: Any = SheetForm()
    context = {"org": org, "orgs": orgs, "own": _own(org), **WORDS}
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
    return redirect(url_for(".rate_many", org=org.id, **_own(org)), 303)


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
        return redirect(url_for(".rate_sheet", org=org.id), 303)
    return download(marked, f"{_('Ratings')} ({_('errors')}).xlsx")


def _own(org: Any) -> dict[str, Any]:
    """The filter of the list for what the organisation is responsible for, where there is any."""
    return {"body": org.id} if grid_views.responsible(org.id) else {}


def _sent(user: Identity) -> bytes:
    """The table that this account sent last; 404 where there is none."""
    file_id = kept_files.mine(user, request.form.get("file", ""), "ratings")
    if file_id is None:
        raise NotFound
    return kept_files.read(file_id)[1]


def _name(name: str | None) -> str:
    return (name or "").replace("\\", "/").rpartition("/")[2] or "ratings.xlsx"


def _org(user: Identity) -> Any:
    return rating_queries.chosen(user, RATERS, request.values.get("org"))[0]
