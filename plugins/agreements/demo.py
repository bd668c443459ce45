"""Demo agreements of two years: last year's in force or closed, this year's on all stages; none with Khovd yet."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import FileStorage

from portal.api import Content, Organisation, Record, clock, db, documents, reference

from . import clauses, demo_reports, queries, service
from .clauses import NewClause
from .demo_texts import EVALUATION, GOVERNORS, LINES, PURPOSE, Line
from .documents import build
from .service import Signing

KHOVD, DORNOD = "MN-043", "MN-061"
NOT_LAST_YEAR = ("MN-064", "MN-037", "MN-057", "MN-035", "MN-049", "MN-039", "MN-067")
NOT_THIS_YEAR = (KHOVD, "MN-064", "MN-049", "MN-067")
SENT, DRAFT = ("MN-057", "MN-055", "MN-069", "MN-1"), ("MN-037", "MN-039")


def load(demo: Any) -> None:
    """Make the agreements as the coordinator does."""
    today = clock.today()
    form = demo_reports.publish(demo)
    for place, unit in enumerate(reference.first_level()):
        party_id = _party(demo, unit)
        if unit.code not in NOT_LAST_YEAR:
            last = _make(demo, unit, place, party_id, today.year - 1, None)
            _sign(demo, last, place, date(today.year - 1, 1, 15) + timedelta(days=place))
            demo_reports.report(demo, form, last, unit.code)
            if unit.code == KHOVD:
                _complete(demo, last)
            demo.keep(f"agreement:{unit.code}:{today.year - 1}", last.id)
        else:
            last = None
        if unit.code not in NOT_THIS_YEAR:
            this = _make(demo, unit, place, party_id, today.year, last)
            if unit.code in SENT:
                service.send(demo.user("coordinator"), this, on=today - timedelta(days=10 + place))
            elif unit.code not in DRAFT:
                begun = date(today.year, 1, 10) + timedelta(days=place)
                _sign(demo, this, place, min(begun, today))
                demo_reports.report(demo, form, this, unit.code)
            demo.keep(f"agreement:{unit.code}:{today.year}", this.id)


def _party(demo: Any, unit: Any) -> int:
    """The governor's office of a unit, added where there is none."""
    known = queries.parties().get(unit.id)
    if known:
        return known[0][0]
    mn, en = unit.name.texts["mn"], unit.name.texts["en"]
    capital = unit.kind == "capital"
    org = Organisation(
        code=f"{unit.code.lower()}-gov",
        kind=queries.LOCAL_GOVERNMENT,
        voice="government",
        unit_id=unit.id,
        name=demo.text(
            "Нийслэлийн Засаг даргын Тамгын газар" if capital else f"{mn} аймгийн Засаг даргын Тамгын газар",
            "Office of the Governor of the Capital City" if capital else f"Office of the Governor of {en} aimag",
        ),
        short=demo.text("Нийслэлийн ЗДТГ" if capital else f"{mn} ЗДТГ", f"{en} Governor's Office"),
    )
    db.session.add(org)
    db.session.flush()
    return org.id


def _lines(code: str, place: int) -> list[Line]:
    """Four to six clauses for a unit: those of its own, then a part of the general ones."""
    own = [line for line in LINES if code in line.units]
    general = [line for line in LINES if not line.units]
    first = place % len(general)
    if code == KHOVD:
        first = 0
    count = 5 if code == KHOVD else 4 + place % 2
    turned = [*general[first:], *general[:first]]
    return [*turned[:count], *own]


def _clause(demo: Any, line: Line, place: int, unit: Any, year: int, before: dict[str, int]) -> NewClause:
    values = {"n": 3 + (place * 7) % 9}
    centre = unit.centre.texts or unit.name.texts
    text = demo.text(*(words.format(centre=centre[lang]) for lang, words in zip(("mn", "en"), line.text, strict=True)))
    return NewClause(
        text,
        demo.text(*(words.format(**values) for words in line.indicator)),
        demo.text(*line.who),
        date(year, line.month, 20),
        before.get(text.texts["en"]),
        tuple(found for number in line.numbers if (found := demo.kept(f"rec:{number}")) is not None),
    )


def _make(demo: Any, unit: Any, place: int, party_id: int, year: int, last: Record | None) -> Record:
    before = {each.text.texts["en"]: each.id for each in queries.clauses(last.id)} if last is not None else {}
    lines = _lines(unit.code, place if last is None else place + 1)
    number = f"{unit.nso_code or '1'}/{year % 100:02}" if unit.code not in DRAFT or year < clock.today().year else ""
    return service.create(
        demo.user("coordinator"),
        org_id=demo.org("mojha"),
        unit_id=unit.id,
        year=year,
        party_id=party_id,
        number=number,
        purpose=demo.text(*PURPOSE),
        drafted_on=min(date(year - 1, 12, 10), clock.today()),
        due_on=date(year, 12, 15),
        previous_id=last.id if last is not None else None,
        new_clauses=[_clause(demo, line, place, unit, year, before) for line in lines],
    )


def _sign(demo: Any, record: Record, place: int, day: date) -> None:
    coordinator = demo.user("coordinator")
    facts = queries.facts(record.id)
    holder = queries.office_holders([facts.row.party_id], day).get(facts.row.party_id)
    service.send(coordinator, record, on=day - timedelta(days=5))
    signing = Signing(
        day,
        "Д.Эрдэнэсайхан",
        demo.text("Хууль зүй, дотоод хэргийн сайд", "Minister of Justice and Home Affairs"),
        holder.name if holder is not None else GOVERNORS[place % len(GOVERNORS)],
        holder.office if holder is not None else demo.text("Засаг дарга", "Governor"),
    )
    khovd = facts.row.unit_id == demo.unit(KHOVD)
    service.sign(coordinator, record, signing, version=None, scan=_scan(demo, record) if khovd else None)


def _scan(demo: Any, record: Record) -> FileStorage:
    """The paper of the agreement in the place of its scan."""
    paper = build(demo.user("coordinator"), record.id, "mn")
    content = io.BytesIO(documents.write(paper, "pdf"))
    return FileStorage(content, filename="geree-khovd.pdf", content_type="application/pdf")


def _complete(demo: Any, record: Record) -> None:
    """The year is over: most clauses done, evaluated, published."""
    coordinator, listed = demo.user("coordinator"), queries.clauses(record.id)
    for each in listed[:3]:
        clause, _row = queries.clause(coordinator, each.id)
        clauses.set_status(coordinator, clause, version=None, status="done")
    service.close(coordinator, record, version=None, evaluation=_evaluation(demo))
    service.publish(coordinator, record, version=None, public=True)


def _evaluation(demo: Any) -> Content:
    found: Content = demo.text(*EVALUATION)
    return found
