"""Pages of themes, groups, goals, States and bodies, under addresses that stay; and the own ministry's."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    SIGNED_IN,
    NotFound,
    Organisation,
    _,
    and_,
    current,
    db,
    lists,
    pgettext,
    records,
    render_template,
    request,
    select,
    url_for,
)

from ..blueprint import bp
from ..models import Body, Recommendation
from ..register import finding
from ..scales import BODY_ROLES, POSITIONS, RATING_VOICES, RATINGS, VOICES
from ..settings import own_country
from ..wording import state_name
from . import figures, owed, pictures, subjects

KINDS = "any(themes, groups, goals, states, bodies)"
SHOWN = 25
"""Bars of a picture; the table beside it has them all."""


@bp.get(f"/<{KINDS}:kind>", permission="recommendations.read")
def subjects_of(kind: str) -> ResponseReturnValue:
    """All themes (groups, goals, States, bodies) with their figures."""
    facet = subjects.FACETS[kind]
    country = subjects.country(request.args.get("country", ""))
    found = subjects.all_of(facet, country)
    voice = pictures.voice_of(request.args)
    first = sorted(found, key=lambda each: -each.figures.total)[:SHOWN]
    chart = None
    if first:
        title = _(
            "The %(count)s with most recommendations: ratings of %(voice)s", count=len(first), voice=VOICES[voice]
        )
        chart = figures.light_of(title, str(facet.one), [(each.title, each.figures) for each in first], voice)
    return render_template(
        "recommendations/subjects.html",
        facet=facet,
        found=found,
        chart=chart,
        voice=voice,
        ratings=RATINGS,
        here=_asked(country),
        tabs=[
            (each.title, url_for(".subjects_of", kind=each.path, **_asked(country)), each is facet)
            for each in subjects.FACETS.values()
        ],
        voices=[
            (VOICES[each], url_for(".subjects_of", kind=kind, voice=each, **_asked(country)), each == voice)
            for each in RATING_VOICES
        ],
        countries=[
            (state_name(each), url_for(".subjects_of", kind=kind, country=each), each == country)
            for each in subjects.countries()
        ],
    )


@bp.get(f"/<{KINDS}:kind>/<code>", permission="recommendations.read")
def subject(kind: str, code: str) -> ResponseReturnValue:
    """One theme, group, goal, State or body: its figures by voice and cycle, and its recommendations."""
    one = subjects.find(subjects.FACETS[kind], code, request.args.get("country", ""))
    if one is None:
        raise NotFound
    facet = one.facet
    condition = {"state": finding.recommended_by, "body": finding.led_by}.get(facet.name, finding.about)(one.key)
    cycles = one.cycles
    numbers = {each.cycle for each in cycles}
    listing = lists.fetch(
        finding.rows(current()).where(condition, Recommendation.country == one.figures.country),
        columns=finding.columns(),
        filters=[
            lists.Filter(
                "cycle",
                _("Cycle"),
                [(number, _("Cycle %(number)s", number=number)) for number in sorted(numbers, reverse=True)],
                where=Recommendation.cycle,
            ),
            lists.Filter("position", _("Position"), POSITIONS, where=Recommendation.position),
        ],
        default_sort="number",
        args=request.args,
        page_size=25,
    )
    return render_template(
        "recommendations/subject.html",
        one=one,
        facet=facet,
        cycles=cycles,
        listing=listing,
        light=figures.traffic_light(one.figures),
        by_cycle=_by_cycle(cycles),
        register_url=url_for(".index", **{facet.filter: str(one.key)} | _asked(one.figures.country)),
        countries=[
            (state_name(each), url_for(".subject", kind=kind, code=code, country=each), each == one.figures.country)
            for each in one.countries
        ],
    )


def _asked(country: str) -> dict[str, Any]:
    """What an address says of the State under review: nothing where it is the portal's own."""
    return {} if country == own_country() else {"country": country}


def _by_cycle(cycles: list[figures.Figures]) -> Any:
    """The Government's ratings of each cycle, where there are several."""
    if len(cycles) < 2:
        return None
    rows = [(_("Cycle %(number)s", number=each.cycle), each) for each in reversed(cycles)]
    return figures.light_of(_("Ratings of the Government, by cycle"), _("Cycle"), rows, "government")


@bp.get("/mine", permission=SIGNED_IN)
def mine() -> ResponseReturnValue:
    """What the reader's organisation leads and supports, and what is due: to the body itself where there is one."""
    user = current()
    orgs = _own(sorted(user.orgs))
    asked = request.args.get("body", type=int)
    org = next((each for each in orgs if each.id == asked), next(iter(orgs), None))
    if org is None:
        return render_template("recommendations/mine.html", org=None)
    stmt = (
        finding.rows(user)
        .join(Body, and_(Body.recommendation_id == Recommendation.record_id, Body.org_id == org.id))
        .add_columns(Body.role.label("role"))
    )
    columns = [*finding.columns(), lists.Column("role", pgettext("responsible body", "Role"), labels=BODY_ROLES)]
    listing = lists.fetch(
        stmt,
        columns=columns,
        filters=[
            lists.Filter("role", pgettext("responsible body", "Role"), BODY_ROLES, where=Body.role),
            lists.Filter("position", _("Position"), POSITIONS, where=Recommendation.position),
            lists.Filter(
                "gap",
                _("To do"),
                owed.KINDS,
                where=owed.condition,
            ),
        ],
        default_sort="number",
        args=request.args,
        page_size=25,
    )
    whole = figures.sum_of(figures.of_key("body", org.id))
    return render_template(
        "recommendations/mine.html",
        org=org,
        orgs=[(each.name, url_for(".mine", body=each.id), each is org) for each in orgs],
        whole=whole,
        light=figures.traffic_light(whole) if whole.total else None,
        owed=owed.of_body(user, org.id),
        waiting=[each for each in records.my_work(user, 200) if each.kind in ("assessment", "challenge")],
        listing=listing,
    )


def _own(ids: list[int]) -> list[Any]:
    stmt = select(Organisation.id, Organisation.name, Organisation.code).where(Organisation.id.in_(ids))
    rows = db.session.execute(stmt.order_by(Organisation.sort_mn)).all()
    with_some = set(db.session.scalars(select(Body.org_id).where(Body.org_id.in_(ids)).distinct()))
    return sorted(rows, key=lambda each: each.id not in with_some)
