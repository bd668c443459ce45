"""A limited child process for work on untrusted files: little time, little memory, nothing of the application.

A parser that hangs or eats memory takes its own process down and no worker of the portal (decision 8 of the
safety rules). The child is a fresh interpreter with an empty environment; arguments and result travel as JSON,
never as pickle, so that a parser that was taken over cannot answer with code.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from datetime import date, datetime
from typing import Any, Final, Literal, NoReturn

Failure = Literal["timeout", "memory", "crashed"]

_KEPT_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ")
"""No secret, no address of a database: the child gets only what an interpreter needs to start."""

_BOOT: Final = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from portal.child import main; main()"

_FORBIDDEN: Final = frozenset(
    {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.system"}
    | {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile"}
)
"""Audit events the child refuses: a document is read or made without the network and without other programs."""


class ChildFailed(Exception):
    """The child gave no answer: ``code`` is timeout, memory or crashed; ``detail`` is for the log, not for users."""

    def __init__(self, code: Failure, detail: str = "") -> None:
        super().__init__(code)
        self.code: Failure = code
        self.detail = detail


class InputRefused(Exception):
    """The input itself is at fault: ``code`` names the reason, ``where`` the place (row, column, limit, …).

    Values of ``where`` are what the child can send: numbers, texts, lists of them. The words a user reads are
    made from the code by whoever catches it; ``message`` is English for logs and may be empty.
    """

    def __init__(self, code: str, message: str = "", /, **where: Any) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message
        self.where: dict[str, Any] = where


def run_limited(target: str, *args: Any, seconds: float = 20, megabytes: int | None = 512) -> Any:
    """Call the function *target* (``"package.module:function"``) with *args* in a limited child process.

    Arguments and result are made of None, bool, int, float, str, bytes, date, datetime, list, tuple and dict with
    text keys; anything else raises TypeError. *seconds* limits both the clock and the processor, *megabytes* the
    address space (None: no limit, for engines that reserve more than they use). Where the system has no resource
    limits (Windows) only the clock is watched. Raises ChildFailed, or the function's own InputRefused. Keyword
    arguments of the target are not supported.
    """
    request = _pack({"target": target, "args": list(args), "seconds": seconds, "megabytes": megabytes})
    paths = json.dumps([os.path.abspath(entry or os.curdir) for entry in sys.path])
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
        cwd=tempfile.gettempdir(),
    )
    with process:
        try:
            out, err = process.communicate(request, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise ChildFailed("timeout", f"{target}: no answer after {seconds} s") from None
        except BaseException:
            process.kill()
            raise
    return _answer(target, process.returncode, out, err.decode("utf-8", "replace"))


def _answer(target: str, status: int, out: bytes, err: str) -> Any:
    """The result of a child that has ended, or the exception it stands for."""
    if status != 0 or not out:
        raise ChildFailed(_reason(status, err), f"{target}: status {status}\n{err[-4000:]}")
    reply = _unpack(out)
    if "refused" in reply:
        where = {str(key): value for key, value in reply["where"].items()}
        raise InputRefused(str(reply["refused"]), str(reply["message"]), **where)
    if "failed" in reply:
        raise ChildFailed("memory" if reply["failed"] == "memory" else "crashed", f"{target}: {reply['detail']}")
    return reply["result"]


def _reason(status: int, err: str) -> Failure:
    """Why a child died without an answer; negative *status* is the signal that ended it."""
    if sys.platform != "win32":
        if status == -signal.SIGXCPU:
            return "timeout"
        if status == -signal.SIGKILL:  # the system's own answer to a lack of memory
            return "memory"
    return "memory" if "MemoryError" in err or "memory allocation" in err.lower() else "crashed"


def _pack(value: Any) -> bytes:
    return json.dumps(_tag(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _unpack(data: bytes) -> Any:
    return json.loads(data.decode("utf-8", "surrogatepass"), object_hook=_untag)


def _tag(value: Any) -> Any:
    """*value* as JSON knows it; what JSON lacks becomes an object with one key that starts with ``$``."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, tuple):
        return {"$tuple": [_tag(item) for item in value]}
    if isinstance(value, list):
        return [_tag(item) for item in value]
    if isinstance(value, dict):
        if any(not isinstance(key, str) or key.startswith("$") for key in value):
            raise TypeError("keys of a dict for a child process are texts that do not start with $")
        return {key: _tag(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} cannot travel to or from a child process")


def _untag(item: dict[str, Any]) -> Any:
    if len(item) == 1:
        ((key, value),) = item.items()
        if key == "$bytes":
            return base64.b64decode(value)
        if key == "$datetime":
            return datetime.fromisoformat(value)
        if key == "$date":
            return date.fromisoformat(value)
        if key == "$tuple":
            return tuple(value)
    return item


def main() -> NoReturn:
    """The child: read one request, set the limits, call the function, write one answer, end."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    request = _unpack(sys.stdin.buffer.read())
    try:
        _limit(request["seconds"], request["megabytes"])
        sys.addaudithook(_refuse_event)
        module, _, name = str(request["target"]).partition(":")
        reply = _pack({"result": getattr(importlib.import_module(module), name)(*request["args"])})
    except MemoryError:
        reply = _pack({"failed": "memory", "detail": "MemoryError"})
    except Exception as error:
        reply = _pack(_reply_to(error))
    out.write(reply)
    out.flush()
    sys.stderr.flush()
    os._exit(0)


def _reply_to(error: Exception) -> dict[str, Any]:
    """An error as an answer.

    A refusal is known by its shape (``code`` and ``where``), not by its class: pure readers import nothing of the
    portal, not even InputRefused.
    """
    code, where = getattr(error, "code", None), getattr(error, "where", None)
    if isinstance(code, str) and isinstance(where, dict):
        return {"refused": code, "message": str(getattr(error, "message", "")), "where": where}
    return {"failed": "crashed", "detail": "".join(traceback.format_exception(error))[-4000:]}


def _refuse_event(event: str, args: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not allowed in a limited child process")


def _limit(seconds: float, megabytes: int | None) -> None:
    """Set the limits the system offers; never raises where it offers none."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {resource.RLIMIT_CPU: max(1, round(seconds)), resource.RLIMIT_CORE: 0}
    if megabytes is not None:
        wanted[resource.RLIMIT_AS] = megabytes * 1024 * 1024
        wanted[resource.RLIMIT_FSIZE] = megabytes * 1024 * 1024
    for limit, value in wanted.items():
        hard = resource.getrlimit(limit)[1]
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(limit, (soft, hard if limit == resource.RLIMIT_CPU else soft))
        except (OSError, ValueError):  # macOS knows RLIMIT_AS but refuses to set it
            continue
