"""Where data is by aimag, and two breakdowns crossed: pages, pictures, files."""

import csv
import io
import re
from collections import Counter

import openpyxl
import pytest

from plugins.recommendations.figures import crossing, figures
from portal.api import Identity, datasets, reference

PLACE = "/recommendations/glance?cycle=3&country=MN"


def numbers(client, address):
    """The rows of a file of numbers below its head."""
    text = client.get(address).data.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    head = next(place for place, row in enumerate(rows) if len(row) > 1)
    return rows[head + 1 :]


def test_the_map_shows_the_values_of_an_indicator_by_aimag(client, demo_data):
    page = client.get(PLACE).text
    assert page.count("Khovd") >= 2, "in its square and in the table"
    (code,) = re.findall(r'<option value="(indicator-\d+)" selected', page) or ["indicator-0"]
    known = [
        row
        for row in datasets.rows(
            Identity.anonymous(), "recommendations.indicator_values", indicator=code.partition("-")[2], dimension="unit"
        )
        if row["ends_on"].year == 2025
    ]
    assert len(known) > 10
    rows = numbers(client, f"/recommendations/pictures/units.csv?cycle=3&unit={code}")
    names = {unit.code: unit.name.text("en") for unit in reference.first_level()}
    expected = {names[row["category"]]: "…" if row["value"] is None else row["value"] for row in known}
    assert {row[0]: row[1] if row[1] == "…" else float(row[1]) for row in rows} == expected
    assert "…" in expected.values(), "small groups are hidden here, too"


def test_what_other_modules_have_by_aimag_is_offered_to_those_who_may_read_it(client, demo_data, sign_in):
    assert 'value="statements"' not in client.get(f"{PLACE}&unit=statements").text
    user = demo_data.user("coordinator")
    browser = sign_in(user)
    for code in ("statements", "clauses", "progress"):
        page = browser.get(f"{PLACE}&unit={code}&lang=en")
        assert f'<option value="{code}" selected' in page.text
    said = Counter(
        row["unit"].text("en")
        for row in datasets.rows(user, "consultations.statements", cycle=3)
        if row["unit"] is not None
    )
    address = "/recommendations/pictures/units.csv?cycle=3&unit=statements"
    assert browser.get(address).headers["Cache-Control"] == "no-store", "what is theirs is kept nowhere"
    assert client.get(address).headers["Cache-Control"] == "no-cache"
    rows = numbers(browser, address)
    assert len(rows) == 22
    assert {row[0]: int(row[1]) for row in rows if row[1] != "0"} == said
    assert {row[2] for row in rows} == {"There are some", "None yet"}


@pytest.mark.parametrize(("kind", "begin"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("xlsx", b"PK")])
def test_the_map_is_had_as_a_file(client, demo_data, kind, begin):
    assert client.get(f"/recommendations/pictures/units.{kind}?cycle=3").data.startswith(begin)


def test_without_data_by_aimag_the_page_says_what_would_appear(client, enter):
    enter("116.1")
    assert "Nothing is known by aimag yet" in client.get("/recommendations/glance").text
    assert client.get("/recommendations/pictures/units.csv").status_code == 404


def test_two_breakdowns_count_what_the_kept_counts_count(app, demo_data):
    (one,) = [each for each in figures.all_figures() if each.cycle == 3]
    for facet in ("theme", "group", "sdg", "state", "body"):
        kept = figures.by_key(facet, one.country, one.cycle)
        by_position = crossing.cross(one, facet, "position", "government")
        by_rating = crossing.cross(one, facet, "rating", "government")
        assert {row.key: row.counts for row in by_position.rows if row.key is not None} == {
            key: each.positions for key, each in kept.items()
        }
        for row in by_rating.rows:
            if row.key is not None:
                counts = {code: number for code, number in row.counts.items() if code != "none"}
                assert counts == kept[row.key].ratings.get("government", {})
                assert row.counts.get("none", 0) == kept[row.key].not_rated("government")


def test_each_number_of_a_crossing_leads_to_as_many_recommendations(client, demo_data):
    page = client.get("/recommendations/cross?cycle=3&down=body&across=rating&voice=nhri").text
    cells = re.findall(r'<a href="/recommendations/\?([^"]+)">(\d+)</a>', page)
    assert len(cells) > 5
    for query, number in cells:
        listed = client.get(f"/recommendations/export.csv?{query.replace('&amp;', '&')}").data.decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(listed)))) == int(number) + 1, query


def test_a_recommendation_counts_with_each_of_its_themes_and_none_is_lost(client, enter):
    themes = [term.code for term in reference.terms("theme")[:2]]
    enter("116.1", themes=themes)
    enter("116.2", themes=themes[:1], position="noted", states=("NO", "PE"))
    enter("116.3")
    enter("117.1", cycle=2, themes=themes)
    one = next(each for each in figures.all_figures() if each.cycle == 3)
    found = crossing.cross(one, "theme", "position", "government")
    assert [(dict(row.counts), row.key is None) for row in found.rows] == [
        ({"noted": 1, "supported": 1}, False),
        ({"supported": 1}, False),
        ({"supported": 1}, True),
    ]
    page = client.get("/recommendations/cross?cycle=3").text
    assert "None named" in page
    regions = crossing.cross(one, "region", "region", "government")
    assert crossing.chosen({"down": "region", "across": "region"}) == ("region", "position")
    assert sum(row.whole for row in regions.rows) >= 4
    assert "Western European" in client.get("/recommendations/cross?cycle=3&down=theme&across=region").text


def test_the_file_of_a_crossing_has_every_row(client, enter):
    terms = reference.terms("theme")
    enter("116.1", themes=[term.code for term in terms])
    assert len(terms) > crossing.SHOWN
    data = client.get("/recommendations/pictures/crossed.xlsx?cycle=3&down=theme&across=position").data
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [row[0].value for sheet in book for row in sheet.iter_rows()]
    assert all(term.name.text("en") in cells for term in terms)
    page = client.get("/recommendations/cross?cycle=3").text
    assert "The picture has the 20 with most recommendations" in page
    assert page.count('<th scope="row">') == len(terms)


def test_an_address_that_asks_for_nothing_there_is_gets_the_first_choice(client, enter):
    assert "No figures yet" in client.get("/recommendations/cross").text
    enter("116.1")
    assert 'value="theme" selected' in client.get("/recommendations/cross?down=colour&across=shape&voice=x").text
    assert "No figures yet" in client.get("/recommendations/cross?cycle=99").text
