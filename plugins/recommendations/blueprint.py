"""The blueprint of the module and what its pages share."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from portal.api import Blueprint, documents, render_template, request

from .register_scales import ACTIONS, CONTACT_ROLES, TRANSLATION, TRANSLATION_TONES
from .scales import (
    BODY_ROLES,
    CHALLENGE_STATUSES,
    CHALLENGE_TONES,
    EVIDENCE_KINDS,
    METHODS,
    NOT_RATED,
    POSITION_TONES,
    POSITIONS,
    RATING_TONES,
    RATINGS,
    STATUS_TONES,
    STATUSES,
    TEXT_STATES,
    TEXT_TONES,
    VOICES,
)

bp = Blueprint("recommendations", __name__, template_folder="templates")

WORDS = {
    "positions": POSITIONS,
    "position_tones": POSITION_TONES,
    "ratings": RATINGS,
    "rating_tones": RATING_TONES,
    "not_rated": NOT_RATED,
    "voices": VOICES,
    "body_roles": BODY_ROLES,
    "evidence_kinds": EVIDENCE_KINDS,
    "text_states": TEXT_STATES,
    "text_tones": TEXT_TONES,
    "translation_states": TRANSLATION,
    "translation_tones": TRANSLATION_TONES,
    "contact_roles": CONTACT_ROLES,
    "actions": ACTIONS,
    "statuses": STATUSES,
    "status_tones": STATUS_TONES,
    "methods": METHODS,
    "challenge_statuses": CHALLENGE_STATUSES,
    "challenge_tones": CHALLENGE_TONES,
}
"""What templates show for codes."""


def form_page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A page with a form: 422 where it was sent and is not right."""
    code = 422 if request.method == "POST" and not form.language_switched else 200
    return render_template(template, form=form, **context), code


def download(data: bytes, name: str) -> Response:
    """A file to be saved; its kind is told by its ending."""
    headers = {"Content-Disposition": documents.content_disposition(name), "X-Content-Type-Options": "nosniff"}
    return Response(data, mimetype=documents.MIME_TYPES[name.rpartition(".")[2]], headers=headers)
