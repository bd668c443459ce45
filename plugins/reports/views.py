"""The list of reports, a report, its preview, beginning one and making files of it."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    LOCALES,
    _,
    _l,
    as_choices,
    clock,
    current,
    current_locale,
    documents,
    flash,
    format_date,
    jobs,
    lists,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from . import figures, queries, service, shown
from .blueprint import back_to, bp, for_writing, with_form, writable
from .forms import EditForm, MakeForm, NewForm
from .jobs import MAKE
from .paper import compose
from .permissions import may
from .words import KINDS, RECORD_KIND, STATUSES, TONES, VOICE_NAMES

COLUMNS = [
    lists.Column(
        "title", _l("Report"), sort={"mn": "sort_mn", "en": "sort_en"}, link="/reports/{id}", format="content"
    ),
    lists.Column("kind", _l("Kind of report"), labels=KINDS),
    lists.Column("voice", _l("Voice"), sort=True, labels=VOICE_NAMES),
    lists.Column("cycle", _l("Review cycle"), sort=True, format="number"),
    lists.Column("due_on", _l("Due"), sort=True, format="date"),
    lists.Column("changed_at", _l("Changed"), sort=True, format="datetime", hide_small=True),
    lists.Column("status", _l("Status"), format="status", labels=STATUSES, tones=TONES),
]


@bp.get("/", permission="reports.read")
def index() -> ResponseReturnValue:
    """The reports one may see."""
    user = current()
    filters = [
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("kind", _l("Kind of report"), choices=KINDS),
        lists.Filter("voice", _l("Voice"), choices=VOICE_NAMES),
        lists.Filter("status", _l("Status"), choices=STATUSES),
    ]
    listing = lists.fetch(
        queries.listing(user), columns=COLUMNS, filters=filters, default_sort="-changed_at", args=request.args
    )
    return render_template("reports/index.html", listing=listing, may_write=user.can("reports.write"))


@bp.route("/new", methods=["GET", "POST"], permission="reports.write")
def new() -> ResponseReturnValue:
    """Begin a report."""
    user = current()
    organisations = queries.organisations(user)
    cycles = queries.cycles()
    form = NewForm(data={"kind": "midterm", "ends_on": clock.today()})
    form.org_id.choices = as_choices([(key, f"{name} ({VOICE_NAMES[voice]})") for key, name, voice in organisations])
    form.cycle.choices = as_choices([(each.number, _cycle_label(each)) for each in cycles])
    if form.validate_on_submit():
        made = service.create(
            user,
            org_id=form.org_id.data,
            kind=form.kind.data,
            cycle=form.cycle.data,
            title=form.title.data or None,
            begins_on=form.begins_on.data,
            ends_on=form.ends_on.data,
            due_on=form.due_on.data,
        )
        flash(_("The report is begun. Its figures are there already; now write its parts."), "success")
        return back_to(made)
    example = None
    if organisations and cycles:
        example = service.suggested_title("midterm", cycles[0].number, organisations[0][2], clock.today().year)
    return with_form("reports/new.html", form, example=example, may_begin=bool(organisations and cycles))


def _cycle_label(cycle: Any) -> str:
    return _("Cycle %(number)s, reviewed on %(day)s", number=cycle.number, day=format_date(cycle.reviewed_on, "medium"))


@bp.get("/<int:record_id>", permission="reports.read")
def show(record_id: int) -> ResponseReturnValue:
    """A report: its parts with live figures, length, completeness, and the files that can be made."""
    user = current()
    record = records.get(user, record_id, RECORD_KIND)
    draft = queries.draft(user, record)
    locale = current_locale()
    return render_template(
        "reports/show.html",
        record=record,
        draft=draft,
        report=draft.report,
        facts=draft.facts,
        count=documents.word_count(compose(draft, locale)),
        completeness=shown.completeness(draft),
        parts=shown.parts(draft, locale),
        chart=figures.traffic_light(draft.facts) if draft.facts.total else None,
        panels=records.panels(user, record),
        make=MakeForm(data={"format": "docx", "language": locale}) if user.can("reports.make") else None,
        writable=writable(user, record),
        may_finalise=may(user, "reports.finalise", record) and records.can_edit(user, record),
        languages=LOCALES,
        kinds=KINDS,
        voices=VOICE_NAMES,
    )


@bp.get("/<int:record_id>/preview", permission="reports.read")
def preview(record_id: int) -> ResponseReturnValue:
    """The whole document as a page, in the reader's language."""
    user = current()
    record = records.get(user, record_id, RECORD_KIND)
    draft = queries.draft(user, record)
    document = compose(draft, current_locale())
    return render_template("reports/preview.html", record=record, document=document, draft=draft)


@bp.route("/<int:record_id>/edit", methods=["GET", "POST"], permission="reports.write")
def edit(record_id: int) -> ResponseReturnValue:
    """Change what stands on the title page."""
    user = current()
    record, refused = for_writing(user, record_id)
    if refused is not None:
        return refused
    report = queries.row(record.id)
    stored = {
        "title": record.title,
        "begins_on": report.begins_on,
        "ends_on": report.ends_on,
        "due_on": record.due_on,
        "word_limit": report.word_limit,
        "version": record.version,
    }
    form = EditForm(data=stored)
    if form.validate_on_submit():
        service.edit(user, record, **{name: value for name, value in form.data.items() if name in stored})
        flash(_("The report is saved."), "success")
        return back_to(record)
    return with_form("reports/edit.html", form, record=record)


@bp.route("/<int:record_id>/make", methods=["GET", "POST"], permission="reports.make")
def make(record_id: int) -> ResponseReturnValue:
    """Make a file of the report in the background; its page shows the progress and gives the file."""
    user = current()
    record = records.get(user, record_id, RECORD_KIND)
    form = MakeForm(data={"format": "docx", "language": current_locale()})
    if form.validate_on_submit():
        job = jobs.start(
            user.id,
            MAKE,
            title=_l("Report as a file (%(format)s)", format=form.format.data.upper()),
            permission="reports.make",
            record_id=record.id,
            format_=form.format.data,
            language=form.language.data,
        )
        return redirect(url_for("jobs.show", uid=job.uid), 303)
    return with_form("reports/make.html", form, record=record)
