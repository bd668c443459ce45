"""What statements and clauses suggest for a rating, to accept or refuse with a word."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from portal.api import (
    NotFound,
    _,
    current,
    flash,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from ..blueprint import WORDS, bp
from ..permissions import RATERS
from ..register import queries
from . import queries as rating_queries
from . import rating, suggesting


@bp.route("/<int:record_id>/suggestions", methods=["GET", "POST"], permission="recommendations.assess")
def suggestions(record_id: int) -> ResponseReturnValue:
    """The suggestions for the own organisation, and what it said to earlier ones; accepting one begins a draft."""
    user = current()
    record = records.get(user, record_id, "recommendation")
    org, orgs = rating_queries.chosen(user, RATERS, request.values.get("org"))
    row = queries.recommendation(record.id)[0]
    if row.archived_at is not None:
        flash(rating.archived_words(), "warning")
        return redirect(url_for(".recommendation", record_id=record.id), 303)
    wrong = ""
    if request.method == "POST":
        word, accepted = request.form.get("word", "").strip(), request.form.get("act") == "accept"
        source = request.form.get("source", "")
        if source not in suggesting.SOURCES:
            raise NotFound
        if not word:
            wrong = source
        else:
            taken = suggesting.decide(user, org.id, record.id, source, accepted=accepted, word=word)
            if taken is None:
                flash(_("There is nothing suggested any more."), "warning")
            elif accepted:
                flash(_("Accepted. Complete the draft and save it."), "success")
                return redirect(url_for(".rate", record_id=record.id, rating=taken.rating, org=org.id), 303)
            else:
                flash(_("Refused; your word is kept."), "success")
            return redirect(url_for(".suggestions", record_id=record.id, org=org.id), 303)
    page = render_template(
        "recommendations/suggestions.html",
        record=record,
        row=row,
        org=org,
        orgs=orgs,
        found=suggesting.suggested(user, record.id),
        decided=suggesting.decided([org.id for org in orgs], record.id),
        sources=suggesting.SOURCES,
        wrong=wrong,
        typed=request.form.get("word", ""),
        **WORDS,
    )
    return page, 422 if wrong else 200
