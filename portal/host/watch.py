"""What a module's hooks may cost while serving: seconds, memory, no writes. Every call is measured.

A hook runs in the thread of its request. A second thread looks at the calls in progress and interrupts one that
lasts longer than LIMIT. Python cannot interrupt a call that waits inside C code (a socket, a lock); such a call is
blamed while it still hangs, so that its module is switched off and the next requests are free of it
(docs/decisions/0009-hooks-under-watch.md). While the session stores, nobody is interrupted and no time runs.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

try:
    from resource import RUSAGE_SELF, getrusage
except ImportError:  # Windows has no such module: memory is not measured there
    getrusage = None  # type: ignore[assignment]

LIMIT: Final = 2.0
"""Seconds after which a hook is interrupted."""
BUDGET: Final = 0.2
"""Seconds that all hooks of one request may take together before the log says so."""
MEMORY: Final = 64 * 2**20
"""Bytes by which the process may grow during one call."""
MEMORY_SUM: Final = 256 * 2**20
"""Bytes by which the process may grow during all calls of one module in this process."""
SUSPICIOUS: Final = 2**20
"""Bytes of growth during a round of hooks after which the rounds that follow are measured call by call."""
ROUNDS: Final = 20
"""How many rounds those are."""
_MAXRSS: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of ``ru_maxrss``."""


class HookTooSlow(BaseException):
    """Raised inside a hook that lasts longer than LIMIT; no ``except Exception`` in it keeps it from ending."""

    def __str__(self) -> str:
        return f"longer than {LIMIT:g} seconds"


class HookTooLarge(RuntimeError):
    """The process grew by more than MEMORY in one call, or by more than MEMORY_SUM in all calls of a module."""


class HookWrites(RuntimeError):
    """A hook that answers a page tried to change the database."""


@dataclass
class Cost:
    """What the hooks of a module cost in this process: calls, seconds in all and at most, bytes of growth."""

    calls: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    grown: int = 0


costs: defaultdict[str, Cost] = defaultdict(Cost)
"""Module → what its hooks cost since this process started."""
requests = Cost()
"""What all hooks of a request cost together, by request, since this process started."""
over_budget = [0]
"""How many of these requests took longer for it than BUDGET."""


def request_took(seconds: float) -> None:
    """Count the hooks of one request."""
    requests.calls += 1
    requests.seconds += seconds
    requests.slowest = max(requests.slowest, seconds)
    over_budget[0] += seconds > BUDGET


Hook = tuple[str, Callable[..., Any], tuple[str, ...]]
"""A module's name, its function and the names of the arguments it takes."""


@dataclass(eq=False, slots=True)
class Watch:
    """The hook that runs now in one thread: whose it is and when it will have lasted too long."""

    thread: int
    hangs: Callable[[str], None]
    plugin: str = ""
    ends: float = inf
    left: float = inf
    interrupted: str = ""
    told: bool = False

    def run(self, hooks: Iterable[Hook], arguments: dict[str, Any]) -> Iterator[tuple[str, Any, BaseException | None]]:
        """Call *hooks* in turn; the module of each that answered anything, its value, or the error in its place.

        One that answered None or an empty list is passed over.

        The errors are what the hook raised, HookTooSlow and HookTooLarge. What it cost is added to ``costs``.
        """
        outer, clock, full = (self.plugin, self.ends), time.perf_counter, len(arguments)
        begun = clock()
        try:
            for plugin, function, wanted in hooks:
                given = arguments if len(wanted) == full else {name: arguments[name] for name in wanted}
                before = _size() if _doubt[0] else 0
                self.plugin, self.ends = plugin, begun + LIMIT
                error: BaseException | None = None
                try:
                    result = function(**given)
                except (Exception, HookTooSlow) as raised:
                    result, error = None, raised
                ended = clock()
                cost, took = costs[plugin], ended - begun
                cost.calls += 1
                cost.seconds += took
                if took > cost.slowest:
                    cost.slowest = took
                if before and error is None:
                    error = _weigh(cost, _size() - before)
                if error is None and (result is None or result == []):
                    begun = ended
                else:
                    yield plugin, result, error
                    begun = clock()
        finally:
            self._leave(*outer)

    def pause(self) -> None:
        """The session stores: the seconds until ``go_on`` are the portal's, and to interrupt would tear it apart."""
        with _lock:
            if self.ends < inf:
                self.left, self.ends = self.ends - time.perf_counter(), inf

    def go_on(self) -> None:
        """It has stored, or taken everything back."""
        with _lock:
            if self.left < inf:
                self.left, self.ends = inf, time.perf_counter() + self.left

    def _leave(self, plugin: str, ends: float) -> None:
        """Back to the hook around these; an interruption that is on its way arrives here and nowhere else."""
        try:
            with _lock:
                self.plugin, self.ends = plugin, ends
            if self.interrupted:
                for _ in range(100):
                    time.sleep(0)
        except HookTooSlow:
            self.plugin, self.ends = plugin, ends
        self.interrupted, self.told = "", False


