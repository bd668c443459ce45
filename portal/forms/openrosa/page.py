"""The page that tells an office how its form is filled with ODK Collect or Enketo, or why it is not."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from io import BytesIO

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal import records
from portal.forms import queries, service
from portal.forms.blueprint import bp
from portal.forms.messages import Text, pick
from portal.forms.models import Form, FormVersion
from portal.forms.openrosa import xforms
from portal.forms.openrosa.phone import NotForPhones
from portal.forms.openrosa.reach import Door, mode_of, obstacle
from portal.i18n import current_locale
from portal.people.identity import Identity, current
from portal.people.models import ApiToken
from portal.records import Record

READ, FILL = "forms.read", "forms.fill"
PROJECT = "UPR"
"""What ODK Collect calls the portal."""


@dataclass(frozen=True)
class Phones:
    """How a published form is reached: the address for the settings, ``public`` by its link without an account."""

    version: FormVersion
    address: str
    public: bool
    obstacle: Text | None

    def reason(self) -> Text | None:
        """Why these programs are not offered the form; None where they are. Makes the XForm."""
        return self.obstacle or xforms.of(self.version, again=True).reason

    def known_reason(self) -> Text | None:
        """The same, as far as it is known without making the XForm."""
        return self.obstacle or xforms.known_reason(self.version)

    def unasked(self) -> list[str]:
        """The questions that they do not ask."""
        try:
            names = xforms.phoned(self.version).unasked
        except NotForPhones:
            return []
        nodes = service.compiled(self.version).by_name
        return [pick(nodes[name].row.get("label"), current_locale(), name) for name in names]

    def settings(self) -> str:
        """What the code for ODK Collect holds."""
        title = pick(self.version.definition["settings"].get("form_title"), current_locale())
        return _settings(self.address, title[:60] if self.public else PROJECT)


def _settings(address: str, project: str, **more: str) -> str:
    """What ODK Collect's code of settings holds: JSON, packed by zlib, as base64."""
    found = {
        "general": {"server_url": address, "form_update_mode": "match_exactly", **more},
        "admin": {},
        "project": {"name": project},
    }
    return base64.b64encode(zlib.compress(json.dumps(found, ensure_ascii=False).encode(), 9)).decode()


def code_of(user: Identity, token: ApiToken, secret: str) -> str:
    """The settings of ODK Collect with a new token of *user*, as a picture; "" for a token that fills no forms."""
    if FILL not in token.permissions:
        return ""
    import segno

    address = Door(user).url("form_list").removesuffix("/formList")
    code = segno.make(_settings(address, PROJECT, username=user.email, password=secret), error="l", micro=False)
    return str(code.svg_data_uri(scale=6, border=3, xmldecl=False))


def phones(record: Record, form: Form, version: FormVersion | None) -> Phones | None:
    """How a form is reached by these programs; None where it is not published. The caller has checked who asks."""
    if version is None or record.status == "draft":
        return None
    public = mode_of(version) == "public"
    door = Door(Identity.anonymous(), form.token if public else "")
    address = door.url("form_list").removesuffix("/formList")
    return Phones(version, address, public, None if public else obstacle(form, version))


def _opened(record_id: int) -> tuple[Record, Phones]:
    records.get(current(), record_id, "form")
    record, form, version = queries.by_id(record_id)
    found = phones(record, form, version)
    if found is None:
        raise NotFound
    return record, found


@bp.get("/<int:record_id>/phones", permission=READ)
def phones_page(record_id: int) -> ResponseReturnValue:
    """Address, code and help; or why these programs cannot show the form."""
    record, found = _opened(record_id)
    return render_template(
        "forms/phones.html", record=record, phones=found, reason=found.reason(), unasked=found.unasked()
    )


@bp.get("/<int:record_id>/phones/qr.svg", permission=READ)
def phones_qr(record_id: int) -> ResponseReturnValue:
    """The settings as a picture for ODK Collect."""
    _record, found = _opened(record_id)
    import segno

    out = BytesIO()
    segno.make(found.settings(), error="l", micro=False).save(
        out, kind="svg", scale=6, border=3, xmldecl=False, svgns=True
    )
    return Response(out.getvalue(), mimetype="image/svg+xml")
