"""The draft as people will see it, with answers that are kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.forms import sources
from portal.forms.blueprint import bp
from portal.forms.builder import samples
from portal.forms.builder.base import BUILD, opened
from portal.forms.builder.forms import language_name
from portal.forms.builder.hidden import hidden
from portal.forms.builder.outline import entries
from portal.forms.definition import Compiled, DefinitionRefused, compile
from portal.forms.engine import evaluate
from portal.forms.filling.filling import Drawn, Filling
from portal.forms.filling.public import action
from portal.forms.filling.words import TOOLS
from portal.forms.models import Form
from portal.i18n import current_locale, force_locale
from portal.people.identity import Identity
from portal.records import Record
from portal.text import LOCALES


class Trial(Filling):
    """A draft that is tried: like a form that is filled, without a version and without files."""

    def __init__(self, user: Identity, record: Record, form: Form, compiled: Compiled) -> None:
        self.user, self.record, self.form = user, record, form
        self.subject_id, self.period, self.public = record.parent_id, "", False
        self.compiled = compiled
        self.access = dict(form.definition["settings"].get("access") or {})
        self.anonymous = bool(self.access.get("anonymous"))
        self.uid = ""
        self.context = sources.context(user, form, compiled, record.parent_id)
        self.stored = None
        self.keep = self._first()
        self.answers = dict(self.keep)
        self.refused = []


@bp.route("/<int:record_id>/preview", methods=["GET", "POST"], permission=BUILD)
def preview(record_id: int) -> ResponseReturnValue:
    """The draft drawn as the public page draws it; ``width=phone`` as on a phone, ``as=en`` in that language."""
    user, record, form = opened(record_id)
    try:
        compiled = compile(form.definition)
    except DefinitionRefused as fault:
        wrong = entries(form.definition, current_locale(), fault.problems)
        return render_template("forms/builder_preview.html", record=record, wrong=wrong, fill=None)
    with force_locale(asked_language()):
        trial = Trial(user, record, form, compiled)
        drawn, sent = _drawn(trial)
    return render_template(
        "forms/builder_preview.html",
        wrong=[],
        sent=sent,
        narrow=request.args.get("width") == "phone",
        names={code: language_name(code) for code in LOCALES},
        **_shown(record, trial, drawn),
    )


@bp.post("/<int:record_id>/preview/refresh", permission=BUILD)
def preview_refresh(record_id: int) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts."""
    user, record, form = opened(record_id)
    try:
        compiled = compile(form.definition)
    except DefinitionRefused:
        abort(409)
    with force_locale(asked_language()):
        trial = Trial(user, record, form, compiled)
        drawn, _sent = _drawn(trial, again=True)
    return render_template("forms/builder_preview_questions.html", **_shown(record, trial, drawn))


def asked_language() -> str:
    """The language in which the form is shown: that of ``as``, else the reader's."""
    asked = request.args.get("as", "")
    return asked if asked in LOCALES else current_locale()


def _shown(record: Record, trial: Trial, drawn: Drawn) -> dict[str, Any]:
    """What both templates need."""
    result = evaluate(trial.compiled, trial.answers, trial.context, "draft")
    return {
        "record": record,
        "fill": trial,
        "drawn": drawn,
        "why": hidden(trial.compiled, result, trial.context, current_locale()),
        "here": asked_language(),
        "reader": current_locale(),
        "spoken": spoken,
        **TOOLS,
    }


def spoken(code: str, caller: Callable[[], Any]) -> Any:
    """A part of a page in another language than the rest."""
    with force_locale(code):
        return caller()


def _drawn(trial: Trial, again: bool = False) -> tuple[Drawn, bool]:
    """The page to show, and whether everything was right when it was to be sent; *again*: only drawn anew."""
    posted = request.form
    if request.method != "POST":
        return trial.draw(1), False
    trial.read(posted, MultiDict[str, Any]())
    number = posted.get("_page", 1, type=int) or 1
    act = "update" if again else "sample" if "_sample" in posted else action(public=False)
    if act == "send":
        result = evaluate(trial.compiled, trial.answers, trial.context, "submit")
        return (trial.draw(number), True) if result.ok else (trial.send_back(result), False)
    if act == "next":
        return trial.step(number), False
    if act == "sample":
        trial.answers = samples.fill(trial.compiled, trial.context, trial.draft())
    judged = act == "update" and bool(posted.get("_judged"))
    return trial.draw(number - 1 if act == "back" else number, judged=judged), False
