from __future__ import annotations

import pytest
from sqlalchemy import select

from portal import jobs
from portal.db import db
from portal.documents.registry import DocumentKind, NotMade, Registry, registry
from portal.i18n import force_locale
from portal.jobs.models import Job
from portal.people.identity import Identity

NOWHERE = 987_654


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "There is no record 987654 of which “Report with its annex of all recommendations” is made"),
        ("mn", "“Бүх зөвлөмжийн хавсралттай тайлан” гаргах 987654 дугаартай бүртгэл алга"),
    ],
)
def test_a_document_of_no_record_is_refused_with_what_to_do(identity, locale, words):
    with pytest.raises(NotMade) as refused, force_locale("en"):
        registry.build(identity("coordinator"), "reports.midterm", NOWHERE, "en")
    with force_locale(locale):
        assert str(refused.value.message).startswith(words)


def test_a_document_that_is_none_and_one_without_the_right_are_refused(identity):
    with force_locale("en"):
        with pytest.raises(NotMade) as refused:
            registry.build(identity("coordinator"), "reports.song", NOWHERE, "en")
        assert "no document “reports.song”" in str(refused.value.message)
        own = Registry(on_plugins=lambda: {"barn"})
        own.declare_document("barn", DocumentKind("barn.song", "Song", "cow", build=None))
        with pytest.raises(NotMade) as refused:
            own.build(Identity.anonymous(), "barn.song", NOWHERE, "en")
        assert "may not make" in str(refused.value.message)


def test_a_job_for_a_record_that_is_gone_says_what_to_do_in_both_languages(identity):
    jobs.start(
        identity("coordinator").id,
        "core.document",
        title="x",
        kind="reports.midterm",
        record_id=NOWHERE,
        format="html",
        language="en",
    )
    job = db.session.scalar(select(Job).order_by(Job.id.desc()))
    db.session.refresh(job)
    assert job.state == "failed"
    assert "ask its owner to share it" in job.message.text("en")
    assert "хуваалцахыг" in job.message.text("mn")
