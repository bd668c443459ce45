"""Forms by their public link: no account, no cookie, no script needed.

These pages carry no authority: whoever knows the link may send the form, and nothing is read or changed for an
account. They are therefore exempt from the CSRF token, which would need a cookie; instead a request that a browser
says comes from another site is refused. They set no cookie at all, the language travels in the page; of anonymous
forms no log line, history entry or file keeps anything of the sender.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Response,
    after_this_request,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Forbidden, NotFound

from portal.forms import queries, submissions
from portal.forms.access import GRACE, Closed, check_open, moment
from portal.forms.blueprint import bp
from portal.forms.engine import shown
from portal.forms.fill import Drawn, Filling
from portal.forms.fill_words import TOOLS, deadline
from portal.forms.models import Form, FormVersion
from portal.forms.service import compiled
from portal.i18n import current_locale
from portal.people.identity import Identity, current
from portal.records import Record
from portal.routing import PUBLIC

NAME = "forms/fill_public.html"


def _exempt(state: BlueprintSetupState) -> None:
    csrf = state.app.extensions.get("csrf")
    if csrf is not None:
        csrf.exempt(f"{__name__}.public")
        csrf.exempt(f"{__name__}.public_refresh")


bp.record(_exempt)


def _begin(token: str) -> tuple[Identity, Record, Form, FormVersion]:
    """The form of a link; refuses what another site sends, and keeps the answer free of cookies and caches."""
    if request.method == "POST" and not _from_here():
        raise Forbidden

    @after_this_request
    def plain(response: Response) -> Response:
        g.pop("portal_lang_asked", None)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    record, form, version = queries.by_token(token)
    if version is None:
        raise NotFound
    anonymous = bool((version.definition["settings"].get("access") or {}).get("anonymous"))
    return Identity.anonymous() if anonymous else current(), record, form, version


def _from_here() -> bool:
    """Whether the browser says nothing of another site."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    own = {urlsplit(request.host_url).netloc, urlsplit(str(current_app.config.get("BASE_URL") or "")).netloc}
    return origin is None or urlsplit(origin).netloc in own - {""}


@bp.route("/f/<token>", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
def public(token: str) -> ResponseReturnValue:
    """Fill a form and send it."""
    user, record, form, version = _begin(token)
    mode = (version.definition["settings"].get("access") or {}).get("mode")
    if mode != "public":
        return redirect(url_for("forms.fill", record_id=record.id), 303)
    act = action(public=True) if request.method == "POST" else "open"
    try:
        if act != "send":  # what is sent a second time gets its receipt, also after closing
            check_open(record, version, GRACE * (act != "open"))
    except Closed as closed:
        return _closed(user, record, form, version, closed)
    filling = Filling(user, record, form, version, subject_id=record.parent_id, public=True, browser=True)
    if act == "open":
        return _page(filling, filling.draw())
    filling.read(request.form, request.files)
    number = request.form.get("_page", 1, type=int) or 1
    if act == "send":
        return _send(filling, token, number)
    if act == "next":
        drawn = filling.step(number)
        return _page(filling, drawn, 422 if drawn.wrong else 200)
    if act == "back":
        return _page(filling, filling.draw(number - 1))
    drawn = filling.draw(number, judged=act == "update" and bool(request.form.get("_judged")))
    return _page(filling, drawn, 422 if filling.refused else 200)


def action(public: bool) -> str:
    """What the pressed button asks for: language, update, next, back, draft or send."""
    posted = request.form
    if len(posted.getlist("_lang")) > (1 if public else 0):
        return "language"
    again = any(posted.get(name) for name in ("_add", "_forward", "_update"))
    if again or any(name.endswith("._delete") and posted[name] for name in posted):
        return "update"
    if posted.get("_draft"):
        return "draft"
    step = posted.get("_step", "")
    return step if step in ("next", "back") else "send"


def _send(filling: Filling, token: str, number: int) -> ResponseReturnValue:
    if filling.refused:
        return _page(filling, filling.draw(number, judged=True), 422)
    try:
        stored = submissions.submit(
            filling.user,
            filling.record,
            filling.form,
            filling.version,
            uid=filling.uid,
            answers=filling.answers,
            language=current_locale(),
            subject_id=filling.subject_id,
            context=filling.context,
        )
    except submissions.Invalid as invalid:
        return _page(filling, filling.send_back(invalid.result), 422)
    except Closed as closed:
        return _closed(filling.user, filling.record, filling.form, filling.version, closed, filling)
    except submissions.SentBefore as before:
        filling.renew()
        return _page(filling, filling.draw(number), 409, before=before)
    return redirect(url_for("forms.receipt", token=token, uid=stored.uid, lang=current_locale()), 303)


def _page(filling: Filling, drawn: Drawn, code: int = 200, **more: Any) -> ResponseReturnValue:
    closes = moment(filling.access.get("closes"))
    return render_template(NAME, fill=filling, drawn=drawn, until=deadline(closes), **TOOLS, **more), code


@bp.post("/f/<token>/refresh", permission=PUBLIC, log_address=False)
def public_refresh(token: str) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing."""
    user, record, form, version = _begin(token)
    check_public(version)
    filling = Filling(user, record, form, version, subject_id=record.parent_id, public=True, browser=True)
    filling.read(request.form, request.files)
    number = request.form.get("_page", 1, type=int) or 1
    drawn = filling.draw(number, judged=bool(request.form.get("_judged")))
    return render_template("forms/fill_questions.html", fill=filling, drawn=drawn, **TOOLS)


def check_public(version: FormVersion) -> None:
    """Raise NotFound for a form that is not filled by a public link."""
    if (version.definition["settings"].get("access") or {}).get("mode") != "public":
        raise NotFound


def _closed(
    user: Identity, record: Record, form: Form, version: FormVersion, closed: Closed, filling: Filling | None = None
) -> ResponseReturnValue:
    """Why the form takes nothing now; with what was typed, so that it can be copied."""
    if closed.reason == "draft":
        raise NotFound
    typed = []
    if request.method == "POST":
        if filling is None:
            filling = Filling(user, record, form, version, subject_id=record.parent_id, public=True)
            filling.read(request.form, MultiDict())
        typed = shown(compiled(version), filling.draft(), current_locale(), filling.context.sources)
    page = render_template(
        "forms/fill_closed.html", record=record, reason=closed.reason, when=deadline(closed.when), typed=typed
    )
    return page, 410 if request.method == "POST" else 200


@bp.get("/f/<token>/receipt/<uuid:uid>", permission=PUBLIC, log_address=False)
def receipt(token: str, uid: Any) -> ResponseReturnValue:
    """The receipt of what was sent: only who sent it knows the address."""
    _user, record, _form, version = _begin(token)
    stored = submissions.by_uid(str(uid))
    if stored is None or stored.form_id != record.id:
        raise NotFound
    again = None
    try:
        check_open(record, version)
        again = url_for("forms.public", token=token, lang=current_locale())
    except Closed:
        pass
    return render_template("forms/receipt.html", record=record, stored=stored, again=again)
