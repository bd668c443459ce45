"""A program under measurement, in a process of its own: ``python -m benchmarks.child PROGRAM FOLDER``.

It reads commands on standard input, one a line, and answers each with one JSON line:
``get PATH`` (status, rows on the page), ``time PATH COUNT`` (seconds for COUNT requests), ``hooks COUNT`` (seconds for
COUNT times six hooks over all modules, and how many modules there are), ``memory`` (private bytes), ``do NAME COUNT``
(what the function NAME of the program's file returns).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def cookie(name: str, app: Any, folder: str) -> str:
    """The cookie of a reader who has signed in."""
    client = app.test_client()
    if name.startswith("bare"):
        client.get("/login")
    else:
        with client.session_transaction() as session:
            session["_user_id"] = (Path(folder) / "token").read_text("ascii")
    key = "session" if name.startswith("bare") else app.config["SESSION_COOKIE_NAME"]
    found = client.get_cookie(key)
    return f"{key}={found.value}; portal_lang=mn"


def ask(app: Any, path: str, cookies: str) -> tuple[int, bytes]:
    """One request through the WSGI door, without a server between."""
    path, _, query = path.partition("?")
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": sys.stdin.buffer, "wsgi.errors": sys.stderr, "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "HTTP_COOKIE": cookies, "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    answer = app(environ, lambda line, headers, exc=None: status.append(line))
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return int(status[0].split()[0]), body


def hooks(app: Any, count: int) -> dict[str, Any]:
    """Time *count* times what six hooks of a request cost, on a page that no module has anything for."""
    host = app.extensions["portal_host"]
    with app.test_request_context("/"):
        arguments = {"place": "nowhere", "subject": None, "user": None}
        host.call("portal_panels", **arguments)
        begun = time.perf_counter()
        for _ in range(count * 6):
            host.call("portal_panels", **arguments)
        return {"seconds": time.perf_counter() - begun, "modules": len(host.installed())}


def private_bytes() -> int:
    """Memory of this process that it shares with no other."""
    total = 0
    for line in Path("/proc/self/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith(("Private_Clean", "Private_Dirty")):
            total += int(line.split()[1]) * 1024
    return total


def main(name: str, folder: str) -> None:
    """Answer commands until standard input ends."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module = importlib.import_module(f"benchmarks.{name}")
    app = module.make_app(folder)
    cookies = cookie(name, app, folder)
    for line in sys.stdin:
        verb, *rest = line.split()
        if verb == "get":
            status, body = ask(app, rest[0], cookies)
            is_json = body.startswith(b"{")
            rows = len(json.loads(body)["rows"]) if is_json else body.count(b"<tr") - 1
            answer: dict[str, Any] = {
                "status": status,
                "rows": rows,
                "options": body.count(b"<option") + body.count(b'type="checkbox"'),
                "text": body.decode()[-4000:],
            }
        elif verb == "time":
            begun = time.perf_counter()
            for _ in range(int(rest[1])):
                ask(app, rest[0], cookies)
            answer = {"seconds": time.perf_counter() - begun}
        elif verb == "do":
            answer = getattr(module, rest[0])(app, int(rest[1]))
        elif verb == "hooks":
            answer = hooks(app, int(rest[0]))
        else:
            answer = {"bytes": private_bytes()}
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
