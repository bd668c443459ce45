"""Text that comes in: brought to normal form, or refused in words."""

from __future__ import annotations

from typing import Any

from portal.i18n import _
from portal.text import UnreadableText, nfc


def normal(value: Any) -> Any:
    """Text in normal form C, anything else as it is; raises ValueError in words for text nobody can store."""
    if not isinstance(value, str):
        return value
    try:
        return nfc(value)
    except UnreadableText:
        raise ValueError(_("This text holds characters that cannot be read. Please type it again.")) from None


def readable(value: Any) -> Any:
    """*value* without the characters that no page can show."""
    if not isinstance(value, str):
        return value
    return "".join(c for c in value if c != "\x00" and not "\ud800" <= c <= "\udfff")
