"""Publishing with a look at what it does; closing and opening again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, records, storage
from portal.db import db, transaction
from portal.forms import mapping, publishing, service
from portal.forms.access import count_of, moment
from portal.forms.blueprint import bp
from portal.forms.builder import mapping as mapped
from portal.forms.builder import outline
from portal.forms.builder.base import BUILD, opened, posted_version
from portal.forms.builder.changes import compare
from portal.forms.builder.forms import language_name
from portal.forms.builder.mapping import DecisionForm
from portal.forms.builder.texts import CELLS
from portal.forms.definition import Definition, Missing, compile, digest, missing_translations, walk
from portal.forms.filling.words import deadline
from portal.forms.models import Form as StoredForm
from portal.forms.models import FormVersion
from portal.forms.slots import slots
from portal.forms.versions import Versions
from portal.i18n import _, current_locale
from portal.records import Record, StaleVersion


@bp.route("/<int:record_id>/publish", methods=["GET", "POST"], permission=BUILD)
def publish(record_id: int) -> ResponseReturnValue:
    """The check list, what happens to answers already there, and the button."""
    user, record, stored = opened(record_id)
    form: Any = DecisionForm()
    code = 200
    decision = mapped.posted(request.form, request.form.getlist("without"), form.why.data or "")
    wrong: dict[str, str] = {}
    counting = request.form.get("act") == "count"
    if request.method == "POST" and not form.language_switched and not counting:
        code = 422
        if form.validate_on_submit():
            try:
                made = publishing.publish(
                    user, record, version=posted_version(), waived=form.waived.data or "", decision=decision
                )
            except publishing.NotPublishable as fault:
                if fault.missing and not fault.problems:
                    form.waived.errors = [_("Translate what is missing, or say here why it may be missing.")]
            except mapping.NotMappable as fault:
                if fault.cell == "why":
                    form.why.errors = [str(fault.message)]
                else:
                    wrong[fault.row] = str(fault.message)
            except StaleVersion:
                db.session.refresh(stored)
                flash(_("Somebody changed the form while you looked at it. Look at it again, then publish."), "danger")
                code = 409
            else:
                flash(_("Version %(number)s is published.", number=made.number), "success")
                return redirect(url_for("forms.show", record_id=record.id), 303)
    return _page(record, stored, form, decision, wrong), code


def _page(record: Record, stored: StoredForm, form: Any, decision: mapping.Decision, wrong: dict[str, str]) -> str:
    definition, locale = stored.definition, current_locale()
    problems = service.problems(definition)
    missing = missing_translations(definition)
    last = db.session.get(FormVersion, stored.published_id) if stored.published_id else None
    access = definition["settings"].get("access") or {}
    closes = moment(access.get("closes"))
    entries = outline.entries(definition, locale, problems)
    seen: Any = {"cases": [], "before": [], "figures": None}
    changes = compare(last.definition, definition, locale) if last else []
    if last is not None and not any(problem.level == "error" for problem in problems):
        seen = _answers(record.id, definition, decision, locale, bool(changes))
    return render_template(
        "forms/builder_publish.html",
        record=record,
        form=form,
        stored=stored,
        errors=[entry for entry in entries if entry.level == "error"],
        warnings=[entry for entry in entries if entry.level != "error"],
        missing=[(language_name(code), count) for code, count in outline.missing_by_language(definition, missing)],
        gaps=gaps(definition, missing, locale),
        wrong=wrong,
        **seen,
        last=last,
        unchanged=last is not None and last.digest == digest(definition),
        changes=changes,
        answers=count_of(record.id),
        access=access,
        opens=deadline(moment(access.get("opens"))),
        closes=deadline(closes),
        over=closes is not None and closes < clock.now(),
        questions=outline.count(definition),
        needs=missing_names(stored),
    )


def _answers(
    form_id: int, definition: Definition, decision: mapping.Decision, locale: str, changed: bool
) -> dict[str, Any]:
    """What the page says of answers already there; nothing is read where there is nothing to say."""
    earlier = mapping.earlier(form_id)
    versions = Versions(form_id)
    draft = compile(definition)
    if not changed and not earlier and len(versions.rows) < 2:
        return {"cases": [], "before": [], "figures": None}
    figures = mapping.prospect(form_id, draft, decision)
    asked = mapped.words_of([*(stage.compiled for stage in versions.stages), draft], locale)
    return {
        "cases": mapped.cases(figures, draft, decision, versions.stages[-1].compiled, locale),
        "before": mapped.before(earlier, asked, decision),
        "figures": figures,
    }


@dataclass
class Gap:
    """A place where texts are missing: what it is called, in which languages, where it is put right."""

    label: str
    languages: list[str]
    anchor: str


def gaps(definition: Definition, missing: Sequence[Missing], locale: str) -> list[Gap]:
    """Every place of a missing text, each a click away."""
    rows = {row["id"]: row for row, _parents in walk(definition)}
    found: dict[str, Gap] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for each in missing:
        what = CELLS.get(each.cell, "")
        if each.row is not None:
            label, key = f"{outline.name_of(rows[each.row], locale)} · {what}", f"r.{each.row}.{each.cell}"
        elif each.list is not None:
            place = (each.list, str(each.choice), each.language)
            key = f"c.{each.list}.{each.choice}.{seen[place]}"
            seen[place] += 1
            label = f"{_('List %(name)s', name=each.list)} · {each.choice}"
        else:
            label, key = str(what), f"s.{each.cell}"
        gap = found.setdefault(key, Gap(label, [], f"{key}.{each.language}"))
        gap.languages.append(language_name(each.language))
    return list(found.values())


def missing_names(stored: StoredForm) -> list[str]:
    """Names of questions that the module of the slot reads and the draft does not have."""
    slot = slots.get(stored.slot)
    there = outline.names(stored.definition)
    return [name for name in slot.needs if name not in there] if slot else []


@bp.post("/<int:record_id>/discard", permission=BUILD)
def discard(record_id: int) -> ResponseReturnValue:
    """Take away a form that was never published."""
    user, record, _stored = opened(record_id)
    try:
        keys = service.discard(user, record, version=posted_version())
    except ValueError:
        abort(404)
    for key in keys:
        storage.current().delete(key)
    flash(_("The form is removed."), "success")
    return redirect(url_for("forms.index"), 303)


@bp.post("/<int:record_id>/close", permission=BUILD)
def close(record_id: int) -> ResponseReturnValue:
    """Take no more answers."""
    user, record, _stored = opened(record_id)
    service.close(user, record, version=posted_version())
    flash(_("The form is closed. What was sent stays."), "success")
    return redirect(url_for("forms.show", record_id=record.id), 303)


@bp.post("/<int:record_id>/reopen", permission=BUILD)
def reopen(record_id: int) -> ResponseReturnValue:
    """Take answers again, with the version published last."""
    user, record, stored = opened(record_id)
    version = posted_version()
    if stored.published_id is None:
        flash(_("The form was never published."), "danger")
        return redirect(url_for("forms.publish", record_id=record.id), 303)
    with transaction():
        records.update(user, record, version=version, status="published")
    flash(_("The form is open again."), "success")
    return redirect(url_for("forms.show", record_id=record.id), 303)
