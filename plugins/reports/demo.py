"""Demo reports: the Government's mid-term report and that of the NGO Forum, each with its own parts and ratings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.api import Identity, Record, clock

from . import demo_texts, queries, service
from .words import CHAPTER

CYCLE = 3


def load(demo: Any) -> None:
    """Two drafts of one cycle that do not see each other."""
    today = clock.today()
    for key, org, texts, chapters, days in (
        ("coordinator", "mojha", demo_texts.GOVERNMENT, demo_texts.GOVERNMENT_CHAPTERS, 45),
        ("forum", "forum", demo_texts.FORUM, demo_texts.FORUM_CHAPTERS, 20),
    ):
        user = demo.user(key)
        record = service.create(
            user,
            org_id=demo.org(org),
            kind="midterm",
            cycle=CYCLE,
            ends_on=today,
            due_on=today + timedelta(days=days),
            chapters=[demo.text(*title) for title, _text, _counted in chapters],
        )
        demo.keep(f"report:{key}", record.id)
        _write(demo, user, record, texts, chapters)


def _write(demo: Any, user: Identity, record: Record, texts: dict[str, Any], chapters: Any) -> None:
    """The texts of the fixed parts and of the chapters."""
    sections = queries.sections(record.id)
    written = [
        service.Written(each.id, each.version, demo.text(*texts[each.slot])) for each in sections if each.slot in texts
    ]
    own = [each for each in sections if each.slot == CHAPTER]
    written += [
        service.Written(each.id, each.version, demo.text(*text), counted=counted)
        for each, (_title, text, counted) in zip(own, chapters, strict=True)
    ]
    service.write(user, record, *written)
