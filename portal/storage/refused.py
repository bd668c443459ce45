"""Why a file is not accepted, in words for the person who sent it."""

from __future__ import annotations

from typing import Any, Final

from portal.i18n import LazyString, _l

MESSAGES: Final[dict[str, LazyString]] = {
    "missing": _l("No file was chosen."),
    "empty": _l("The file %(name)s is empty."),
    "name": _l("The name of the file contains characters that cannot be stored. Rename the file and send it again."),
    "too_large": _l("The file %(name)s is larger than %(limit)s MB."),
    "type": _l("Files like %(name)s are not accepted. Accepted are: %(accepted)s."),
    "mismatch": _l(
        "The content of %(name)s is not what the ending of its name says. "
        "Save it again with the program it was made with."
    ),
    "macros": _l("%(name)s contains macros. Save it without macros and send it again."),
    "protected": _l("%(name)s is protected by a password. Remove the password and send it again."),
    "old_format": _l("%(name)s is in an old file format. Save it as %(better)s and send it again."),
    "damaged": _l("%(name)s cannot be read; it may be damaged. Open it, save it again and send it again."),
    "bomb": _l("%(name)s holds more than %(limit)s MB when unpacked and is not accepted."),
    "picture_size": _l("The picture %(name)s has more than %(limit)s million points. Make it smaller."),
    "not_clean": _l(
        "The name of the author cannot be removed from %(name)s. Send a picture or a text file, "
        "or copy the text into the form."
    ),
}
"""Every reason by code; the parameters of a code are the placeholders of its text."""

FULL: Final = _l("There is no room left to store files. Nothing was saved. Please tell the administrator.")


class UploadRefused(Exception):
    """A file that is not accepted: ``code`` is a key of MESSAGES, ``params`` fill its text (``name`` and others)."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """The reason in the reader's language."""
        return str(MESSAGES[self.code]) % self.params


class StorageFull(Exception):
    """The disk of the file store is full; answer with status 507 and ``message``."""

    @property
    def message(self) -> str:
        """What happened, in the reader's language."""
        return str(FULL)
