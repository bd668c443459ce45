"""The demo data of the module."""

from sqlalchemy import func, select

from plugins.recommendations import demo as data
from plugins.recommendations.models import Assessment, Recommendation
from portal import demo
from portal.api import db
from portal.host.host import Host, current_host

from .conftest import now


def test_the_tables_are_whole():
    rows = data.table("demo_recommendations")
    clusters = {row["code"] for row in data.table("demo_clusters")}
    assert len(rows) >= 60
    assert len({row["number"] for row in rows}) == len(rows)
    for row in rows:
        assert row["en"]
        assert row["mn"]
        assert row["cluster"] in clusters
    assert {row["position"] for row in rows} == {"supported", "noted"}


def test_it_is_loaded_with_ratings_of_three_voices_and_taken_away_again(app, monkeypatch):
    own = [(plugin, loader) for plugin, loader in current_host().call("portal_demo") if plugin == "recommendations"]
    monkeypatch.setattr(Host, "call", lambda host, name, **rest: own if name == "portal_demo" else [])
    made = demo.load()
    assert made.kept("rec:116.21") is not None
    assert now(select(func.count()).select_from(Recommendation)) >= 60
    voices = set(db.session.scalars(select(Assessment.voice).where(Assessment.is_latest)))
    assert voices == {"government", "nhri", "civil_society"}
    assert set(db.session.scalars(select(Assessment.rating))) == {"fully", "partially", "not"}
    demo.clear()
    assert now(select(func.count()).select_from(Recommendation)) == 0
    assert now(select(func.count()).select_from(Assessment)) == 0
