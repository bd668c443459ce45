"""Mail: in the recipient's language, behind the page, with checked servers, without traces in the log."""

from __future__ import annotations

import email
import json
import socket
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock, jobs, logs
from portal.db import db, transaction
from portal.jobs import mail
from portal.jobs.mail import forget_rest
from portal.jobs.models import Job

TO = "bataa@khovd.example"


def mail_job() -> Job:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()


def test_a_mail_has_a_subject_a_text_and_an_html_form(app: Flask) -> None:
    mail.send(TO, "notice", "en", name="Bataa", address="https://upr.example/x")
    (message,) = mail.outbox()
    assert (message.to, message.subject) == ([TO], "Hello Bataa")
    assert message.body == "New & <good>: https://upr.example/x\n"
    assert message.alternatives[0][0] == "<p>Hello Bataa</p>"
    assert message.message()["Auto-Submitted"] == "auto-generated"
    assert message.message()["Message-ID"].endswith("@upr.example>")


def test_the_html_form_is_escaped_and_the_text_is_not(app: Flask) -> None:
    mail.send(TO, "notice", "en", name="<b>", address="<i>")
    (message,) = mail.outbox()
    assert message.alternatives[0][0] == "<p>Hello &lt;b&gt;</p>"
    assert "<i>" in message.body


def test_a_module_brings_templates_of_its_own(app: Flask) -> None:
    mail.send(TO, "agreements/due", "mn")
    (message,) = mail.outbox()
    assert (message.subject, message.alternatives) == ("Due", [])


def test_a_line_break_in_a_name_adds_no_header(app: Flask) -> None:
    mail.send(TO, "notice", "en", name="Bat\r\nBcc: spy@example.org", address="x")
    (message,) = mail.outbox()
    sent = email.message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert sent["Subject"] == "Hello Bat Bcc: spy@example.org"
    assert sent["Bcc"] is None


