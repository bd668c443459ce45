"""Keeping mails as files, where no mail server is set: for development and for the first day of an installation."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import structlog
from flask import current_app
from flask_mailman.backends.base import BaseEmailBackend

from portal import clock

KEPT: Final = 500
"""Newest mails that are kept."""

log = structlog.get_logger("portal.mail")


class EmailBackend(BaseEmailBackend):
    """Writes ``instance/mail/<moment>-<random>.eml``, readable by the owner only: a mail may hold a link to sign in."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """Write each message; returns how many."""
        folder = Path(current_app.instance_path) / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder / f"{clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.eml"
            with open(path, "xb", opener=_private) as file:
                file.write(message.message().as_bytes())
            log.info("no mail server is set; mail kept as a file", file=str(path))
        for old in sorted(folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
