"""What administrators may set."""

from __future__ import annotations

from portal.api import Form, Settings, _l, documents, fields

_HINT = _l("New reports begin with it; their authors may change it. Empty: no limit.")


class SettingsForm(Form):
    """The words that the United Nations accept (upr.md 6.3); a mid-term report is voluntary and has no limit of its
    own, so that it begins with that of national reports.
    """

    national_words = fields.IntegerField(
        _l("Word limit of national reports"), [fields.Optional()], low=100, high=1_000_000, description=_HINT
    )
    midterm_words = fields.IntegerField(
        _l("Word limit of mid-term reports"), [fields.Optional()], low=100, high=1_000_000, description=_HINT
    )
    annual_words = fields.IntegerField(
        _l("Word limit of annual reports"), [fields.Optional()], low=100, high=1_000_000, description=_HINT
    )


SETTINGS = [
    Settings(
        SettingsForm,
        {
            "national_words": documents.NATIONAL_REPORT_WORDS,
            "midterm_words": documents.NATIONAL_REPORT_WORDS,
            "annual_words": None,
        },
    )
]
