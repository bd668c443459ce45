"""What administrators may set."""

from __future__ import annotations

from typing import Any

from flask import current_app

from portal.api import Form, Settings, _l, fields, settings_of

TWO, THREE = "two", "three"


class SettingsForm(Form):
    """How many people a rating passes, and when a challenge is to be answered."""

    people = fields.RadioField(
        _l("People through whose hands a rating goes"),
        [fields.InputRequired()],
        choices={
            TWO: _l("Two: who validates and publishes has not drafted it"),
            THREE: _l("Three: one drafts, another validates, a third publishes"),
        },
    )
    challenge_days = fields.IntegerField(
        _l("Days in which a challenge is to be answered"), [fields.InputRequired()], low=1, high=365
    )
    remind_days = fields.IntegerField(
        _l("Days before that on which the one who is to answer is reminded"),
        [fields.InputRequired()],
        low=1,
        high=60,
        description=_l("A second mail goes out the day after the answer was due."),
    )


SETTINGS = [Settings(SettingsForm, {"people": TWO, "challenge_days": 30, "remind_days": 7})]


def setting(key: str) -> Any:
    """What is set now."""
    return settings_of("recommendations")[key]


def own_country() -> str:
    """The State this portal follows (ISO, two letters)."""
    return str(current_app.config["COUNTRY"])
