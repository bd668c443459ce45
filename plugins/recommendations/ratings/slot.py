"""Rating by a form: one row for each recommendation of the own body; what is sent in becomes drafts.

The form hangs on any recommendation of the review it is about. A form of the own voice is offered, where one is
published: those of the organisation that made it read what is sent in.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement

from portal.api import (
    Content,
    Event,
    Identity,
    NotFound,
    Organisation,
    Record,
    Slot,
    _l,
    clock,
    current,
    db,
    flash,
    forms,
    func,
    ngettext,
    records,
    select,
)

from ..models import Assessment, Body, Recommendation
from ..permissions import RATERS
from ..register.counted import active
from ..scales import RATINGS
from . import grid, queries

SLOT: Final = "recommendations.assessment"
NEEDS: Final = ("recommendation", "rating", "reasons")
ROWS: Final = "records:recommendation"


def slot() -> Slot:
    """What the module uses a form for."""
    return Slot(
        SLOT,
        _l("Ratings of the recommendations of a body"),
        "recommendation",
        "assessment_round",
        NEEDS,
        {ROWS: rows},
        fill_permission="recommendations.assess",
        may_fill=may_fill,
        about=about,
    )


def may_fill(user: Identity, form: Record) -> bool:
    """Whether *user* rates for the voice of the organisation that made the form, whose people read what is sent in."""
    return bool(_of_voice(user, form))


def about(user: Identity) -> ColumnElement[bool]:
    """One recommendation of each review: the form has the same rows on every other."""
    stmt = select(func.max(Recommendation.record_id)).join(Record, Record.id == Recommendation.record_id)
    stmt = stmt.where(records.visible(user), active()).group_by(Recommendation.country, Recommendation.cycle)
    return Record.id.in_(stmt.correlate(None))


def _of_voice(user: Identity, form: Record) -> list[Any]:
    """The organisations of the voice of the form's own that *user* rates for, the form's own one first."""
    voice = db.session.scalar(select(Organisation.voice).where(Organisation.id == form.org_id))
    found = [org for org in queries.rating_organisations(user, RATERS) if org.voice == voice]
    return sorted(found, key=lambda org: org.id != form.org_id)


def _rater(orgs: list[Any], record_id: int) -> Any:
    """Of the organisations somebody rates for the one that leads a recommendation, else supports it, else the first."""
    stmt = select(Body.org_id).where(Body.recommendation_id == record_id, Body.org_id.in_([org.id for org in orgs]))
    named = db.session.scalars(stmt.order_by(Body.role != "lead", Body.org_id)).first()
    return next((org for org in orgs if org.id == named), orgs[0])


def rows(user: Identity, record_id: int) -> list[dict[str, Any]]:
    """The recommendations of the same review for which an organisation of *user* is responsible, all without any.

    Each with what the own voice said last (``last_rating``, ``last_on``). Raises NotFound for those who do not rate.
    """
    anchor = records.get(user, record_id, "recommendation")
    orgs = queries.rating_organisations(user, RATERS)
    if not orgs:
        raise NotFound
    ids = [org.id for org in orgs]
    one = db.session.get_one(Recommendation, anchor.id)
    review = (Recommendation.country == one.country, Recommendation.cycle == one.cycle)
    stmt = (
        records.rows(
            user,
            "recommendation",
            Recommendation.record_id,
            Recommendation.number,
            Recommendation.text,
            Assessment.rating,
            Assessment.rated_on,
        )
        .join(Recommendation, Recommendation.record_id == Record.id)
        .outerjoin(
            Assessment,
            (Assessment.recommendation_id == Recommendation.record_id)
            & (Assessment.voice == orgs[0].voice)
            & Assessment.is_latest.is_(True),
        )
        .where(*review, active())
        .order_by(Recommendation.number_sort, Recommendation.record_id)
    )
    own = stmt.where(Recommendation.record_id.in_(select(Body.recommendation_id).where(Body.org_id.in_(ids))))
    found = db.session.execute(own).all() or db.session.execute(stmt).all()
    return [
        {
            "id": row.record_id,
            "label": _label(row.number, row.text),
            "values": {
                "number": row.number,
                "last_rating": str(RATINGS[row.rating]) if row.rating else "–",
                "last_on": row.rated_on.isoformat() if row.rated_on else "",
            },
        }
        for row in found
    ]


def _label(number: str, text: Content) -> Content:
    return Content({lang: f"{number}. {each}"[:600] for lang, each in text.texts.items()}, text.states)


def fill_url(voice: str, record_id: int | None) -> str:
    """Where the form of a voice is filled about the review of a recommendation; empty where none is published."""
    form = _published(voice) if record_id is not None else None
    return forms.fill_url(form, record_id) if form is not None else ""


def new_url(voice: str) -> str:
    """Where the form of a voice is made; empty where one is published."""
    return "" if _published(voice) is not None else forms.new_url(SLOT)


def _published(voice: str) -> forms.FormRef | None:
    """The form of an organisation of the voice: what others send in, no other voice is to read."""
    stmt = select(Organisation.id).where(Organisation.voice == voice)
    return forms.published_for(SLOT, org_ids=list(db.session.scalars(stmt)))


def take(event: Event) -> None:
    """Make drafts of what was sent in just now, by the one who sent it; rows without a rating are passed over.

    Who rates for several organisations rates each recommendation for the one that is responsible for it.
    """
    sent_id = event.ids.get("submission_id")
    if event.record_id is None or sent_id is None:
        return
    sent = next((one for one in forms.submissions_for(event.record_id, SLOT) if one.id == sent_id), None)
    user = current()
    form = db.session.get(Record, event.ids.get("form_id") or 0)
    orgs = _of_voice(user, form) if form is not None else []
    if sent is None or not orgs or not user.can("recommendations.assess"):
        return
    saved, wrong = 0, []
    for answer in sent.answers.get("recommendation") or ():
        key = str(answer.get("_key", ""))
        if not key.isdecimal() or not answer.get("rating"):
            continue
        row = _row(int(key), answer)
        org = _rater(orgs, row.id)
        now = grid.own_rows(org.id, [row.id])[row.id]
        row.draft, row.version = now.draft, now.version
        grid.save(user, org, row)
        saved += row.saved
        if not row.saved:
            wrong.append(row)
    if saved:
        flash(ngettext("%(num)s draft is saved.", "%(num)s drafts are saved.", saved), "success")
    if wrong:
        said = ngettext(
            "%(num)s rating of the form could not become a draft; it stays among the answers.",
            "%(num)s ratings of the form could not become drafts; they stay among the answers.",
            len(wrong),
        )
        flash(f"{said} {_reasons(wrong)}", "warning")


def _reasons(rows: list[grid.Row]) -> str:
    """Why rows did not become drafts, each with its number; of many the first ones."""
    stmt = select(Recommendation.record_id, Recommendation.number)
    found = db.session.execute(stmt.where(Recommendation.record_id.in_([row.id for row in rows])))
    numbers = {each.record_id: each.number for each in found}
    return " ".join(f"{numbers.get(row.id, row.id)}: {' '.join(row.errors.values())}" for row in rows[:5])


def _row(record_id: int, answer: Any) -> grid.Row:
    day = str(answer.get("rated_on") or clock.today().isoformat())[:10]
    values = {
        "rating": str(answer["rating"]),
        "rated_on": day,
        "why": str(answer.get("reasons") or ""),
        "title": str(answer.get("evidence") or ""),
        "url": str(answer.get("evidence_url") or ""),
    }
    return grid.Row(record_id, values={name: text for name, text in values.items() if text})
