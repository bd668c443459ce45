"""A form in the hands of somebody without an account, however they came to it: what its pages do.

These pages carry no authority: whoever knows the link may send the form, and nothing is read or changed for an
account. They are therefore exempt from the CSRF token, which would need a cookie; instead a request that a browser
says comes from another site is refused. They set no cookie at all, the language travels in the page; of anonymous
forms no log line, history entry or file keeps anything of the sender.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Forbidden, NotFound

from portal import audit
from portal.forms import saved, service, submissions
from portal.forms.access import GRACE, Closed, check_open, moment
from portal.forms.blueprint import bp
from portal.forms.engine import shown
from portal.forms.filling.filling import Drawn, Filling
from portal.forms.filling.words import TOOLS, deadline
from portal.forms.invitations import service as invitations
from portal.forms.models import Form, FormVersion, Invitation, Saved
from portal.i18n import current_locale
from portal.people.identity import Identity
from portal.records import Record

View = TypeVar("View", bound=Callable[..., Any])


def without_token(view: View) -> View:
    """Mark a view that needs no CSRF token, because it asks ``from_here()`` first."""

    def exempt(state: BlueprintSetupState) -> None:
        csrf = state.app.extensions.get("csrf")
        if csrf is not None:
            csrf.exempt(f"{view.__module__}.{view.__name__}")

    bp.record(exempt)
    return view


def plainly() -> None:
    """Refuse what another site sends, and keep the answer free of cookies and caches."""
    if request.method == "POST" and not from_here("same-origin", "none"):
        raise Forbidden
    untraced()


def untraced() -> None:
    """Keep the answer free of cookies and caches."""

    @after_this_request
    def plain(response: Response) -> Response:
        g.pop("portal_lang_asked", None)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


def from_here(*sites: str) -> bool:
    """Whether the browser says nothing of another site; *sites* are the values of Sec-Fetch-Site that are taken."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in sites:
        return False
    origin = request.headers.get("Origin")
    own = {urlsplit(request.host_url).netloc, urlsplit(str(current_app.config.get("BASE_URL") or "")).netloc}
    return origin is None or urlsplit(origin).netloc in own - {""}


@dataclass(frozen=True)
class Opening:
    """A form that is open before somebody: by its public link, or by an invitation (*code*), or to go on with *kept*.

    ``kept_code`` opens what was kept; that of somebody invited by name has none.
    """

    user: Identity
    record: Record
    form: Form
    version: FormVersion
    guest: Invitation | None = None
    code: str = ""
    kept: Saved | None = None
    kept_code: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether nothing of the sender is kept."""
        return bool(service.settings_of(self.version).get("anonymous"))

    @property
    def named(self) -> bool:
        """Whether what is sent is tied to an invitation, so that its link shows it later."""
        return self.guest is not None and not self.anonymous and not self.guest.anonymous

    def url(self, page: str = "", kept_code: str | None = None, **more: Any) -> str:
        """The address of a page of this form: "" to fill it, ``refresh``, ``kept``."""
        wanted = self.kept_code if kept_code is None else kept_code
        values: dict[str, Any] = {"code": self.code} if self.guest else {"token": self.form.token}
        if wanted and page != "refresh":
            values["kept_code"] = wanted
        return url_for(f"forms.{ENDPOINTS[page, self.guest is not None, 'kept_code' in values]}", **values, **more)

    def filling(self) -> Filling:
        """The form as it stands before anything is read."""
        return Filling(
            self.user,
            self.record,
            self.form,
            self.version,
            subject_id=self.record.parent_id,
            public=True,
            uid=self.kept.uid if self.kept else "",
            stored=self.kept.answers if self.kept else None,
            browser=True,
        )


ENDPOINTS: Mapping[tuple[str, bool, bool], str] = {
    ("", False, False): "public",
    ("", False, True): "resumed",
    ("", True, False): "invited",
    ("", True, True): "invited_resumed",
    ("refresh", False, False): "public_refresh",
    ("refresh", True, False): "invited_refresh",
    ("kept", False, True): "kept",
    ("kept", True, False): "invited_kept",
    ("kept", True, True): "invited_kept_code",
}
"""The view of each page: for people invited or not, with a code of what was kept or not."""


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


def fill(opening: Opening) -> ResponseReturnValue:
    """Draw the form, take a step in it, keep it for later or send it."""
    act = action(public=True) if request.method == "POST" else "open"
    try:
        if act != "send":  # what is sent a second time gets its receipt, also after closing
            check_open(opening.record, opening.version, GRACE * (act != "open"))
    except Closed as shut:
        return closed(opening, shut.reason, shut)
    filling = opening.filling()
    if act == "open":
        return _page(opening, filling, filling.draw())
    filling.read(request.form, request.files)
    number = request.form.get("_page", 1, type=int) or 1
    if act == "send":
        return _send(opening, filling, number)
    if act == "draft" and not filling.refused:
        return _keep(opening, filling)
    if act == "next":
        drawn = filling.step(number)
        return _page(opening, filling, drawn, 422 if drawn.wrong else 200)
    if act == "back":
        return _page(opening, filling, filling.draw(number - 1))
    drawn = filling.draw(number, judged=act == "update" and bool(request.form.get("_judged")))
    return _page(opening, filling, drawn, 422 if filling.refused else 200)


def refresh(opening: Opening) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing but files of an open form."""
    filling = opening.filling()
    files: MultiDict[str, Any] = MultiDict()
    with suppress(Closed):
        check_open(opening.record, opening.version, GRACE)
        files = request.files
    filling.read(request.form, files)
    number = request.form.get("_page", 1, type=int) or 1
    drawn = filling.draw(number, judged=bool(request.form.get("_judged")))
    return render_template("forms/fill_questions.html", fill=filling, drawn=drawn, drafts=True, **TOOLS)


