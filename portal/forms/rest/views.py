"""The interface for programs, version 1: forms, answers in and out, what changed since (docs/api.md).

Who asks is told by the token of an account; what they see and may do is what its owner sees and does on the pages.
Routes by which answers come in leave no address in the logs, because an anonymous form may be among them.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from portal import jobs, storage
from portal.db import db
from portal.forms import changes, queries, service, sources, submissions
from portal.forms.access import CLOSED, GRACE, Closed, check_open
from portal.forms.answers import listing as answers_list
from portal.forms.answers import reading
from portal.forms.definition import Compiled
from portal.forms.definition.outgoing import outgoing
from portal.forms.engine import Result
from portal.forms.filling import files as fill_files
from portal.forms.filling.views import Opened, open_form
from portal.forms.models import FormVersion, Submission
from portal.forms.rest import documents
from portal.forms.rest.description import description
from portal.forms.rest.json import read_object
from portal.forms.submissions import Invalid, SentBefore
from portal.i18n import LOCALES, _, current_locale
from portal.people.identity import Identity, current
from portal.routing import BEARER, PUBLIC, SIGNED_IN, Blueprint
from portal.storage import StorageFull, UploadRefused
from portal.ui import Problem, lists

bp = Blueprint("api", __name__)
FILL, READ = documents.FILL, documents.READ
ANSWER = "/forms/<int:form_id>/answers/<int(max=9007199254740991):answer_id>"
MOST = 100
"""Entries of one answer."""

bp.record(lambda state: jobs.schedule("forms_tell", "10 0 * * *", changes.tell_anonymous))


@bp.after_request
def private(response: Response) -> Response:
    """What is answered belongs to one account and one language."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Language"] = current_locale()
    response.vary.update(("Authorization", "Cookie", "Accept-Language"))
    return response


def _answer(body: Any, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text + "\n", status, mimetype="application/json")


def _number(name: str, default: int, most: int) -> int:
    """A whole number of the address; raises Problem."""
    given = request.args.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit()) or len(given) > 18 or int(given) > most:
        said = _("A whole number from 0 to %(most)s.", most=most)
        raise Problem(422, "invalid", errors=[{"path": name, "code": "number", "message": said}])
    return int(given)


def _reached(form_id: int) -> Identity:
    """Who asks, where their token reaches the form; raises NotFound."""
    user = current()
    if not user.reaches_form(form_id):
        raise NotFound
    return user


@bp.get("/openapi.json", permission=PUBLIC, api=BEARER)
def openapi() -> Response:
    """This interface as an OpenAPI document."""
    return _answer(description(url_for("api.openapi", _external=True).removesuffix("/openapi.json")))


@bp.get("/forms", permission=SIGNED_IN, api=BEARER)
def forms() -> Response:
    """The forms that one may read or fill, by number."""
    user = current()
    after, limit = _number("after", 0, 2**31 - 1), _number("limit", MOST, MOST) or MOST
    rows = documents.reachable(user, after, limit + 1)
    items = [documents.form(user, *row[:3]) for row in rows[:limit] if documents.there(user, row)]
    last = rows[limit - 1][0].id if len(rows) > limit else None
    following = url_for("api.forms", after=last, limit=limit, _external=True) if last is not None else None
    return _answer({"items": items, "next": following})


@bp.get("/forms/<int:form_id>", permission=SIGNED_IN, api=BEARER)
def form(form_id: int) -> Response:
    """One form with its questions: those of the published version, of ``?version=``, or of none yet."""
    user = _reached(form_id)
    found = documents.reachable(user, form_id - 1, 1)
    if not found or found[0][0].id != form_id or not documents.there(user, found[0]):
        raise NotFound
    record, row, published, _seen = found[0]
    version = _version(form_id, published, _number("version", 0, 10**6))
    body = documents.form(user, record, row, published)
    body["versions"] = sorted(each.number for each in queries.versions(form_id))
    if version is not None:
        definition = version.definition if body["may_read"] else outgoing(version.definition)
        body |= {"version": version.number, "digest": version.digest, "definition": definition}
    return _answer(body)


def _version(form_id: int, published: FormVersion | None, number: int) -> FormVersion | None:
    if not number or (published is not None and published.number == number):
        return published
    found: FormVersion | None = db.session.query(FormVersion).filter_by(form_id=form_id, number=number).one_or_none()
    if found is None:
        raise NotFound
    return found


