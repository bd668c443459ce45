"""Several values of a filter, numbers beside them, kept lists, gaps, and the page of the own ministry."""

import csv
import io
import re

import pytest

from plugins.recommendations.models import SavedView
from plugins.recommendations.register import arranging, choosing, gaps, saved_views, service
from portal.api import Identity, db, reference, transaction

from .conftest import now


@pytest.fixture
def three(enter, rate, coordinator, mojha, ministry):
    """One rated without evidence, one noted and not rated, one without a translation and with a body."""
    themes = [each.code for each in reference.terms("theme")[:2]]
    made = [
        enter("116.1", themes=themes[:1], mn="Цуцлах"),
        enter("116.2", themes=themes[1:], position="noted", mn="Батлах"),
        enter("116.3", states=("PE",)),
    ]
    rate(coordinator, mojha, made[0], "partially", evidence=False)
    with transaction():
        service.set_bodies(coordinator, made[2], {ministry.id: "lead"})
    return made


def numbers(browser, query):
    page = browser.get(f"/recommendations/?{query}")
    assert page.status_code == 200
    return re.findall(r'<th scope="row"><a href="/recommendations/\d+">([^<]+)</a>', page.text)


def facet(args, key):
    """The values of a facet with their numbers."""
    found = {name: options for name, _title, options in choosing.facets(Identity.anonymous(), args)}
    return {option.value: option.number for option in found.get(key, [])}


def test_several_values_are_any_of_them(client, three):
    ids = [str(each.id) for each in reference.terms("theme")[:2]]
    assert numbers(client, f"theme={ids[0]},{ids[1]}") == ["116.1", "116.2"]
    assert numbers(client, "position=supported,noted") == ["116.1", "116.2", "116.3"]
    assert numbers(client, "rating=partially,none&voice=government&position=supported") == ["116.1", "116.3"]
    page = client.get("/recommendations/?position=supported,nonsense").text
    assert "This filter was not understood" in page
    answer = client.get(f"/recommendations/choose?go=1&theme={ids[0]}&theme={ids[1]}")
    assert answer.headers["Location"].endswith(f"?theme={ids[0]}%2C{ids[1]}")
    export = client.get("/recommendations/export.csv?position=noted,supported").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(export)))) == 4


def test_numbers_of_a_facet_respect_the_other_filters_and_not_its_own(three):
    assert facet({}, "position") == {"supported": 2, "noted": 1}
    assert facet({"position": "noted"}, "position") == {"supported": 2, "noted": 1}
    assert facet({"position": "noted"}, "theme") == {str(reference.terms("theme")[1].id): 1}
    assert facet({"position": "supported"}, "rating") == {"partially": 1, "none": 1}
    peru = next(each.id for each in reference.states() if each.iso2 == "PE")
    assert facet({"q": "116.3"}, "state") == {str(peru): 1}
    assert sum(facet({}, "year").values()) == 1


def test_numbers_of_ratings_are_those_of_the_list_they_lead_to(client, three, rate, identity, forum):
    rate(identity("cs_editor", org=forum), forum, three[1], "not")
    for voice, known in (("", 2), ("government", 1), ("civil_society", 1)):
        found = facet({"voice": voice}, "rating")
        assert sum(number for code, number in found.items() if code != "none") == known
        for code, number in found.items():
            assert len(numbers(client, f"rating={code}&voice={voice}")) == number, (voice, code)


def test_each_gap_leads_to_its_place(client, three):
    page = client.get("/recommendations/gaps?voice=government").text
    for gap, found in (
        ("unrated", ["116.2", "116.3"]),
        ("evidence", []),
        ("translation", ["116.3"]),
        ("body", ["116.1", "116.2"]),
        ("reasons", []),
    ):
        links = [
            each.replace("&amp;", "&") for each in re.findall(rf'href="/recommendations/\?(gap={gap}[^"]*)"', page)
        ]
        whole = [each for each in links if "position" not in each]
        assert len(whole) == bool(found), gap
        if found:
            assert numbers(client, whole[0]) == found, gap
    rows = gaps.count(Identity.anonymous(), "civil_society")
    assert [(row.position, row.counts["unrated"]) for row in rows] == [("supported", 2), ("noted", 1)]
    table = list(csv.DictReader(io.StringIO(client.get("/recommendations/gaps.csv").data.decode("utf-8-sig"))))
    assert len(table) == 3
    assert [bool(row["Responsible body"]) for row in table] == [False, False, True]
    assert [row["No responsible body"] for row in table] == ["1", "1", "0"]


def test_a_list_is_kept_for_oneself_or_for_the_organisation(as_role, identity, sign_in, three, ministry, mojha):
    mine = identity("focal_point", org=ministry)
    browser = sign_in(mine)
    given = {"name": "Noted ones", "share": "", "on_start": "y", "query": "position=noted&after=abc"}
    answer = browser.post("/recommendations/views", data=given)
    assert answer.headers["Location"] == "/recommendations/?position=noted"
    assert numbers(browser, "position=noted") == ["116.2"]
    assert "Noted ones" in browser.get("/").text
    colleague, stranger = as_role("focal_point", org=ministry), as_role("focal_point", org=mojha)
    assert "Noted ones" not in colleague.get("/recommendations/").text
    browser.post("/recommendations/views", data=given | {"share": str(ministry.id)})
    assert "Noted ones" in colleague.get("/recommendations/").text
    assert "Noted ones" not in stranger.get("/recommendations/").text
    view_id = now(db.select(SavedView.id))
    assert colleague.post(f"/recommendations/views/{view_id}/forget").status_code == 404
    assert stranger.post("/recommendations/views", data=given | {"share": str(ministry.id)}).status_code == 422
    assert browser.post(f"/recommendations/views/{view_id}/forget").status_code == 303
    assert saved_views.of(mine) == []


def test_a_kept_list_needs_a_name_and_an_account(client, as_role, mojha):
    assert client.get("/recommendations/views").status_code in (302, 303, 401)
    browser = as_role("coordinator", org=mojha)
    assert browser.post("/recommendations/views", data={"name": "", "share": ""}).status_code == 422
    assert "No kept lists yet" in browser.get("/recommendations/views").text


def test_a_ministry_sees_what_it_has_to_do(three, as_role, ministry, forum, coordinator):
    page = as_role("focal_point", org=ministry).get("/recommendations/mine").text
    assert ">116.3</a>" in page
    assert ">116.1</a>" not in page
    assert re.search(r"<strong>1</strong><span>not rated by the Government yet", page)
    arranging.archive(coordinator, three[2], version=three[2].version, reason="Entered twice")
    page = as_role("focal_point", org=ministry).get("/recommendations/mine").text
    assert not re.search(r"<strong>1</strong><span>not rated by the Government yet", page)
    empty = as_role("cs_editor", org=forum).get("/recommendations/mine").text
    assert "No recommendation names your organisation" in empty
