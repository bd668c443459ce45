"""What administrators may set."""

from __future__ import annotations

from portal.api import Form, Settings, _l, fields

from .quarters import DAYS_TO_REPORT


class SettingsForm(Form):
    """When the local governments are reminded."""

    remind_days = fields.IntegerField(
        _l("Days before a quarterly report is due on which its officer is reminded"),
        [fields.InputRequired()],
        low=1,
        high=DAYS_TO_REPORT,
        description=_l("A report is due 20 days after its quarter. A second mail goes out the day after it was due."),
    )


SETTINGS = [Settings(SettingsForm, {"remind_days": 5})]