@bp.get("/forms/<int:form_id>/choices", permission=FILL, api=BEARER, log_address=False)
def choices(form_id: int) -> Response:
    """What the questions of a form choose from in the portal, and the rows of its matrices, for who fills it."""
    opened = _opened(form_id)
    compiled = service.compiled(opened.version)
    rows = sources.seeds(opened.user, opened.form, compiled, opened.subject_id)
    return _answer(
        {
            "version": opened.version.number,
            "sources": {name: [dict(each) for each in found] for name, found in _listed(opened.user, compiled)},
            "rows": {
                name: [{"key": seed.key, "label": dict(seed.label), "values": dict(seed.values)} for seed in seeds]
                for name, seeds in rows.items()
            },
        }
    )


def _listed(user: Identity, compiled: Compiled) -> list[tuple[str, Any]]:
    return sorted(sources.choices(user, compiled).items())


def _opened(form_id: int) -> Opened:
    """The form as it is filled; ``?subject=`` names the record it is about. Raises NotFound and Forbidden."""
    _reached(form_id)
    return open_form(form_id)


def _check_open(opened: Opened, version: FormVersion | None) -> None:
    try:
        check_open(opened.record, version, GRACE)
    except Closed as closed:
        raise _closed(closed) from None


def _closed(closed: Closed) -> Problem:
    when = closed.when.isoformat() if closed.when else None
    said = _("The form takes nothing now.")
    if closed.reason == "removed":
        said = str(CLOSED["removed"])
    return Problem(410, closed.reason, said, when=when)


def _uid(given: Any) -> str:
    try:
        return str(uuid.UUID(str(given)))
    except ValueError:
        said = _("Make an id (UUID) for each answer and send it again with the same.")
        raise Problem(422, "invalid", errors=[{"path": "uid", "code": "uuid", "message": said}]) from None


@bp.post("/forms/<int:form_id>/files", permission=FILL, api=BEARER, log_address=False)
def send_file(form_id: int) -> Response:
    """Keep a file for an answer that is sent afterwards: its id is the answer to the question."""
    opened = _opened(form_id)
    _check_open(opened, opened.version)
    uid = _uid(request.form.get("uid"))
    compiled = service.compiled(opened.version)
    node = compiled.by_name.get(request.form.get("question", ""))
    upload = request.files.get("file")
    if node is None or node.kind != "question" or not node.field.file:
        said = _("The form has no question of that name that takes a file.")
        raise Problem(422, "invalid", errors=[{"path": "question", "code": "question", "message": said}])
    if upload is None or not upload.filename:
        said = _("Send a file.")
        raise Problem(422, "invalid", errors=[{"path": "file", "code": "required", "message": said}])
    try:
        kept = fill_files.keep(opened.user, uid, node, upload, public=False, anonymous=opened.anonymous)
    except StorageFull:
        raise
    except UploadRefused as refused:
        error = {"path": "file", "code": refused.code, "message": refused.message}
        raise Problem(422, "invalid", errors=[error]) from None
    except fill_files.TooMany:
        raise Problem(422, "too_many_files", _("No more files can be sent with this form.")) from None
    return _answer({"id": kept}, 201)


@bp.post("/forms/<int:form_id>/answers", permission=FILL, api=BEARER, log_address=False)
def send(form_id: int) -> Response:
    """Send an answer in: 201, or 200 with the same receipt where it is there already."""
    opened = _opened(form_id)
    sent = read_object({"uid": str, "version": int, "language": str, "answers": dict})
    uid, values = _uid(sent.get("uid")), sent.get("answers")
    if values is None:
        said = _("Send the answers by the names of the questions.")
        raise Problem(422, "invalid", errors=[{"path": "answers", "code": "required", "message": said}])
    version = _sent_version(opened, sent.get("version", 0))
    language = sent.get("language") or current_locale()
    if language not in LOCALES:
        said = _("One of %(languages)s.", languages=", ".join(LOCALES))
        raise Problem(422, "invalid", errors=[{"path": "language", "code": "language", "message": said}])
    before = submissions.by_uid(uid)
    if before is None:
        _check_open(opened, opened.version)
    compiled = service.compiled(version)
    _check_names(compiled, values)
    context = sources.context(opened.user, opened.form, compiled, opened.subject_id)
    if not opened.anonymous:
        last = queries.last_about(form_id, opened.subject_id, str(values.get("period") or opened.period))
        context = replace(context, previous=last)
    try:
        stored = submissions.submit(
            opened.user,
            opened.record,
            opened.form,
            version,
            uid=uid,
            answers=values,
            language=language,
            subject_id=opened.subject_id,
            context=context,
        )
    except Invalid as invalid:
        raise _invalid(invalid.result) from None
    except Closed as closed:
        raise _closed(closed) from None
    except SentBefore as first:
        raise _sent_before(opened, first) from None
    if not _own(opened, stored):
        raise _other_content()
    return _answer(documents.receipt(stored), 200 if before is not None else 201)


