"""The list of recommendations and the page of one."""

import csv
import io
import json
import re

import openpyxl
import pytest
from sqlalchemy import select

from plugins.recommendations.models import Assessment, Body
from plugins.recommendations.register import choosing
from plugins.recommendations.register.service import set_bodies
from portal.api import Identity, db, reference, transaction

from .conftest import asked


def numbers(browser, query=""):
    """The numbers on the page of the list, in its order."""
    return re.findall(
        r'<th scope="row"><a href="/recommendations/\d+">([^<]+)</a>', browser.get(f"/recommendations/{query}").text
    )


def test_the_list_is_in_natural_order_and_open_to_everyone(client, enter):
    for number in ("116.10", "116.2", "116.1"):
        enter(number)
    assert numbers(client) == ["116.1", "116.2", "116.10"]
    assert numbers(client, "?sort=-number") == ["116.10", "116.2", "116.1"]


def test_an_empty_register_says_what_to_do_first(client, as_role, mojha):
    assert "as soon as the coordinator has imported them" in client.get("/recommendations/").text
    assert "Import the thematic list" in as_role("coordinator", org=mojha).get("/recommendations/").text


def test_the_counts_say_their_rule(client, enter):
    enter("116.1", states=("NO", "PE"))
    enter("116.2", position="noted")
    page = client.get("/recommendations/").text
    for words in ("recommendations, by UN paragraph", "by recommending State", "noted, by UN paragraph"):
        assert words in page
    assert "<strong>3</strong><span>by recommending State" in page
    assert "How recommendations are counted" in page
    assert client.get("/recommendations/counting").status_code == 200


def test_what_not_everyone_sees_is_in_the_numbers_of_those_who_see_it(client, as_role, enter, coordinator, mojha):
    """The numbers are kept for public recommendations; the others are added for their readers."""
    enter("116.1", states=("NO", "PE"))
    hidden = enter("116.2", position="noted", cycle=2)
    with transaction():
        hidden.visibility = "org"
    inside = as_role("coordinator", org=mojha)
    for query, public, all_of_them in (("", (1, 2, 0), (2, 3, 1)), ("?cycle=2", (0, 0, 0), (1, 1, 1))):
        for reader, (paragraphs, mentions, noted) in ((client, public), (inside, all_of_them)):
            counting = reader.get(f"/recommendations/list.json{query}").get_json()["counting"]
            assert counting["by_un_paragraph"]["total"] == paragraphs
            assert counting["by_un_paragraph"]["noted"] == noted
            assert counting["by_recommending_state"]["total"] == mentions
    for reader, wanted in ((Identity.anonymous(), {"3": 1}), (coordinator, {"3": 1, "2": 1})):
        cycles = next(options for key, _title, options in choosing.facets(reader, {}) if key == "cycle")
        assert {option.value: option.number for option in cycles} == wanted


def test_programs_read_the_register_page_by_page(client, enter, rate, coordinator, mojha):
    one = enter("116.1", en="Build hospitals", states=("NO", "PE"))
    for number in range(2, 28):
        enter(f"116.{number}")
    rate(coordinator, mojha, one, "partially")
    page = client.get("/recommendations/list.json?size=25").get_json()
    assert [row["number"] for row in page["rows"]] == [f"116.{number}" for number in range(1, 26)]
    assert page["rows"][0]["text"]["en"] == "Build hospitals"
    assert page["rows"][0]["ratings"] == {"government": "partially", "nhri": None, "civil_society": None}
    assert page["counting"]["by_un_paragraph"] == {"total": 27, "supported": 27, "noted": 0}
    rest = client.get(page["next"]).get_json()
    assert [row["number"] for row in rest["rows"]] == ["116.26", "116.27"]
    assert rest["next"] is None
    found = client.get("/recommendations/list.json?q=hospital&cycle=99").get_json()
    assert [row["id"] for row in found["rows"]] == [one.id]
    assert found["refused"] == ["cycle"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=hospital", ["116.1"]),
        ("?q=116.1", ["116.1"]),
        ("?q=Перу", ["116.1"]),
        ("?cycle=3", ["116.1", "116.10"]),
        ("?position=noted", ["116.10"]),
        ("?cycle=2&position=noted", []),
        ("?rating=none&voice=government", ["84.1", "116.10"]),
        ("?rating=partially&voice=government", ["116.1"]),
        ("?rating=partially", ["116.1"]),
        ("?voice=civil_society", []),
        ("?rating=fully", []),
    ],
)
def test_filters_are_in_the_address(client, enter, rate, coordinator, mojha, query, found):
    one = enter("116.1", en="Build hospitals", states=("PE",))
    enter("116.10", position="noted")
    enter("84.1", cycle=2)
    rate(coordinator, mojha, one, "partially")
    assert numbers(client, query) == found


