"""The blueprint of all pages of forms; the modules that add routes to it are imported by ``pages``."""

from flask import Response, request

from portal.routing import Blueprint
from portal.ui.headers import FIXED

bp = Blueprint("forms", __name__, template_folder="templates")

_PAGES = (
    *("fill", "public", "resumed", "invited", "invited_resumed", "invited_correct", "correct", "preview"),
    *("offline", "offline_public"),
)
FILLING = frozenset(f"forms.{page}" for page in _PAGES)
"""Pages on which a question may ask the browser where the device is."""


@bp.after_request
def may_ask_where(response: Response) -> Response:
    """Allow it there, and only to the portal itself; the browser still asks the person."""
    if request.endpoint in FILLING:
        policy = FIXED["Permissions-Policy"]
        response.headers["Permissions-Policy"] = policy.replace("geolocation=()", "geolocation=(self)")
    return response
