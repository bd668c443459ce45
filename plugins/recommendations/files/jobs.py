"""A long import in the background."""

from __future__ import annotations

from typing import Any

from portal.api import JobSpec, _l, db, identity_of, jobs, transaction

from ..models import ImportRun
from . import importing


def import_rows(progress: Any, run_id: int) -> dict[str, str]:
    """Carry out a confirmed import; where the register changed meanwhile nothing is written and it is shown again."""
    user = identity_of(progress.user_id)
    if user is None:
        _give_back(run_id)
        raise jobs.Refused(_l("The account that started this import is no longer active."))
    try:
        if not importing.carry_out_in_background(user, run_id, progress):
            raise jobs.Refused(_l("The register changed meanwhile. Look at the comparison again and confirm it."))
    except BaseException:
        _give_back(run_id)
        raise
    return {"url": f"/recommendations/import/{run_id}"}


def _give_back(run_id: int) -> None:
    """What was not finished can be confirmed again: nothing of it is in the register."""
    with transaction():
        run = db.session.get_one(ImportRun, run_id, populate_existing=True)
        if run.state == "running":
            run.state = "preview"


JOBS = [JobSpec("import", import_rows)]
