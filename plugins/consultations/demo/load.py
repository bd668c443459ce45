"""Loading the demo data through the module's own services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from portal.api import Content, Identity, Record, audit, clock, meetings, records, reference

from .. import queries, service
from ..words import RECOMMENDATION_KIND
from .khovd import EARLIER, ELSEWHERE, KHOVD, Line
from .places import CAMPAIGN, CATEGORIES, LAST_YEAR, Held, Other


def load(demo: Any) -> None:
    """Consultations of last year and of this year's campaign, with minutes; ids are kept for later modules."""
    officer = demo.user("commission")
    everywhere = _everywhere(officer)
    year = clock.today().year if clock.today() >= date(clock.today().year, 4, 1) else clock.today().year - 1
    with audit.acting(officer.id):
        _last_year(demo, officer, everywhere, year - 1)
        for held in CAMPAIGN:
            _campaign(demo, everywhere, held, year)
        _khovd(demo, officer, year)
        _missing(demo, everywhere)


def _everywhere(user: Identity) -> Identity:
    """The same officer as the Commission's own account for all aimags, who enters what the other officers did."""
    return replace(user, grants=tuple(replace(grant, unit_id=None) for grant in user.grants))


def _unit(code: str) -> Any:
    found = reference.unit_by_code(code)
    if found is None:
        raise LookupError(code)
    return found


def _title(unit: Any) -> Content:
    if unit.kind == "capital":
        return Content.of(
            mn=f"{unit.name.text('mn')} хотын хэлэлцүүлэг", en=f"Consultation in the city of {unit.name.text('en')}"
        )
    return Content.of(mn=f"{unit.name.text('mn')} аймгийн хэлэлцүүлэг", en=f"Consultation in {unit.name.text('en')}")


HALL = Content.of(mn="ЗДТГ-ын хурлын танхим", en="Assembly hall of the Governor's Office")


def _plan(user: Identity, unit: Any, held_on: date, org_id: int, **more: Any) -> Record:
    given: dict[str, Any] = {
        "title": _title(unit),
        "org_id": org_id,
        "level": "provincial",
        "kind": "consultation",
        "cycle": queries.present_cycle(),
        "held_on": held_on,
        "starts_at": time(9, 30),
        "duration": 240,
        "venue": HALL,
        "unit_id": unit.id,
        "visibility": "site",
    }
    return service.plan(user, service.Plan(**(given | more)))


def _count(user: Identity, record: Record, counts: Iterable[int], women: int | None = None) -> None:
    attended = dict(zip(CATEGORIES, counts, strict=True))
    total = sum(attended.values())
    women = round(total * 0.55) if women is None else women
    groups = {"disability": 3 + total % 5, "herders": 5 + total % 7, "youth": 6 + total % 4}
    service.count(user, record, service.Counts(attended, women, total - women, groups), version=None)


def _write(demo: Any, user: Identity, record: Record, lines: Iterable[Line], number: str) -> Record:
    minutes = service.start_minutes(user, record)
    service.save_minutes(
        user,
        minutes,
        version=None,
        number=number,
        chair="Б.Мөнхцэцэг",
        secretary="Н.Өнөрбаяр",
        summary=Content.of(
            mn="Хэлэлцүүлгийг нээж, хүний эрхийн төлөв байдлын ээлжит дүгнэлт хэлэлцүүлгийн (UPR) талаар танилцуулга"
            " хийв. Оролцогчид хэлэлцэх асуудлаа өөрсдөө сонгож, бүлгээр ярилцсаны дараа саналаа танилцуулав.",
            en="The meeting was opened and the Universal Periodic Review was introduced. The participants chose the"
            " issues themselves, talked about them in groups and then presented what they had to say.",
        ),
    )
    for line in lines:
        said = meetings.Said(
            line.section,
            Content.of(mn=line.mn, en=line.en),
            line.category,
            line.speaker,
            line.anonymous,
            line.restricted,
        )
        statement = service.add_statement(user, minutes, said)
        targets = [found for number in line.numbers if (found := demo.kept(f"rec:{number}")) is not None]
        if targets and records.kinds.live(RECOMMENDATION_KIND) is not None:
            service.link_recommendations(user, statement, RECOMMENDATION_KIND, dict.fromkeys(targets, True))
        if line.key:
            demo.keep(f"statement:{line.key}", statement.id)
    return minutes


def _finish(demo: Any, user: Identity, record: Record, lines: Iterable[Line], number: str, status: str) -> None:
    """Minutes of a few lines, as far as *status* says; approved ones are shared with those who write reports."""
    if status in ("minutes_in", "approved"):
        minutes = _write(demo, user, record, lines, number)
        if status == "approved":
            service.approve(user, minutes, version=None)
            for code in ("forum", "mojha"):
                service.share(user, minutes, org_id=demo.org(code))


def _disown(user: Identity, record: Record) -> None:
    """It waits for that aimag's own officer, who has no demo account, and not for the one who entered it."""
    records.update(user, record, version=None, owner_id=None)


