"""What a device keeps: the page of a form, its manifest; and the worker that shows both without a network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.forms.access import Closed, check_open, moment
from portal.forms.blueprint import bp
from portal.forms.filling.views import FILL
from portal.forms.filling.words import TOOLS, deadline
from portal.forms.messages import pick
from portal.forms.offline import rules
from portal.forms.offline.place import Place, digest, key_of, of_account, of_link
from portal.i18n import LOCALES, _, current_locale
from portal.routing import PUBLIC
from portal.text import Content
from portal.ui import assets
from portal.ui.chrome import LANGUAGE_NAMES

SCOPE = "/forms/offline/"
"""Below it stands all that the worker answers for, and nothing else."""
_MARK = "digest-of-this-page"


@bp.get("/offline/f/<token>", permission=PUBLIC, log_address=False)
def offline_public(token: str) -> ResponseReturnValue:
    """A form by its public link, whole, for a device that keeps it."""
    return _page(of_link(token, request.args.get("version", type=int)))


@bp.get("/offline/<int:record_id>", permission=FILL, log_address=False)
def offline(record_id: int) -> ResponseReturnValue:
    """A form for somebody with an account, whole, for a device that keeps it."""
    return _page(of_account(record_id, request.args.get("version", type=int)))


def _page(place: Place) -> ResponseReturnValue:
    """The page of one version in one language, whose address says both; another address leads to the live one."""
    language = current_locale()
    own = place.address("offline", version=place.version.number, lang=language)
    if request.full_path != own:
        return redirect(own, 303)
    try:
        check_open(place.record, place.live)
    except Closed as closed:
        when = deadline(closed.when)
        return render_template("forms/fill_closed.html", record=place.record, reason=closed.reason, when=when, typed=[])
    context = replace(place.context(), today=place.version.published_at.date(), now=place.version.published_at)
    filling = place.filling(context)  # days are put in by the device, on which the page is kept for long
    drawn = filling.draw(whole=True)
    if drawn.beyond:
        return redirect(url_for("forms.public" if place.public else "forms.fill", **place.values), 303)
    text = render_template(
        "forms/offline.html",
        place=place,
        fill=filling,
        drawn=drawn,
        whole=True,
        firsts=rules.firsts_json(place.compiled),
        key=key_of(place.form),
        form_id=str(place.version.definition["settings"].get("form_id") or "form"),
        base=place.address("offline"),
        scope=SCOPE,
        mark=_MARK,
        fonts=" ".join(_fonts()),
        languages=[
            (code, place.address("offline", version=place.version.number, lang=code), code == language)
            for code in LOCALES
        ],
        language_names=LANGUAGE_NAMES,
        zone=str(clock.zone()),
        until=deadline(moment(filling.access.get("closes"))),
        **TOOLS,
    )
    return text.replace(_MARK, digest(text))


def _fonts() -> list[str]:
    """The addresses of the fonts, which only the style sheets name."""
    return [assets.asset(name) for name in assets.manifest() if name.endswith(".woff2")]


@bp.get("/offline/worker.js", permission=PUBLIC, log_address=False)
def offline_worker() -> Response:
    """The worker; it stands here because it answers for what stands below its address."""
    response = Response((assets.STATIC / "worker.js").read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline/f/<token>/manifest.json", permission=PUBLIC, log_address=False)
def offline_manifest_public(token: str) -> ResponseReturnValue:
    """What a phone needs to install the page of a public form."""
    return _manifest(of_link(token, None))


@bp.get("/offline/<int:record_id>/manifest.json", permission=FILL, log_address=False)
def offline_manifest(record_id: int) -> ResponseReturnValue:
    """What a phone needs to install the page of a form."""
    return _manifest(of_account(record_id, None))


def _manifest(place: Place) -> ResponseReturnValue:
    title: Any = place.record.title
    texts = title.texts if isinstance(title, Content) else {}
    name = pick(texts, current_locale(), _("Form"))
    if place.anonymous:  # what stands on the home screen is read by whoever holds the phone
        name = _("Form")
    start = place.address("offline")
    icons = [
        {"src": assets.asset(f"mark-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    return {
        "name": name,
        "short_name": name[:24],
        "lang": current_locale(),
        "start_url": start,
        "id": start,
        "scope": SCOPE,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1d4f91",
        "icons": icons,
    }
