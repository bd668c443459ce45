"""What the style page shows: every component with something in it, without a database."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import column, select
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.i18n import _, _l
from portal.text import Content
from portal.ui.forms import Form, fields
from portal.ui.lists import Column, Filter, Listing
from portal.ui.lists.filters import bind
from portal.ui.lists.keyset import Order
from portal.ui.words import HistoryLine

TITLE = Content.of(
    mn="Хөгжлийн бэрхшээлтэй хүний эрхийг хангах үндэсний хөтөлбөрийн хэрэгжилтийг эрчимжүүлэх",
    en="Step up the national programme on the rights of persons with disabilities",
    state={"mn": "official"},
)
ONLY_MONGOLIAN = Content.of(mn="Хүүхдийн эсрэг хүчирхийллээс урьдчилан сэргийлэх сургалт зохион байгуулах")
ONLY_ENGLISH = Content.of(en="Ratify the Optional Protocol and publish it in the official gazette")

_BARS = ((240, "#2f9e5f", 24), (150, "#d69411", 15), (70, "#cf4436", 7))
CHART = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 120" width="400" height="120" '
    'role="img" aria-label="24, 15, 7">'
    + "".join(
        f'<rect x="0" y="{10 + 38 * place}" width="{width}" height="26" fill="{colour}"/>'
        f'<text x="{width + 10}" y="{28 + 38 * place}" fill="currentColor" font-size="15">{number}</text>'
        for place, (width, colour, number) in enumerate(_BARS)
    )
    + "</svg>"
)


class SampleForm(Form):
    """A field of every kind."""

    title = fields.ContentField(
        _l("Title"), [fields.RequiredIn("mn")], description=_l("As it stands in the agreement."), states=True
    )
    text = fields.ContentField(_l("Text"), rows=4, max_length=400)
    email = fields.EmailField(_l("E-mail"), [fields.Required(), fields.Email()])
    starts_on = fields.DateField(_l("First day"), description=_l("Year, month and day, such as 2026.11.23."))
    budget = fields.MoneyField(_l("Budget"))
    status = fields.SelectField(
        _l("Status"), [fields.Required()], choices={"open": _l("Open"), "closed": _l("Closed")}, blank=_l("Choose…")
    )
    way = fields.RadioField(
        _l("How it was held"), choices={"hall": _l("In a hall"), "online": _l("Online"), "both": _l("Both ways")}
    )
    groups = fields.CheckboxesField(
        _l("Groups of persons"),
        choices={"children": _l("Children"), "women": _l("Women"), "disabilities": _l("Persons with disabilities")},
    )
    scan = fields.FileField(_l("Scan"), kinds={"pdf", "png"}, description=_l("PDF or PNG, at most 25 MB."))
    agreed = fields.BooleanField(_l("The signed original is in the archive"))


class Row(NamedTuple):
    """A row as a list gets it from the database."""

    id: int
    number: str
    title: Content
    status: str
    due_on: date | None
    share: float
    sort: str
    key: int


COLUMNS = (
    Column("number", _l("Number"), sort=True, link="/style?{id}"),
    Column("title", _l("Title"), format="content"),
    Column("status", _l("Status"), format="status"),
    Column("due_on", _l("Due date"), sort=True, format="date"),
    Column("share", _l("Done"), format="percent"),
)


def _listing(rows: list[Row], args: dict[str, str]) -> Listing:
    names = ("id", "number", "title", "status", "due_on", "share")
    stmt: Any = select(*(column(name) for name in names))
    filters = (
        Filter("q", _l("Words"), where=lambda words: column("title").is_not(None)),
        Filter("status", _l("Status"), choices={"open": _l("Open"), "overdue": _l("Overdue")}),
        Filter("due", _l("Due date"), kind="date", where=column("due_on")),
        Filter("mine", _l("Only mine"), kind="check", where=lambda on: column("id") > 0),
    )
    return Listing(
        columns=COLUMNS,
        filters=bind(filters, args, stmt),
        rows=rows,
        whole=stmt,
        order=Order("due_on", column("id"), column("due_on"), descending=True),
        size=25,
        total=1000,
        capped=True,
        has_previous=bool(rows),
        has_next=bool(rows),
        args=args,
        _names=names,
    )


def _rows() -> list[Row]:
    today = clock.today()
    states = ("open", "overdue", "done", "draft", "returned", "in_progress")
    titles = (TITLE, ONLY_MONGOLIAN, ONLY_ENGLISH)
    return [
        Row(n, f"148.{n}", titles[n % 3], states[n % 6], today + timedelta(days=7 * n - 14), n / 7, f"148.{n}", n)
        for n in range(1, 7)
    ]


def _jobs() -> tuple[Any, Any]:
    """A job that runs and one that failed."""
    both = {"title": _("Mid-term report"), "file": None, "url": None}
    running = {"uid": "a", "state": "running", "open": True, "percent": 37, "error": None}
    failed = {"uid": "b", "state": "failed", "open": False, "percent": None, "error": "K3F9", "message": ""}
    return (
        SimpleNamespace(**both, **running, message=_("Drawing chart 3 of 8")),
        SimpleNamespace(**both, **failed),
    )


def _forms() -> tuple[SampleForm, Any]:
    """A form that is filled, and one that was sent with mistakes."""
    sent = {"title-mn": "", "title-en": "Agreement of 2026", "email": "bat@", "starts_on": "2026.13.41"}
    wrong: Any = SampleForm(MultiDict({f"wrong-{name}": value for name, value in sent.items()}), prefix="wrong")
    if "csrf_token" in wrong:
        del wrong.csrf_token
    wrong.validate()
    return SampleForm(None, obj=SimpleNamespace(title=TITLE, way="hall", groups=["women"])), wrong


def samples() -> dict[str, Any]:
    """The context of the style page."""
    now = clock.now()
    form, wrong = _forms()
    job, ended = _jobs()
    return {
        "titles": [TITLE, ONLY_MONGOLIAN, ONLY_ENGLISH],
        "listing": _listing(_rows(), {"status": "open", "sort": "-due_on"}),
        "no_match": _listing([], {"q": "zzz"}),
        "form": form,
        "wrong": wrong,
        "job": job,
        "ended": ended,
        "chart": CHART,
        "day": clock.today(),
        "now": now,
        "history": [
            HistoryLine(now, "Б. Ганбаатар", _("changed this"), [(_("Due date"), "2026.11.02", "2026.12.15")]),
            HistoryLine(now - timedelta(days=3), None, _("created this"), [], _("Imported from a list.")),
        ],
    }
