"""The tables that reports and exports read."""

from types import SimpleNamespace

import pytest

from plugins.recommendations.datasets import evidence_text
from plugins.recommendations.register.service import set_bodies
from portal.api import Content, Identity, datasets, transaction

from .conftest import asked

PUBLIC = Identity.anonymous()


def rows(name, **filters):
    return list(datasets.rows(PUBLIC, f"recommendations.{name}", **filters))


def test_every_row_has_the_keys_of_its_columns(enter, rate, coordinator, mojha):
    rate(coordinator, mojha, enter("116.1", themes=("health",), sdgs=("3", "10")), "fully")
    for name in ("recommendations", "assessments", "summary"):
        columns = {column.key for column in datasets.dataset(f"recommendations.{name}").columns}
        for row in rows(name):
            assert columns <= row.keys()


def test_recommendations_with_their_parts(enter, coordinator, ministry):
    record = enter("116.2", states=("NO", "PE"), themes=("health",), groups=("women",), sdgs=("10", "3"))
    enter("116.10", position="noted")
    with transaction():
        set_bodies(coordinator, record, {ministry.id: "lead"})
    first, second = rows("recommendations")
    assert (first["number"], second["number"]) == ("116.2", "116.10")
    assert first["states"].texts["en"] == "Norway, Peru"
    assert (first["themes"].texts["en"], first["sdgs"]) == ("Right to health", "3, 10")
    assert first["position_source"] == "A/HRC/46/9/Add.1, 3"
    assert first["bodies"].texts["en"] == "Organisation mflsp"
    assert [row["number"] for row in rows("recommendations", position="noted")] == ["116.10"]


def test_a_cycle_means_that_of_the_own_country_where_it_has_one(enter):
    enter("121.1", country="SI")
    assert [row["number"] for row in rows("recommendations", cycle="3")] == ["121.1"]
    enter("116.1")
    assert [row["number"] for row in rows("recommendations", cycle=3)] == ["116.1"]
    assert [row["number"] for row in rows("recommendations", cycle=3, country="SI")] == ["121.1"]
    assert len(rows("recommendations")) == 2
    assert rows("recommendations", cycle=2) == []


def test_ratings_by_voice_and_the_latest_only(enter, rate, coordinator, mojha, forum, identity):
    record = enter("116.1")
    rate(coordinator, mojha, record, "not", days=300)
    rate(coordinator, mojha, record, "fully", days=10)
    rate(identity("cs_editor", org=forum), forum, record, "partially")
    rate(identity("cs_editor", org=forum), forum, record, "not", publish=False)
    assert [row["rating"] for row in rows("assessments")] == ["partially", "not", "fully"]
    (one,) = rows("assessments", voice="government", latest="1", cycle="3")
    assert (one["recommendation_id"], one["number"], one["rating"]) == (record.id, "116.1", "fully")
    assert one["evidence"].texts["en"] == "Law or other act: Law of 2024 (https://example.org/law)"
    assert one["next_step"].texts["en"] == "Adopt the bill"


def piece(**title):
    return SimpleNamespace(kind="law", title=Content.of(**title), dated=None, url="")


def test_evidence_is_told_in_the_languages_in_which_it_was_written(app):
    both, english, mongolian = piece(mn="Хууль А", en="Law A"), piece(en="Law B"), piece(mn="Хууль В")
    assert evidence_text([]) == Content()
    assert evidence_text([both]).texts == {
        "mn": "Хууль, эрх зүйн акт: Хууль А",
        "en": "Law or other act: Law A",
    }
    assert evidence_text([both, english]).texts == {"en": "Law or other act: Law A; Law or other act: Law B"}
    assert evidence_text([both, english]).get("mn")[1] == "en"
    assert evidence_text([english, mongolian]).texts == {
        "mn": "Хууль, эрх зүйн акт: зөвхөн нөгөө хэл дээр нэрлэсэн; Хууль, эрх зүйн акт: Хууль В",
        "en": "Law or other act: Law B; Law or other act: named in the other language only",
    }


def test_the_summary_names_its_rule(enter, rate, coordinator, mojha):
    rate(coordinator, mojha, enter("116.1", states=("NO", "PE")), "fully")
    found = {(r["rule"], r["measure"], r["voice"], r["value"]): r["count"] for r in rows("summary", cycle="3")}
    assert found["paragraph", "position", None, "supported"] == 1
    assert found["paragraph", "rating", "government", "fully"] == 1
    assert found["paragraph", "rating", "nhri", "none"] == 1
    assert found["state", "mentions", None, None] == 2


def test_an_unknown_filter_is_refused(app):
    with pytest.raises(TypeError):
        rows("recommendations", colour="green")


def test_reading_many_asks_in_batches(enter, query_counter):
    enter("116.1", themes=("health",))
    with query_counter() as few:
        rows("recommendations")
    for number in range(2, 12):
        enter(f"116.{number}", themes=("health",))
    with query_counter() as many:
        rows("recommendations")
    assert asked(few) == asked(many) <= 5
