"""Errors for programs: RFC 9457 problem documents, in the language the program asks for."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response
from werkzeug.exceptions import HTTPException

from portal.i18n import _l

TYPE: Final = "application/problem+json"
_TITLES: Final[dict[int, tuple[str, Any]]] = {
    400: ("bad_request", _l("That could not be read")),
    401: ("unauthorized", _l("Who asks is not known")),
    403: ("forbidden", _l("Your role does not include this.")),
    404: ("not_found", _l("There is no such thing, or it is not shared with you.")),
    405: ("method_not_allowed", _l("This address does not take that method.")),
    409: ("conflict", _l("It was changed in between, or is there already with other content.")),
    410: ("closed", _l("Nothing is taken here now.")),
    413: ("too_large", _l("More was sent than is taken.")),
    415: ("unsupported_type", _l("This kind of content is not taken.")),
    422: ("invalid", _l("Something is not right")),
    429: ("too_many_requests", _l("This was tried too often in a short time.")),
    500: ("internal_error", _l("The portal cannot answer right now")),
    503: ("unavailable", _l("The portal cannot answer right now")),
    507: ("no_room", _l("There is no room left to store anything")),
}


class Problem(HTTPException):
    """An error with a code of its own for programs: ``raise Problem(409, "sent_before", _("…"), uid="…")``."""

    def __init__(self, status: int, code: str, detail: Any = "", **more: Any) -> None:
        super().__init__(str(detail))
        self.code, self.kind, self.more = status, code, more


def problem(status: int, detail: str = "", *, code: str = "", **more: Any) -> Response:
    """The answer to a program: ``status``, ``code``, ``title`` and, where more is known, ``detail`` and *more*."""
    known, title = _TITLES.get(status) or _TITLES[500 if status >= 500 else 400]
    body = {"status": status, "code": code or known, "title": str(title)}
    if detail:
        body["detail"] = detail
    body |= {key: value for key, value in more.items() if value is not None}
    return Response(json.dumps(body, ensure_ascii=False) + "\n", status, mimetype=TYPE)
