"""Importing a file: send it, look at what would happen, confirm."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    NotFound,
    _,
    current,
    db,
    flash,
    jobs,
    redirect,
    reference,
    render_template,
    request,
    select,
    url_for,
)

from .. import importers
from ..blueprint import bp, download, form_page
from ..models import ImportRun
from ..permissions import organisation
from ..scales import POSITIONS, TERM_SCHEMES
from ..settings import own_country
from ..wording import name_of_state, state_name
from . import fixing, importing, kept_files
from .forms import ImportForm
from .shown import FIELD_NAMES, column_title, problem_text, unknown_states, value_text

SHOWN = 300
"""Rows of a kind that the preview shows; the others are told by their number."""


@bp.route("/import", methods=["GET", "POST"], permission="recommendations.import")
def import_file() -> ResponseReturnValue:
    """Send a file; what was read is shown before anything is written."""
    user = current()
    form = ImportForm()
    form.fill_choices()
    if form.validate_on_submit():
        upload = form.file.data
        name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
        data = upload.read(importers.FILE_LIMIT + 1)
        choice = importing.Choice(form.cycle.data, form.session.data, form.country.data or "")
        org_id = organisation(user)
        try:
            if org_id is None:
                raise importing.FileRefused("organisation", _("Your account coordinates no organisation."))
            parsed, country, cycle = importing.read(data, name, choice)
        except importing.FileRefused as refused:
            field: Any = form.cycle if refused.code == "cycle" else form.file
            field.errors = [refused.message]
        else:
            whole = bool(form.whole.data)
            run = importing.start(user, org_id, data, name, parsed, country, cycle, whole=whole)
            return redirect(url_for(".import_run", run_id=run.id), 303)
    return form_page("recommendations/import.html", form, runs=importing.recent(user))


def _run(run_id: int) -> ImportRun:
    run = importing.run_of(current(), run_id)
    if run is None:
        raise NotFound
    return run


@bp.get("/import/<int:run_id>", permission="recommendations.import")
def import_run(run_id: int) -> ResponseReturnValue:
    """What will happen, or has happened."""
    run = _run(run_id)
    shown, parsed = run.plan["shown"], run.plan["parsed"]
    by_state: dict[str, list[Any]] = {"new": [], "changed": [], "same": []}
    for row in shown["rows"]:
        by_state[row["state"]].append(row)
    country = state_name(run.country)
    job = db.session.scalar(select(jobs.Job).where(jobs.Job.uid == run.job_uid)) if run.job_uid else None
    return render_template(
        "recommendations/import_run.html",
        run=run,
        counts=run.counts,
        rows=by_state,
        limit=SHOWN,
        problems=[(each, column_title(each["column"]), problem_text(each)) for each in shown["refused"]],
        passed_over=parsed.get("passed_over", []),
        cycles=sorted({row.get("cycle", run.cycle) for row in shown["rows"]}) or [run.cycle],
        whole=run.plan.get("whole", False),
        unknown=unknown_states(shown["refused"]),
        chosen=[(name, name_of_state(state)) for name, state in run.plan["chosen"].items()],
        all_states=reference.states(),
        country=country,
        foreign=run.country != own_country(),
        own=state_name(own_country()),
        file_cycle=parsed["cycle"],
        field_names=FIELD_NAMES,
        value_text=value_text,
        positions=POSITIONS,
        schemes=TERM_SCHEMES,
        job=job,
    )


@bp.post("/import/<int:run_id>/states", permission="recommendations.import")
def import_states(run_id: int) -> ResponseReturnValue:
    """Say which States the unknown names stand for; the file is compared again."""
    run = _run(run_id)
    if run.state != "preview":
        return redirect(url_for(".import_run", run_id=run.id), 303)
    names = unknown_states(run.plan["shown"]["refused"])
    picked = {name: request.form.get(f"state-{place}", type=int) for place, (name, _near) in enumerate(names)}
    chosen = {name: state for name, state in picked.items() if state}
    if chosen:
        importing.choose(run, chosen)
        flash(_("The States are taken over. Look at what will happen now."), "success")
    return redirect(url_for(".import_run", run_id=run.id), 303)


@bp.post("/import/<int:run_id>/confirm", permission="recommendations.import")
def import_confirm(run_id: int) -> ResponseReturnValue:
    """Carry out what was shown, once."""
    run = _run(run_id)
    outcome = importing.confirm(current(), run.id)
    if outcome == "stale":
        flash(
            _("The register has changed since this was shown. Nothing was written. Look again and confirm."), "warning"
        )
    elif outcome == "already":
        flash(_("This file was imported already. Nothing was written a second time."), "info")
    elif outcome == "refused":
        flash(
            _("Rows of the file have errors. Nothing was written, since the file was to be imported whole."), "warning"
        )
    elif outcome == "done":
        flash(_("The file is imported."), "success")
    return redirect(url_for(".import_run", run_id=run.id), 303)


@bp.get("/import/<int:run_id>/errors", permission="recommendations.import")
def import_errors(run_id: int) -> ResponseReturnValue:
    """The file as it was sent with its errors written into it."""
    run = _run(run_id)
    problems = run.plan["shown"]["refused"]
    if run.file_id is None or not problems:
        raise NotFound
    name, data = kept_files.read(run.file_id)
    parsed = importers.Parsed.load(run.plan["parsed"])
    try:
        marked = fixing.with_errors(data, name, parsed, problems)
    except fixing.CannotMark as cannot:
        flash(_("The errors cannot be written into this file: %(why)s", why=cannot.message), "warning")
        return redirect(url_for(".import_run", run_id=run.id), 303)
    # TRANSLATORS: added to the name of a file in which errors are marked
    added = _("errors")
    return download(marked.data, f"{name.rpartition('.')[0]} ({added}).{marked.ending}")
