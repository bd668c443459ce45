"""The registration form of a consultation: made in the form builder, opened by a public link."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import current_app

from portal.api import Identity, Record, forms, records

from .permissions import may
from .words import REGISTRATION_SLOT


@dataclass(frozen=True)
class Registration:
    """What the page says of registration: where people register, the forms there are, where to make one."""

    public_url: str = ""
    forms: list[forms.FormRow] = field(default_factory=list)
    new_url: str = ""


def panel(user: Identity, record: Record) -> Registration | None:
    """The registration of a consultation; None where there is nothing to show and nothing to do.

    Readers get the public link while the consultation is planned; those who write it see every form with the
    number of registrations, and may make one while it is planned and none is being written or filled.
    """
    if "forms.new" not in current_app.view_functions:
        return None
    if may(user, "consultations.plan", record) and records.can_edit(user, record):
        found = forms.of_record(user, record.id, REGISTRATION_SLOT)
        wanted = record.status == "planned" and all(form.status == "closed" for form in found)
        new_url = forms.new_url(REGISTRATION_SLOT, record.id) if wanted else ""
        return Registration("", found, new_url) if found or new_url else None
    form = forms.published_for(REGISTRATION_SLOT, record.id) if record.status == "planned" else None
    return Registration(forms.public_url(form)) if form is not None and form.public else None
