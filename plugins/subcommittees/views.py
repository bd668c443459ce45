"""Pages of the module."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Blueprint,
    Content,
    Identity,
    Record,
    _,
    _l,
    current,
    flash,
    lists,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from . import queries, report_slot, service
from .forms import CloseForm, ReportForm, TaskForm
from .models import Task
from .statuses import OPEN, STATUSES, TONES

bp = Blueprint("subcommittees", __name__, template_folder="templates")

COLUMNS = [
    lists.Column(
        "title", _l("Task"), sort={"mn": "sort_mn", "en": "sort_en"}, link="/subcommittees/tasks/{id}", format="content"
    ),
    lists.Column("org", _l("Sub-committee"), format="content"),
    lists.Column("owner", _l("Desk officer")),
    lists.Column("due_on", _l("Due"), sort=True, format="date"),
    lists.Column("progress", _l("Progress, %"), sort=True, format="number"),
    lists.Column("status", _l("Status"), format="status", labels=STATUSES, tones=TONES),
]


def _filters() -> list[lists.Filter]:
    committees = [(str(key), str(name)) for key, name in queries.sub_committees()]
    return [
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("org_id", _l("Sub-committee"), choices=committees),
        lists.Filter("status", _l("Status"), choices=STATUSES),
        lists.Filter("due_on", _l("Due"), kind="date"),
        lists.Filter("overdue", _l("Overdue only"), kind="check", where=lambda value: queries.overdue()),
    ]


@bp.get("/", permission="subcommittees.read")
def index() -> ResponseReturnValue:
    """The tasks one may see."""
    user = current()
    listing = lists.fetch(
        queries.task_list(user), columns=COLUMNS, filters=_filters(), default_sort="due_on", args=request.args
    )
    return render_template("subcommittees/index.html", listing=listing, may_create=user.can("subcommittees.create"))


@bp.route("/tasks/new", methods=["GET", "POST"], permission="subcommittees.create")
def new() -> ResponseReturnValue:
    """Give a task; ``?from=`` is the record it follows from, whose title it starts with."""
    user = current()
    from_id = request.args.get("from", type=int)
    source = records.get(user, from_id) if from_id is not None else None
    form = TaskForm(title=source.title if source else None)
    form.fill_choices()
    if form.validate_on_submit():
        made = service.create(
            user,
            title=form.title.data,
            description=form.description.data,
            org_id=form.org_id.data,
            owner_id=form.owner_id.data,
            due_on=form.due_on.data,
            from_id=source.id if source else None,
            unit_id=source.unit_id if source else None,
        )
        flash(_("The task is given."), "success")
        return redirect(url_for(".task", record_id=made.id), 303)
    return _form("subcommittees/edit.html", form, source=source)


@bp.get("/tasks/<int:record_id>", permission="subcommittees.read")
def task(record_id: int) -> ResponseReturnValue:
    """A task, its reports, and everything that hangs on it."""
    user = current()
    record = records.get(user, record_id, "task")
    row, org, owner = queries.task(record.id)
    return render_template(
        "subcommittees/task.html",
        record=record,
        task=row,
        org=org,
        owner=owner,
        reports=queries.reports(record.id),
        report_url=report_slot.fill_url(record.id) or url_for(".report", record_id=record.id),
        form_url="" if report_slot.is_published() or not user.can("forms.build") else report_slot.new_url(),
        panels=records.panels(user, record),
        is_open=record.status in OPEN,
        may_report=_may_report(user, record),
    )


def _may_report(user: Identity, record: Record) -> bool:
    return user.can("subcommittees.report") and records.can_edit(user, record)


@bp.route("/tasks/<int:record_id>/edit", methods=["GET", "POST"], permission="subcommittees.report")
def edit(record_id: int) -> ResponseReturnValue:
    """Change a task."""
    user = current()
    record = records.get(user, record_id, "task", "edit")
    row: Task = queries.task(record.id)[0]
    stored: dict[str, Any] = {
        "title": record.title,
        "description": row.description,
        "org_id": record.org_id,
        "owner_id": record.owner_id,
        "due_on": record.due_on,
        "version": record.version,
    }
    form = TaskForm(data=stored)
    form.fill_choices()
    if form.validate_on_submit():
        values = {name: value for name, value in form.data.items() if name in stored}
        service.edit(user, record, **values)
        flash(_("The task is saved."), "success")
        return redirect(url_for(".task", record_id=record.id), 303)
    return _form("subcommittees/edit.html", form, record=record)


@bp.route("/tasks/<int:record_id>/report", methods=["GET", "POST"], permission="subcommittees.report")
def report(record_id: int) -> ResponseReturnValue:
    """Report progress: by the form that is published for it, else here."""
    user = current()
    record = records.get(user, record_id, "task", "edit")
    if request.method == "GET" and (url := report_slot.fill_url(record.id)):
        return redirect(url, 303)
    row: Task = queries.task(record.id)[0]
    form = ReportForm(data={"progress": row.progress, "version": record.version})
    if form.validate_on_submit():
        try:
            service.report(
                user, record, version=form.version.data, text=form.text.data or "", progress=form.progress.data or 0
            )
        except service.TaskClosed:
            flash(_("This task is closed. Open it again before you report on it."), "danger")
        else:
            flash(_("The report is saved."), "success")
        return redirect(url_for(".task", record_id=record.id), 303)
    return _form("subcommittees/report.html", form, record=record)


@bp.route("/tasks/<int:record_id>/close", methods=["GET", "POST"], permission="subcommittees.report")
def close(record_id: int) -> ResponseReturnValue:
    """Close a task with what came of it."""
    user = current()
    record = records.get(user, record_id, "task", "edit")
    form = CloseForm(data={"status": "done", "outcome": Content(), "version": record.version})
    form.fill_choices()
    if form.validate_on_submit():
        try:
            service.close(user, record, version=form.version.data, status=form.status.data, outcome=form.outcome.data)
        except service.TaskClosed:
            flash(_("This task is closed already."), "danger")
        else:
            flash(_("The task is closed."), "success")
        return redirect(url_for(".task", record_id=record.id), 303)
    return _form("subcommittees/close.html", form, record=record)


@bp.post("/tasks/<int:record_id>/reopen", permission="subcommittees.report")
def reopen(record_id: int) -> ResponseReturnValue:
    """Open a closed task again."""
    user = current()
    record = records.get(user, record_id, "task", "edit")
    service.reopen(user, record)
    flash(_("The task is open again."), "success")
    return redirect(url_for(".task", record_id=record.id), 303)


def _form(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    code = 422 if request.method == "POST" and not form.language_switched else 200
    return render_template(template, form=form, **context), code
