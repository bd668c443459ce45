"""Translating: what is to be translated, the editor in two columns, the glossary, and tables to work in elsewhere."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    ChildFailed,
    Identity,
    InputRefused,
    NotFound,
    _,
    _l,
    clock,
    current,
    db,
    flash,
    lazy_pgettext,
    lists,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from .. import importers
from ..blueprint import bp, download, form_page
from ..models import Recommendation
from ..register import finding, queries
from ..register.arranging_forms import known_cycles
from ..register_models import GlossaryTerm
from ..register_scales import TRANSLATION, TRANSLATION_ACTS, TRANSLATION_TONES
from . import glossary, sheet, translating
from .forms import GlossaryForm, TranslationForm, TranslationsFileForm, WordForm

OPEN = "open"
"""Value of the filter by state for everything that is to be done."""


def _columns() -> list[lists.Column]:
    link = "/recommendations/translate/{id}"
    return [
        lists.Column("number", lazy_pgettext("column", "No."), sort="number_sort", link=link),
        lists.Column("text", _l("Recommendation"), link=link, format="content"),
        lists.Column("cycle", _l("Cycle"), sort=True, format="number"),
        lists.Column(
            "translation", _l("Translation"), sort=True, format="status", labels=TRANSLATION, tones=TRANSLATION_TONES
        ),
    ]


def _filters() -> list[lists.Filter]:
    return [
        lists.Filter("q", _l("Words or number"), kind="search", where=finding.matching),
        lists.Filter(
            "state", _l("Translation"), choices={OPEN: _l("To be translated"), **TRANSLATION}, where=_in_state
        ),
        lists.Filter("cycle", _l("Cycle"), choices=known_cycles, where=Recommendation.cycle),
    ]


def _in_state(state: str) -> Any:
    if state == OPEN:
        return Recommendation.translation.in_(translating.TO_DO)
    return Recommendation.translation == state


@bp.get("/translate", permission="recommendations.translate")
def translations() -> ResponseReturnValue:
    """The recommendations by how far their Mongolian text is."""
    user = current()
    listing = lists.fetch(
        translating.rows(user), columns=_columns(), filters=_filters(), default_sort="number", args=request.args
    )
    counts = translating.progress(user)
    return render_template(
        "recommendations/translations.html",
        listing=listing,
        counts=counts,
        total=sum(counts.values()),
        states=TRANSLATION,
        tones=TRANSLATION_TONES,
        export=url_for(".translations_export") + listing.url(size=None),
    )


@bp.route("/translate/<int:record_id>", methods=["GET", "POST"], permission="recommendations.translate")
def translation(record_id: int) -> ResponseReturnValue:
    """English left, Mongolian right; saved as a draft, with the agreed words the text lacks."""
    user = current()
    record = records.get(user, record_id, "recommendation")
    row, _reviewed_on, _country = queries.recommendation(record.id)
    form = TranslationForm(data={"text": row.text.texts.get("mn", ""), "version": record.version})
    if form.validate_on_submit():
        try:
            changed = translating.write(user, record, form.text.data or "", version=form.version.data)
        except translating.NotNow:
            form.form_errors.append(_not_now())
        else:
            flash(_("The text is saved as a draft.") if changed else _("Nothing was changed."), "success")
            following = translating.neighbour(user, row, ("none",)) if "next" in request.form else None
            return redirect(url_for(".translation", record_id=following or record.id), 303)
    shown = form.text.data if form.errors else row.text.texts.get("mn", "")
    allowed = translating.allowed(user, row.translation)
    return form_page(
        "recommendations/translation.html",
        form,
        record=record,
        row=row,
        found=glossary.check(row.text.texts.get("en", ""), shown or "", glossary.terms()),
        has_text=bool(row.text.texts.get("mn")),
        allowed=allowed,
        word=WordForm(formdata=None, data={"version": record.version}),
        history=translating.history(record.id),
        following=translating.neighbour(user, row, ("none",)),
        states=TRANSLATION,
        tones=TRANSLATION_TONES,
        acts=TRANSLATION_ACTS,
        may_glossary=user.can("recommendations.glossary"),
    )


@bp.post("/translate/<int:record_id>/act", permission="recommendations.translate")
def translation_act(record_id: int) -> ResponseReturnValue:
    """Propose, agree on, make official, dispute, or comment."""
    user = current()
    record = records.get(user, record_id, "recommendation")
    form = WordForm()
    name = request.form.get("act", "")
    word = (form.word.data or "").strip()
    if name not in translating.PERMISSIONS or name == "written":
        raise NotFound
    here = redirect(url_for(".translation", record_id=record.id), 303)
    if not form.validate_on_submit():
        flash(_("The word with it is too long: 2,000 characters are the limit."), "warning")
    elif name in ("disputed", "comment") and not word:
        flash(_("Say why in the field above the buttons, then press the button again."), "warning")
    else:
        try:
            translating.act(user, record, name, version=None if name == "comment" else form.version.data, word=word)
        except translating.NotNow:
            flash(_not_now(), "warning")
        else:
            flash(str(TRANSLATION_ACTS[name]), "success")
    return here


def _not_now() -> str:
    return _("The text is in another state now. Look at it again, and at its history.")


@bp.get("/translate/export.xlsx", permission="recommendations.translate")
def translations_export() -> ResponseReturnValue:
    """The list as a table to translate in: English beside Mongolian."""
    user = current()
    stmt = lists.narrow(translating.rows(user), columns=_columns(), filters=_filters(), args=request.args)
    data = sheet.written(stmt)
    return download(data, f"{_('Translations')} {clock.today().isoformat()}.xlsx")


@bp.route("/translate/import", methods=["GET", "POST"], permission="recommendations.translate")
def translations_import() -> ResponseReturnValue:
    """Take texts from such a table: shown first, then saved as drafts."""
    user = current()
    form = TranslationsFileForm()
    found = None
    if form.validate_on_submit():
        found = _read(user, form)
        if found is not None and "confirm" in request.form and found.changes:
            try:
                number = sheet.save(user, found)
            except translating.NotNow:
                form.form_errors.append(_not_now())
            else:
                flash(_("%(number)s texts are saved as drafts.", number=number), "success")
                return redirect(url_for(".translations"), 303)
    return form_page("recommendations/translations_import.html", form, found=found)


def _read(user: Identity, form: TranslationsFileForm) -> sheet.Found | None:
    try:
        return sheet.read(user, form.file.data.read())
    except InputRefused as refused:
        form.form_errors.append(importers.message(refused.code, refused.where, _))
    except (ChildFailed, sheet.NoColumns):
        form.form_errors.append(
            _("The file has no columns [cycle], [number] and [text_mn]. Use the table of the page “Translations”.")
        )
    return None


@bp.get("/glossary", permission="recommendations.translate")
def glossary_list() -> ResponseReturnValue:
    """The agreed words."""
    return render_template(
        "recommendations/glossary.html",
        terms=glossary.terms(),
        may_change=current().can("recommendations.glossary"),
    )


@bp.route("/glossary/new", methods=["GET", "POST"], permission="recommendations.glossary")
def glossary_new() -> ResponseReturnValue:
    """Add an agreed word."""
    return _term(None)


@bp.route("/glossary/<int:term_id>", methods=["GET", "POST"], permission="recommendations.glossary")
def glossary_edit(term_id: int) -> ResponseReturnValue:
    """Change an agreed word."""
    return _term(_known(term_id))


@bp.post("/glossary/<int:term_id>/delete", permission="recommendations.glossary")
def glossary_delete(term_id: int) -> ResponseReturnValue:
    """Take a word out of the glossary."""
    glossary.remove(current(), _known(term_id))
    flash(_("The entry is deleted."), "success")
    return redirect(url_for(".glossary_list"), 303)


def _known(term_id: int) -> GlossaryTerm:
    term = db.session.get(GlossaryTerm, term_id)
    if term is None:
        raise NotFound
    return term


def _term(term: GlossaryTerm | None) -> ResponseReturnValue:
    form = GlossaryForm(data={"en": term.en, "mn": term.mn, "note": term.note} if term is not None else {})
    if form.validate_on_submit():
        if glossary.key_is_free(form.en.data, term.id if term is not None else None):
            glossary.save(current(), term, en=form.en.data, mn=form.mn.data, note=form.note.data or "")
            flash(_("The entry is saved."), "success")
            return redirect(url_for(".glossary_list"), 303)
        form.en.errors = (_("The glossary has these words already."),)
    return form_page("recommendations/glossary_edit.html", form, term=term)
