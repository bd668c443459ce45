"""Rating a recommendation: the draft, its way to being published, and the page of a rating."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Forbidden,
    Identity,
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

from ..blueprint import WORDS, bp, form_page
from ..models import Assessment
from ..permissions import RATERS
from ..register import published, queries
from ..scales import ACTS, RATINGS
from . import challenging, publishing, rating
from . import queries as rating_queries
from .forms import RatingForm


@bp.route("/<int:record_id>/rate", methods=["GET", "POST"], permission="recommendations.assess")
def rate(record_id: int) -> ResponseReturnValue:
    """Draft a rating of a recommendation with the voice of one's organisation."""
    user = current()
    record = records.get(user, record_id, "recommendation")
    orgs = rating_queries.rating_organisations(user, RATERS)
    if not orgs:
        raise Forbidden
    row, reviewed_on, _country = queries.recommendation(record.id)
    if row.archived_at is not None:
        return _archived(record.id)
    chosen = request.args.get("rating", "")
    given = {"rating": chosen} if chosen in RATINGS else {}
    asked = next((org.id for org in orgs if str(org.id) == request.args.get("org")), orgs[0].id)
    form = RatingForm(data={"org_id": asked, "rated_on": clock.today(), **given})
    del form.version
    form.not_before = reviewed_on
    form.prepare(orgs, _linked(user, record.id))
    if form.validate_on_submit():
        org = next(org for org in orgs if org.id == form.org_id.data)
        try:
            made = rating.rate(user, record, org, form.judgement())
        except storage.UploadRefused as refused:
            form.form_errors.append(refused.message)
        else:
            flash(_("The draft is saved. Only your organisation sees it."), "success")
            return redirect(url_for(".assessment", record_id=made.id), 303)
    return form_page("recommendations/rate.html", form, record=record, row=row, orgs=orgs, draft=None)


@bp.route("/ratings/<int:record_id>/edit", methods=["GET", "POST"], permission="recommendations.assess")
def edit_rating(record_id: int) -> ResponseReturnValue:
    """Change a draft; what was handed over is returned first, and a published rating is not changed any more."""
    user = current()
    record = records.get(user, record_id, "assessment", "edit")
    if record.status != "draft":
        flash(_not_draft(record), "warning")
        return redirect(url_for(".assessment", record_id=record.id), 303)
    stored = db.session.get_one(Assessment, record.id)
    recommendation = records.get(user, stored.recommendation_id, "recommendation")
    row, reviewed_on, _country = queries.recommendation(recommendation.id)
    if row.archived_at is not None:
        return _archived(recommendation.id)
    orgs = [org for org in rating_queries.rating_organisations(user, RATERS) if org.id == record.org_id]
    pieces = rating_queries.evidence(user, [record.id]).get(record.id, [])
    form = RatingForm(
        data={
            "org_id": record.org_id,
            "rating": stored.rating,
            "rated_on": stored.rated_on,
            "methods": stored.methods,
            "rationale": stored.rationale,
            "next_step": stored.next_step,
            "evidence": [_stored_piece(piece) for piece in pieces],
            "version": record.version,
        }
    )
    form.not_before = reviewed_on
    form.prepare(orgs, _linked(user, recommendation.id, pieces))
    if form.validate_on_submit():
        try:
            rating.edit_draft(user, record, form.judgement(), version=form.version.data)
        except rating.NotDraft:
            flash(_not_draft(record), "warning")
            return redirect(url_for(".assessment", record_id=record.id), 303)
        except storage.UploadRefused as refused:
            form.form_errors.append(refused.message)
        else:
            flash(_("The draft is saved. Only your organisation sees it."), "success")
            return redirect(url_for(".assessment", record_id=record.id), 303)
    return form_page(
        "recommendations/rate.html", form, record=recommendation, row=row, orgs=orgs, draft=record, pieces=pieces
    )


def _archived(record_id: int) -> ResponseReturnValue:
    flash(rating.archived_words(), "warning")
    return redirect(url_for(".recommendation", record_id=record_id), 303)


def _not_draft(record: Record) -> str:
    if record.status == "published":
        return _("This rating is published. Make a new one where things have changed.")
    return _("This rating is no draft any more. Who has it now can return it.")


def _stored_piece(piece: Any) -> dict[str, Any]:
    names = ("kind", "title", "url", "dated", "linked_id", "file_id")
    return {name: getattr(piece, name) for name in names}


def _linked(user: Any, record_id: int, pieces: Any = ()) -> list[tuple[int, Any]]:
    """What a piece of evidence may point at: the records linked with the recommendation, and those it points at."""
    found = {row.id: f"{row.kind_title}: {row.title}" for row in records.linked(user, record_id)}
    found |= {piece.linked_id: str(piece.linked_title) for piece in pieces if piece.linked_id}
    return list(found.items())


