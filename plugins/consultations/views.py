"""Pages of consultations: the list, the campaign board, the plan, the consultation itself."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Content,
    Identity,
    Record,
    _,
    _l,
    current,
    flash,
    force_locale,
    lists,
    meetings,
    records,
    redirect,
    reference,
    render_template,
    request,
    url_for,
)

from . import queries, registration, service
from .blueprint import bp, form_page
from .figures import attendance_chart, board_map, shares
from .forms import PlanForm
from .permissions import may, require
from .words import KINDS, LEVELS, PARTICIPATION_WARNING, STATUSES, TONES

COLUMNS = [
    lists.Column(
        "title",
        _l("Consultation"),
        sort={"mn": "sort_mn", "en": "sort_en"},
        link="consultations.show",
        format="content",
    ),
    lists.Column("held_on", _l("Date"), sort=True, format="date"),
    lists.Column("unit", _l("Aimag or capital"), sort={"mn": "unit_mn", "en": "unit_en"}, format="content"),
    lists.Column("level", _l("Level"), labels=LEVELS, hide_small=True),
    lists.Column("attended_total", _l("Participants"), sort=True, format="number", hide_small=True),
    lists.Column("status", _l("Status"), format="status", labels=STATUSES, tones=TONES),
]


def _filters(user: Identity) -> list[lists.Filter]:
    years, cycles = queries.span(user)
    return [
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("level", _l("Level"), choices=LEVELS),
        lists.Filter(
            "unit",
            _l("Aimag or capital"),
            choices=[(unit.id, str(unit.name)) for unit in reference.first_level()],
            where=queries.at_unit,
        ),
        lists.Filter("status", _l("Status"), choices=STATUSES),
        lists.Filter("cycle", _l("Review cycle"), choices=[(number, str(number)) for number in cycles]),
        lists.Filter("year", _l("Year"), choices=[(year, str(year)) for year in years], where=queries.in_year),
    ]


@bp.get("/", permission="consultations.read")
def index() -> ResponseReturnValue:
    """The consultations one may see."""
    user = current()
    listing = lists.fetch(
        queries.listing(user), columns=COLUMNS, filters=_filters(user), default_sort="-held_on", args=request.args
    )
    return render_template(
        "consultations/index.html", listing=listing, may_plan=user.can("consultations.plan"), inside=bool(user.grants)
    )


@bp.get("/board", permission="consultations.read")
def board() -> ResponseReturnValue:
    """The campaign board: every aimag and the capital, how far it is, which are missing."""
    user = current()
    years, cycles = queries.span(user)
    cycle = _one_of(cycles, request.args.get("cycle", "")) or cycles[0]
    year = _one_of(years, request.args.get("year", "")) if "year" in request.args else years[0]
    found = queries.board(user, cycle, year)
    return render_template(
        "consultations/board.html",
        board=found,
        years=years,
        cycles=cycles,
        statuses=STATUSES,
        tones=TONES,
        picture=board_map(found),
        may_plan=user.can("consultations.plan"),
    )


def _one_of(known: list[int], wanted: str) -> int | None:
    """The number of *known* that the address asks for, None for anything else."""
    return next((number for number in known if str(number) == wanted), None)


@bp.get("/<int:record_id>", permission="consultations.read")
def show(record_id: int) -> ResponseReturnValue:
    """A consultation with everything that hangs on it."""
    user = current()
    record = records.get(user, record_id, queries.KIND)
    facts = queries.facts(record)
    minutes = meetings.minutes_of(user, record.id)
    return render_template(
        "consultations/show.html",
        record=record,
        facts=facts,
        row=facts.row,
        agenda=meetings.agenda(record.id),
        minutes=minutes,
        statements=len(meetings.statements(user, minutes.id)) if minutes else 0,
        panels=records.panels(user, record),
        writable=may(user, "consultations.plan", record) and records.can_edit(user, record),
        overdue=service.overdue(facts.row, record.status),
        registration=registration.panel(user, record),
        chart=attendance_chart(facts.row) if facts.row.attended_total else None,
        shares=shares(facts.row),
        warning=PARTICIPATION_WARNING,
        groups=meetings.GROUPS,
        small=meetings.SMALL,
        levels=LEVELS,
        kinds=KINDS,
        tones=TONES,
        statuses=STATUSES,
    )


@bp.route("/new", methods=["GET", "POST"], permission="consultations.plan")
def new() -> ResponseReturnValue:
    """Plan a consultation; ``?copy=`` is another one whose setting and agenda are taken over."""
    user = current()
    copy_id = request.args.get("copy", type=int)
    source = records.get(user, copy_id, queries.KIND) if copy_id is not None else None
    form = PlanForm(data=_copied(source) if source is not None else _suggested(user))
    _fill(form, user)
    if form.validate_on_submit() and _allowed(form, user):
        made = service.plan(user, _plan(form), agenda_of=source.id if source else None)
        flash(_("The consultation is planned."), "success")
        return redirect(url_for(".show", record_id=made.id), 303)
    return form_page("consultations/edit.html", form, source=source, record=None)


@bp.route("/<int:record_id>/edit", methods=["GET", "POST"], permission="consultations.plan")
def edit(record_id: int) -> ResponseReturnValue:
    """Change the plan of a consultation."""
    user = current()
    record = records.get(user, record_id, queries.KIND, "edit")
    require(user, "consultations.plan", record)
    form = PlanForm(data=_stored(record) | {"version": record.version})
    _fill(form, user, record)
    if form.validate_on_submit() and _allowed(form, user):
        service.edit(user, record, _plan(form), version=form.version.data)
        flash(_("The consultation is saved."), "success")
        return redirect(url_for(".show", record_id=record.id), 303)
    return form_page("consultations/edit.html", form, record=record, source=None)


@bp.post("/<int:record_id>/cancel", permission="consultations.plan")
def cancel(record_id: int) -> ResponseReturnValue:
    """Call off a planned consultation, or take that back."""
    user = current()
    record = records.get(user, record_id, queries.KIND, "edit")
    service.cancel(user, record)
    done = (
        _("The consultation is cancelled.") if record.status == "cancelled" else _("The consultation is planned again.")
    )
    flash(done, "success")
    return redirect(url_for(".show", record_id=record.id), 303)


def _own_orgs(user: Identity) -> list[int]:
    return [org_id for org_id in user.orgs if user.can("consultations.plan", org_id=org_id)]


def _fill(form: PlanForm, user: Identity, record: Record | None = None) -> None:
    """Give the selects what this person may choose, and what stands there already."""
    own = set(_own_orgs(user)) | ({record.org_id} if record is not None else set())
    every = queries.organisations()
    form.org_id.choices = [(org_id, name) for org_id, name in every if org_id in own]
    form.co_organisers.choices = [(org_id, name) for org_id, name in every]
    units = [(unit.id, unit.name) for unit in reference.first_level()]
    form.unit_id.choices = units
    form.covered.choices = units
    numbers = sorted({cycle.number for cycle in reference.cycles()} | {queries.present_cycle(), form.cycle.data or 1})
    form.cycle.choices = [(number, str(number)) for number in numbers]


def _allowed(form: PlanForm, user: Identity) -> bool:
    """Whether the person may plan there; else the form says what is not theirs."""
    if service.may_plan_for(user, form.org_id.data, form.unit_id.data):
        return True
    errors: Any = form.unit_id.errors
    form.unit_id.errors = (*errors, _("You plan consultations of your own aimag only. Choose it here."))
    return False


def _suggested(user: Identity) -> dict[str, Any]:
    """What most new consultations are: a half-day consultation of the officer's own aimag."""
    found: dict[str, Any] = {
        "level": "provincial",
        "kind": "consultation",
        "cycle": queries.present_cycle(),
        "duration": 240,
        "visibility": "org",
        "org_id": next(iter(_own_orgs(user)), None),
        "version": 0,
    }
    units = {grant.unit_id for grant in user.grants if grant.role == "commission_officer"}
    if len(units) == 1 and (unit_id := units.pop()) is not None and (unit := reference.unit(unit_id)) is not None:
        found |= {"unit_id": unit_id, "title": _title(unit)}
    return found


