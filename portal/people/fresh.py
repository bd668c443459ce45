"""Dangerous acts ask again who one is, unless that was asked a short while ago."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, ParamSpec
from urllib.parse import urlsplit

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.i18n import _
from portal.people.identity import current
from portal.ui.redirects import safe_redirect

P = ParamSpec("P")

TO_OPEN: Final = timedelta(minutes=15)
"""How long ago the password may have been typed when a dangerous page is opened."""
TO_SEND: Final = timedelta(minutes=60)
"""And when it is sent: longer, so that a form filled slowly is not lost."""


def is_fresh(limit: timedelta = TO_OPEN) -> bool:
    """Whether the password of this session was typed within *limit*."""
    confirmed = current().confirmed_at
    return confirmed is not None and clock.now() - confirmed <= limit


def fresh(view: Callable[P, Any]) -> Callable[P, Any]:
    """Decorate a view: without a recent password the reader is asked for it first, then comes back."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        reading = request.method in ("GET", "HEAD")
        if is_fresh(TO_OPEN if reading else TO_SEND):
            return view(*args, **kwargs)  # type: ignore[no-any-return]
        if reading:
            back = request.full_path.rstrip("?")
        else:
            flash(_("Nothing was changed yet. Confirm who you are, then do it again."), "warning")
            back = safe_redirect(urlsplit(request.referrer or "").path, url_for("account.index"))
        return redirect(url_for("account.confirm", next=back), 303)

    return guarded