@bp.get("/ratings/<int:record_id>", permission="recommendations.read")
def assessment(record_id: int) -> ResponseReturnValue:
    """A rating with its evidence, what challenges it, and for its own side the way it went."""
    user = current()
    record = records.get(user, record_id, "assessment")
    row = db.session.get_one(Assessment, record.id)
    found = rating_queries.rating(user, record.id)
    recommendation = records.get(user, row.recommendation_id, "recommendation")
    inside = records.can_edit(user, record)
    act = {"draft": "submit", "submitted": "validate", "validated": "publish"}.get(record.status, "")
    may_act = bool(act) and publishing.may(user, act, record, row)
    return render_template(
        "recommendations/assessment.html",
        record=record,
        rating=found,
        recommendation=recommendation,
        panels=_panels(user, record, row, found, inside),
        may_change=record.status == "draft" and user.can("recommendations.assess") and inside,
        act=act if may_act else "",
        may_return=publishing.may_return(user, record, row),
        drafted=row.drafted_by_id == user.id,
        people=publishing.people(user, record, row) if may_act and act != "publish" else [],
        way=rating_queries.steps(record.id) if inside else [],
        may_challenge=record.status == "published" and row.is_latest and bool(challenging.challengers(user, row)),
        lacks_evidence=record.status == "draft" and rating.lacks_evidence(row),
        acts=ACTS,
        **WORDS,
    )


def _panels(user: Identity, record: Record, row: Assessment, found: rating_queries.Rating, inside: bool) -> Any:
    """What stands beside a rating: others read nothing of the time before it was published."""
    panels = records.panels(user, record)
    if inside or row.published_at is None:
        return panels
    shown = {piece.file_uid for piece in found.evidence}
    files = [file for file in panels.files if file.uid in shown]
    return replace(published.since(panels, row.published_at), files=files)


def _act(record_id: int, said: str, act: Callable[[Identity, Record], None]) -> ResponseReturnValue:
    """Do *act* with a rating and go back to its page, with what was done or why it was not."""
    user = current()
    record = records.get(user, record_id, "assessment", "edit")
    try:
        act(user, record)
    except (publishing.WrongState, rating.NotDraft):
        flash(_("Somebody was quicker: this rating has gone on. Look where it is now."), "warning")
    except rating.Archived:
        flash(rating.archived_words(), "warning")
    except publishing.NobodyThere:
        flash(_("Choose who comes next."), "danger")
    except publishing.EvidenceMissing:
        flash(
            _(
                "“Fully implemented” and “Not implemented” need evidence before they are handed over: a law, a budget "
                "line, a figure, a case or minutes. Add at least one piece."
            ),
            "danger",
        )
        if user.can("recommendations.assess") and record.status == "draft":
            return redirect(url_for(".edit_rating", record_id=record.id) + "#evidence", 303)
    else:
        flash(said, "success")
        if not db.session.scalar(records.rows(user, "assessment", Record.id).where(Record.id == record_id)):
            return redirect(url_for("home.work"), 303)
    return redirect(url_for(".assessment", record_id=record_id), 303)


def _to() -> int:
    return request.form.get("to", 0, type=int)


def _word() -> str:
    return request.form.get("word", "").strip()[: publishing.WORD_LIMIT]


@bp.post("/ratings/<int:record_id>/submit", permission="recommendations.assess")
def submit_rating(record_id: int) -> ResponseReturnValue:
    """Hand a draft over to the one who validates."""
    return _act(record_id, _("The draft is handed over."), lambda user, record: publishing.submit(user, record, _to()))


@bp.post("/ratings/<int:record_id>/validate", permission="recommendations.validate")
def validate_rating(record_id: int) -> ResponseReturnValue:
    """Say that it is right, and hand it to the one who publishes."""
    return _act(
        record_id, _("The rating is validated."), lambda user, record: publishing.validate(user, record, _to(), _word())
    )


@bp.post("/ratings/<int:record_id>/return", permission="recommendations.assess")
def return_rating(record_id: int) -> ResponseReturnValue:
    """Give it back to the one who drafted it, with a word."""
    user = current()
    record = records.get(user, record_id, "assessment", "edit")
    row = db.session.get_one(Assessment, record.id)
    if not _word() and row.drafted_by_id != user.id:
        flash(_("Say in a word what is to be changed."), "danger")
        return redirect(url_for(".assessment", record_id=record_id), 303)
    return _act(
        record_id, _("The rating is a draft again."), lambda user, record: publishing.send_back(user, record, _word())
    )


@bp.post("/ratings/<int:record_id>/publish", permission="recommendations.publish")
def publish_rating(record_id: int) -> ResponseReturnValue:
    """Show a validated rating to everyone."""
    return _act(record_id, _("The rating is published."), publishing.publish)


@bp.post("/ratings/<int:record_id>/discard", permission="recommendations.assess")
def discard_rating(record_id: int) -> ResponseReturnValue:
    """Put a draft aside."""
    return _act(record_id, _("The draft is put aside."), rating.discard)
