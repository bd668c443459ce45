"""Two at the same moment: what works once works once, on either database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select

from portal import clock
from portal.db import db, transaction
from portal.jobs.progress import Progress
from portal.people import admin, links, signin, upkeep
from portal.people.errors import Refused
from portal.people.identity import of_user
from portal.people.models import Grant, Session, Token

TIMES = 5


def at_once(app, act) -> list[bool]:
    """Do *act* five times in parallel, each in a thread and with a session of its own."""
    barrier = Barrier(TIMES)

    def run(_number: int) -> bool:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    return bool(act())
            except Refused:
                return False
            finally:
                db.session.remove()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(run, range(TIMES)))


def test_a_link_is_redeemed_once(app, account):
    user = account()
    for _round in range(3):
        with transaction():
            token = links.issue("reset", user.id)
        assert at_once(app, lambda token=token: links.redeem("reset", token)).count(True) == 1


def test_a_code_is_accepted_once(app, account, second_factor):
    user = account()
    code = second_factor(user)()
    assert at_once(app, lambda: signin.use_code(user.id, code)).count(True) == 1


def test_administrators_cannot_all_remove_each_other(app, account):
    bosses = [of_user(account(role="administrator").id) for _number in range(TIMES)]
    grants = {boss.id: db.session.scalars(select(Grant.id).where(Grant.user_id == boss.id)).one() for boss in bosses}
    waiting = list(bosses)
    db.session.rollback()
    ended = at_once(app, lambda: admin.end_grant(boss := waiting.pop(), grants[boss.id]))
    assert ended.count(True) == TIMES - 1
    assert sum(of_user(boss.id).can("people.manage") for boss in bosses) == 1


def test_ended_sessions_and_links_are_forgotten_after_a_month(app, account, as_role, monkeypatch):
    monkeypatch.setattr(Progress, "step", lambda *a, **kw: None)
    as_role("observer")
    user = account()
    with transaction():
        links.issue("invite", user.id)
        old = clock.now() - timedelta(days=32)
        for row in (
            Session(token_hash="a", user_id=user.id, created_at=old, confirmed_at=old, last_seen_at=old),
            Token(purpose="reset", token_hash="b", user_id=user.id, created_at=old, expires_at=old),
        ):
            db.session.add(row)
    assert upkeep.tidy(Progress.__new__(Progress)) == 2
    assert db.session.scalar(select(func.count()).select_from(Session)) == 1
    assert db.session.scalar(select(func.count()).select_from(Token)) == 1
