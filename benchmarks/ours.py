"""The portal with all its modules on the same rows: tasks of a sub-committee, as its desk officer sees them."""

from __future__ import annotations

import os
import random
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any


def make_app(folder: str) -> Any:
    """The portal on the instance in *folder*, made as ``portal serve`` makes it."""
    from portal.cli import application

    instance = str(Path(folder) / "instance")
    os.environ.update(PORTAL_INSTANCE=instance, PORTAL_PLUGIN_ERRORS="raise", PORTAL_LOG_LEVEL="WARNING")
    return application(serving=True)


def fill(folder: str, rows: int) -> None:
    """Migrate, make an account with a role and a session, and *rows* tasks; the session's token goes to a file."""
    from sqlalchemy import insert

    from portal import clock, records
    from portal.commands.database import upgrade_all
    from portal.db import db, metadata, transaction
    from portal.i18n import sort_key
    from portal.people.models import Grant, Organisation, Session, User
    from portal.people.tokens import digest
    from portal.text import Content

    app = make_app(folder)
    chance = random.Random(1)
    token = secrets.token_urlsafe(32)
    with app.app_context():
        upgrade_all()
        with transaction():
            org = Organisation(code="bench", kind="sub_committee", name=Content.of(mn="Дэд хороо", en="Sub-committee"))
            user = User(
                email="a@b.example", email_key="a@b.example", name="Г.Бямбадорж", name_key="г.бямбадорж",
                locale="mn", created_at=clock.now(),
            )  # fmt: skip
            db.session.add_all([org, user])
            db.session.flush()
            now = clock.now()
            db.session.add(Grant(user_id=user.id, role="desk_officer", org_id=org.id, valid_from=clock.today()))
            db.session.add(
                Session(token_hash=digest(token), user_id=user.id, created_at=now, confirmed_at=now, last_seen_at=now)
            )
            start = date(2024, 1, 1)
            titles = [f"Зөвлөмж {n}-ийг хэрэгжүүлэх арга хэмжээ" for n in range(1, rows + 1)]
            db.session.execute(
                insert(records.Record),
                [
                    {
                        "id": n, "uid": f"{n:022d}", "kind": "task", "plugin": "subcommittees",
                        "title": Content.of(mn=title, en=f"Measure for recommendation {n}"),
                        "sort_mn": sort_key(title), "sort_en": f"measure {n:09d}",
                        "status": chance.choice(["open", "in_progress", "done", "cancelled"]),
                        "org_id": org.id, "owner_id": user.id, "due_on": start + timedelta(days=n % 1500),
                        "visibility": "org", "version": 1, "created_at": now, "changed_at": now,
                    }
                    for n, title in enumerate(titles, 1)
                ],
            )  # fmt: skip
            tasks = metadata.tables["subcommittees_task"]
            db.session.execute(
                insert(tasks),
                [
                    {"record_id": n, "description": Content(), "progress": n % 101, "outcome": Content()}
                    for n in range(1, rows + 1)
                ],
            )
        (Path(folder) / "token").write_text(token, "ascii")
