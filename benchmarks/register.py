"""The register with ten thousand recommendations and many ratings: its list, its facets, its dashboards."""

from __future__ import annotations

import random
import secrets
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.ours import make_app

__all__ = ["dashboard", "fill", "make_app", "writing"]

RECOMMENDATIONS = 10_000
VOICES = ("government", "nhri", "civil_society")
RATINGS = ("fully", "partially", "not")
FIRST_RATING = 100_000_000
"""Far behind the records that are made while it is measured."""
BATCH = 20_000


def fill(folder: str, rows: int) -> None:
    """Migrate, make a reader with a session, the recommendations and *rows* published ratings; count them."""
    from sqlalchemy import event, insert, text

    from plugins.recommendations.models import Assessment, Body, Recommendation, RecommendationTerm, RecommendingState
    from plugins.recommendations.register import counts
    from plugins.recommendations.wording import number_key
    from portal import clock, records, reference
    from portal.commands.database import upgrade_all
    from portal.db import db, transaction
    from portal.people.models import Grant, Organisation, Session, User
    from portal.people.tokens import digest
    from portal.text import Content

    app = make_app(folder)
    chance = random.Random(1)
    token = secrets.token_urlsafe(32)
    with app.app_context():
        upgrade_all()
        now = clock.now()
        with transaction():
            orgs = [
                Organisation(
                    code=f"m{n}",
                    kind="ministry",
                    voice="government",
                    name=Content.of(mn=f"Яам {n}", en=f"Ministry {n}"),
                )
                for n in range(15)
            ]
            user = User(
                email="a@b.example", email_key="a@b.example", name="Г.Бямбадорж", name_key="г.бямбадорж",
                locale="mn", created_at=now,
            )  # fmt: skip
            db.session.add_all([*orgs, user])
            db.session.flush()
            db.session.add(Grant(user_id=user.id, role="coordinator", org_id=orgs[0].id, valid_from=clock.today()))
            db.session.add(
                Session(token_hash=digest(token), user_id=user.id, created_at=now, confirmed_at=now, last_seen_at=now)
            )
        themes = [each.id for each in reference.terms("theme")]
        goals = [each.id for each in reference.terms("sdg")]
        states = [each.id for each in reference.states()]
        org_ids = [org.id for org in orgs]
        ids = range(1, RECOMMENDATIONS + 1)
        numbers = {n: f"{n // 1000 + 100}.{n % 1000 + 1}" for n in ids}
        positions = {n: chance.choice(["supported", "supported", "noted"]) for n in ids}
        db.session.rollback()
        # ratings without the headers of their records: lists and figures read none, and a million take an hour
        db.session.remove()
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA foreign_keys = OFF"))
        title = Content.of(mn="Хүний эрхийн хамгаалагчийн хуулийг хэрэгжүүлэх", en="Implement the law on defenders")
        db.session.execute(
            insert(records.Record),
            [
                {
                    "id": n, "uid": f"{n:022d}", "kind": "recommendation", "plugin": "recommendations", "title": title,
                    "sort_mn": numbers[n], "sort_en": numbers[n], "status": positions[n], "org_id": org_ids[0],
                    "visibility": "public", "version": 1, "created_at": now, "changed_at": now,
                }
                for n in ids
            ],
        )  # fmt: skip
        db.session.execute(
            insert(Recommendation),
            [
                {
                    "record_id": n, "country": "MN", "cycle": n % 4 + 1, "number": numbers[n],
                    "number_sort": number_key(numbers[n]), "text": title, "position": positions[n],
                    "states_text": Content.of(mn="Норвег, Перу", en="Norway, Peru"), "state_count": 2,
                }
                for n in ids
            ],
        )  # fmt: skip
        for model, column, choices, count in (
            (RecommendationTerm, "term_id", themes, 2),
            (RecommendationTerm, "term_id", goals, 2),
            (RecommendingState, "state_id", states, 2),
            (Body, "org_id", org_ids, 2),
        ):
            more: dict[str, Any] = {"variant": 1, "place": 1} if model is RecommendingState else {}
            more |= {"role": "lead"} if model is Body else {}
            db.session.execute(
                insert(model),
                [
                    {"recommendation_id": n, column: choice, **more}
                    for n in ids
                    for choice in chance.sample(choices, count)
                ],
            )
        made = [
            {
                "record_id": FIRST_RATING + n, "recommendation_id": n % RECOMMENDATIONS + 1,
                "voice": VOICES[n // RECOMMENDATIONS % 3], "rating": chance.choice(RATINGS),
                "rated_on": date(2020, 1, 1) + timedelta(days=n * 2000 // rows), "rationale": Content(),
                "next_step": Content(), "methods": [], "published_at": now,
                "is_latest": rows - n <= 3 * RECOMMENDATIONS,
            }
            for n in range(rows)
        ]  # fmt: skip
        for start in range(0, rows, BATCH):
            db.session.execute(insert(Assessment), made[start : start + BATCH])
        db.session.commit()
        counts.recount(fix=True)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        if counts.recount():
            raise SystemExit("the counts are not those of the ratings; nothing is measured")
    (Path(folder) / "token").write_text(token, "ascii")


def dashboard(app: Any, count: int) -> dict[str, Any]:
    """Seconds of the ratings by theme, voice and rating of a cycle: by a plain query
    that takes the latest of each voice of all ratings, and as they are kept."""
    from sqlalchemy import func, select

    from plugins.recommendations.figures import figures
    from plugins.recommendations.models import Assessment, Recommendation, RecommendationTerm
    from portal.db import db

    # the columns beside a max() are those of its row on SQLite, on which this runs
    latest = (
        select(
            Assessment.recommendation_id,
            Assessment.voice,
            Assessment.rating,
            func.max(Assessment.rated_on).label("day"),
        )
        .where(Assessment.published_at.is_not(None))
        .group_by(Assessment.recommendation_id, Assessment.voice)
        .cte("latest")
        .prefix_with("MATERIALIZED")
    )
    plain_query = (
        select(RecommendationTerm.term_id, latest.c.voice, latest.c.rating, func.count())
        .select_from(latest)
        .join(Recommendation, Recommendation.record_id == latest.c.recommendation_id)
        .join(RecommendationTerm, RecommendationTerm.recommendation_id == Recommendation.record_id)
        .where(Recommendation.country == "MN", Recommendation.cycle == 3)
        .group_by(RecommendationTerm.term_id, latest.c.voice, latest.c.rating)
    )
    whole_query = (
        select(
            Recommendation.cycle,
            Assessment.voice,
            Assessment.rating,
            func.extract("year", Assessment.rated_on),
            func.count(),
        )
        .join(Recommendation, Recommendation.record_id == Assessment.recommendation_id)
        .group_by(Recommendation.cycle, Assessment.voice, Assessment.rating, func.extract("year", Assessment.rated_on))
    )
    with app.app_context():
        begun = time.perf_counter()
        for _ in range(count):
            rows = db.session.execute(plain_query).all()
        plain = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(count):
            kept = {**figures.by_key("theme", "MN", 3), **figures.by_key("sdg", "MN", 3)}
        taken = time.perf_counter() - begun
        said = {
            (key, voice, rating): n
            for key, one in kept.items()
            for voice, by in one.ratings.items()
            for rating, n in by.items()
        }
        same = {tuple(row[:3]): row[3] for row in rows} == said
        begun = time.perf_counter()
        for _ in range(count):
            db.session.execute(whole_query).all()
        all_plain = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(count):
            figures.years(next(one for one in figures.all_figures() if one.cycle == 3))
        all_taken = time.perf_counter() - begun
    return {"plain": plain, "kept": taken, "same": same, "all_plain": all_plain, "all_kept": all_taken}


def writing(app: Any, count: int) -> dict[str, Any]:
    """Seconds of *count* transactions that publish a rating: plainly, and with its counts; all are taken back."""
    from plugins.recommendations.models import Assessment
    from plugins.recommendations.register import counts
    from portal import clock, records
    from portal.db import db, transaction
    from portal.people.identity import Identity, of_user
    from portal.text import Content

    def publish(n: int) -> None:
        with transaction():
            record = records.create(
                reader, kind="assessment", title=Content.of(mn="Үнэлгээ", en="Rating"), org_id=1, owner_id=1,
                status="published", visibility="public", text=["Үндэслэл"],
            )  # fmt: skip
            db.session.add(
                Assessment(
                    record_id=record.id, recommendation_id=n, voice="government", rating=RATINGS[n % 3],
                    rated_on=date(2026, 6, 1), rationale=Content(), next_step=Content(), methods=[],
                    published_at=clock.now(),
                )
            )  # fmt: skip

    with app.app_context():
        reader = of_user(1) or Identity()
    kept = counts.refresh
    seconds = {}
    with app.app_context():
        for name, refresh in (("plain", lambda _ids: None), ("counted", kept)):
            counts.refresh = refresh
            begun = time.perf_counter()
            for n in range(1, count + 1):
                publish(n + (0 if name == "plain" else count))
            seconds[name] = time.perf_counter() - begun
        counts.refresh = kept
        with transaction():
            kept(range(1, count + 1))
        seconds["same"] = not counts.recount()
    return seconds
