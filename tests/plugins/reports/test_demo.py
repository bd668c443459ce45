"""The demo reports, with the real register and the real consultations beside them."""

from __future__ import annotations

from portal.documents.registry import registry
from portal.i18n import force_locale
from portal.people.identity import of_email


def test_the_demo_reports_say_what_the_register_says(demo_data):
    for key, voice in (("coordinator", "government"), ("forum", "civil_society")):
        user = of_email(f"{key}@demo.example")
        document = registry.document("reports.midterm").build(user, demo_data.kept(f"report:{key}"), "en")
        assert document.organisation
        summary = [row for row in registry.rows(user, "recommendations.summary", cycle=3) if row["voice"] == voice]
        counted = {row["value"]: row["count"] for row in summary}
        figures = next(block for block in document.blocks if getattr(block, "caption", "") == "Figures at a glance")
        with force_locale("en"):
            told = {str(row[0].value): row[1] for row in figures.rows}
        assert [told[label] for label in ("Fully implemented", "Partially implemented", "Not implemented")] == [
            counted[code] for code in ("fully", "partially", "not")
        ]
        assert told["Not rated yet"] == counted["none"]
        (row,) = registry.rows(user, "reports.reports")
        assert row["voice"] == voice
        assert row["words_mn"] > 300
