"""The blueprint of the module and what its pages share."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import Blueprint, render_template, request

bp = Blueprint("recommendations", __name__, template_folder="templates")


def form_page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A page with a form: 422 where it was sent and is not right."""
    code = 422 if request.method == "POST" and not form.language_switched else 200
    return render_template(template, form=form, **context), code
