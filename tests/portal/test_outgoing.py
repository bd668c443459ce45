"""What the portal sends out: to public addresses only, whatever they look like, once, in a limited time."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import outgoing

LOOPBACK = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7F.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "localhost.localdomain",
    "127.0.0.1.nip.io",
    "1.0.0.127.in-addr.arpa",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fd00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[2600::1%25lo]",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "256.0.0.1",
    "1.2.3",
    "0x7f.0x0.0x0.0x1",
)
SPELLINGS = (
    "http://user@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@example.org/",
    "http://example.org@127.0.0.1:{port}/",
    "http://example.org%40127.0.0.1:{port}/",
    "http://127.0.0.1%2f:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http:\\\\127.0.0.1:{port}\\",
    "http://[127.0.0.1]:{port}/",
    "http:/127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "http://:{port}/",
    "http://127.0.0.1:{port}#@example.org/",
    "http://example.org:0x50/",
    "http://example.org:99999/",
    "javascript:alert(1)",
    "http://example.org:0/",
    "http://[::1]]:{port}/",
    "http://a..b:{port}/",
    "http://-a:{port}/",
    "http:///{port}",
)


def _request(talk: Any) -> bytes:
    """A request to the end of its body."""
    found = b""
    while piece := talk.recv(65536):
        found += piece
        head, end, body = found.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if end and len(body) >= int(length[1] if length else 0):
            break
    return found


class Listener(threading.Thread):
    """A server that counts its connections and answers each with *reply*, or *slowly* byte by byte."""

    def __init__(self, family: int = socket.AF_INET, reply: bytes = b"", slowly: bool = False, tls: Any = None) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self.socket.listen(100)
        self.port: int = self.socket.getsockname()[1]
        self.reply, self.slowly, self.tls = reply, slowly, tls
        self.seen: list[bytes] = []
        self.over = False

    def run(self) -> None:
        while not self.over:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            with connection:
                if self.over:
                    return
                self.seen.append(b"")
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        try:
            talk = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with talk:
                talk.settimeout(5)
                self.seen[-1] = _request(talk)
                pieces = [self.reply[i : i + 1] for i in range(len(self.reply))] if self.slowly else [self.reply]
                for piece in pieces:
                    talk.sendall(piece)
                    time.sleep(0.05 if self.slowly else 0)
        except OSError:
            return

    def stop(self) -> None:
        self.over = True
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()


@pytest.fixture
def listen() -> Iterator[Any]:
    made: list[Listener] = []

    def start(*arguments: Any, **more: Any) -> Listener:
        made.append(Listener(*arguments, **more))
        made[-1].start()
        return made[-1]

    yield start
    for each in made:
        each.stop()


@pytest.fixture
def open_http(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(app.config, "OUTGOING_HTTP", True)
    return lambda *names: monkeypatch.setitem(app.config, "OUTGOING_HOSTS", list(names))


def test_no_notation_of_a_private_address_is_connected_to(open_http: Any, listen: Any, monkeypatch: Any) -> None:
    listeners = [listen(), listen(socket.AF_INET6)]
    real = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **more: Any) -> Any:
        known = {"127.0.0.1.nip.io": "127.0.0.1", "localhost.localdomain": "127.0.0.1"}
        if host not in known and host.rstrip(".") != "localhost" and any(c in "ghijklmnopqrstuvwxyz" for c in host):
            raise socket.gaierror("no network in this test")
        return real(known.get(host, host), *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for each in listeners:
        urls = [f"http://{host}:{each.port}/" for host in LOOPBACK]
        urls += [spelling.format(port=each.port) for spelling in SPELLINGS]
        for url in urls:
            with pytest.raises(outgoing.Refused) as refused:
                outgoing.post(url, b"{}", {})
            assert refused.value.message
    time.sleep(0.1)
    assert len(urls) > 60
    assert [each.seen for each in listeners] == [[], []]


@pytest.mark.parametrize("others", [["127.0.0.1"], ["93.184.215.14", "10.0.0.7"], ["::1"], ["::ffff:10.0.0.1"], []])
def test_a_name_is_judged_by_all_its_addresses(open_http: Any, monkeypatch: Any, others: list[str]) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in others]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: found)
    with pytest.raises(outgoing.Refused) as refused:
        outgoing.post("http://evil.example/", b"{}", {})
    assert refused.value.code == ("private" if others else "name")


def test_the_connection_goes_to_the_address_that_was_checked(open_http: Any, monkeypatch: Any, listen: Any) -> None:
    """A name that answers with a public address first and with the loopback afterwards is resolved once."""
    trap, asked = listen(), []

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        if host == "rebind.example":
            address = "127.0.0.1" if asked.count(host) > 1 else "93.184.215.14"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
        raise socket.gaierror("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(outgoing.Failed):
        outgoing.post(f"http://rebind.example:{trap.port}/", b"{}", {})
    assert asked == ["rebind.example", "93.184.215.14"]
    assert trap.seen == []


def test_a_redirect_is_an_answer_and_not_followed(open_http: Any, listen: Any) -> None:
    trap = listen()
    reply = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{trap.port}/\r\nContent-Length: 0\r\n\r\n".encode()
    first = listen(reply=reply)
    open_http("localhost")
    answer = outgoing.post(f"http://localhost:{first.port}/hook?a=1", b"body", {"X-Test": "yes"})
    assert (answer.status, answer.ok) == (302, False)
    assert trap.seen == []
    sent = first.seen[0].decode()
    assert sent.startswith("POST /hook?a=1 HTTP/1.1\r\n")
    assert f"Host: localhost:{first.port}\r\n" in sent
    assert "X-Test: yes\r\n" in sent


def test_plain_http_and_other_names_need_the_setting(app: Flask, listen: Any, monkeypatch: Any) -> None:
    one = listen(reply=b"HTTP/1.1 204 No Content\r\n\r\n")
    for code, config in (("scheme", {}), ("private", {"OUTGOING_HTTP": True})):
        for name, value in config.items():
            monkeypatch.setitem(app.config, name, value)
        with pytest.raises(outgoing.Refused) as refused:
            outgoing.post(f"http://localhost:{one.port}/", b"", {})
        assert refused.value.code == code
    assert one.seen == []
    monkeypatch.setitem(app.config, "OUTGOING_HOSTS", ["localhost"])
    assert outgoing.post(f"http://localhost:{one.port}/", b"", {}).ok


def test_a_slow_a_large_and_a_broken_answer(open_http: Any, listen: Any, monkeypatch: Any) -> None:
    open_http("localhost")
    large = listen(reply=b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000)
    assert len(outgoing.post(f"http://localhost:{large.port}/", b"", {}).body) == outgoing.LARGEST
    for reply in (b"", b"nonsense\r\n\r\n", b"HTTP/1.1 banana\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000):
        with pytest.raises(outgoing.Failed):
            outgoing.post(f"http://localhost:{listen(reply=reply).port}/", b"", {})
    monkeypatch.setattr(outgoing, "SECONDS", 0.5)
    slow = listen(reply=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b"x" * 500, slowly=True)
    with pytest.raises(outgoing.Failed, match="time"):
        outgoing.post(f"http://localhost:{slow.port}/", b"", {})
    shut = listen()
    shut.stop = lambda: None
    shut.over = True
    shut.socket.close()
    with pytest.raises(outgoing.Failed):
        outgoing.post(f"http://localhost:{shut.port}/", b"", {})
    with pytest.raises(outgoing.Failed):
        outgoing.post(f"http://localhost:{large.port}/", b"", {"X": "a\r\nY: b"})


def _certificate(folder: Path, name: str) -> Path:
    out = folder / f"{name}.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}", "-keyout", out, "-out", folder / "cert"),
        ],
        check=True,
        capture_output=True,
    )
    out.write_bytes(out.read_bytes() + (folder / "cert").read_bytes())
    return out


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_certificate_must_be_trusted_and_name_the_server(
    app: Flask, listen: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setitem(app.config, "OUTGOING_HOSTS", ["localhost"])
    servers = {}
    for name in ("localhost", "other.example"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(tmp_path, name))
        servers[name] = listen(reply=b"HTTP/1.1 204 No Content\r\n\r\n", tls=context)
    with pytest.raises(outgoing.Failed, match="certificate"):
        outgoing.post(f"https://localhost:{servers['localhost'].port}/", b"", {})

    def trust() -> ssl.SSLContext:
        made = ssl.create_default_context()
        for name in servers:
            made.load_verify_locations(tmp_path / f"{name}.pem")
        return made

    monkeypatch.setattr(outgoing, "_trust", trust)
    assert outgoing.post(f"https://localhost:{servers['localhost'].port}/", b"", {}).status == 204
    with pytest.raises(outgoing.Failed, match="certificate"):
        outgoing.post(f"https://localhost:{servers['other.example'].port}/", b"", {})
