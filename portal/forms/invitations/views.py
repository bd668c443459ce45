"""Invitations of a form: who is asked without an account, mails, printed codes, taking back."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit, clock, documents, jobs, records
from portal.db import db, transaction
from portal.documents.registry import DataColumn
from portal.forms import codes, notices, queries, service
from portal.forms.blueprint import bp
from portal.forms.filling.kept import picture
from portal.forms.invitations import listing as invitations_list
from portal.forms.invitations import service as invitations
from portal.forms.models import Form as FormRow
from portal.forms.models import FormVersion, Invitation
from portal.i18n import _, _l, current_locale, ngettext, pgettext
from portal.people.identity import Identity, current
from portal.people.links import absolute
from portal.records import Record
from portal.ui import lists
from portal.ui.forms import Form, as_choices, fields

BUILD = "forms.build"
EXPORT = [
    DataColumn("number", _l("Number"), "integer"),
    DataColumn("name", _l("Name")),
    DataColumn("email", _l("E-mail")),
    DataColumn("sent_on", _l("Sent or printed"), "date"),
    DataColumn("state", _l("Status")),
]


class InviteForm(Form):
    """Who is invited, pasted."""

    people = fields.TextAreaField(
        _l("People"),
        validators=[fields.InputRequired(), fields.Length(max=200_000)],
        rows=6,
        description=_l(
            "One on each line: an address, or a name and an address. Cells copied from a spreadsheet fit as they are."
            " Who has only a name gets a code to be printed."
        ),
    )
    language = fields.SelectField(_l("Language of the mail"))
    send = fields.BooleanField(_l("Send the mails at once"), default=True)


class CodesForm(Form):
    """How many codes are made to be printed."""

    number = fields.IntegerField(
        _l("How many codes"), validators=[fields.InputRequired()], low=1, high=invitations.MOST_CODES
    )


def _opened(record_id: int) -> tuple[Identity, Record, FormRow, FormVersion | None]:
    user = current()
    record = records.get(user, record_id, service.KIND, "edit")
    _record, form, version = queries.by_id(record_id)
    return user, record, form, version


def may_invite(record: Record, form: FormRow, version: FormVersion | None) -> bool:
    """Whether people can be invited: the form is published, and about one record or none."""
    return version is not None and record.status == "published" and (form.slot is None or record.parent_id is not None)


def _hidden(version: FormVersion | None) -> bool:
    """Whether the list must not tell who has answered."""
    return version is not None and bool(service.settings_of(version).get("anonymous"))


def _back(record: Record) -> ResponseReturnValue:
    return redirect(url_for("forms.invitations", record_id=record.id), 303)


@bp.route("/<int:record_id>/invitations", methods=["GET", "POST"], permission=BUILD, endpoint="invitations")
def list_(record_id: int) -> ResponseReturnValue:
    """Who is invited and what came of it; on POST people of a pasted list are invited."""
    user, record, form, version = _opened(record_id)
    asking: Any = InviteForm(data={"language": current_locale(), "send": True})
    asking.language.choices = as_choices([("mn", _("Mongolian")), ("en", _("English"))])
    if request.method == "POST" and not may_invite(record, form, version):
        abort(409)
    if asking.validate_on_submit():
        try:
            guests = invitations.read_guests(asking.people.data)
        except invitations.BadLine as bad:
            asking.people.errors = [_("Line %(number)s: %(what)s", number=bad.number, what=bad.message)]
        else:
            made = invitations.make(user, record, guests, anonymous=_hidden(version), locale=str(asking.language.data))
            _told(len(made), len(guests) - len(made))
            if asking.send.data:
                _send(user, record, [key for key in invitations_list.mailable(record.id, sent=False) if key in made])
            return _back(record)
    return _page(record, form, version, asking, CodesForm(formdata=None, data={"number": 30}))


def _told(made: int, left: int) -> None:
    if made:
        flash(ngettext("%(num)s person is invited.", "%(num)s people are invited.", made), "success")
    if left:
        words = ngettext(
            "%(num)s was invited before and is left out.", "%(num)s were invited before and are left out.", left
        )
        flash(words, "info")


def _page(
    record: Record, form: FormRow, version: FormVersion | None, asking: Any, printing: Any
) -> ResponseReturnValue:
    hidden = _hidden(version)
    states = invitations_list.states(hidden)
    listing = lists.fetch(
        invitations_list.listed(record.id, hidden),
        columns=[
            lists.Column("number", _("Number"), sort=True, format="number", link="/forms/{form_id}/invitations/{id}"),
            lists.Column("name", _("Name"), sort=True),
            lists.Column("email", _("E-mail"), sort=True),
            lists.Column("sent_on", _("Sent or printed"), sort=True, format="date"),
            lists.Column("state", _("Status"), format="status", labels=states, tones=invitations_list.TONES),
        ],
        filters=[
            lists.Filter("q", _("Name or e-mail"), kind="search", where=invitations_list.with_words),
            lists.Filter("state", _("Status"), choices=states, where=invitations_list.state_of(hidden)),
        ],
        default_sort="number",
        args=request.args,
    )
    page = render_template(
        "forms/invitations.html",
        record=record,
        form=asking,
        printing=printing,
        listing=listing,
        allowed=may_invite(record, form, version),
        hidden=hidden,
        access=service.settings_of(version) if version else {},
        total=invitations_list.count(record.id),
        answered=invitations_list.answered(record.id, hidden),
        printable=len(invitations_list.printable(record.id, hidden)),
        fresh=len(invitations_list.mailable(record.id, sent=False)),
        waiting=len(invitations_list.mailable(record.id, sent=True)),
    )
    wrong = request.method == "POST" and not asking.language_switched
    return page, 422 if wrong else 200


@bp.post("/<int:record_id>/invitations/codes", permission=BUILD)
def invitation_codes(record_id: int) -> ResponseReturnValue:
    """Make numbered codes, which can then be printed."""
    user, record, form, version = _opened(record_id)
    if not may_invite(record, form, version):
        abort(409)
    printing: Any = CodesForm()
    if not printing.validate_on_submit():
        asking: Any = InviteForm(formdata=None, data={"language": current_locale(), "send": True})
        asking.language.choices = as_choices([("mn", _("Mongolian")), ("en", _("English"))])
        return _page(record, form, version, asking, printing)
    guests = [invitations.Guest()] * int(printing.number.data)
    made = invitations.make(user, record, guests, anonymous=_hidden(version), locale=current_locale())
    flash(
        ngettext("%(num)s code is made. Print it now.", "%(num)s codes are made. Print them now.", len(made)), "success"
    )
    return _back(record)


@bp.route("/<int:record_id>/invitations/print", methods=["GET", "POST"], permission=BUILD)
def invitation_slips(record_id: int) -> ResponseReturnValue:
    """A page of slips to cut, with link, picture and code: shown this once, because only hashes are kept."""
    _user, record, _form, version = _opened(record_id)
    if request.method == "GET":  # the address was opened again
        return _back(record)
    keys = invitations_list.printable(record.id, _hidden(version))
    with transaction():
        slips = [
            (guest.number, guest.name, codes.grouped(code), absolute("forms.invited", code=code))
            for guest, code in invitations.renew(record.id, keys)
        ]
        invitations.sent_today(record.id, keys)
        audit.note(
            "invitations printed",
            entity=invitations.TABLE,
            entity_id=record.id,
            record_id=record.id,
            invitations=[None, len(slips)],
        )
    page = render_template(
        "forms/invitation_slips.html",
        record=record,
        slips=[(*slip, picture(slip[3])) for slip in slips],
        typed_at=absolute("forms.code").partition("://")[2],
        anonymous=_hidden(version),
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _send(user: Identity, record: Record, keys: list[int], again: bool = False) -> None:
    """Order the mails: a job writes them, the list says today for all alike."""
    if not keys:
        return
    with transaction():
        invitations.sent_today(record.id, keys)
        audit.note(
            "invitations sent",
            entity=invitations.TABLE,
            entity_id=record.id,
            record_id=record.id,
            invitations=[None, len(keys)],
        )
        jobs.start(
            user.id,
            "core.forms_invite",
            title=_l("Invitations are being sent"),
            permission=BUILD,
            form_id=record.id,
            ids=keys,
            again=again,
        )
    flash(_("The mails are on their way."), "success")


@bp.post("/<int:record_id>/invitations/send", permission=BUILD)
def send_invitations(record_id: int) -> ResponseReturnValue:
    """Mails to those who got none yet, or (``again``) a reminder to those who have not answered."""
    user, record, form, version = _opened(record_id)
    if not may_invite(record, form, version):
        abort(409)
    again = request.form.get("again") == "1"
    _send(user, record, invitations_list.mailable(record.id, sent=again), again)
    return _back(record)


def _one(record: Record, key: int) -> Invitation:
    guest = db.session.get(Invitation, key)
    if guest is None or guest.form_id != record.id:
        abort(404)
    return guest


@bp.get("/<int:record_id>/invitations/<int(max=9007199254740991):key>", permission=BUILD)
def invitation(record_id: int, key: int) -> ResponseReturnValue:
    """One invitation: what can be done with it, and what came of it."""
    _user, record, form, version = _opened(record_id)
    guest = _one(record, key)
    hidden = _hidden(version) or guest.anonymous
    stmt = invitations_list.listed(record.id, hidden).where(Invitation.id == key)
    return render_template(
        "forms/invitation.html",
        record=record,
        guest=guest,
        row=db.session.execute(stmt).one(),
        hidden=hidden,
        allowed=may_invite(record, form, version),
        states=invitations_list.STATES,
        tones=invitations_list.TONES,
    )


@bp.post("/<int:record_id>/invitations/<int(max=9007199254740991):key>/send", permission=BUILD)
def send_invitation(record_id: int, key: int) -> ResponseReturnValue:
    """The mail once more to one of them, with a further link; nothing where they have answered."""
    user, record, form, version = _opened(record_id)
    guest = _one(record, key)
    if not may_invite(record, form, version) or not guest.email or guest.revoked_on or guest.submission_id:
        abort(409)
    _send(user, record, [guest.id], again=guest.sent_on is not None)
    return _back(record)


@bp.post("/<int:record_id>/invitations/<int(max=9007199254740991):key>/revoke", permission=BUILD)
def revoke_invitation(record_id: int, key: int) -> ResponseReturnValue:
    """Take an invitation back."""
    _user, record, _form, _version = _opened(record_id)
    invitations.revoke(record, [_one(record, key).id])
    flash(_("The invitation is taken back: its link opens nothing any more."), "success")
    return _back(record)


@bp.get("/<int:record_id>/invitations/export", permission=BUILD)
def export_invitations(record_id: int) -> ResponseReturnValue:
    """The list as a file; noted in the history."""
    _user, record, _form, version = _opened(record_id)
    format_: Any = request.args.get("format", "xlsx")
    if format_ not in ("xlsx", "csv", "json"):
        abort(400)
    hidden = _hidden(version)
    stmt = invitations_list.listed(record.id, hidden).order_by(Invitation.number)
    words = invitations_list.STATES
    rows = [{**row._mapping, "state": str(words[row.state])} for row in db.session.execute(stmt)]
    data = b"".join(documents.export_rows(EXPORT, rows, format_, current_locale()))
    with transaction():
        audit.note("invitations exported", entity=invitations.TABLE, entity_id=record.id, record_id=record.id)
    name = f"{pgettext('file', 'invitations')}-{record.id}-{clock.today().isoformat()}.{format_}"
    response = Response(data, mimetype=documents.MIME_TYPES[format_])
    response.headers["Content-Disposition"] = documents.content_disposition(name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


bp.record(lambda state: jobs.register("forms_invite", notices.invite))
