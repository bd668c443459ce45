"""Completeness: what is missing for a report of a voice, by cycle and body; one click from each gap to its place."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    DataColumn,
    Organisation,
    _,
    _l,
    clock,
    current,
    current_locale,
    db,
    documents,
    render_template,
    request,
    select,
    url_for,
)

from ..blueprint import bp, download
from ..models import Body, Recommendation
from ..register import finding, gaps
from ..register.gaps import GAPS
from ..scales import POSITIONS, RATING_VOICES, VOICES
from ..wording import state_name
from . import figures, pictures

COLUMNS = (
    DataColumn("country", _l("State under review")),
    DataColumn("cycle", _l("Cycle"), "integer"),
    DataColumn("organisation", _l("Responsible body"), "content"),
    DataColumn("voice", _l("Voice"), "select", VOICES),
    DataColumn("position", _l("Position"), "select", POSITIONS),
    DataColumn("total", _l("Recommendations"), "integer"),
    *(DataColumn(gap, label, "integer") for gap, label in GAPS.items()),
)


@bp.get("/gaps", permission="recommendations.read")
def gaps_page() -> ResponseReturnValue:
    """The gaps of a cycle for the report of a voice, of one body where the address names it."""
    found = figures.all_figures()
    one = pictures.chosen(request.args)
    if one is None:
        return render_template("recommendations/gaps.html", one=None)
    voice = _voice()
    body = request.args.get("body", type=int)
    rows = _rows(one, voice, body)
    here: dict[str, Any] = {"cycle": one.cycle, "country": one.country, "voice": voice}
    link: dict[str, Any] = {**here, **({"body": body} if body else {})}
    several = len({each.country for each in found}) > 1
    return render_template(
        "recommendations/gaps.html",
        one=one,
        voice=voice,
        body=body,
        bodies=finding.facets().bodies,
        country=state_name(one.country) if several else None,
        rows=rows,
        whole=sum(row.total for row in rows),
        sums={gap: sum(row.counts[gap] for row in rows) for gap in GAPS},
        gaps=GAPS,
        positions=POSITIONS,
        voices=[
            (VOICES[each], url_for(".gaps_page", **{**link, "voice": each}), each == voice) for each in RATING_VOICES
        ],
        cycles=[
            (
                _("Cycle %(number)s", number=each.cycle),
                url_for(".gaps_page", **{**link, "cycle": each.cycle, "country": each.country}),
                (each.country, each.cycle) == (one.country, one.cycle),
            )
            for each in found
            if each.country == one.country
        ],
        here=here,
        link=link,
    )


def _voice() -> str:
    """The voice asked for, else that of the reader's own organisation, else the Government."""
    asked = request.args.get("voice", "")
    if asked in VOICES:
        return asked
    user = current()
    own = db.session.scalar(
        select(Organisation.voice).where(Organisation.id.in_(sorted(user.orgs)), Organisation.voice.in_(RATING_VOICES))
    )
    return own or "government"


def _of(one: figures.Figures) -> list[Any]:
    return [Recommendation.country == one.country, Recommendation.cycle == one.cycle]


def _rows(one: figures.Figures, voice: str, body: int | None) -> list[gaps.Row]:
    conditions = _of(one)
    if body:
        conditions.append(Recommendation.record_id.in_(select(Body.recommendation_id).where(Body.org_id == body)))
    return gaps.count(current(), voice, *conditions)


@bp.get("/gaps.<any(csv, xlsx):kind>", permission="recommendations.read")
def gaps_file(kind: str) -> ResponseReturnValue:
    """The gaps of every body in one table; the first rows are the whole cycle."""
    one = pictures.chosen(request.args) or figures.Figures("", 0)
    voice = _voice()
    rows = [_line(one, voice, None, row) for row in _rows(one, voice, None)]
    found = gaps.by_body(current(), voice, *_of(one))
    for body in db.session.scalars(select(Organisation).where(Organisation.id.in_(found)).order_by(_sort())):
        rows += [_line(one, voice, body.name, row) for row in found[body.id]]
    data = b"".join(documents.export_rows(COLUMNS, rows, kind, current_locale()))
    # TRANSLATORS: the name of a file
    return download(data, f"{_('What is missing')} {clock.today().isoformat()}.{kind}")


def _line(one: figures.Figures, voice: str, body: object, row: gaps.Row) -> dict[str, object]:
    return {
        "country": one.country,
        "cycle": one.cycle,
        "organisation": body,
        "voice": voice,
        "position": row.position,
        "total": row.total,
        **row.counts,
    }


def _sort() -> Any:
    return Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
