"""The one way in which the portal sends to other machines by HTTP: public addresses only, one attempt, no redirects.

The name is resolved once, every address it has is checked, and the connection goes to the address that was checked,
so that a name which changes in between leads nowhere else. Who may enter an address here (webhooks) learns nothing of
the network the portal stands in. Settings read: OUTGOING_HTTP, OUTGOING_HOSTS.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from flask import current_app

from portal.i18n import LazyString, _l

SECONDS: Final = 15
"""From the first packet to the last: a server that answers byte by byte gets no more."""
LARGEST: Final = 64 * 1024
"""Bytes of an answer that are read."""
LONGEST: Final = 2_000
AGENT: Final = "UPR-Portal"

MESSAGES: Final[dict[str, LazyString]] = {
    "address": _l("This is no address of a web server. Addresses look like https://example.org/receive."),
    "scheme": _l("The address must begin with https://."),
    "login": _l("The address may hold no user name and no password."),
    "name": _l("There is no server of this name."),
    "private": _l("This address lies in a network that is not public. An operator can allow its name."),
}
_PUBLIC_4: Final = ipaddress.ip_network("0.0.0.0/0")
_PUBLIC_6: Final = ipaddress.ip_network("2000::/3")
_CLOSED: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        ),
    )
)
"""What is not public of the addresses of IPv4 and of 2000::/3: special uses, and those that wrap one of IPv4."""
_HOST: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?")
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?")


class Refused(Exception):
    """An address that nothing is sent to; ``code`` is a key of MESSAGES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def message(self) -> str:
        """The reason in the reader's language."""
        return str(MESSAGES[self.code])


FAILURES: Final[dict[str, LazyString]] = {
    "time": _l("The server did not answer in time."),
    "certificate": _l("The certificate of the server is not trusted, or names another server."),
    "connection": _l("The server could not be reached."),
    "answer": _l("The server did not answer as a web server does."),
}


class Failed(Exception):
    """Nothing usable came back; ``code`` is a key of FAILURES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the beginning of the body, how long it took."""

    status: int
    body: bytes
    milliseconds: int

    @property
    def ok(self) -> bool:
        """Whether it was taken; a redirect is not followed and takes nothing."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class _Target:
    host: str
    port: int
    secure: bool
    path: str

    @property
    def named(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def check(url: str) -> None:
    """Raise Refused for an address that cannot be sent to as it is written; no name is resolved."""
    host = _target(url).host
    numeric = ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2])
    if numeric and host not in _allowed() and not is_public(host):
        raise Refused("private")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send *body* once. Raises Refused for an address that is not allowed, Failed where nothing came back."""
    target = _target(url)
    return _send(target, _resolve(target), body, headers)


def _target(url: str) -> _Target:
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or set(url) & set(' \\<>"{}|^`'):
        raise Refused("address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("address") from None
    if parts.scheme not in ("http", "https"):
        raise Refused("scheme" if "://" in url else "address")
    if parts.scheme == "http" and not current_app.config["OUTGOING_HTTP"]:
        raise Refused("scheme")
    if "@" in parts.netloc:
        raise Refused("login")
    secure = parts.scheme == "https"
    number = port if port is not None else 443 if secure else 80
    host = _host(parts)
    if not 0 < number < 65536 or "#" in url:
        raise Refused("address")
    path = parts.path or "/"
    return _Target(host, number, secure, f"{path}?{parts.query}" if parts.query else path)


def _host(parts: SplitResult) -> str:
    """The name of the server, or an address in its one usual spelling."""
    host = (parts.hostname or "").lower()
    if parts.netloc.startswith("["):
        try:
            found = ipaddress.IPv6Address(host)
        except ValueError:
            raise Refused("address") from None
        if found.scope_id is not None:
            raise Refused("address")
        return str(found)
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise Refused("address")
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:  # 127.1, 0x7f.1, 2130706433: read in different ways by different programs
            raise Refused("address") from None
    return host


def _resolve(target: _Target) -> str:
    """The address to connect to. One that is not public spoils all that the name has."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("name") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise Refused("name")
    if target.host not in _allowed() and not all(map(is_public, addresses)):
        raise Refused("private")
    return addresses[0]


def _allowed() -> set[str]:
    """The names that the operator lets through although they lie in the own network."""
    return {str(name).strip().lower() for name in current_app.config["OUTGOING_HOSTS"]}


def is_public(address: str) -> bool:
    """Whether an address lies in the open internet."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inside = found in (_PUBLIC_4 if found.version == 4 else _PUBLIC_6)
    return inside and not any(found in net for net in _CLOSED if net.version == found.version)


def _kind(error: Exception) -> str:
    """Which of FAILURES an error of the libraries is."""
    from urllib3 import exceptions
    from urllib3.util.ssl_match_hostname import CertificateError

    if isinstance(error, (ssl.SSLError, ssl.CertificateError, exceptions.SSLError, CertificateError)):
        return "certificate"
    if isinstance(error, (TimeoutError, exceptions.TimeoutError)):
        return "time"
    if isinstance(error, (exceptions.ProtocolError, HTTPException, ValueError)):
        return "answer"
    return "connection"


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _send(target: _Target, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One request to *address*, cut off at SECONDS whatever the server does."""
    import urllib3
    from urllib3.connection import HTTPConnection, HTTPSConnection

    begun = time.monotonic()
    connection: Any
    if target.secure:
        connection = HTTPSConnection(
            address,
            target.port,
            timeout=SECONDS,
            ssl_context=_trust(),
            server_hostname=target.host.rstrip("."),
            assert_hostname=target.host.rstrip("."),
        )
    else:
        connection = HTTPConnection(address, target.port, timeout=SECONDS)
    late = threading.Event()

    def cut() -> None:
        late.set()
        if (reached := connection.sock) is not None:
            with suppress(OSError):
                reached.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(SECONDS, cut)
    timer.daemon = True
    timer.start()
    fixed = {"Host": target.named, "User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    try:
        connection.request(
            "POST", target.path, body=body, headers={**headers, **fixed}, preload_content=False, decode_content=False
        )
        response = connection.getresponse()
        read = response.read(LARGEST)
        response.close()
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        raise Failed("time" if late.is_set() else _kind(error)) from None
    finally:
        timer.cancel()
        connection.close()
    if late.is_set():
        raise Failed("time")
    return Answer(response.status, bytes(read), round((time.monotonic() - begun) * 1000))