def _own(opened: Opened, stored: Submission) -> bool:
    """Whether a submission is the one this account sent into this form; of anonymous ones nobody knows."""
    sender = stored.anonymous or stored.submitted_by_id == opened.user.id
    return stored.form_id == opened.record.id and sender


def _sent_version(opened: Opened, number: int) -> FormVersion:
    """The version an answer was filled on: the published one, or an earlier one that a program still has."""
    try:
        found = _version(opened.record.id, opened.version, number)
    except NotFound:
        found = None
    if found is None:
        said = _("The form has no version of this number.")
        raise Problem(422, "invalid", errors=[{"path": "version", "code": "version", "message": said}])
    return found


def _check_names(compiled: Compiled, values: dict[str, Any]) -> None:
    if names := documents.unknown(compiled.top, values):
        said = _("The form has no question of this name.")
        errors = [{"path": f"answers.{name}", "code": "unknown_question", "message": said} for name in names]
        raise Problem(422, "invalid", errors=errors)


def _invalid(result: Result) -> Problem:
    errors = [
        {"path": f"answers.{issue.path}", "code": issue.code, "message": str(issue.message)} for issue in result.errors
    ]
    return Problem(422, "invalid", errors=errors)


def _sent_before(opened: Opened, before: SentBefore) -> Problem:
    if not before.once:
        return _other_content()
    said = _("Only one answer of your organisation is taken for each record and period.")
    first = before.submission
    return Problem(409, "once", said, first=first.receipt if first is not None and _own(opened, first) else None)


def _other_content() -> Problem:
    return Problem(409, "sent_before", _("An answer with this id is there, with other content."))


@bp.get("/forms/<int:form_id>/answers", permission=READ, api=BEARER)
def answers(form_id: int) -> Response:
    """The answers of a form, a page of them, with the filters and orders of its page of answers."""
    user = _reached(form_id)
    record = reading.open_form(user, form_id)
    if "since" in request.args:
        return _changes(user, form_id)
    listing = answers_list.listing(record, request.args)
    _check_filters(listing)
    ids = [row.id for row in listing.rows]
    found = documents.answers(user, ids)
    following = url_for("api.answers", form_id=form_id, _external=True) + listing.next_url if listing.next_url else None
    return _answer({"items": [found[key] for key in ids if key in found], "next": following})


def _check_filters(listing: lists.Listing) -> None:
    """Refuse what a page passes over in silence: a program would take too much for what it asked for."""
    known = {"size", "sort", "after", "before", "lang", *listing.filter_names}
    refused = {name for each in listing.filters if each.refused for name in each.raw}
    wrong = [(name, "unknown_filter") for name in request.args if name not in known]
    wrong += [(name, "filter") for name in request.args if name in refused]
    size = request.args.get("size", "")
    if size and size != str(listing.size):
        wrong.append(("size", "size"))
    if (sort := request.args.get("sort", "")) and sort != listing.order.signature:
        wrong.append(("sort", "sort"))
    for name in ("after", "before"):
        if name in request.args and listing.order.read(request.args[name]) is None:
            wrong.append((name, "cursor"))
    if wrong:
        said = _("This is not understood here.")
        raise Problem(422, "invalid", errors=[{"path": name, "code": code, "message": said} for name, code in wrong])


def _changes(user: Identity, form_id: int) -> Response:
    """What happened since ``?since=`` (empty: from the beginning), in the order in which it became visible."""
    limit = _number("limit", MOST, MOST) or MOST
    try:
        acts, cursor, more = changes.after(form_id, request.args["since"], limit)
    except changes.UnknownCursor:
        said = _("This place is not known. Begin anew with an empty one.")
        raise Problem(410, "unknown_cursor", said) from None
    last = changes.newest(acts)
    found = documents.answers(user, list(last))
    items = [
        {
            "change": each.act,
            "id": each.submission_id,
            "answer": found.get(each.submission_id) if last[each.submission_id] == each.number else None,
        }
        for each in acts
    ]
    return _answer({"items": items, "since": cursor, "more": more})


@bp.get(ANSWER, permission=READ, api=BEARER)
def answer(form_id: int, answer_id: int) -> Response:
    """One answer, for whoever sees its page."""
    user = _reached(form_id)
    read = reading.open_submission(user, form_id, answer_id)
    return _answer(documents.answers(user, [read.row.id])[read.row.id])


@bp.get(f"{ANSWER}/files/<file_id>", permission=READ, api=BEARER)
def answer_file(form_id: int, answer_id: int, file_id: str) -> Response:
    """A file of an answer."""
    read = reading.open_submission(_reached(form_id), form_id, answer_id)
    return storage.send_file_response(fill_files.find(read.row.uid, file_id))
