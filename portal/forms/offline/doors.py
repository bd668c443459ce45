"""The addresses at which devices send: answers as JSON, files in parts. They answer in JSON whatever happens.

A page that a device kept has no valid token against forged requests, so what comes is guarded otherwise: it must
carry a header that no page of another site can send without asking first, and say nothing of another site.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, HTTPException, NotFound

from portal import jobs, storage
from portal.forms import submissions, waiting
from portal.forms.access import GRACE, Closed, check_open
from portal.forms.blueprint import bp
from portal.forms.filling.opening import from_here, without_token
from portal.forms.filling.views import FILL
from portal.forms.offline import parts, taking
from portal.forms.offline.place import Place, of_account, of_link
from portal.forms.offline.taking import Reason, Refused
from portal.i18n import _
from portal.people.identity import current
from portal.routing import PUBLIC

HEADER = "X-Portal-Device"
"""What every request of a device carries."""


bp.record(lambda state: jobs.schedule("forms_parts", "55 3 * * *", parts.tidy))


def _said(status: int, *reasons: Reason) -> ResponseReturnValue:
    return jsonify(reasons=[each.as_dict() for each in reasons]), status


def _door(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Answer in JSON, also to those who are not let in."""

    @wraps(view)
    def opened(**values: Any) -> ResponseReturnValue:
        try:
            if not from_here("same-origin"):
                raise Forbidden
            if "record_id" in values and not _may_fill():
                return _said(401, Reason(_("You are signed out. Sign in, and it is sent."), code="signed_out"))
            return view(**values)
        except Refused as refused:
            return _said(refused.status, *refused.reasons)
        except parts.Refused as refused:
            return _said(refused.status, Reason(str(refused.message), code=refused.code))
        except waiting.Full as full:
            return _said(429, Reason(str(full.message), code="waiting"))
        except taking.Unreadable:
            return _said(400, Reason(_("What was sent is no record of this form."), code="unreadable"))
        except storage.UploadRefused as refused:
            return _said(422, Reason(refused.message, code="file"))
        except storage.StorageFull as full:
            return _said(507, Reason(full.message, code="full_disk"))
        except NotFound:
            return _said(404, Reason(_("The form is not here any more, or not for you."), code="gone"))
        except Forbidden:
            return _said(403, Reason(_("You may not fill this form."), code="forbidden"))
        except HTTPException as fault:
            return _said(fault.code or 500, Reason(fault.name, code="http"))

    return opened


def _may_fill() -> bool:
    """Whether somebody is signed in, wholly; to who may fill no forms at all no form is there."""
    user = current()
    if user.signed_in and not user.needs_second_factor:
        if not user.can(FILL):
            raise NotFound
        return True
    return False


def _own(place: Place) -> None:
    """Raise Forbidden for what no device sends, Refused where another account filled what is sent."""
    if request.method == "POST" and HEADER not in request.headers:
        raise Forbidden
    filled_by = request.args.get("account", "")
    if filled_by and place.account and filled_by != place.account:
        said = _("Somebody else filled this in on this device. It can be sent when they sign in.")
        raise Refused(403, [Reason(said, code="other_account")])


def _open(place: Place) -> None:
    try:
        check_open(place.record, place.live, GRACE)
    except Closed as closed:
        raise Refused(410, [taking.shut(closed.reason)]) from None


def _send(place: Place, raw: Any) -> ResponseReturnValue:
    _own(place)
    record = taking.read(raw)
    if record.version != place.version.number:
        raise taking.Unreadable
    known = submissions.by_uid(record.uid) is not None
    if not known:  # what is sent a second time gets its receipt, also after closing
        _open(place)
    stored = taking.store(place, record, taking.judge(place, record, known=known))
    return jsonify(receipt=taking.receipt(stored))


def _number() -> int | None:
    return request.args.get("version", type=int)


def _posted() -> Any:
    """The JSON that was sent; raises Unreadable."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        raise taking.Unreadable from None


@bp.post("/offline/f/<token>/send", permission=PUBLIC, log_address=False, endpoint="offline_send_public")
@without_token
@_door
def send_public(token: str) -> ResponseReturnValue:
    """Take a record of a public form."""
    return _send(of_link(token, _number()), _posted())


@bp.post("/offline/<int:record_id>/send", permission=PUBLIC, log_address=False, endpoint="offline_send")
@without_token
@_door
def send(record_id: int) -> ResponseReturnValue:
    """Take a record of somebody with an account; asks itself who they are, so that the answer is JSON."""
    return _send(of_account(record_id, _number()), _posted())


def _part(place: Place) -> ResponseReturnValue:
    _own(place)
    asked = request.args
    uid, mark = asked.get("uid", ""), asked.get("hash", "")
    size, offset = asked.get("size", -1, type=int), asked.get("offset", -1, type=int)
    if taking.as_uid(uid) != uid or not parts.HASH.fullmatch(mark) or not 0 < size < 2**31:
        raise taking.Unreadable
    node = parts.question(place, asked.get("field", ""))
    if request.method == "POST":
        if (request.content_length or 0) > parts.MOST:
            raise parts.Refused("too_large", _("This part of a file is too large."), 413)
        if submissions.by_uid(uid) is None:
            _open(place)
        name = storage.safe_name(asked.get("name", ""))
        parts.take(place, uid, node, mark, name=name, size=size, offset=offset, data=request.get_data(cache=False))
    here, whole = parts.have(place, uid, node, mark)
    if request.method == "GET" and not whole:
        parts.look_for_room(place, size - here)
    return jsonify(offset=size if whole else here, whole=whole)


@bp.route(
    "/offline/f/<token>/part",
    methods=["GET", "POST"],
    permission=PUBLIC,
    log_address=False,
    endpoint="offline_part_public",
)
@without_token
@_door
def part_public(token: str) -> ResponseReturnValue:
    """Take a part of a file of a public form; GET says how much of it is here."""
    return _part(of_link(token, _number()))


@bp.route(
    "/offline/<int:record_id>/part",
    methods=["GET", "POST"],
    permission=PUBLIC,
    log_address=False,
    endpoint="offline_part",
)
@without_token
@_door
def part(record_id: int) -> ResponseReturnValue:
    """Take a part of a file; GET says how much of it is here."""
    return _part(of_account(record_id, _number()))
