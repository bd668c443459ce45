"""Sending by SMTP, encrypted, to a server whose certificate was checked."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from typing import Any

from flask_mailman.backends.smtp import EmailBackend as MailmanBackend
from flask_mailman.utils import DNS_NAME


class EmailBackend(MailmanBackend):
    """Flask-Mailman's, which calls STARTTLS without checking the certificate (its context is None).

    Port 465 means TLS from the first byte. An authority of one's own is named by the variable SSL_CERT_FILE.
    A password is never sent without TLS.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        if self.port == 465:
            self.use_ssl, self.use_tls = True, False

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """Send each; the connection is closed also where the server refuses one."""
        try:
            return int(super().send_messages(email_messages))  # type: ignore[no-untyped-call]
        finally:
            if self.connection is not None:
                self.connection.close()
                self.connection = None

    def open(self) -> bool:
        """Connect; returns False where a connection is open. Raises OSError or SMTPException."""
        if self.connection:
            return False
        options = {"local_hostname": DNS_NAME.get_fqdn(), "timeout": self.timeout or 15}
        context = ssl.create_default_context()
        if self.use_ssl:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, context=context, **options)
        else:
            connection = smtplib.SMTP(self.host, self.port, **options)
        try:
            if self.use_tls:
                connection.starttls(context=context)
            if self.username and self.password:
                if not (self.use_tls or self.use_ssl):
                    raise ssl.SSLError("PORTAL_MAIL_USE_TLS is off: the mail password is not sent in the clear")
                connection.login(self.username, self.password)
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        return True