def _title(unit: Any) -> Content:
    texts: dict[str, str] = {}
    for lang in ("mn", "en"):
        with force_locale(lang):
            name = unit.name.text(lang)
            capital = unit.kind == "capital"
            texts[lang] = (
                _("Consultation in the city of %(unit)s", unit=name)
                if capital
                else _("Consultation in %(unit)s", unit=name)
            )
    return Content(texts)


def _stored(record: Record) -> dict[str, Any]:
    row = queries.row(record.id)
    return {
        "title": record.title,
        "level": row.level,
        "kind": row.kind,
        "cycle": row.cycle,
        "org_id": record.org_id,
        "unit_id": record.unit_id,
        "covered": queries.covered(record.id),
        "held_on": row.held_on,
        "starts_at": row.starts_at,
        "duration": row.duration,
        "venue": row.venue,
        "about": row.about,
        "co_organisers": row.co_organisers,
        "visibility": record.visibility,
    }


def _copied(source: Record) -> dict[str, Any]:
    """The setting of another consultation, without its day."""
    return _stored(source) | {"held_on": None, "visibility": "org", "version": 0}


def _plan(form: PlanForm) -> service.Plan:
    data = form.data
    return service.Plan(
        title=data["title"],
        org_id=data["org_id"],
        level=data["level"],
        kind=data["kind"],
        cycle=data["cycle"],
        held_on=data["held_on"],
        starts_at=data["starts_at"],
        duration=data["duration"],
        venue=data["venue"],
        about=data["about"],
        unit_id=data["unit_id"],
        covered=tuple(data["covered"] or ()),
        co_organisers=tuple(each for each in data["co_organisers"] or () if each != data["org_id"]),
        visibility=data["visibility"],
    )
