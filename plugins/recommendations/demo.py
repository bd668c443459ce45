"""Demo recommendations of the third cycle with ratings of two years by three voices.

The wording is invented; the numbers have gaps, as a selection from a longer list has.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Final

from portal.api import (
    Content,
    Identity,
    Organisation,
    Record,
    clock,
    db,
    reference,
    select,
    transaction,
)

from . import demo_register
from .indicators import demo as indicators
from .models import Assessment
from .ratings import challenging, publishing, rating
from .register import entering, service
from .scales import RATING_VOICES

COUNTRY: Final = "MN"
CYCLE: Final = 3
REPORT: Final = "A/HRC/46/9"
LETTERS: Final = {"f": "fully", "p": "partially", "n": "not"}
RATERS: Final = {
    "government": ("mojha-drafter", "coordinator", "mojha"),
    "nhri": ("dornod-commission", "commission", "nhrcm"),
    "civil_society": ("forum-drafter", "forum", "forum"),
}
"""Who drafts, who validates and publishes, for which organisation."""
DAYS: Final = {"government": (430, 60), "nhri": (410, 45), "civil_society": (420, 30)}
"""How many days ago each voice rated, in the first and in the second year."""

Row = Mapping[str, str]


def load(demo: Any) -> None:
    """Enter the recommendations as the coordinator; each voice rates those it has something to say about."""
    clusters = {row["code"]: row for row in table("demo_clusters")}
    coordinator, mojha = demo.user("coordinator"), demo.org("mojha")
    rows = table("demo_recommendations")
    entries = {row["number"]: _entry(row) for row in rows}
    names = entering.Names.read(term for entry in entries.values() for term in entry.terms)
    made: dict[str, Record] = {}
    with transaction():
        later: list[Any] = []
        for row in rows:
            entry = entries[row["number"]]
            made[entry.number] = entering.enter(coordinator, mojha, COUNTRY, CYCLE, entry, names, later)
        db.session.flush()
        db.session.add_all(later)
    for place, row in enumerate(rows):
        record = made[row["number"]]
        demo.keep(f"rec:{row['number']}", record.id)
        bodies = {demo.org(code): "support" for code in _codes(row["support"])} | {demo.org(row["lead"]): "lead"}
        with transaction():
            service.set_bodies(coordinator, record, bodies)
        _rate(demo, record, row, clusters[row["cluster"]], place)
    _drafts(demo, made, clusters, rows)
    demo_register.load(demo, made, rows, COUNTRY, CYCLE)
    indicators.load(demo)


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table of the module's data folder."""
    text = files(__package__).joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _codes(value: str) -> list[str]:
    return [code for code in value.split("|") if code]


def _entry(row: Row) -> entering.Entry:
    """A row of the table as a recommendation; terms are of OHCHR's list where it has them, else of the national."""
    states = {state.iso2: state.id for state in reference.states()}
    text = Content.of(mn=row["mn"], en=row["en"], state={"en": "official", "mn": _translated(row)})
    terms = [_term("theme", code) for code in _codes(row["themes"])]
    terms += [_term("group", code) for code in _codes(row["groups"])]
    terms += [_term("sdg", code) for code in _codes(row["sdgs"])]
    noted = row["position"] == "noted"
    return entering.Entry(
        number=row["number"],
        text=text,
        wordings=[(row["en"], [states[code] for code in _codes(row["states"])])],
        position=row["position"],
        document=f"{REPORT}/Add.1",
        paragraph="4" if noted else "3",
        symbol=REPORT,
        terms=terms,
    )


def _translated(row: Row) -> str:
    """How far the Mongolian text is: some are agreed, most are read by a second person, some are drafts."""
    return ("official", "checked", "checked", "draft")[int(row["number"].rpartition(".")[2]) % 4]


def _term(scheme: str, code: str) -> int:
    """The term of the cycle's list that stands for a national one, the national one where there is none."""
    if scheme == "sdg":
        return next(term.id for term in reference.terms("sdg") if term.code == code)
    national = next(term for term in reference.terms(scheme) if term.code == code)
    source = (term for term in reference.terms(scheme, CYCLE) if term.mapped_to_id == national.id)
    return next(source, national).id


