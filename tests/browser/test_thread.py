"""One thread through the whole portal, from a file of the United Nations to a report, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.files import SUBJECTS
from tests.browser.step_agreement import make_agreement
from tests.browser.step_consultation import hold_consultation
from tests.browser.step_import import import_list
from tests.browser.step_language import switch_language
from tests.browser.step_modules import switch_off_and_on
from tests.browser.step_progress import report_progress
from tests.browser.step_ratings import rate_side_by_side
from tests.browser.step_report import write_report
from tests.browser.step_task import give_and_close_task

WORDS, NUMBER = SUBJECTS[4][1], "116.905"
"""The recommendation that the thread follows."""


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["mn", "en"])
def test_one_thread_runs_through_the_whole_portal(start_portal: Any, visit: Any, lang: str, tmp_path: Path) -> None:
    people = visit(start_portal(), lang)
    recommendation = import_list(people, tmp_path)
    statement = hold_consultation(people, WORDS, NUMBER)
    give_and_close_task(people, statement)
    agreement = make_agreement(people, tmp_path, WORDS, NUMBER)
    report_progress(people, agreement)
    rate_side_by_side(people, recommendation)
    write_report(people, tmp_path, NUMBER)
    switch_off_and_on(people, agreement)
    switch_language(people)
