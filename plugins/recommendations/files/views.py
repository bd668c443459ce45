"""Files of the register: exports, the template, a list of the UN filled with ratings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from portal.api import (
    SIGNED_IN,
    VOICES,
    ChildFailed,
    DataColumn,
    Identity,
    Select,
    _,
    clock,
    current,
    current_locale,
    documents,
    flash,
    lists,
    redirect,
    render_template,
    request,
    transaction,
    url_for,
)

from .. import datasets, importers
from ..blueprint import bp, download, form_page
from ..register import choosing, finding, promise_rows, promises
from ..settings import own_country
from . import exporting, exporting_json, filling, kept_files, own_table
from .forms import FillForm
from .importing import FileRefused

SORT = "number"


def _narrowed(user: Identity) -> Select[Any]:
    """The list with the filters and the order of the page."""
    chosen = choosing.filters(request.args, finding.facets())
    return lists.narrow(
        finding.rows(user), columns=finding.columns(), filters=chosen, default_sort=SORT, args=request.args
    )


@bp.get("/export.<any(csv, xlsx, json, docx):kind>", permission="recommendations.read")
def export(kind: str) -> ResponseReturnValue:
    """The list as a file, with the filters and the order of the page.

    XLSX is the portal's own table, which can be imported again; DOCX the list of the UN, of one review (``voice``
    and ``language`` fill its last column).
    """
    user = current()
    stmt = _narrowed(user)
    try:
        data = _exported(kind, user, stmt)
    except filling.NotOneReview:
        flash(_("A list of the UN is of one review. Choose a cycle and a State under review first."), "warning")
        return _back()
    except own_table.TooMany:
        flash(_("There are too many recommendations for one table. Narrow the list, or take CSV or JSON."), "warning")
        return _back()
    except ChildFailed as failed:
        flash(importers.message(f"writing_{failed.code}", {}, _), "warning")
        return _back()
    # TRANSLATORS: the name of a file; it says by which rule its rows are counted
    name = _("Recommendations by UN paragraph")
    return download(data, f"{name} {clock.today().isoformat()}.{kind}")


def _back() -> ResponseReturnValue:
    """To the list as it was."""
    query = request.query_string.decode("ascii", "ignore")
    return redirect(url_for(".index") + (f"?{query}" if query else ""), 303)


def _exported(kind: str, user: Identity, stmt: Select[Any]) -> bytes:
    match kind:
        case "csv":
            return exporting.csv(user, stmt)
        case "json":
            return exporting_json.as_json(user, stmt)
        case "xlsx":
            return own_table.filled(user, stmt)
    voice, language = request.args.get("fill", ""), request.args.get("language", "en")
    return filling.un_list(
        user, stmt, voice=voice if voice in VOICES else "", language=language if language in ("mn", "en") else "en"
    )


@bp.get("/template.xlsx", permission="recommendations.read")
def template() -> ResponseReturnValue:
    """The empty table of the portal, in the reader's language."""
    name = _("Table of recommendations")
    return download(own_table.template(current()), f"{name} {current_locale()}.xlsx")


@bp.route("/fill", methods=["GET", "POST"], permission=SIGNED_IN)
def fill() -> ResponseReturnValue:
    """Send a list of the UN and get it back with published ratings in its empty column."""
    user = current()
    form: Any = FillForm(data={"voice": "government", "language": "en"})
    form.fill_choices()
    if form.validate_on_submit():
        upload = form.file.data
        name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
        data = upload.read(importers.FILE_LIMIT + 1)
        try:
            done = filling.fill(
                user,
                data,
                name,
                voice=form.voice.data,
                language=form.language.data,
                overwrite=bool(form.overwrite.data),
            )
        except FileRefused as refused:
            form.file.errors = [refused.message]
        else:
            with transaction():
                file = kept_files.keep(user, done.data, _filled_name(name), "filled", replace=True)
                href = url_for("records.download", uid=file.uid)
            voice = VOICES[form.voice.data]
            return render_template("recommendations/filled.html", done=done, href=href, voice=voice, name=name)
    known = finding.facets()
    own = own_country() if len(known.countries) > 1 else ""
    return form_page("recommendations/fill.html", form, cycles=known.cycles, own=own, voices=VOICES)


def _filled_name(name: str) -> str:
    stem, _dot, ending = name.rpartition(".")
    # TRANSLATORS: added to the name of a file that was filled
    added = _("filled")
    return f"{stem} ({added}).{ending}"


@bp.get("/challenges.<any(csv, xlsx, json):kind>", permission="recommendations.read")
def challenges_file(kind: str) -> ResponseReturnValue:
    """All challenges as a file."""
    # TRANSLATORS: the name of a file
    return _table(_("Challenges to ratings"), datasets.CHALLENGE_COLUMNS, datasets.challenge_rows(current()), kind)


@bp.get("/pledges.<any(csv, xlsx, json):kind>", permission="recommendations.read")
def pledges_file(kind: str) -> ResponseReturnValue:
    """The voluntary pledges as a file, with the filters and the order of the page."""
    stmt = lists.narrow(
        promises.pledges(current()),
        columns=promise_rows.pledge_columns(),
        filters=promise_rows.pledge_filters(),
        default_sort="number",
        args=request.args,
    )
    # TRANSLATORS: the name of a file
    return _table(_("Voluntary pledges"), promise_rows.PLEDGE_COLUMNS, promise_rows.pledges(stmt), kind)


@bp.get("/concerns.<any(csv, xlsx, json):kind>", permission="recommendations.read")
def concerns_file(kind: str) -> ResponseReturnValue:
    """The concerns as a file, with the filters and the order of the page."""
    stmt = lists.narrow(
        promises.concerns(current()),
        columns=promise_rows.concern_columns(),
        filters=promise_rows.concern_filters(),
        default_sort="-raised_on",
        args=request.args,
    )
    # TRANSLATORS: the name of a file
    return _table(_("Concerns"), promise_rows.CONCERN_COLUMNS, promise_rows.concerns(current(), stmt), kind)


def _table(name: str, columns: Sequence[DataColumn], rows: Iterable[Mapping[str, Any]], kind: str) -> Response:
    data = b"".join(documents.export_rows(columns, rows, kind, current_locale()))
    return download(data, f"{name} {clock.today().isoformat()}.{kind}")
