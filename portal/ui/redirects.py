"""The one way to follow an address that came with a request."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from portal.text import UnreadableText, nfc

_REFUSED = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
LONGEST = 2000


def safe_redirect(target: str | None, fallback: str) -> str:
    """*target* where it is a path of this site, else *fallback*.

    A path begins with exactly one slash, holds no blank, control character or backslash (browsers read
    ``/\\host`` and ``/<tab>/host`` as another site), neither plainly nor percent-encoded at its start.
    """
    if not target or len(target) > LONGEST or _REFUSED.search(target):
        return fallback
    try:
        nfc(target)
        parts = urlsplit(target)
    except (ValueError, UnreadableText):
        return fallback
    if parts.scheme or parts.netloc or not target.startswith("/"):
        return fallback
    start = target[1:4].lower()
    if target.startswith("//") or start in {"%2f", "%5c"} or start.startswith("%0") or start == "%20":
        return fallback
    if any(part in {".", ".."} for part in parts.path.lower().replace("%2e", ".").split("/")):
        return fallback
    return target
