"""Mail: written in the recipient's language when it is ordered, sent by a job, so that no page waits for a server.

A mail carries no content of records, only that there is something to see (privacy of testimony, 4). Addresses and
texts never reach the log. Without MAIL_SERVER mails are kept as ``instance/mail/*.eml``; with TESTING in memory.
"""

from __future__ import annotations

import time
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Final

import structlog
from flask import Flask, current_app, render_template
from jinja2 import TemplateNotFound

from portal.i18n import LOCALES, _l, force_locale
from portal.jobs import queue, registry
from portal.jobs.models import Job
from portal.jobs.progress import Progress, Refused, TryLater

JOB: Final = "core.mail"
DELAYS: Final = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600)
"""Seconds before each further attempt; in all nearly two days."""
REST: Final = 60
"""Seconds in which a server that did not answer is not asked again by this process."""

log = structlog.get_logger("portal.mail")
_resting_until = 0.0


def send(to: str, template: str, locale: str | None, **context: Any) -> Job:
    """Send the template ``mail/<template>.txt`` (of a plugin: ``"<plugin>/<name>"`` → ``<plugin>/mail/<name>.txt``).

    Its first line is ``Subject: …``; an HTML form stands beside it as ``.html`` where there is one. *locale* is the
    recipient's language (None: the portal's default). Sent after the commit of the running transaction, tried
    again for two days. Raises ValueError for an address with a line break or without ``@``.
    """
    if "@" not in to or len(to.splitlines()) != 1 or any(ord(c) < 32 for c in to):
        raise ValueError("not a mail address")
    if locale not in LOCALES:
        locale = str(current_app.config.get("DEFAULT_LOCALE") or LOCALES[0])
    with force_locale(locale):
        subject, text, html = _written(template, context)
    title = _l("Mail")
    return queue.start(
        None, JOB, title=title, locale=locale, to=to, subject=subject, text=text, html=html, template=template
    )


def outbox() -> list[Any]:
    """The mails of this application so far, as flask_mailman messages (``to subject body``); for tests."""
    return list(getattr(_mailman(), "outbox", []))


def _written(template: str, context: dict[str, Any]) -> tuple[str, str, str | None]:
    """Subject on one line, text, and HTML or None."""
    plugin, _, name = template.rpartition("/")
    base = f"{plugin}/mail/{name}" if plugin else f"mail/{name}"
    environment = current_app.jinja_env
    if environment.loader is None:
        raise TemplateNotFound(base)
    source, _filename, _fresh = environment.loader.get_source(environment, f"{base}.txt")
    first, _, rest = source.partition("\n")
    if not first.startswith("Subject:"):
        raise ValueError(f"{base}.txt does not begin with Subject:")
    plain = environment.overlay(autoescape=False)
    values = dict(context)
    current_app.update_template_context(values)
    # The subject is rendered by itself: a line break in a name stays in it, as a blank, and adds no header.
    subject = " ".join(plain.from_string(first.removeprefix("Subject:")).render(values).split())
    text = plain.from_string(rest).render(values).strip() + "\n"
    try:
        html: str | None = render_template(f"{base}.html", **context)
    except TemplateNotFound as error:
        if error.name != f"{base}.html":
            raise
        html = None
    return subject, text, html


def _mailman() -> Any:
    """Flask-Mailman's state of this application, made when the first mail is sent."""
    extensions = current_app.extensions
    if "mailman" not in extensions:
        from flask_mailman import Mail

        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        for name, value in _settings(app).items():
            app.config.setdefault(name, value)
        Mail(app)
    return extensions["mailman"]


def _settings(app: Flask) -> dict[str, Any]:
    backend = "portal.jobs.eml"
    if app.testing:
        backend = "locmem"
    if app.config.get("MAIL_SERVER"):
        backend = "portal.jobs.smtp"
    return {"MAIL_BACKEND": backend, "MAIL_TIMEOUT": 15, "MAIL_USE_TLS": True, "MAIL_PORT": 587}


def _send(progress: Progress, to: str, subject: str, text: str, html: str | None, template: str) -> None:
    """The job: one mail. What the server may still accept is tried later; a final no ends the job."""
    global _resting_until
    if time.monotonic() < _resting_until:
        raise TryLater("server did not answer a moment ago")
    mailman = _mailman()
    from flask_mailman import EmailMultiAlternatives, make_msgid

    sender = str(mailman.default_sender or "portal@localhost")
    message = EmailMultiAlternatives(
        subject,
        text,
        sender,
        [to],
        headers={
            "Message-ID": make_msgid(domain=sender.rstrip(">").rpartition("@")[2]),
            "Auto-Submitted": "auto-generated",
        },
    )
    if html:
        message.attach_alternative(html, "text/html")
    try:
        message.send()
    except (SMTPException, OSError) as error:
        if _final(error):
            log.warning("mail refused by the server", template=template, code=_codes(error))
            raise Refused(_l("The mail server refused this mail.")) from None
        if not isinstance(error, SMTPResponseException | SMTPRecipientsRefused):
            _resting_until = time.monotonic() + REST
        log.warning("mail not sent yet", template=template, cause=type(error).__name__, code=_codes(error))
        raise TryLater(type(error).__name__) from None
    log.info("mail sent", template=template)


def _codes(error: Exception) -> list[int]:
    """The answers of the server, without its words: they quote addresses."""
    if isinstance(error, SMTPRecipientsRefused):
        return sorted({code for code, _ in error.recipients.values()})
    return [error.smtp_code] if isinstance(error, SMTPResponseException) else []


def _final(error: Exception) -> bool:
    codes = _codes(error)
    authentication = type(error).__name__ == "SMTPAuthenticationError"
    return bool(codes) and all(code >= 500 for code in codes) and not authentication


def forget_rest() -> None:
    """Ask the server again at once; for tests."""
    global _resting_until
    _resting_until = 0.0


registry.register(JOB, _send, delays=DELAYS)