def _send(opening: Opening, filling: Filling, number: int) -> ResponseReturnValue:
    if filling.refused:
        return _page(opening, filling, filling.draw(number, judged=True), 422)
    guest = opening.guest
    try:
        with audit.acting(None) if guest else nullcontext():
            stored = filling.submit(admit=(lambda row: invitations.use(guest.id, row)) if guest else None)
    except submissions.Invalid as invalid:
        return _page(opening, filling, filling.send_back(invalid.result), 422)
    except Closed as shut:
        return closed(opening, shut.reason, shut, filling)
    except invitations.Used:
        return closed(opening, "used", None, filling)
    except submissions.SentBefore as before:
        filling.renew()
        return _page(opening, filling, filling.draw(number), 409, before=before)
    return receipt_of(opening.form, stored.uid)


def receipt_of(form: Form, uid: str) -> ResponseReturnValue:
    """On to the receipt."""
    return redirect(url_for("forms.receipt", token=form.token, uid=uid, lang=current_locale()), 303)


def _keep(opening: Opening, filling: Filling) -> ResponseReturnValue:
    code = saved.keep(
        opening.record.id,
        uid=filling.uid,
        answers=filling.draft(),
        before=opening.kept,
        invitation_id=opening.guest.id if opening.named and opening.guest else None,
    )
    return redirect(opening.url("kept", kept_code=code or opening.kept_code, lang=current_locale()), 303)


def _page(opening: Opening, filling: Filling, drawn: Drawn, code: int = 200, **more: Any) -> ResponseReturnValue:
    closes = moment(filling.access.get("closes"))
    page = render_template(
        "forms/fill_public.html",
        opening=opening,
        fill=filling,
        drawn=drawn,
        drafts=True,
        refresh_url=opening.url("refresh"),
        until=deadline(closes),
        **TOOLS,
        **more,
    )
    return page, code


def closed(
    opening: Opening, reason: str, shut: Closed | None = None, filling: Filling | None = None
) -> ResponseReturnValue:
    """Why the form takes nothing now; with what was typed, so that it can be copied."""
    if reason == "draft":
        raise NotFound
    typed = []
    if request.method == "POST":
        if filling is None:
            filling = opening.filling()
            filling.read(request.form, MultiDict())
        typed = shown(filling.compiled, filling.draft(), current_locale(), filling.context.sources)
    page = render_template(
        "forms/fill_closed.html",
        record=opening.record,
        reason=reason,
        when=deadline(shut.when if shut else None),
        typed=typed,
    )
    return page, 410 if request.method == "POST" else 200
