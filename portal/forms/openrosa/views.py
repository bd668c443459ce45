"""The pages of the OpenRosa protocol: list of forms, XForm, manifest, files, submission.

Twice: for accounts, which prove themselves by HTTP Basic with a token as the password, and below the public link of
one form, without an account. None of them sets a cookie or leaves an address in the logs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound

from portal import clock, storage
from portal.forms import service
from portal.forms.models import FormVersion
from portal.forms.openrosa import arrival, files, instance, xforms
from portal.forms.openrosa.instance import BadInstance
from portal.forms.openrosa.reach import Door, Reached
from portal.forms.openrosa.xforms import XForm
from portal.i18n import _, current_locale, format_date
from portal.people.identity import Identity, current
from portal.routing import BASIC, PUBLIC, Blueprint
from portal.ui import own_words

FILL = "forms.fill"
LINK = "/forms/f/<token>/openrosa"
HERE = "/openrosa"

bp = Blueprint("openrosa", __name__)


def _exempt(state: BlueprintSetupState) -> None:
    csrf = state.app.extensions.get("csrf")
    if csrf is not None:
        csrf.exempt(f"{__name__}.public_submission")  # it acts for nobody: no account is asked, no cookie read


bp.record(_exempt)


@bp.after_request
def speak(response: Response) -> Response:
    """The headers of the protocol, on everything; no cookie, no cache."""
    g.pop("portal_lang_asked", None)
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(current_app.config["MAX_CONTENT_LENGTH"])
    response.headers["Cache-Control"] = "no-store"
    response.date = clock.now()
    return response


@bp.errorhandler(HTTPException)
def refused(error: HTTPException) -> ResponseReturnValue:
    """An error in the words of the protocol, which programs show to people."""
    status = error.code or 500
    headers = [(name, value) for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")]
    answer = _said(status, own_words(status, error.description) or error.name, "error")
    answer.headers.extend(headers)
    return answer


def _said(status: int, message: str, nature: str) -> Response:
    root = Element("OpenRosaResponse", xmlns="http://openrosa.org/http/response")
    SubElement(root, "message", nature=nature).text = message
    return _xml(root, status)


def _xml(root: Element, status: int = 200) -> Response:
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, status, content_type="text/xml; charset=utf-8")


def _nobody(token: str) -> Door:
    """The door of a public link; whoever may be signed in here does not count."""
    return Door(Identity.anonymous(), token)


# ---- the list


@bp.get(f"{HERE}/formList", permission=FILL, api=BASIC, log_address=False)
def form_list() -> ResponseReturnValue:
    """The forms that the account may fill now."""
    return _form_list(Door(current()))


@bp.get(f"{LINK}/formList", permission=PUBLIC, log_address=False)
def public_form_list(token: str) -> ResponseReturnValue:
    """The form of the link, while it is open."""
    return _form_list(_nobody(token))


def _form_list(door: Door) -> Response:
    asked, verbose = request.args.get("formID"), request.args.get("verbose", "").lower() == "true"
    reached = [each for each in door.forms() if not asked or each.form_id == asked]
    made = xforms.of_all(each.version for each in reached)
    root = Element("xforms", xmlns="http://openrosa.org/xforms/xformsList")
    for each in reached:
        if made[each.version.id].reason is None:
            root.append(_entry(door, each, made[each.version.id], verbose))
    return _xml(root)


def _entry(door: Door, reached: Reached, xform: XForm, verbose: bool) -> Element:
    version = reached.version
    here = {**reached.address, "number": xforms.number(version)}
    text = reached.text_of(version, xform)
    md5 = xform.md5 if text == xform.text else xforms.md5(text.encode())
    texts = {
        "formID": reached.form_id,
        "name": reached.title(current_locale()),
        "version": xforms.number(version),
        "hash": f"md5:{md5}",
        "downloadUrl": door.url("form", **here),
    }
    if verbose:
        day = format_date(version.published_at)
        texts["descriptionText"] = _("Version %(number)s, published on %(day)s", number=version.number, day=day)
    if xform.has_files:
        texts["manifestUrl"] = door.url("manifest", **here)
    entry = Element("xform")
    for name, text in texts.items():
        SubElement(entry, name).text = text
    return entry


# ---- a form


@bp.get(f"{HERE}/forms/<int:form_id>/<number>.xml", permission=FILL, api=BASIC, log_address=False)
def form(form_id: int, number: str) -> ResponseReturnValue:
    """The XForm of a published version."""
    return _form(Door(current()), form_id, number)


@bp.get(f"{LINK}/forms/<int:form_id>/<number>.xml", permission=PUBLIC, log_address=False)
def public_form(token: str, form_id: int, number: str) -> ResponseReturnValue:
    """The same by the public link."""
    return _form(_nobody(token), form_id, number)


def _form(door: Door, form_id: int, number: str) -> Response:
    reached = _reached(door, form_id)
    return Response(reached.text_of(*_xform(reached, number)), content_type="text/xml; charset=utf-8")


def _reached(door: Door, form_id: int) -> Reached:
    """The form of an address, about the record that the address names."""
    return door.form(form_id, request.args.get("subject", type=int))


def _xform(reached: Reached, number: str) -> tuple[FormVersion, XForm]:
    version = reached.version_of(number)
    found = xforms.of(version)
    if found.reason is not None:
        raise NotFound(str(found.reason))
    return version, found


@bp.get(f"{HERE}/forms/<int:form_id>/<number>/manifest", permission=FILL, api=BASIC, log_address=False)
def manifest(form_id: int, number: str) -> ResponseReturnValue:
    """The files that a version needs."""
    return _manifest(Door(current()), form_id, number)


@bp.get(f"{LINK}/forms/<int:form_id>/<number>/manifest", permission=PUBLIC, log_address=False)
def public_manifest(token: str, form_id: int, number: str) -> ResponseReturnValue:
    """The same by the public link."""
    return _manifest(_nobody(token), form_id, number)


def _manifest(door: Door, form_id: int, number: str) -> Response:
    reached = _reached(door, form_id)
    version, xform = _xform(reached, number)
    lists = files.lists(door.user, reached.form, service.compiled(version), xform, reached.subject_id, current_locale())
    hashes = {name: xforms.md5(content) for name, content in lists.items()}
    for name, row in files.media(reached.form, xform).items():
        with suppress(storage.Missing):
            hashes[name] = files.md5_of(row.stored_as)
    root = Element("manifest", xmlns="http://openrosa.org/xforms/xformsManifest")
    for name, md5 in hashes.items():
        entry = SubElement(root, "mediaFile")
        SubElement(entry, "filename").text = name
        SubElement(entry, "hash").text = f"md5:{md5}"
        SubElement(entry, "downloadUrl").text = door.url("file", **reached.address, number=number, name=name)
    return _xml(root)


@bp.get(f"{HERE}/forms/<int:form_id>/<number>/files/<name>", permission=FILL, api=BASIC, log_address=False)
def file(form_id: int, number: str, name: str) -> ResponseReturnValue:
    """One of those files."""
    return _file(Door(current()), form_id, number, name)


@bp.get(f"{LINK}/forms/<int:form_id>/<number>/files/<name>", permission=PUBLIC, log_address=False)
def public_file(token: str, form_id: int, number: str, name: str) -> ResponseReturnValue:
    """The same by the public link."""
    return _file(_nobody(token), form_id, number, name)


def _file(door: Door, form_id: int, number: str, name: str) -> Response:
    reached = _reached(door, form_id)
    version, xform = _xform(reached, number)
    if name in xform.lists:
        compiled = service.compiled(version)
        lists = files.lists(door.user, reached.form, compiled, xform, reached.subject_id, current_locale())
        return Response(lists[name], content_type="text/csv; charset=utf-8")
    if (row := files.media(reached.form, xform).get(name)) is not None:
        return storage.send_file_response(row)
    raise NotFound


# ---- a submission


@bp.route(f"{HERE}/submission", methods=["HEAD", "POST"], permission=FILL, api=BASIC, log_address=False)
def submission() -> ResponseReturnValue:
    """Take in a filled form; HEAD says that this is the place."""
    return _submission(lambda: Door(current()))


@bp.route(f"{LINK}/submission", methods=["HEAD", "POST"], permission=PUBLIC, log_address=False)
def public_submission(token: str) -> ResponseReturnValue:
    """The same by the public link."""
    return _submission(lambda: _nobody(token))


def _submission(opened: Callable[[], Door]) -> Response:
    door = opened()
    if request.method == "HEAD":
        if door.public:
            door.of_token()
        return Response(status=204)
    try:
        return _taken(door)
    except BadInstance as bad:
        return _said(400, str(bad.message), "error")
    except arrival.Refusal as refusal:
        return _said(refusal.status, refusal.message, "error")


def _taken(door: Door) -> Response:
    sent = instance.read(_sent())
    try:
        reached = door.named(sent.form_id)
        version = reached.version_of(sent.version)
    except NotFound:
        raise arrival.Refusal(404, _("The portal has no form named %(name)s.", name=sent.form_id[:100])) from None
    parts = [(name, each) for name, each in request.files.items(multi=True) if each.filename]
    uploads = dict(parts) | {str(each.filename): each for _name, each in parts}
    arrived = arrival.take(
        door.user,
        reached,
        version,
        sent,
        uploads,
        incomplete=request.form.get("*isIncomplete*", "").lower() in ("yes", "true"),
        public=door.public,
    )
    if arrived.submission is None:
        return _said(202, _("Received in part; the rest is still to come."), "submit_success")
    code = arrived.submission.receipt
    said = _("Received. Receipt: %(code)s", code=f"{code[:5]}-{code[5:]}")
    if arrived.missing:
        missing = _("Still to come: %(names)s", names=", ".join(arrived.missing))
        said = f"{said} {missing}"
    return _said(201, said, "submit_success")


def _sent() -> bytes:
    """The instance of the request."""
    if (part := request.files.get("xml_submission_file")) is not None:
        return part.stream.read(instance.LARGEST + 1)
    if (text := request.form.get("xml_submission_file")) is not None:
        return text.encode()
    raise arrival.Refusal(400, _("The request has no part named xml_submission_file."))
