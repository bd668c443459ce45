"""The first page (what waits for the reader), my work, and the search over all records."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal import records
from portal.forms.answers import reading as answers
from portal.host.host import current_host
from portal.people.identity import current
from portal.routing import SIGNED_IN, Blueprint

bp = Blueprint("home", __name__, template_folder="templates")
SEARCH_PAGE = 50


@bp.get("/", permission="home.read")
def index() -> ResponseReturnValue:
    """What waits for the reader and the panels of the modules; for the public what the portal is."""
    user = current()
    panels = current_host().panels("home", None, user)
    work = records.my_work(user, 10) if user.signed_in else []
    returned = answers.returned_to(user) if user.signed_in else []
    return render_template("home/index.html", panels=panels, work=work, returned=returned, user=user)


@bp.get("/work", permission=SIGNED_IN)
def work() -> ResponseReturnValue:
    """Everything that waits for the reader: answers sent back for correction, then what is due, the earliest first."""
    user = current()
    return render_template("home/work.html", work=records.my_work(user, 500), returned=answers.returned_to(user))


@bp.get("/search", permission="home.read")
def search() -> ResponseReturnValue:
    """Records whose words match ``q``, of one ``kind`` where asked, SEARCH_PAGE at a time."""
    q, kind = request.args.get("q", "").strip()[:200], request.args.get("kind", "")
    page = max(1, min(request.args.get("page", 1, type=int), 200))
    offset = (page - 1) * SEARCH_PAGE
    found = records.search(current(), q, kind, SEARCH_PAGE + 1, offset)
    return render_template(
        "home/search.html",
        q=q,
        kind=kind,
        page=page,
        found=found[:SEARCH_PAGE],
        more=len(found) > SEARCH_PAGE,
        kinds=records.kinds.all(),
    )
