"""Making a file of a report in the background."""

from __future__ import annotations

from typing import Any

from portal.api import Forbidden, JobSpec, NotFound, _l, documents, identity_of, jobs, records

from . import queries
from .paper import compose
from .words import RECORD_KIND

MAKE = "reports.make"
STEPS = 3


def make(progress: Any, record_id: int, format_: str, language: str) -> None:
    """Write the report as a file, as the one who asked sees it at that moment."""
    user = identity_of(progress.user_id)
    if user is None:
        raise jobs.Refused(_l("The account that asked for this file is no longer active."))
    progress.step(0, STEPS, _l("The figures are read."))
    try:
        record = records.get(user, record_id, RECORD_KIND)
        draft = queries.draft(user, record)
    except (NotFound, Forbidden):
        raise jobs.Refused(_l("The report is not there any more, or is no longer shared with you.")) from None
    progress.step(1, STEPS, _l("The text is laid out."))
    document = compose(draft, language)
    progress.step(2, STEPS, _l("The file is written."))
    data = documents.write(document, format_)
    progress.file(data, documents.file_name(document, format_), documents.MIME_TYPES[format_])
    progress.step(STEPS, STEPS, _l("The file is ready."))


JOBS = [JobSpec("make", make)]