def test_filters_by_theme_group_goal_state_and_body(client, enter, coordinator, ministry):
    one = enter("116.1", states=("PE",), themes=("health",), groups=("women",), sdgs=("3",))
    enter("116.2", themes=("education",))
    with transaction():
        set_bodies(coordinator, one, {ministry.id: "lead"})
    terms = {(scheme, t.code): t.id for scheme in ("theme", "group", "sdg") for t in reference.terms(scheme)}
    peru = next(state.id for state in reference.states() if state.iso2 == "PE")
    queries = [
        f"?theme={terms['theme', 'health']}",
        f"?group={terms['group', 'women']}",
        f"?sdg={terms['sdg', '3']}",
        f"?state={peru}",
        f"?body={ministry.id}",
    ]
    for query in queries:
        assert numbers(client, query) == ["116.1"]
    assert "This filter was not understood" in client.get("/recommendations/?theme=999999").text


def test_a_theme_of_a_source_is_found_under_the_national_one(client, enter):
    source = next(t for t in reference.terms("theme", 3) if t.mapped_to_id is not None)
    record = enter("116.1")
    from plugins.recommendations.models import RecommendationTerm

    with transaction():
        db.session.add(RecommendationTerm(recommendation_id=record.id, term_id=source.id))
    assert numbers(client, f"?theme={source.mapped_to_id}") == ["116.1"]


def test_the_country_is_asked_for_only_where_there_are_several(client, enter):
    enter("116.1")
    assert "State under review" not in client.get("/recommendations/").text
    enter("121.1", country="SI")
    assert "State under review" in client.get("/recommendations/").text
    assert numbers(client, "?country=SI") == ["121.1"]


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_the_filtered_list_is_a_file_in_either_language(client, enter, lang):
    enter("116.1", en="Build", mn="Барих", position="noted", states=("NO",))
    enter("116.2")
    address = f"/recommendations/export.%s?position=noted&lang={lang}"
    rows = list(csv.reader(io.StringIO(client.get(address % "csv").get_data().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert {"mn": "Барих", "en": "Build"}[lang] in rows[1]
    assert {"mn": "Норвег", "en": "Norway"}[lang] in rows[1]
    book = openpyxl.load_workbook(io.BytesIO(client.get(address % "xlsx").get_data()))
    assert book.active["A2"].value == "116.1"
    whole = json.loads(client.get(address % "json").get_data())
    (found,) = whole["recommendations"]
    assert whole["counting"]["by_un_paragraph"] == {"total": 1, "noted": 1}
    assert found["text"] == {"mn": "Барих", "en": "Build"}
    assert found["position"] == "noted"


def test_a_page_of_the_list_asks_as_much_for_many_as_for_few(client, enter, rate, coordinator, mojha, query_counter):
    rate(coordinator, mojha, enter("116.1"), "partially")
    client.get("/recommendations/")
    with query_counter() as few:
        client.get("/recommendations/")
    for number in range(2, 41):
        rate(coordinator, mojha, enter(f"116.{number}", themes=("health",)), "partially")
    with query_counter() as many:
        client.get("/recommendations/")
    assert asked(many) == asked(few) <= 6


def test_a_list_of_many_pages_asks_one_question_more_for_their_number(client, enter, query_counter):
    for number in range(1, 60):
        enter(f"116.{number}")
    client.get("/recommendations/")
    with query_counter() as seen:
        page = client.get("/recommendations/").text
    assert asked(seen) <= 6
    assert "59 entries" in page


def test_a_recommendation_is_shown_in_both_languages_with_their_states(client, enter):
    record = enter("116.1", en="Build hospitals", mn="Эмнэлэг барих", states=("PE", "CL"), themes=("health",))
    page = client.get(f"/recommendations/{record.id}").text
    for part in ("Build hospitals", "Эмнэлэг барих", "Official", "Draft", "Peru", "Chile", "A/HRC/46/9/Add.1"):
        assert part in page
    assert page.count("Not rated yet") == 3


def test_its_page_asks_as_much_for_many_ratings_as_for_few(
    client, enter, rate, coordinator, mojha, commission, forum, identity, query_counter
):
    record = enter("116.1", themes=("health", "education"), states=("PE", "CL"))
    rate(coordinator, mojha, record, "fully", days=400)
    address = f"/recommendations/{record.id}"
    client.get(address)
    with query_counter() as few:
        client.get(address)
    for days in (300, 200, 100):
        rate(coordinator, mojha, record, "partially", days=days)
        rate(identity("cs_editor", org=forum), forum, record, "not", days=days)
        rate(identity("commission_officer", org=commission), commission, record, "partially", days=days)
    with query_counter() as many:
        client.get(address)
    assert asked(many) == asked(few) <= 15


def test_what_does_not_exist_is_404(client, enter, rate, coordinator, mojha):
    record = enter("116.1")
    made = rate(coordinator, mojha, record, "partially")
    assert client.get("/recommendations/999999").status_code == 404
    assert client.get(f"/recommendations/{made.id}").status_code == 404
    assert client.get(f"/recommendations/ratings/{record.id}").status_code == 404
    assert db.session.scalar(select(Assessment.record_id)) == made.id
    assert db.session.scalar(select(Body.org_id)) is None
