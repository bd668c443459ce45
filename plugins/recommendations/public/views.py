"""What everyone comes for: what the review is, a country's cycle, addresses that stay, and the open data."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue

from portal.api import (
    NotFound,
    _,
    current,
    current_locale,
    lists,
    redirect,
    reference,
    render_template,
    request,
    url_for,
)

from ..blueprint import bp
from ..figures import figures, pictures, subjects
from ..models import Recommendation
from ..register import finding, queries
from ..scales import POSITIONS
from ..wording import state_name
from . import open_data

_COUNTRY = "<string(length=2):country>"


@bp.get("/about", permission="recommendations.read")
def about() -> ResponseReturnValue:
    """What the Universal Periodic Review is, in plain words, and what the words mean."""
    return render_template("recommendations/about.html")


@bp.get(f"/{_COUNTRY}/<int:cycle>", permission="recommendations.read")
def cycle_page(country: str, cycle: int) -> ResponseReturnValue:
    """A review of a country: when it was, its figures, its recommendations."""
    one = _figures(country, cycle)
    review = next((each for each in reference.cycles(one.country) if each.number == cycle), None)
    listing = lists.fetch(
        finding.rows(current()).where(Recommendation.country == one.country, Recommendation.cycle == cycle),
        columns=finding.columns(),
        filters=[lists.Filter("position", _("Position"), POSITIONS, where=Recommendation.position)],
        default_sort="number",
        args=request.args,
        page_size=25,
    )
    place: dict[str, Any] = {"country": one.country, "cycle": cycle}
    return render_template(
        "recommendations/cycle.html",
        one=one,
        review=review,
        country=state_name(one.country),
        listing=listing,
        light=figures.traffic_light(one),
        glance=url_for(".glance", **place),
        register_url=url_for(".index", **place),
        facets=subjects.FACETS.values(),
    )


def _figures(country: str, cycle: int) -> figures.Figures:
    for one in figures.all_figures():
        if (one.country, one.cycle) == (country.upper(), cycle):
            return one
    raise NotFound


@bp.get(f"/{_COUNTRY}/<int:cycle>/<number>", permission="recommendations.read")
def by_number(country: str, cycle: int, number: str) -> ResponseReturnValue:
    """The address of a recommendation that stays: by country, cycle and number of the UN's paragraph."""
    record_id = queries.by_number(current(), country.upper(), cycle, number)
    if record_id is None:
        raise NotFound
    return redirect(url_for(".recommendation", record_id=record_id), 302)


@bp.get("/data", permission="recommendations.read")
def data() -> ResponseReturnValue:
    """The open data: what there is, in which form, under which licence, counted how."""
    return render_template(
        "recommendations/data.html", resources=open_data.RESOURCES, licence=open_data.LICENCE, languages=("mn", "en")
    )


@bp.get("/data/datapackage.json", permission="recommendations.read")
def data_package() -> ResponseReturnValue:
    """The description of the open data (Data Package, frictionlessdata.io)."""
    return _kept(open_data.package(), "application/json")


@bp.get("/data/<any(mn, en):language>/<name>.<any(csv, json):kind>", permission="recommendations.read")
def data_file(language: str, name: str, kind: str) -> ResponseReturnValue:
    """A table of the open data; the language is in the address, so that a cache never mixes two.

    Whoever has it already is told so before a row is read; the rows are sent while they are read, compressed for
    everyone, for there is nothing of the reader in them.
    """
    resource = open_data.find(name)
    if resource is None:
        raise NotFound
    tag = open_data.mark(resource, kind, language)
    response = Response(status=304) if request.if_none_match.contains_weak(tag) else _sent(resource, kind, language)
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Encoding")
    return response


def _sent(resource: open_data.Resource, kind: str, language: str) -> Response:
    found = open_data.pieces(resource, kind, language)
    mimetype = "text/csv" if kind == "csv" else "application/json"
    if not request.accept_encodings["gzip"]:
        return Response(stream_with_context(found), mimetype=mimetype)
    response = Response(stream_with_context(_packed(found)), mimetype=mimetype)
    response.content_encoding = "gzip"
    return response


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """*pieces* by gzip, sent as soon as there is some of it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for each in pieces:
        if some := packer.compress(each):
            yield some
    yield packer.flush()


@bp.get("/pictures/<name>.<any(csv, xlsx, png, svg):kind>", permission="recommendations.read")
def picture(name: str, kind: str) -> ResponseReturnValue:
    """A picture of a cycle, or its numbers, as a file: ``cycle``, ``country``, ``voice`` … as on the page."""
    one = pictures.chosen(request.args)
    asked = pictures.asked(request.args, numbers=kind in ("csv", "xlsx"))
    chart = pictures.draw(name, one, asked) if one is not None else None
    if chart is None:
        raise NotFound
    response = _kept(pictures.file(chart, kind), pictures.TYPES[kind])
    response.headers["Content-Disposition"] = pictures.disposition(chart, kind)
    return response


def _kept(data: bytes, mimetype: str) -> Response:
    """An answer a browser may keep and ask about again: 304 where nothing has changed.

    What a signed-in reader gets may be theirs alone (the map) and is not kept.
    """
    response = Response(data, mimetype=mimetype)
    digest = hashlib.sha256(data + current_locale().encode()).hexdigest()[:32]
    response.set_etag(digest, weak=True)
    response.headers["Cache-Control"] = "no-store" if current().signed_in else "no-cache"
    response.vary.add("Cookie")
    response.vary.add("Accept-Language")
    response.make_conditional(request)
    return response
