"""What the services of this room refuse, in words for the reader."""

from __future__ import annotations

from portal.i18n import _


class MeetingRefused(Exception):
    """An act that the state of the minutes does not allow; ``message`` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def locked() -> MeetingRefused:
    """The minutes are approved."""
    return MeetingRefused(
        _("The minutes are approved and can no longer be changed. Reopen them with a reason to correct them.")
    )


def not_approved() -> MeetingRefused:
    """The minutes are still a draft."""
    return MeetingRefused(_("The minutes are still a draft. Approve them before you share them."))


def nothing_to_approve() -> MeetingRefused:
    """The minutes are empty."""
    return MeetingRefused(_("The minutes are empty. Write at least one statement, decision or summary first."))


def own_organisation() -> MeetingRefused:
    """Shared with the organisation that wrote them."""
    return MeetingRefused(_("The minutes belong to this organisation; it sees them anyway."))


def reason_missing() -> MeetingRefused:
    """Reopened without a reason."""
    return MeetingRefused(_("Give a reason for reopening the minutes."))
