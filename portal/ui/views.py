"""Static files and the style page."""

from __future__ import annotations

from flask import Response, render_template

from portal.routing import PUBLIC, SIGNED_IN, Blueprint
from portal.ui import assets

bp = Blueprint("ui", __name__, template_folder="templates")


@bp.get("/static/<path:filename>", permission=PUBLIC)
def static(filename: str) -> Response:
    """A file of ours or of a browser library."""
    return assets.serve(filename)


@bp.get("/style", permission=SIGNED_IN)
def style() -> str:
    """Every component of the portal on one page."""
    from portal.ui.samples import samples

    return render_template("style.html", **samples())
