"""The register, a recommendation, and changing it by hand."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Identity,
    Record,
    _,
    current,
    flash,
    lists,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from .blueprint import WORDS, bp, form_page
from .ratings import queries as rating_queries
from .register import arranging, choosing, finding, queries, saved_views, service
from .register.forms import EditForm, PositionForm, UnstatedEditForm
from .scales import RATING_VOICES, UNPUBLISHED

SORT = "number"
EXPORTS = ("csv", "xlsx", "json", "docx")


def _listing(user: Identity, known: finding.Facets) -> tuple[lists.Listing, finding.Totals]:
    """The page of the register that the address asks for, and the numbers of the whole list."""
    listing = lists.fetch(
        finding.rows(user),
        columns=finding.columns(),
        filters=choosing.filters(request.args, known),
        default_sort=SORT,
        args=request.args,
        counted=False,
    )
    totals = finding.totals(user, listing)
    listing.total = totals.by_paragraph
    return listing, totals


@bp.get("/", permission="recommendations.read")
def index() -> ResponseReturnValue:
    """The register."""
    user = current()
    listing, totals = _listing(user, finding.facets())
    return render_template(
        "recommendations/index.html",
        listing=listing,
        totals=totals,
        exports=[(kind, url_for(".export", kind=kind) + listing.url(size=None)) for kind in EXPORTS],
        may_import=user.can("recommendations.import"),
        may_fill=user.signed_in,
        may_rate=bool(user.orgs) and user.can("recommendations.assess"),
        choose=url_for(".choose") + listing.url(size=None),
        keep=url_for(".views_page") + listing.url(size=None) if user.signed_in else "",
        kept=saved_views.of(user),
    )


@bp.get("/list.json", permission="recommendations.read")
def list_json() -> ResponseReturnValue:
    """A page of the register for programs, with the filters, the order and the paging of the page for people."""
    narrowed = not set(request.args) <= {"sort", "size", "after", "before", "lang"}
    listing, totals = _listing(current(), finding.facets() if narrowed else finding.Facets())
    return {
        "rows": [
            {
                "id": row.id,
                "country": row.country,
                "cycle": row.cycle,
                "number": row.number,
                "text": row.text.texts,
                "states": row.states.texts,
                "state_count": row.state_count,
                "position": row.position,
                "ratings": {voice: getattr(row, voice) for voice in RATING_VOICES},
            }
            for row in listing
        ],
        "counting": {
            "by_un_paragraph": {"total": totals.by_paragraph, "supported": totals.supported, "noted": totals.noted},
            "by_recommending_state": {"total": totals.by_state},
        },
        "refused": [each.filter.key for each in listing.filters if each.refused],
        "next": url_for(".list_json") + listing.next_url if listing.next_url else None,
    }


@bp.get("/<int:record_id>", permission="recommendations.read")
def recommendation(record_id: int) -> ResponseReturnValue:
    """A recommendation: its texts, its position, what every voice says of it, and what follows from it."""
    user = current()
    record = records.get(user, record_id, "recommendation")
    row, reviewed_on, country = queries.recommendation(record.id)
    found = rating_queries.ratings(user, record.id)
    own = user.orgs
    bodies = queries.bodies(record.id)
    return render_template(
        "recommendations/recommendation.html",
        record=record,
        row=row,
        country=country,
        reviewed_on=reviewed_on,
        wordings=queries.wordings(record.id),
        terms=queries.terms(record.id),
        positions_found=queries.positions(record.id),
        bodies=bodies,
        around=arranging.around(user, row, [body.org_id for body in bodies]),
        cards=rating_queries.cards(found),
        drafts=[each for each in found if each.status in UNPUBLISHED],
        panels=records.panels(user, record),
        may_edit=_may(user, record, "recommendations.edit"),
        may_position=_may(user, record, "recommendations.position"),
        may_archive=_may(user, record, "recommendations.archive"),
        may_rate=bool(own) and user.can("recommendations.assess"),
        **WORDS,
    )


def _may(user: Identity, record: Record, permission: str) -> bool:
    return user.can(permission) and records.can_edit(user, record)


@bp.route("/<int:record_id>/edit", methods=["GET", "POST"], permission="recommendations.edit")
def edit(record_id: int) -> ResponseReturnValue:
    """Change the texts and the responsible bodies."""
    user = current()
    record = records.get(user, record_id, "recommendation", "edit")
    row, _reviewed_on, _country = queries.recommendation(record.id)
    bodies = queries.bodies(record.id)
    stored: dict[str, Any] = {
        "text": row.text,
        "lead_id": next((body.org_id for body in bodies if body.role == "lead"), None),
        "support_ids": [body.org_id for body in bodies if body.role == "support"],
        "version": record.version,
    }
    form = (EditForm if user.can("recommendations.official_translation") else UnstatedEditForm)(data=stored)
    form.fill_choices([body.org_id for body in bodies])
    if form.validate_on_submit():
        values = {name: form[name].data for name in stored}
        service.edit(user, record, **values)
        flash(_("The recommendation is saved."), "success")
        return redirect(url_for(".recommendation", record_id=record.id), 303)
    return form_page("recommendations/edit.html", form, record=record, row=row)


@bp.route("/<int:record_id>/position", methods=["GET", "POST"], permission="recommendations.position")
def position(record_id: int) -> ResponseReturnValue:
    """Record a new answer of the State under review; the earlier ones stay in the history."""
    user = current()
    record = records.get(user, record_id, "recommendation", "edit")
    row, reviewed_on, _country = queries.recommendation(record.id)
    form = PositionForm(data={"position": row.position, "version": record.version})
    form.not_before = reviewed_on
    if form.validate_on_submit():
        values = {
            name: form[name].data for name in ("position", "decided_on", "document", "paragraph", "note", "version")
        }
        service.change_position(user, record, **values)
        flash(_("The position is saved."), "success")
        return redirect(url_for(".recommendation", record_id=record.id), 303)
    return form_page("recommendations/position.html", form, record=record, row=row, **WORDS)


@bp.get("/counting", permission="recommendations.read")
def counting() -> ResponseReturnValue:
    """By which rules recommendations are counted."""
    return render_template("recommendations/counting.html")
