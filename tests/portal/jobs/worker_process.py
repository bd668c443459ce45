"""A worker in a process of its own: ``python -m tests.portal.jobs.worker_process FOLDER DATABASE QUEUE``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from portal import jobs, logs


def where(progress: jobs.Progress, word: str) -> dict[str, Any]:
    """Say in which process the job ran."""
    progress.step(1, 1)
    progress.file(word.encode(), "үг.txt")
    return {"pid": os.getpid(), "word": word}


def slow(progress: jobs.Progress, folder: str, seconds: float) -> dict[str, Any]:
    """Leave a mark for each begin, then work for a while."""
    begun = len(list(Path(folder).glob("begun-*")))
    (Path(folder) / f"begun-{begun}").write_text(str(os.getpid()))
    end = time.monotonic() + (seconds if begun == 0 else 0)
    while time.monotonic() < end:
        progress.step(0, 1)
        time.sleep(0.05)
    return {"pid": os.getpid(), "run": begun}


def register() -> None:
    """Make both known, here and in the process that starts them."""
    jobs.register("where", where)
    jobs.register("slow", slow)


if __name__ == "__main__":
    from tests.portal.jobs.conftest import make_app

    register()
    app = make_app(Path(sys.argv[1]), sys.argv[2], TESTING=False, QUEUE_URL=sys.argv[3])
    logs.configure()
    jobs.run_worker(app)
