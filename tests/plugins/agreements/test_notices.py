"""Mails say that something waits, and where; never what an agreement says."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from plugins.agreements import notices, progress, service
from portal import clock, jobs
from portal.cli import main
from portal.db import db, transaction
from portal.people.models import Grant

from .test_progress import Sent


def subjects() -> list[str]:
    return [mail.subject for mail in jobs.mail.outbox()]


@pytest.fixture(autouse=True)
def _no_mail(app: Any) -> None:
    mailman = jobs.mail._mailman()
    if hasattr(mailman, "outbox"):
        mailman.outbox.clear()


def test_the_local_officer_hears_of_an_agreement_that_was_sent(
    draft: Any, coordinator: Any, khovd_officer: Any, dornod_officer: Any
) -> None:
    record = draft()
    service.send(coordinator, record)
    [mail] = jobs.mail.outbox()
    assert mail.to == [khovd_officer.email]
    assert mail.subject == "An agreement lies before you"
    assert f"/agreements/{record.id}" in mail.body
    assert "shelter" not in mail.body


@pytest.mark.parametrize(
    ("today", "filled", "subject"),
    [
        (date(2026, 4, 15), (), ["Quarterly report on the agreement: Q1 2026"]),
        (date(2026, 4, 21), (), ["Quarterly report on the agreement: Q1 2026"]),
        (date(2026, 4, 16), (), []),
        (date(2026, 4, 15), ("2026-Q1",), []),
    ],
    ids=["five days before", "the day after", "in between", "filled"],
)
def test_a_report_is_asked_for(
    signed: Any,
    khovd_officer: Any,
    monkeypatch: pytest.MonkeyPatch,
    today: date,
    filled: tuple[str, ...],
    subject: list[str],
) -> None:
    record = signed(year=2026, drafted_on=date(2026, 1, 10))
    jobs.mail._mailman().outbox.clear()
    with transaction():
        db.session.execute(db.update(Grant).values(valid_from=date(2026, 1, 1)))
    sent = [
        Sent(number, period, {"clause": [{"_key": "1", "progress": 10}]}) for number, period in enumerate(filled, 1)
    ]
    room = SimpleNamespace(submissions_of=lambda ids, slot: dict.fromkeys(ids, sent))
    monkeypatch.setattr(progress, "forms", room)
    monkeypatch.setattr(clock, "today", lambda: today)
    assert notices.remind(None) == {"mails": len(subject)}
    assert subjects() == subject
    assert all(f"/agreements/{record.id}" in mail.body for mail in jobs.mail.outbox())


@pytest.mark.parametrize(("today", "mails"), [(date(2026, 4, 8), 1), (date(2026, 4, 15), 0)])
def test_administrators_set_how_long_before(
    signed: Any, khovd_officer: Any, runner: Any, monkeypatch: pytest.MonkeyPatch, today: date, mails: int
) -> None:
    signed(year=2026, drafted_on=date(2026, 1, 10))
    with transaction():
        db.session.execute(db.update(Grant).values(valid_from=date(2026, 1, 1)))
    runner.invoke(main, ["plugins", "settings", "agreements", "--set", "remind_days=12"])
    db.session.rollback()
    monkeypatch.setattr(progress, "forms", SimpleNamespace(submissions_of=lambda ids, slot: {key: [] for key in ids}))
    monkeypatch.setattr(clock, "today", lambda: today)
    assert notices.remind(None) == {"mails": mails}
