"""What is costly is made once in a run of the tests, by the first of its processes that needs it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

WORKER = "PYTEST_XDIST_WORKER"
RUN = "PYTEST_XDIST_TESTRUNUID"
LONGEST = 900
"""How many seconds one process waits for another."""


def folder_of(factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run share."""
    own = factory.getbasetemp()
    return own.parent if WORKER in os.environ else own


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """*folder* as *make* fills it: made by whoever comes first, while the others wait for it.

    Where it fails, the next who needs it tries again. The lock is one of SQLite: every system has it, and it ends
    with its process.
    """
    done = folder.with_name(f"{folder.name}.done")
    with closing(sqlite3.connect(folder.with_name(f"{folder.name}.lock"), LONGEST, isolation_level=None)) as turn:
        turn.execute("BEGIN EXCLUSIVE")
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
