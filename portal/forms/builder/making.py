"""Making a form: from a template, an earlier form, nothing or a spreadsheet; spreadsheets in and out."""

from __future__ import annotations

import io
from typing import Any

from flask import abort, flash, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.forms import service
from portal.forms.blueprint import bp
from portal.forms.builder.base import BUILD, answer, opened, posted_version, to_editor
from portal.forms.builder.forms import ImportForm, NewForm
from portal.forms.builder.names import name_from
from portal.forms.builder.templates import own_templates
from portal.forms.definition import Definition, empty
from portal.forms.messages import pick
from portal.forms.shipped import NAMES, shipped
from portal.forms.slots import Slot, slots
from portal.forms.xlsform import ImportResult, write_xlsform
from portal.forms.xlsform.document import write_document
from portal.forms.xlsform.limited import read_in_child
from portal.i18n import _, current_locale, ngettext
from portal.people.identity import Identity, current
from portal.records import Record
from portal.text import Content

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SAID = 6
"""Repairs that are named one by one after an import."""


@bp.route("/new", methods=["GET", "POST"], permission=BUILD)
def new() -> ResponseReturnValue:
    """Choose what to begin with; ``slot`` says what the form is for, ``record`` what it hangs on."""
    user = current()
    place, subject = _asked(user)
    form: Any = NewForm()
    templates = _templates(place)
    earlier = records.options(user, service.KIND, limit=200)
    own = own_templates(user, place)
    starts = [(f"own:{number}", _("Template of your organisation: %(title)s", title=title)) for number, title in own]
    starts += [(f"template:{name}", _("Ready-made: %(title)s", title=title)) for name, title in templates]
    if earlier:
        starts.append(("copy", _("A copy of an earlier form")))
    starts += [("empty", _("An empty form")), ("file", _("A spreadsheet (XLSForm)"))]
    form.start.choices = starts
    form.copy_of.choices = earlier
    if form.start.data is None and request.method == "GET":
        form.start.data = starts[0][0]
    result = None
    if form.validate_on_submit():
        definition, result = _definition(user, form)
        if definition is not None:
            title = form.title.data or None
            made = service.create(
                user, slot=place, subject_id=subject.id if subject else None, definition=definition, title=title
            )
            if definition["survey"]:
                flash(_("The form is made. Look at the questions, then publish it."), "success")
            else:
                flash(_("The form is made. Add its questions now; nobody sees it before you publish it."), "success")
            _tell(result)
            return to_editor(made)
        if result is not None:
            form.file.errors = [_("The spreadsheet cannot be taken as it is. What is wrong stands below.")]
    return answer("forms/builder_new.html", form, slot=place, subject=subject, result=result, earlier=bool(earlier))


def _asked(user: Identity) -> tuple[Slot | None, Record | None]:
    """The slot and the record of the address; raises NotFound and Forbidden."""
    name, number = request.args.get("slot", ""), request.args.get("record", "")
    place = slots.get(name) if name else None
    if name and place is None:
        raise NotFound
    if place is not None and not user.can(place.make_permission):
        raise Forbidden
    subject = None
    if number:
        if not number.isascii() or not number.isdecimal() or len(number) > 15:
            raise NotFound
        subject = records.get(user, int(number), place.record_kind if place else None)
    return place, subject


def _templates(place: Slot | None) -> list[tuple[str, str]]:
    """Names and titles of the ready-made forms: that of the slot, without a slot all."""
    wanted = [place.template] if place else list(NAMES)
    found = [(name, shipped(name)["settings"]["form_title"]) for name in wanted if name in NAMES]
    return [(name, pick(title, current_locale())) for name, title in found]


def _definition(user: Identity, form: Any) -> tuple[Definition | None, ImportResult | None]:
    """The definition to begin with; None where the spreadsheet is refused, then with the report."""
    start = form.start.data
    if start == "file":
        result = _read(form)
        return result.definition, result
    if start == "copy" or start.startswith("own:"):
        number = form.copy_of.data if start == "copy" else int(start.removeprefix("own:"))
        source = records.get(user, number, service.KIND)
        return service.form_of(source).definition, None
    if start == "empty":
        title: Content = form.title.data
        return empty(dict(title.texts), name_from(title.texts, "form")), None
    return shipped(start.removeprefix("template:")), None


def _read(form: Any) -> ImportResult:
    upload = form.file.data
    languages = {name: code for name, code in _languages().items() if code}
    return read_in_child(upload.read(), upload.filename or "form.xlsx", repair=form.repair.data, languages=languages)


def _languages() -> dict[str, str]:
    """Codes that were given for languages the file names without one: fields ``language:<name>``."""
    prefix = "language:"
    return {
        name.removeprefix(prefix): code
        for name, code in request.form.items()
        if name.startswith(prefix) and code in ("mn", "en")
    }


def _tell(result: ImportResult | None) -> None:
    """Say what the import put right or left out."""
    said = [each for each in result.problems if each.level != "error"] if result else []
    for problem in said[:MOST_SAID]:
        place = " ".join(filter(None, (problem.sheet, problem.cell)))
        repair = f" {problem.repair}" if problem.repair and problem.level == "repaired" else ""
        flash(f"{place}: {problem.message}{repair}", "warning")
    if len(said) > MOST_SAID:
        rest = len(said) - MOST_SAID
        flash(ngettext("%(num)s further remark on the file", "%(num)s further remarks on the file", rest), "warning")


@bp.get("/<int:record_id>/export", permission=BUILD)
def export(record_id: int) -> ResponseReturnValue:
    """The draft as an XLSForm, or with ``format=json`` as its definition."""
    _user, record, stored = opened(record_id)
    format_ = request.args.get("format", "xlsx")
    if format_ not in ("xlsx", "json"):
        abort(400)
    name = name_from({"en": str(stored.definition["settings"].get("form_id") or "")}, "form")
    whole = format_ == "json"
    data = io.BytesIO(write_document(stored.definition) if whole else write_xlsform(stored.definition))
    mime = "application/json" if whole else SHEET
    return send_file(data, mimetype=mime, as_attachment=True, download_name=f"{name}-{record.id}.{format_}")


@bp.route("/<int:record_id>/import", methods=["GET", "POST"], permission=BUILD, endpoint="import")
def import_(record_id: int) -> ResponseReturnValue:
    """Replace the draft by what a spreadsheet says."""
    user, record, stored = opened(record_id)
    form: Any = ImportForm()
    result = None
    if form.validate_on_submit():
        result = _read(form)
        if result.definition is not None:
            made = _kept(stored.definition, result.definition)
            service.save(user, record, version=posted_version(), definition=made, merge=False)
            count = result.questions
            flash(ngettext("%(num)s question is read.", "%(num)s questions are read.", count), "success")
            _tell(result)
            return to_editor(record)
        form.file.errors = [_("The spreadsheet cannot be taken as it is. What is wrong stands below.")]
    return answer("forms/builder_import.html", form, record=record, result=result)


def _kept(before: Definition, after: Definition) -> Definition:
    """The new definition with the access of the old one where the file says nothing of it."""
    settings = after["settings"]
    access = settings.get("access") or before["settings"].get("access")
    return {**after, "settings": {**settings, "access": access}} if access else after
