"""Rating a recommendation, drafts, and the page of a rating."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Forbidden,
    Record,
    _,
    clock,
    current,
    db,
    flash,
    records,
    redirect,
    render_template,
    request,
    storage,
    url_for,
)

from . import queries, rating
from .blueprint import bp, form_page
from .models import Assessment
from .permissions import RATERS
from .rating_forms import RatingForm
from .views import WORDS


@bp.route("/<int:record_id>/rate", methods=["GET", "POST"], permission="recommendations.assess")
def rate(record_id: int) -> ResponseReturnValue:
    """Rate a recommendation with the voice of one's organisation."""
    user = current()
    record = records.get(user, record_id, "recommendation")
    orgs = queries.rating_organisations(user, RATERS)
    if not orgs:
        raise Forbidden
    row, reviewed_on, _country = queries.recommendation(record.id)
    form = RatingForm(data={"org_id": orgs[0].id, "rated_on": clock.today()})
    del form.version
    form.not_before = reviewed_on
    form.prepare(orgs, _linked(user, record.id))
    if form.validate_on_submit():
        org = next(org for org in orgs if org.id == form.org_id.data)
        publish = "publish" in request.form
        try:
            made = rating.rate(user, record, org, form.judgement(), publish=publish)
        except rating.EvidenceMissing:
            _say_evidence(form)
        except storage.UploadRefused as refused:
            form.form_errors.append(refused.message)
        else:
            flash(_said(publish), "success")
            return redirect(_after(made, record.id, publish), 303)
    return form_page("recommendations/rate.html", form, record=record, row=row, orgs=orgs, draft=None)


@bp.route("/ratings/<int:record_id>/edit", methods=["GET", "POST"], permission="recommendations.assess")
def edit_rating(record_id: int) -> ResponseReturnValue:
    """Change a draft; a published rating is not changed any more."""
    user = current()
    record = records.get(user, record_id, "assessment", "edit")
    if record.status != "draft":
        flash(_("This rating is published. Make a new one where things have changed."), "warning")
        return redirect(url_for(".assessment", record_id=record.id), 303)
    stored = db.session.get_one(Assessment, record.id)
    recommendation = records.get(user, stored.recommendation_id, "recommendation")
    row, reviewed_on, _country = queries.recommendation(recommendation.id)
    orgs = [org for org in queries.rating_organisations(user, RATERS) if org.id == record.org_id]
    pieces = queries.evidence(user, [record.id]).get(record.id, [])
    form = RatingForm(
        data={
            "org_id": record.org_id,
            "rating": stored.rating,
            "rated_on": stored.rated_on,
            "rationale": stored.rationale,
            "next_step": stored.next_step,
            "evidence": [_stored_piece(piece) for piece in pieces],
            "version": record.version,
        }
    )
    form.not_before = reviewed_on
    form.prepare(orgs, _linked(user, recommendation.id, pieces))
    if form.validate_on_submit():
        publish = "publish" in request.form
        try:
            rating.edit_draft(user, record, form.judgement(), version=form.version.data, publish=publish)
        except rating.EvidenceMissing:
            _say_evidence(form)
        except storage.UploadRefused as refused:
            form.form_errors.append(refused.message)
        else:
            flash(_said(publish), "success")
            return redirect(_after(record, recommendation.id, publish), 303)
    return form_page(
        "recommendations/rate.html", form, record=recommendation, row=row, orgs=orgs, draft=record, pieces=pieces
    )


def _stored_piece(piece: Any) -> dict[str, Any]:
    names = ("kind", "title", "url", "dated", "linked_id", "file_id")
    return {name: getattr(piece, name) for name in names}


def _linked(user: Any, record_id: int, pieces: Any = ()) -> list[tuple[int, Any]]:
    """What a piece of evidence may point at: the records linked with the recommendation, and those it points at."""
    found = {row.id: f"{row.kind_title}: {row.title}" for row in records.linked(user, record_id)}
    found |= {piece.linked_id: str(piece.linked_title) for piece in pieces if piece.linked_id}
    return list(found.items())


def _say_evidence(form: RatingForm) -> None:
    form.evidence.errors = [
        _(
            "“Fully implemented” and “Not implemented” need evidence before they are published: a law, a budget "
            "line, a figure, a case or minutes. Add at least one piece, or save the rating as a draft."
        )
    ]


def _said(published: bool) -> str:
    return _("The rating is published.") if published else _("The draft is saved. Only your organisation sees it.")


def _after(record: Record, recommendation_id: int, published: bool) -> str:
    if published:
        return url_for(".recommendation", record_id=recommendation_id) + "#ratings"
    return url_for(".assessment", record_id=record.id)


@bp.get("/ratings/<int:record_id>", permission="recommendations.read")
def assessment(record_id: int) -> ResponseReturnValue:
    """A rating with its evidence."""
    user = current()
    record = records.get(user, record_id, "assessment")
    row = db.session.get_one(Assessment, record.id)
    found = queries.rating(user, record.id)
    recommendation = records.get(user, row.recommendation_id, "recommendation")
    may_change = record.status == "draft" and user.can("recommendations.assess") and records.can_edit(user, record)
    return render_template(
        "recommendations/assessment.html",
        record=record,
        rating=found,
        recommendation=recommendation,
        panels=records.panels(user, record),
        may_change=may_change,
        **WORDS,
    )


@bp.post("/ratings/<int:record_id>/publish", permission="recommendations.assess")
def publish_rating(record_id: int) -> ResponseReturnValue:
    """Show a draft to everyone."""
    user = current()
    record = records.get(user, record_id, "assessment", "edit")
    try:
        rating.publish(user, record)
    except rating.AlreadyPublished:
        flash(_("This rating is not a draft any more."), "warning")
    except rating.EvidenceMissing:
        flash(_("This rating needs evidence before it is published. Add at least one piece."), "danger")
        return redirect(url_for(".edit_rating", record_id=record.id), 303)
    else:
        flash(_said(True), "success")
    return redirect(url_for(".assessment", record_id=record.id), 303)


@bp.post("/ratings/<int:record_id>/discard", permission="recommendations.assess")
def discard_rating(record_id: int) -> ResponseReturnValue:
    """Put a draft aside."""
    user = current()
    record = records.get(user, record_id, "assessment", "edit")
    try:
        rating.discard(user, record)
    except rating.AlreadyPublished:
        flash(_("This rating is not a draft any more."), "warning")
        return redirect(url_for(".assessment", record_id=record.id), 303)
    flash(_("The draft is put aside."), "success")
    row = db.session.get_one(Assessment, record.id)
    return redirect(url_for(".recommendation", record_id=row.recommendation_id), 303)
