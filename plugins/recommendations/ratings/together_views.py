"""The page on which many ratings are handed over, validated or published at once."""

from __future__ import annotations

from typing import Any, Final

from flask.typing import ResponseReturnValue

from portal.api import (
    Forbidden,
    Identity,
    Record,
    _,
    _l,
    current,
    flash,
    lazy_pgettext,
    lists,
    ngettext,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from ..blueprint import WORDS, bp
from ..models import Assessment, Recommendation
from ..permissions import RATERS
from ..register.arranging_forms import known_cycles
from ..scales import RATINGS
from . import publishing, queries, together

ACTS: Final[dict[str, Any]] = {
    "submit": _l("Drafts"),
    "validate": _l("To be validated"),
    "publish": _l("To be published"),
}
SHOWN: Final = 5
"""Reasons that are told after the act; the others stand on the page."""


@bp.route("/ratings/together", methods=["GET", "POST"], permission="recommendations.assess")
def together_page() -> ResponseReturnValue:
    """What waits for the next act; what is ticked goes on, the rest stands there with the reason."""
    user = current()
    counts = together.counts(user)
    orgs = queries.rating_organisations(user, RATERS)
    if not orgs and not any(counts.values()):
        raise Forbidden
    asked = request.args.get("act", "")
    act = asked if asked in ACTS else next((each for each, number in counts.items() if number), "submit")
    wrong = _go_on(user, act) if request.method == "POST" else ""
    if request.method == "POST" and not wrong:
        return redirect(request.full_path.rstrip("?"), 303)
    listing = lists.fetch(
        together.rows(user, act),
        columns=[lists.Column("number", lazy_pgettext("column", "No."), sort="number_sort")],
        filters=_filters(user, orgs),
        default_sort="number",
        page_size=together.LIMIT,
        args=request.args,
    )
    waiting = together.sorted_out(user, act, list(listing))
    page = render_template(
        "recommendations/together.html",
        listing=listing,
        waiting=waiting,
        act=act,
        acts=[(title, url_for(".together_page", act=key), key == act, counts[key]) for key, title in ACTS.items()],
        why=together.WHY,
        wrong=wrong,
        picked=set(request.form.getlist("pick")) if request.method == "POST" else None,
        unticked=request.args.get("ticked") == "none",
        **WORDS,
    )
    return page, 422 if wrong else 200


def _filters(user: Identity, orgs: list[Any]) -> list[lists.Filter]:
    own = [lists.Filter("org", _l("Organisation"), choices=[(org.id, org.name) for org in orgs], where=Record.org_id)]
    return [
        *(own if len(orgs) > 1 else []),
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("cycle", _l("Cycle"), choices=known_cycles, where=Recommendation.cycle),
        lists.Filter("rating", _l("Rating"), choices=RATINGS, where=Assessment.rating),
        lists.Filter(
            "by",
            _l("Drafted by"),
            choices={"me": _l("Me"), "others": _l("Others")},
            where=lambda who: (
                Assessment.drafted_by_id == user.id
                if who == "me"
                else Assessment.drafted_by_id.is_distinct_from(user.id)
            ),
        ),
    ]


def _go_on(user: Identity, act: str) -> str:
    """Do it with what is ticked and say what came of it; what is wrong with what was sent, where nothing was done."""
    picked = {}
    for text in request.form.getlist("pick"):
        record_id, _colon, version = text.partition(":")
        if all(each.isascii() and each.isdecimal() and len(each) < 10 for each in (record_id, version)):
            picked[int(record_id)] = int(version)
    if not picked:
        return _("Tick at least one rating.")
    to_id = request.form.get("to", 0, type=int)
    if act != "publish" and not to_id:
        return _("Choose who comes next.")
    word = request.form.get("word", "").strip()[: publishing.WORD_LIMIT]
    outcome = together.go_on(user, act, picked, to_id, word)
    if outcome.done:
        flash(_said(act, outcome.done), "success")
    if outcome.left:
        left = ngettext("%(num)s did not go on.", "%(num)s did not go on.", len(outcome.left))
        flash(" ".join([left, *together.reasons(outcome)[:SHOWN]]), "warning")
    return ""


def _said(act: str, number: int) -> str:
    if act == "submit":
        return ngettext("%(num)s draft is handed over.", "%(num)s drafts are handed over.", number)
    if act == "validate":
        return ngettext("%(num)s rating is validated.", "%(num)s ratings are validated.", number)
    return ngettext("%(num)s rating is published.", "%(num)s ratings are published.", number)
