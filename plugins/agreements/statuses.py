"""The states of an agreement and of a clause, and what may be done in which."""

from portal.api import _l, lazy_pgettext

STATUSES = {
    "draft": lazy_pgettext("agreement", "draft"),
    "sent": lazy_pgettext("agreement", "sent"),
    "signed": lazy_pgettext("agreement", "signed"),
    "closed": lazy_pgettext("agreement", "closed"),
    "cancelled": lazy_pgettext("agreement", "cancelled"),
}
TONES = {"draft": "neutral", "sent": "info", "signed": "success", "closed": "success", "cancelled": "neutral"}
OPEN = ("draft", "sent")
"""The clauses of an agreement may be changed."""
IN_FORCE = ("signed", "closed")
"""It was signed: progress is reported on it."""

CLAUSE_STATUSES = {
    "open": lazy_pgettext("clause", "open"),
    "done": lazy_pgettext("clause", "done"),
    "dropped": lazy_pgettext("clause", "dropped"),
}
CLAUSE_TONES = {"open": "info", "done": "success", "dropped": "neutral"}

KIND = "agreement"
CLAUSE = "clause"
RECOMMENDATION = "recommendation"
"""Kind of another module; where it is off, clauses are shown without it."""
IMPLEMENTS = "implements"
"""The link of a clause with a recommendation."""
SIGNED = "signed"
"""Purpose of the file that is the scan of the signed paper."""

COLUMNS = {
    "year": _l("Year"),
    "party_id": _l("Local government"),
    "purpose": _l("Purpose"),
    "drafted_on": _l("Date of the draft"),
    "sent_on": _l("Sent on"),
    "signed_on": _l("Signed on"),
    "signer_us": _l("Signed for the ministry by"),
    "office_us": _l("Office of who signs for the ministry"),
    "signer_them": _l("Signed for the local government by"),
    "office_them": _l("Office of who signs for the local government"),
    "signing_note": _l("Note on the signing"),
    "evaluation": _l("Evaluation of the year"),
    "closed_on": _l("Closed on"),
    "cancelled_on": _l("Cancelled on"),
    "position": _l("Place in the agreement"),
    "indicator": _l("How one sees that it is done"),
    "responsible": _l("Who carries it out"),
}
"""What the history calls the columns of this module."""