def _campaign(demo: Any, user: Identity, held: Held, year: int) -> None:
    record = _plan(user, _unit(held.unit), date(year, held.month, held.day), demo.org("nhrcm"))
    service.usual_agenda(user, record)
    _count(user, record, held.counts, held.women)
    _finish(demo, user, record, ELSEWHERE[: 2 + held.day % 2], f"{held.day:02}", held.status)
    _disown(user, record)
    demo.keep(f"consultation:{held.unit}", record.id)


def _khovd(demo: Any, user: Identity, year: int) -> None:
    unit = _unit("MN-043")
    record = _plan(
        user,
        unit,
        date(year, 2, 13),
        demo.org("nhrcm"),
        visibility="org",
        co_organisers=(demo.org("forum"), demo.org("osf")),
        about=Content.of(
            mn="Зөвлөмжийн хэрэгжилт орон нутагт хэр явж байгааг иргэд, төрийн ба төрийн бус байгууллагын"
            " төлөөлөлтэй хамт хэлэлцэнэ.",
            en="Citizens, officials and non-governmental organisations discuss how the recommendations are carried out"
            " in the aimag.",
        ),
    )
    service.usual_agenda(user, record)
    service.count(
        user,
        record,
        service.Counts(
            {
                "government": 5,
                "local_government": 18,
                "civil_society": 11,
                "citizen": 16,
                "nhri": 1,
                "international": 2,
            },
            29,
            24,
            {"children": 4, "youth": 9, "disability": 6, "herders": 12, "minorities": 7, "lgbti": 2},
        ),
        version=None,
    )
    meetings.add_attendance(
        user, record, category="civil_society", name="Д.Сарантуяа", named=True, org_id=demo.org("forum")
    )
    meetings.add_attendance(
        user, record, category="local_government", name="Ж.Отгонбаяр", named=True, org_id=demo.org("khovd-gov")
    )
    meetings.add_attendance(user, record, category="citizen", name="Иргэн А", organisation="Буянт сум")
    meetings.add_attendance(user, record, category="citizen")
    minutes = _write(demo, user, record, KHOVD, "03")
    service.approve(user, minutes, version=None)
    service.share(user, minutes, org_id=demo.org("forum"))
    service.share(user, minutes, org_id=demo.org("mojha"))
    demo.keep("consultation:khovd", record.id)
    demo.keep("minutes:khovd", minutes.id)
    coming = _plan(
        user,
        unit,
        clock.today() + timedelta(days=17),
        demo.org("nhrcm"),
        title=Content.of(mn="Ховд аймгийн давтан хэлэлцүүлэг", en="Follow-up consultation in Khovd"),
        visibility="org",
        kind="drafting",
    )
    service.usual_agenda(user, coming)
    demo.keep("consultation:khovd-next", coming.id)


def _missing(demo: Any, user: Identity) -> None:
    """Orkhon and the capital are only planned; of Govisümber there is nothing."""
    for code, days in (("MN-035", 9), ("MN-1", 24)):
        record = _plan(user, _unit(code), clock.today() + timedelta(days=days), demo.org("nhrcm"))
        service.usual_agenda(user, record)
        _disown(user, record)


def _last_year(demo: Any, officer: Identity, everywhere: Identity, year: int) -> None:
    earlier = _plan(officer, _unit("MN-043"), date(year, 2, 20), demo.org("nhrcm"))
    _count(officer, earlier, (4, 22, 6, 9, 1))
    minutes = _write(demo, officer, earlier, EARLIER, "02")
    service.approve(officer, minutes, version=None)
    service.share(officer, minutes, org_id=demo.org("forum"))
    for code in ("MN-057", "MN-061"):
        record = _plan(everywhere, _unit(code), date(year, 3, 5), demo.org("nhrcm"))
        _count(everywhere, record, (3, 19, 6, 8, 1))
        _finish(demo, everywhere, record, ELSEWHERE, "01", "approved")
        _disown(everywhere, record)
    for other in LAST_YEAR:
        _meeting(demo, everywhere, other, year)


def _meeting(demo: Any, everywhere: Identity, other: Other, year: int) -> None:
    user, org = (everywhere, "nhrcm") if other.kind == "training" else (demo.user("coordinator"), "mojha")
    record = _plan(
        user,
        _unit(other.unit),
        date(year, other.month, other.day),
        demo.org(org),
        title=Content.of(mn=other.mn, en=other.en),
        level=other.level,
        kind=other.kind,
        duration=480,
        venue=Content.of(mn=other.venue_mn, en=other.venue_en),
        covered=tuple(demo.unit(code) for code in other.covered),
        co_organisers=() if org == "nhrcm" else (demo.org("mfa"), demo.org("forum")),
        visibility="public",
    )
    service.usual_agenda(user, record)
    _count(user, record, other.counts)
    if other.kind == "training":
        _disown(user, record)
