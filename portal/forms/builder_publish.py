"""Publishing with a look at what it does; closing and opening again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal import clock, records
from portal.db import db, transaction
from portal.forms import builder_outline as outline
from portal.forms import service
from portal.forms.blueprint import bp
from portal.forms.builder_base import BUILD, opened, posted_version
from portal.forms.builder_changes import compare
from portal.forms.builder_forms import PublishForm, language_name, moment
from portal.forms.definition import check, digest, missing_translations
from portal.forms.fill_words import zone_name
from portal.forms.models import Form as StoredForm
from portal.forms.models import FormVersion, Submission
from portal.forms.slots import slots
from portal.i18n import _, current_locale
from portal.records import Record, StaleVersion


@bp.route("/<int:record_id>/publish", methods=["GET", "POST"], permission=BUILD)
def publish(record_id: int) -> ResponseReturnValue:
    """The check list, what happens to answers already there, and the button."""
    user, record, stored = opened(record_id)
    form: Any = PublishForm()
    code = 200
    if request.method == "POST" and not form.language_switched:
        code = 422
        if form.validate_on_submit():
            try:
                made = service.publish(user, record, version=posted_version(), waived=form.waived.data or "")
            except service.NotPublishable as fault:
                if fault.missing and not fault.problems:
                    form.waived.errors = [_("Translate what is missing, or say here why it may be missing.")]
            except StaleVersion:
                db.session.refresh(stored)
                flash(_("Somebody changed the form while you looked at it. Look at it again, then publish."), "danger")
                code = 409
            else:
                flash(_("Version %(number)s is published.", number=made.number), "success")
                return redirect(url_for("forms.show", record_id=record.id), 303)
    return _page(record, stored, form), code


def _page(record: Record, stored: StoredForm, form: Any) -> str:
    definition, locale = stored.definition, current_locale()
    problems = check(definition)
    missing = missing_translations(definition)
    last = db.session.get(FormVersion, stored.published_id) if stored.published_id else None
    answers = select(func.count()).where(Submission.form_id == record.id)
    access = definition["settings"].get("access") or {}
    closes = moment(access.get("closes"))
    entries = outline.entries(definition, locale, problems)
    return render_template(
        "forms/builder_publish.html",
        record=record,
        form=form,
        stored=stored,
        errors=[entry for entry in entries if entry.level == "error"],
        warnings=[entry for entry in entries if entry.level != "error"],
        missing=[(language_name(code), count) for code, count in outline.missing_by_language(definition, missing)],
        last=last,
        unchanged=last is not None and last.digest == digest(definition),
        changes=compare(last.definition, definition, locale) if last else [],
        answers=db.session.scalar(answers) or 0,
        access=access,
        opens=moment(access.get("opens")),
        closes=closes,
        over=closes is not None and closes < clock.now(),
        zone=zone_name(clock.now()),
        questions=outline.count(definition),
        needs=missing_names(stored),
    )


def missing_names(stored: StoredForm) -> list[str]:
    """Names of questions that the module of the slot reads and the draft does not have."""
    slot = slots.get(stored.slot)
    there = outline.names(stored.definition)
    return [name for name in slot.needs if name not in there] if slot else []


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
