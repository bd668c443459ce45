"""At a glance: the figures of a cycle; and the voices side by side."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    _,
    clock,
    current,
    current_locale,
    db,
    documents,
    lists,
    reference,
    render_template,
    request,
    url_for,
)

from ..blueprint import bp, download
from ..scales import VOICES
from ..settings import own_country
from ..wording import state_name
from . import by_unit, comparing, crossing, figures, pictures, subjects

FILES = ("csv", "xlsx", "json")
PICTURES = ("ratings", "positions", "target", "years", "themes", "bodies")
"""What the page shows, from above."""


@bp.get("/glance", permission="recommendations.read")
def glance() -> ResponseReturnValue:
    """The figures of one cycle, the latest unless the address names another."""
    found = figures.all_figures()
    own = own_country()
    country = request.args.get("country", own)
    one = figures.of_cycle(found, country, request.args.get("cycle", type=int))
    if one is None:
        return render_template("recommendations/glance.html", one=None)
    review = next((cycle for cycle in reference.cycles(one.country) if cycle.number == one.cycle), None)
    several = len({each.country for each in found}) > 1
    asked = pictures.asked(request.args)
    voice = asked.voice
    known = by_unit.measures(current(), one)
    measure = by_unit.among(known, asked.unit)
    return render_template(
        "recommendations/glance.html",
        one=one,
        review=review,
        country=state_name(one.country) if several else None,
        links=[(_cycle_name(each, several), url_for(".glance", **_args(each)), each is one) for each in found],
        list_args=_args(one) if several else {"cycle": one.cycle},
        charts={name: pictures.draw(name, one, asked) for name in PICTURES},
        picture_args={**_args(one), "voice": voice},
        measure=measure,
        measures=known,
        map=measure.draw(current(), one) if measure is not None else None,
        voice_links=[
            (
                VOICES[each],
                url_for(".glance", **_args(one), **_unit(asked), voice=each, _anchor="by-voice"),
                each == voice,
            )
            for each in one.voices
        ],
        facets=subjects.FACETS.values(),
        voices=VOICES,
    )


def _args(one: Any) -> dict[str, Any]:
    return {"cycle": one.cycle, "country": one.country}


def _unit(asked: pictures.Asked) -> dict[str, Any]:
    return {"unit": asked.unit} if asked.unit else {}


@bp.get("/cross", permission="recommendations.read")
def cross() -> ResponseReturnValue:
    """Two breakdowns of a cycle, chosen by the reader, as a picture and a table; each number leads to its list."""
    found = figures.all_figures()
    one = figures.of_cycle(found, request.args.get("country", own_country()), request.args.get("cycle", type=int))
    if one is None:
        return render_template("recommendations/cross.html", one=None)
    asked = pictures.asked(request.args)
    several = len({each.country for each in found}) > 1
    said: dict[str, Any] = {"down": asked.down, "across": asked.across, "voice": asked.voice}
    return render_template(
        "recommendations/cross.html",
        one=one,
        crossing=crossing.cross(one, asked.down, asked.across, asked.voice),
        said=said,
        shown=pictures.SHOWN,
        cycles=[(_cycle_name(each, several), url_for(".cross", **_args(each), **said), each is one) for each in found],
        here=_args(one),
        list_args=_args(one) if several else {"cycle": one.cycle},
        down=crossing.DOWN,
        across=crossing.ACROSS,
        voices={voice: VOICES[voice] for voice in one.voices},
    )


def _cycle_name(one: Any, several: bool) -> str:
    name = _("Cycle %(number)s", number=one.cycle)
    return f"{state_name(one.country)}, {name}" if several else name


@bp.get("/compare.<any(csv, xlsx, json):kind>", permission="recommendations.read")
def compare_file(kind: str) -> ResponseReturnValue:
    """The comparison as a file, with the filters and the order of the page."""
    stmt = comparing.rows(current())
    cycles = {f.cycle: str(f.cycle) for f in comparing.agreements(current())}
    narrowed = lists.narrow(
        stmt,
        columns=comparing.columns(),
        filters=comparing.filters(stmt, cycles),
        default_sort="number",
        args=request.args,
    )
    rows = (dict(row._mapping) for row in db.session.execute(narrowed))
    data = b"".join(documents.export_rows(comparing.EXPORT, rows, kind, current_locale()))
    return download(data, f"{_('Voices side by side')} {clock.today().isoformat()}.{kind}")


@bp.get("/compare", permission="recommendations.read")
def compare() -> ResponseReturnValue:
    """The ratings of the voices side by side, with how far they agree."""
    user = current()
    found = comparing.agreements(user)
    cycles = {number: _("Cycle %(number)s", number=number) for number in sorted({f.cycle for f in found}, reverse=True)}
    stmt = comparing.rows(user)
    listing = lists.fetch(
        stmt,
        columns=comparing.columns(),
        filters=comparing.filters(stmt, cycles),
        default_sort="number",
        args=request.args,
    )
    cycle = request.args.get("cycle", type=int)
    one = figures.of_cycle(found, own_country(), cycle if cycle in cycles else None)
    return render_template(
        "recommendations/compare.html",
        listing=listing,
        files=[(kind, url_for(".compare_file", kind=kind) + listing.url(size=None)) for kind in FILES],
        one=one,
        country=state_name(one.country) if one and len({each.country for each in found}) > 1 else None,
    )