@pytest.mark.parametrize("to", ["a@b\r\nBcc: c@d", "a@b\nc", "nobody", "a@b\x00", ""])
def test_an_address_with_a_line_break_is_refused(app: Flask, to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        mail.send(to, "plain", "mn")


def test_a_mongolian_subject_arrives(app: Flask) -> None:
    mail.send(TO, "notice", "en", name="Өлзий", address="x")
    sent = email.message_from_bytes(mail.outbox()[0].message().as_bytes(), policy=policy.default)
    assert sent["Subject"] == "Hello Өлзий"


def test_an_account_without_a_language_gets_the_portals(app: Flask) -> None:
    mail.send(TO, "plain", None)
    assert mail_job().locale == "mn"


def test_a_mail_of_a_transaction_that_rolls_back_is_not_sent(app: Flask) -> None:
    def fail() -> None:
        with transaction():
            mail.send(TO, "plain", "mn")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert mail.outbox() == []


def test_after_sending_nothing_of_the_mail_is_left(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    mail.send(TO, "notice", "en", name="Bataa", address="https://upr.example/secret-link")
    assert mail_job().arguments == {}
    log = capsys.readouterr().out
    assert "mail sent" in log
    for word in (TO, "Bataa", "secret-link"):
        assert word not in log


def test_without_a_server_mails_are_kept_as_files_of_the_owner(
    make: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.jobs import eml

    monkeypatch.setattr(eml, "KEPT", 2)
    app = make(TESTING=False, MAIL_SERVER="")
    logs.configure()
    with app.app_context():
        for _ in range(3):
            mail.send(TO, "notice", "en", name="Bataa", address="https://upr.example/secret-link")
    files = sorted((Path(app.instance_path) / "mail").glob("*.eml"))
    assert len(files) == 2
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    message = email.message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert message["To"] == TO
    assert message.get_body(("plain",)).get_content().strip().endswith("secret-link")  # type: ignore[union-attr]
    out = capsys.readouterr().out
    assert str(files[0]) in out
    assert "secret-link" not in out


class Server:
    """A mail server of a few lines: answers each command from *answers*, or never answers at all."""

    def __init__(self, answers: dict[str, str] | None = None, context: ssl.SSLContext | None = None) -> None:
        self.answers = {"DATA": "354 go on", "QUIT": "221 bye", **(answers or {})}
        self.silent = answers is None
        self.context = context
        self.got: list[str] = []
        self.connections = 0
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.threads.append(threading.Thread(target=self._talk, args=(connection,), daemon=True))
            self.threads[-1].start()

    def _talk(self, connection: socket.socket) -> None:
        if self.silent:
            self.over.wait(20)
            connection.close()
            return
        with ExitStack() as open_things:
            open_things.callback(connection.close)
            with suppress(OSError):
                self._converse(connection, open_things)

    def _converse(self, connection: socket.socket, open_things: ExitStack) -> None:
        file = open_things.enter_context(connection.makefile("rwb"))

        def say(text: str) -> None:
            file.write(text.encode() + b"\r\n")
            file.flush()

        say("220 ready")
        while line := file.readline().decode().strip():
            word = line.split()[0].upper()
            self.got.append(line)
            if word == "STARTTLS" and self.context is not None:
                say("220 go")
                connection = open_things.enter_context(self.context.wrap_socket(connection, server_side=True))
                file = open_things.enter_context(connection.makefile("rwb"))
                continue
            say(self.answers.get(word, "250-me\r\n250 STARTTLS" if word == "EHLO" and self.context else "250 ok"))
            if word == "DATA":
                while (row := file.readline().decode().rstrip("\r\n")) != ".":
                    self.got.append(row)
                say(self.answers.get("END", "250 taken"))
            if word == "QUIT":
                return

    def close(self) -> None:
        self.over.set()
        self.socket.close()
        for thread in self.threads:
            thread.join(5)


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    made: list[Server] = []
    yield made
    for server in made:
        server.close()


def smtp_app(make: Any, server: Server, **config: Any) -> Flask:
    app: Flask = make(MAIL_SERVER="127.0.0.1", MAIL_PORT=server.port, **{"MAIL_USE_TLS": False, **config})
    return app


def test_a_mail_goes_to_the_server(make: Any, servers: list[Server]) -> None:
    servers.append(server := Server({}))
    with smtp_app(make, server).app_context():
        mail.send(TO, "plain", "mn")
        assert mail_job().state == "done"
    assert f"rcpt TO:<{TO}>" in server.got
    assert "Subject: Plain" in server.got


def test_a_server_that_never_answers_holds_no_page_and_gets_the_mail_later(make: Any, servers: list[Server]) -> None:
    servers.append(silent := Server(None))
    app = smtp_app(make, silent, QUEUE_URL="sqlite:///queue.db", MAIL_TIMEOUT=0.5)
    with app.app_context():
        begun = time.monotonic()
        uid = mail.send(TO, "plain", "mn").uid
        assert time.monotonic() - begun < 1
        jobs.current().huey.execute(jobs.current().huey.dequeue())
        job = mail_job()
        assert (job.uid, job.state, job.attempts) == (uid, "queued", 1)
        assert job.run_after is not None
        assert timedelta(seconds=50) < job.run_after - clock.now() <= timedelta(seconds=60)

        servers.append(well := Server({}))
        mail._mailman().port = well.port
        forget_rest()
        with transaction():
            mail_job().run_after = clock.now()
        jobs.tidy(jobs.current())
        jobs.current().huey.execute(jobs.current().huey.dequeue())
        assert mail_job().state == "done"
    assert [line for line in well.got if line.startswith("rcpt")] == [f"rcpt TO:<{TO}>"]


def test_a_server_that_did_not_answer_is_left_in_peace_for_a_minute(make: Any, servers: list[Server]) -> None:
    servers.append(silent := Server(None))
    with smtp_app(make, silent, MAIL_TIMEOUT=0.3).app_context():
        for _ in range(3):
            mail.send(TO, "plain", "mn")
        assert mail_job().state == "queued"
    assert silent.connections == 1


@pytest.mark.parametrize(("answer", "state"), [("550 no such user", "failed"), ("451 come again", "queued")])
def test_a_final_no_ends_the_mail_and_a_come_again_does_not(
    make: Any, servers: list[Server], answer: str, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    servers.append(server := Server({"RCPT": f"{answer} {TO}"}))
    with smtp_app(make, server).app_context():
        mail.send(TO, "plain", "mn")
        assert mail_job().state == state
    out = capsys.readouterr().out
    assert TO not in out
    assert any(json.loads(line).get("code") == [int(answer[:3])] for line in out.splitlines())


class TestEncryption:
    """The server's certificate is checked, and no password goes without TLS."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """A self-signed certificate for 127.0.0.1 with its key."""
        import subprocess

        path = tmp_path / "server.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(tmp_path / "cert.pem")]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except FileNotFoundError:
            pytest.skip("no openssl to make a certificate with")
        path.write_bytes(path.read_bytes() + (tmp_path / "cert.pem").read_bytes())
        return path

    @pytest.fixture
    def server(self, certificate: Path, servers: list[Server]) -> Server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        servers.append(made := Server({}, context))
        return made

    def test_a_self_signed_server_gets_no_mail(self, make: Any, server: Server) -> None:
        with smtp_app(make, server, MAIL_USE_TLS=True).app_context():
            mail.send(TO, "plain", "mn")
            assert mail_job().state == "queued"
        assert not any(TO in line for line in server.got)

    def test_a_certificate_of_ones_own_authority_is_accepted(
        self, make: Any, server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.parent / "cert.pem"))
        with smtp_app(make, server, MAIL_USE_TLS=True).app_context():
            mail.send(TO, "plain", "mn")
            assert mail_job().state == "done"
        assert f"rcpt TO:<{TO}>" in server.got

    def test_a_server_without_starttls_gets_no_mail(self, make: Any, servers: list[Server]) -> None:
        servers.append(plain := Server({}))
        with smtp_app(make, plain, MAIL_USE_TLS=True).app_context():
            mail.send(TO, "plain", "mn")
            assert mail_job().state == "queued"
        assert not any(TO in line for line in plain.got)

    def test_a_password_is_not_sent_in_the_clear(self, make: Any, servers: list[Server]) -> None:
        servers.append(plain := Server({}))
        with smtp_app(make, plain, MAIL_USERNAME="portal", MAIL_PASSWORD="hidden").app_context():
            mail.send(TO, "plain", "mn")
            assert mail_job().state == "queued"
        assert not any("AUTH" in line.upper() for line in plain.got)
