"""One question as people see it, beside the page on which it is written; drawn anew after every save."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.forms.blueprint import bp
from portal.forms.builder import samples
from portal.forms.builder.base import BUILD, opened
from portal.forms.builder.forms import language_name
from portal.forms.builder.preview import Trial, asked_language, spoken
from portal.forms.definition import DefinitionRefused, compile, find_row
from portal.forms.engine import all_items, evaluate, pages
from portal.forms.filling.words import TOOLS
from portal.forms.models import Form
from portal.i18n import current_locale, force_locale
from portal.people.identity import Identity
from portal.records import Record
from portal.text import LOCALES


@bp.get("/<int:record_id>/edit/question/live", permission=BUILD)
def live(record_id: int) -> ResponseReturnValue:
    """The question ``row`` as the draft has it; ``as`` in that language, ``filled`` with test answers."""
    user, record, form = opened(record_id)
    try:
        find_row(form.definition, request.args.get("row", ""))
    except KeyError:
        abort(404)
    return render_template("forms/builder_live.html", **shown(user, record, form, request.args.get("row", "")))


def shown(user: Identity, record: Record, form: Form, row_id: str) -> dict[str, Any]:
    """What the template needs; ``item`` is None where the question cannot be drawn by itself now."""
    found: dict[str, Any] = {
        "record": record,
        "row_id": row_id,
        "here": asked_language(),
        "reader": current_locale(),
        "names": {code: language_name(code) for code in LOCALES},
        "filled": bool(request.args.get("filled")),
        "spoken": spoken,
        "wrong": False,
        "item": None,
        **TOOLS,
    }
    try:
        compiled = compile(form.definition)
    except DefinitionRefused:
        return found | {"wrong": True}
    with force_locale(asked_language()):
        trial = Trial(user, record, form, compiled)
        if found["filled"]:
            trial.answers = samples.fill(compiled, trial.context, trial.draft())
        result = evaluate(compiled, trial.answers, trial.context, "draft")
        drawn = [
            item
            for page in pages(compiled, result, trial.context, everything=True, whole=True)
            for item in all_items(page.items)
            if item.node.id == row_id
        ]
        found |= {"fill": trial, "drawn": trial.draw(1)}
    item = next((each for each in drawn if not each.hidden), drawn[0] if drawn else None)
    if item is not None:
        found["hidden"], item.hidden = item.hidden, False
    return found | {"item": item}
