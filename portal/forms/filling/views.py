"""Forms filled by people with an account, about a record: drafts, last time's answers, the receipt.

The routes leave no address in the logs, because an anonymous form may be among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.forms import drafts, queries, service, submissions
from portal.forms.access import GRACE, Closed, check_open, first_of, moment, once_key
from portal.forms.blueprint import bp
from portal.forms.engine import shown
from portal.forms.filling.filling import Drawn, Filling
from portal.forms.filling.public import action
from portal.forms.filling.words import TOOLS, deadline
from portal.forms.models import Draft, Form, FormVersion
from portal.forms.slots import slots
from portal.forms.versions import Versions
from portal.i18n import _, current_locale, format_time
from portal.people.identity import Identity, current
from portal.records import Record

FILL = "forms.fill"


@dataclass(frozen=True)
class Opened:
    """A form in the hands of somebody who may fill it, and the record it is about."""

    user: Identity
    record: Record
    form: Form
    version: FormVersion
    subject: Record | None
    period: str

    @property
    def subject_id(self) -> int | None:
        """The id of the record, None where the form is about none."""
        return self.subject.id if self.subject is not None else None

    @property
    def here(self) -> dict[str, Any]:
        """What the addresses of these pages are made of."""
        asked = request.args.get("subject", type=int)
        return {"record_id": self.record.id, "subject": asked, "period": self.period or None}

    @property
    def anonymous(self) -> bool:
        """Whether nothing of the sender is kept."""
        return bool((self.version.definition["settings"].get("access") or {}).get("anonymous"))


def open_form(record_id: int) -> Opened:
    """The published form *record_id* about ``?subject=``; raises NotFound and Forbidden.

    Who may fill it is decided by the record it is about, which must be visible, and by its slot; a form about no
    record must itself be visible.
    """
    user = current()
    record, form, version = queries.by_id(record_id)
    slot = slots.get(form.slot)
    asked = request.args.get("subject", type=int)
    subject_id = record.parent_id or asked
    if version is None or (form.slot and slot is None) or (asked and subject_id != asked):
        raise NotFound
    subject = None
    if subject_id is not None:
        subject = records.get(user, subject_id, slot.record_kind if slot else None)
    elif slot is not None:
        raise NotFound
    else:
        records.get(user, record_id, "form")
    if slot is not None:
        slot.check(user, record)
    if service.settings_of(version).get("mode") == "personal":
        raise Forbidden(_("This form is opened by a link of your own"))
    return Opened(user, record, form, version, subject, request.args.get("period", "").strip()[:20])


def _filling(opened: Opened) -> tuple[Filling, Draft | None]:
    user, form = opened.user, opened.form
    draft = None if opened.anonymous else drafts.find(user, form, opened.subject_id, opened.period)
    filling = Filling(
        user,
        opened.record,
        form,
        opened.version,
        subject_id=opened.subject_id,
        period=opened.period,
        uid=draft.uid if draft else "",
        stored=Versions(form.record_id).now(draft.version_id, draft.answers) if draft else None,
        browser=True,
    )
    return filling, draft


@bp.route("/<int:record_id>/fill", methods=["GET", "POST"], permission=FILL, log_address=False)
def fill(record_id: int) -> ResponseReturnValue:
    """Fill a form about a record, keep it for later, send it."""
    opened = open_form(record_id)
    act = action(public=False) if request.method == "POST" else "open"
    try:
        if act != "send":
            check_open(opened.record, opened.version, GRACE * (act != "open"))
    except Closed as closed:
        return _closed(opened, closed)
    filling, draft = _filling(opened)
    if act == "open":
        if (first := _sent_before(opened, filling)) is not None:
            return render_template("forms/fill_sent.html", opened=opened, stored=first, before=True)
        return _page(opened, filling, filling.draw(), draft=draft)
    filling.read(request.form, request.files)
    number = request.form.get("_page", 1, type=int) or 1
    if act == "send":
        return _send(opened, filling, number)
    if act == "draft" and not opened.anonymous:
        _keep(opened, filling)
        flash(_("What you have filled in is kept. You can go on later."), "success")
        return redirect(url_for("forms.fill", **opened.here), 303)
    if act == "next":
        drawn = filling.step(number)
        return _page(opened, filling, drawn, 422 if drawn.wrong else 200)
    drawn = filling.draw(number - (act == "back"), judged=act == "update" and bool(request.form.get("_judged")))
    return _page(opened, filling, drawn, 422 if filling.refused else 200)


def _sent_before(opened: Opened, filling: Filling) -> Any:
    period = opened.period or str(filling.keep.get("period") or "")[:20]
    return first_of(once_key(opened.user, opened.record.id, opened.version, opened.subject_id, period))


def _send(opened: Opened, filling: Filling, number: int) -> ResponseReturnValue:
    if filling.refused:
        return _page(opened, filling, filling.draw(number, judged=True), 422)
    try:
        stored = filling.submit()
    except submissions.Invalid as invalid:
        return _page(opened, filling, filling.send_back(invalid.result), 422)
    except Closed as closed:
        return _closed(opened, closed, filling)
    except submissions.SentBefore as before:
        filling.renew()
        return _page(opened, filling, filling.draw(number), 409, before=before)
    return redirect(url_for("forms.sent", uid=stored.uid, **opened.here), 303)


def _page(opened: Opened, filling: Filling, drawn: Drawn, code: int = 200, **more: Any) -> ResponseReturnValue:
    page = render_template(
        "forms/fill.html",
        opened=opened,
        fill=filling,
        drawn=drawn,
        drafts=not opened.anonymous,
        until=deadline(moment(filling.access.get("closes"))),
        cancel=url_for("records.show", record_id=opened.subject_id) if opened.subject_id else None,
        **TOOLS,
        **more,
    )
    return page, code


def _keep(opened: Opened, filling: Filling) -> Any:
    return drafts.keep(
        opened.user,
        opened.form,
        opened.version,
        uid=filling.uid,
        answers=filling.draft(),
        subject_id=opened.subject_id,
        period=opened.period,
    )


@bp.post("/<int:record_id>/fill/refresh", permission=FILL, log_address=False)
def fill_refresh(record_id: int) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing."""
    opened = open_form(record_id)
    filling, _draft = _filling(opened)
    filling.read(request.form, request.files)
    number = request.form.get("_page", 1, type=int) or 1
    drawn = filling.draw(number, judged=bool(request.form.get("_judged")))
    drafts_too = not opened.anonymous
    return render_template("forms/fill_questions.html", fill=filling, drawn=drawn, drafts=drafts_too, **TOOLS)


