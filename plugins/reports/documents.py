"""The report as a document that the portal can make."""

from __future__ import annotations

from portal.api import DocumentKind, Identity, _l, records
from portal.api import documents as paper

from . import queries
from .paper import compose
from .words import RECORD_KIND


def build(user: Identity, record_id: int, locale: str) -> paper.Document:
    """The report *record_id* in *locale* as *user* sees it; raises NotFound where it is invisible."""
    return compose(queries.draft(user, records.get(user, record_id, RECORD_KIND)), locale)


DOCUMENTS = [
    DocumentKind(
        "reports.midterm",
        _l("Report with its annex of all recommendations"),
        RECORD_KIND,
        build,
        permission="reports.read",
    )
]