_watches: set[Watch] = set()
_lock = threading.Lock()
_some = threading.Event()
_thread: list[threading.Thread] = []
_here = threading.local()
_doubt = [0]
_answering: ContextVar[bool] = ContextVar("portal_hook_answering", default=False)


def _size() -> int:
    """The most bytes the process has held so far."""
    return getrusage(RUSAGE_SELF).ru_maxrss * _MAXRSS if getrusage is not None else 0


def _weigh(cost: Cost, more: int) -> HookTooLarge | None:
    cost.grown += more
    if more > MEMORY:
        return HookTooLarge(f"the process grew by {more >> 20} MB during one call")
    if cost.grown > MEMORY_SUM:
        whole, cost.grown = cost.grown, 0
        return HookTooLarge(f"the process grew by {whole >> 20} MB during its calls")
    return None


def _look(now: float) -> list[Watch]:
    """Interrupt the hooks that last too long; returns those that hang all the same, each once."""
    hanging = []
    with _lock:
        for each in _watches:
            if now > each.ends and not each.interrupted:
                each.interrupted = each.plugin
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(each.thread), ctypes.py_object(HookTooSlow))
            elif now > each.ends + LIMIT and not each.told:
                each.told = True
                hanging.append(each)
        if not _watches:
            _some.clear()
    return hanging


def _watching() -> None:
    while True:
        _some.wait()
        time.sleep(LIMIT / 4)
        for each in _look(time.perf_counter()):
            each.hangs(each.plugin)


@contextmanager
def watch(hangs: Callable[[str], None], *, answers: bool) -> Iterator[Watch]:
    """A round of hooks: ``with watch(…) as watched: for … in watched.run(hooks, arguments)``.

    *hangs* is called with the module's name, from another thread, while a hook of it hangs. Where the hooks only
    *answer*, the session refuses to add, flush, commit and change rows: it raises HookWrites.
    """
    if outer := getattr(_here, "watch", None):
        yield outer
        return
    if not _thread or not _thread[0].is_alive():  # a thread does not survive a fork
        _thread[:] = [threading.Thread(target=_watching, name="portal-hooks", daemon=True)]
        _thread[0].start()
    size, token = _size(), _answering.set(answers)
    made = _here.watch = Watch(threading.get_ident(), hangs)
    with _lock:
        _watches.add(made)
        _some.set()
    try:
        yield made
    finally:
        with _lock:
            _watches.discard(made)
        _here.watch = None
        _answering.reset(token)
        _doubt[0] = ROUNDS if _size() - size > SUSPICIOUS else max(0, _doubt[0] - 1)


def _refuse(*_arguments: Any) -> None:
    if _answering.get():
        raise HookWrites("a hook that answers a page may not write")


def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _refuse()


def _stores(_session: Session) -> None:
    if watched := getattr(_here, "watch", None):
        watched.pause()


def _has_stored(_session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None and (watched := getattr(_here, "watch", None)):
        watched.go_on()


event.listen(Session, "before_attach", _refuse)
event.listen(Session, "before_flush", _refuse)
event.listen(Session, "before_commit", _refuse)
event.listen(Session, "do_orm_execute", _refuse_statement)
event.listen(Session, "before_commit", _stores)
event.listen(Session, "after_transaction_end", _has_stored)