@bp.post("/<int:record_id>/fill/draft", permission=FILL, log_address=False)
def draft(record_id: int) -> ResponseReturnValue:
    """Keep what is typed, by itself; answers with the time it was kept."""
    opened = open_form(record_id)
    if opened.anonymous:
        raise NotFound
    filling, _draft = _filling(opened)
    filling.read(request.form, MultiDict())
    kept_at = _keep(opened, filling)
    return render_template("forms/fill_kept.html", text=_("Kept at %(time)s", time=format_time(kept_at)))


@bp.get("/<int:record_id>/sent/<uuid:uid>", permission=FILL, log_address=False)
def sent(record_id: int, uid: Any) -> ResponseReturnValue:
    """The receipt of what was sent: to its sender, and of an anonymous form to whoever knows the address."""
    opened = open_form(record_id)
    stored = submissions.by_uid(str(uid))
    own = stored is not None and (stored.anonymous or stored.submitted_by_id == opened.user.id)
    if stored is None or stored.form_id != opened.record.id or not own:
        raise NotFound
    return render_template("forms/fill_sent.html", opened=opened, stored=stored, before=False)


def _closed(opened: Opened, closed: Closed, filling: Filling | None = None) -> ResponseReturnValue:
    if closed.reason == "draft":
        raise NotFound
    typed = []
    if request.method == "POST":
        if filling is None:
            filling, _draft = _filling(opened)
            filling.read(request.form, MultiDict())
        typed = shown(filling.compiled, filling.draft(), current_locale(), filling.context.sources)
    page = render_template(
        "forms/fill_closed.html", record=opened.record, reason=closed.reason, when=deadline(closed.when), typed=typed
    )
    return page, 410 if request.method == "POST" else 200
