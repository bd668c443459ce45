"""The blueprint of the module, and what its pages share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Blueprint,
    Identity,
    Record,
    _,
    flash,
    format_quarter,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from .progress import ClauseReport, Report
from .statuses import CLAUSE_STATUSES, KIND

bp = Blueprint("agreements", __name__, template_folder="templates")


def form_page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A page with a form: 422 where what was sent has to be corrected."""
    plain = request.method != "POST" or form.language_switched or asks_for_more()
    return render_template(template, form=form, **context), 200 if plain else 422


def asks_for_more() -> bool:
    """Whether the form was sent for more room or other choices, and is to be shown again as it is."""
    return "_more" in request.form


def version_sent() -> int | None:
    """The version that a button of a page was drawn for; ``None`` where it sent none."""
    return request.form.get("version", type=int)


def overtaken(record_id: int, anchor: str = "") -> ResponseReturnValue:
    """Back to the agreement as it stands now: somebody changed it while the page of a button was open."""
    flash(_("Nothing was done: somebody changed the agreement meanwhile. This is how it stands now."), "warning")
    return redirect(url_for(".show", record_id=record_id) + anchor, 303)


def agreement(user: Identity, record_id: int, level: str = "read") -> Record:
    """The agreement of a page; raises NotFound or Forbidden."""
    return records.get(user, record_id, KIND, level)


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pieces that several pages share need."""
    return {"clause_words": CLAUSE_STATUSES, "quarter_title": quarter_title, "parts_of": parts_of}


def quarter_title(period: str) -> str:
    """The name of a quarter such as ``2026-Q1`` in the reader's language."""
    year, _mark, number = period.partition("-Q")
    return format_quarter(int(year), int(number))


def parts_of(reports: Iterable[Report], clause_id: int) -> list[tuple[str, ClauseReport]]:
    """What was reported on a clause, by quarter."""
    return [(each.period, each.clauses[clause_id]) for each in reports if clause_id in each.clauses]
