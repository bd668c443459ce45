"""Pages of challenges: making one, its page with the answer, and the list."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import true

from portal.api import (
    Forbidden,
    Record,
    Select,
    _,
    _l,
    clock,
    current,
    db,
    flash,
    lazy_pgettext,
    lists,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from ..blueprint import WORDS, bp, form_page
from ..models import Assessment, Challenge, Recommendation
from ..register.counted import active
from ..scales import CHALLENGE_STATUSES, CHALLENGE_TONES, RATING_TONES, RATINGS, VOICES
from . import challenging, queries, rating
from .challenge_forms import AnswerForm, ChallengeForm


@bp.route("/ratings/<int:record_id>/challenge", methods=["GET", "POST"], permission="recommendations.challenge")
def challenge_rating(record_id: int) -> ResponseReturnValue:
    """Challenge a published rating of another voice."""
    user = current()
    record = records.get(user, record_id, "assessment")
    row = db.session.get_one(Assessment, record.id)
    orgs = challenging.challengers(user, row)
    if not orgs:
        raise Forbidden
    if record.status != "published" or not row.is_latest:
        flash(_("Only the latest published rating of a voice can be challenged."), "warning")
        return redirect(url_for(".assessment", record_id=record.id), 303)
    form: Any = ChallengeForm(data={"org_id": orgs[0].id})
    form.org_id.choices = [(org.id, org.name) for org in orgs]
    if form.validate_on_submit():
        org = next(org for org in orgs if org.id == form.org_id.data)
        try:
            made = challenging.challenge(
                user,
                record,
                org,
                value=form.rating.data,
                argument=form.argument.data,
                source=form.source.data,
                source_url=form.source_url.data or "",
            )
        except challenging.SameValue:
            form.rating.errors = [_("The rating has this value already. Choose another one.")]
        except challenging.Superseded:
            flash(_("Only the latest published rating of a voice can be challenged."), "warning")
            return redirect(url_for(".assessment", record_id=record.id), 303)
        except challenging.AskedAlready as asked:
            flash(
                _("Your organisation challenges this rating already. Wait for the answer, or withdraw it."), "warning"
            )
            return redirect(url_for(".challenge", record_id=asked.record_id), 303)
        else:
            flash(_("The challenge is published beside the rating."), "success")
            return redirect(url_for(".challenge", record_id=made.id), 303)
    found = queries.rating(user, record.id)
    recommendation = records.get(user, row.recommendation_id, "recommendation")
    return form_page(
        "recommendations/challenge_make.html",
        form,
        record=record,
        rating=found,
        recommendation=recommendation,
        orgs=orgs,
        **WORDS,
    )


@bp.route("/challenges/<int:record_id>", methods=["GET", "POST"], permission="recommendations.read")
def challenge(record_id: int) -> ResponseReturnValue:
    """A challenge, and the place where the rater's organisation answers it."""
    user = current()
    record = records.get(user, record_id, "challenge")
    row = db.session.get_one(Challenge, record.id)
    may_answer = record.status == "open" and challenging.may_answer(user, row)
    form: Any = AnswerForm(data={"version": record.version}) if may_answer or request.method == "POST" else None
    if request.method == "POST" and not may_answer:
        if record.status != "open":
            return _closed(record.id)
        raise Forbidden
    if form is not None and form.validate_on_submit():
        try:
            draft = challenging.answer(
                user,
                record,
                accepted=form.outcome.data == "accepted",
                words=form.words.data,
                version=form.version.data,
            )
        except challenging.NotOpen:
            return _closed(record.id)
        except rating.Archived:
            flash(rating.archived_words(), "warning")
            return redirect(url_for(".challenge", record_id=record.id), 303)
        flash(_("The answer is published beside the rating."), "success")
        if draft is not None:
            flash(_("This is the draft of the new rating. Complete it and hand it over."), "info")
            return redirect(url_for(".assessment", record_id=draft.id), 303)
        return redirect(url_for(".challenge", record_id=record.id), 303)
    context = {
        "record": record,
        "one": challenging.one(user, record.id),
        "rating": queries.rating(user, row.assessment_id),
        "recommendation": records.get(user, row.recommendation_id, "recommendation"),
        "may_withdraw": record.status == "open" and challenging.may_withdraw(user, record),
        "panels": records.panels(user, record),
        **WORDS,
    }
    if form is None:
        return render_template("recommendations/challenge.html", form=None, **context)
    return form_page("recommendations/challenge.html", form, **context)


def _closed(record_id: int) -> ResponseReturnValue:
    flash(_("This challenge is answered or withdrawn already."), "warning")
    return redirect(url_for(".challenge", record_id=record_id), 303)


@bp.post("/challenges/<int:record_id>/withdraw", permission="recommendations.challenge")
def withdraw_challenge(record_id: int) -> ResponseReturnValue:
    """Take a challenge back."""
    user = current()
    record = records.get(user, record_id, "challenge")
    try:
        challenging.withdraw(user, record)
    except challenging.NotOpen:
        return _closed(record.id)
    flash(_("The challenge is withdrawn."), "success")
    return redirect(url_for(".challenge", record_id=record.id), 303)


@bp.get("/challenges", permission="recommendations.read")
def challenges() -> ResponseReturnValue:
    """All challenges, those to be answered first due."""
    stmt: Select[Any] = (
        challenging.rows(current())
        .join(Recommendation, Recommendation.record_id == Challenge.recommendation_id)
        .join(Assessment, Assessment.record_id == Challenge.assessment_id)
        .add_columns(
            Recommendation.number,
            Recommendation.number_sort,
            Assessment.voice.label("rated_by"),
            Assessment.rating.label("rated"),
        )
        .where(active())
    )
    listing = lists.fetch(
        stmt,
        columns=[
            lists.Column(
                "number", lazy_pgettext("column", "No."), sort="number_sort", link="/recommendations/challenges/{id}"
            ),
            lists.Column("rated_by", _l("Rated by"), labels=VOICES),
            lists.Column("rated", _l("Rating"), format="status", labels=RATINGS, tones=RATING_TONES),
            lists.Column("org", _l("Challenged by"), format="content"),
            lists.Column("rating", _l("Says"), format="status", labels=RATINGS, tones=RATING_TONES),
            lists.Column("challenged_on", _l("Challenged on"), sort=True, format="date"),
            lists.Column("due_on", _l("Answer due"), sort=True, format="date"),
            lists.Column("status", _l("State"), format="status", labels=CHALLENGE_STATUSES, tones=CHALLENGE_TONES),
        ],
        filters=[
            lists.Filter("status", _l("State"), choices=CHALLENGE_STATUSES, where=Record.status),
            lists.Filter("rated_by", _l("Rated by"), choices=VOICES, where=Assessment.voice),
            lists.Filter("voice", _l("Challenged by"), choices=VOICES, where=Challenge.voice),
            lists.Filter(
                "overdue",
                _l("Only those whose answer is overdue"),
                kind="check",
                where=lambda on: (Record.status == "open") & (Record.due_on < clock.today()) if on else true(),
            ),
        ],
        default_sort="-challenged_on",
        args=request.args,
    )
    return render_template("recommendations/challenges.html", listing=listing)