def _rate(demo: Any, record: Record, row: Row, cluster: Row, place: int) -> None:
    for voice in RATING_VOICES:
        drafter, publisher, code = RATERS[voice]
        org = db.session.get_one(Organisation, demo.org(code))
        for year, letter in enumerate(row[voice]):
            if letter in LETTERS:
                day = clock.today() - timedelta(days=DAYS[voice][year] + place % 20)
                judgement = _judgement(demo, voice, LETTERS[letter], day, cluster)
                publishing.enter(demo.user(drafter), demo.user(publisher), record, org, judgement)


def _judgement(demo: Any, voice: str, code: str, day: date, cluster: Row) -> rating.Judgement:
    """What a voice says: the Government what was done, civil society what is missing, the Commission both."""
    done, gap = (cluster["done_mn"], cluster["done_en"]), (cluster["gap_mn"], cluster["gap_en"])
    said = {"government": [done], "civil_society": [gap], "nhri": [done, gap]}[voice]
    if code == "fully":
        said = [done]
    elif code == "not":
        said = [gap]
    pieces = []
    if code in ("fully", "not") or voice == "nhri":
        pieces.append(
            rating.Piece(
                kind=cluster["kind"],
                title=demo.text(mn=cluster["evidence_mn"], en=cluster["evidence_en"]),
                url="https://example.org/evidence" if cluster["kind"] in ("law", "statistic") else "",
                dated=day - timedelta(days=40),
            )
        )
    return rating.Judgement(
        rating=code,
        rated_on=day,
        rationale=demo.text(mn=" ".join(mn for mn, _ in said), en=" ".join(en for _, en in said)),
        next_step=Content() if code == "fully" else demo.text(mn=cluster["next_mn"], en=cluster["next_en"]),
        evidence=pieces,
    )


def _drafts(demo: Any, made: Mapping[str, Record], clusters: Mapping[str, Row], rows: list[dict[str, str]]) -> None:
    """A draft of the Forum and one of the ministry: nobody else sees them."""
    known = {row["number"]: row for row in rows}
    for account, code, number, letter in (
        ("forum", "forum", "116.8", "p"),
        ("focalpoint", "mflsp", "116.132", "f"),
    ):
        user: Identity = demo.user(account)
        org = db.session.get_one(Organisation, demo.org(code))
        cluster = clusters[known[number]["cluster"]]
        voice = str(org.voice)
        judgement = _judgement(demo, voice, LETTERS[letter], clock.today() - timedelta(days=3), cluster)
        draft = rating.rate(user, made[number], org, judgement)
        if account == "focalpoint":
            publishing.submit(user, draft, demo.user("validator").id, tell=False)
    _challenges(demo, made)


def _challenges(demo: Any, made: Mapping[str, Record]) -> None:
    """The Forum challenges two ratings of the Government; one of them is answered."""
    forum, coordinator = demo.user("forum"), demo.user("coordinator")
    org = db.session.get_one(Organisation, demo.org("forum"))
    wanted = select(Assessment).where(
        Assessment.voice == "government",
        Assessment.rating == "fully",
        Assessment.is_latest,
        Assessment.recommendation_id.in_([record.id for record in made.values()]),
    )
    for place, row in enumerate(db.session.scalars(wanted.order_by(Assessment.record_id).limit(2)).all()):
        record = challenging.challenge(
            forum,
            db.session.get_one(Record, row.record_id),
            org,
            value="partially",
            argument=demo.text(
                mn="Хууль батлагдсан ч сумдад хэрэгжиж эхлээгүй байна.",
                en="The law was adopted, but nothing has begun in the soums.",
            ),
            source="Joint submission of civil society, paragraph 14",
            tell=False,
        )
        if place:
            challenging.answer(
                coordinator,
                record,
                accepted=False,
                words=demo.text(
                    mn="Хуулийн хэрэгжилтийг энэ жилийн төсвөөр санхүүжүүлсэн тул үнэлгээ хэвээр байна.",
                    en="The budget of this year pays for carrying out the law, so the rating is kept.",
                ),
                version=None,
                tell=False,
            )
