"""The campaign board and the list."""

from __future__ import annotations

from datetime import date

import pytest

from plugins.consultations import queries, service
from portal.reference import queries as reference

from .conftest import planned, spoken, unit

PAGE = "/consultations"


def held(user, code, **more):
    record = planned(user, code, **more)
    service.count(user, record, service.Counts({"citizen": 20}), version=None)
    return record


def test_the_board_shows_which_aimags_are_missing(everywhere, sign_in):
    aimags = reference.units("aimag")
    for each in aimags[:19]:
        held(everywhere, each.code)
    late = planned(everywhere, aimags[19].code, date(2026, 12, 3))
    board = queries.board(everywhere, 3, 2026)
    assert board.held == 19
    assert [place.unit.code for place in board.missing] == [aimags[19].code, aimags[20].code]
    page = sign_in(everywhere).get(f"{PAGE}/board?cycle=3&year=2026").get_data(as_text=True)
    assert "19 of 21" in page
    assert aimags[20].name.text("en") in page[page.index('id="missing"') : page.index('id="missing"') + 800]
    assert f"{PAGE}/{late.id}" in page
    assert "<svg" in page


def test_the_board_counts_the_furthest_consultation_of_a_place(everywhere):
    record = held(everywhere, "MN-043")
    planned(everywhere, "MN-043", date(2026, 11, 1))
    board = queries.board(everywhere, 3, 2026)
    place = next(each for each in board.places if each.unit.code == "MN-043")
    assert (place.record_id, place.state) == (record.id, "held")


def test_the_board_is_of_one_cycle_and_year_and_leaves_out_the_cancelled(everywhere):
    held(everywhere, "MN-043", held_on=date(2025, 2, 1))
    held(everywhere, "MN-061", cycle=2)
    held(everywhere, "MN-046", kind="training")
    service.cancel(everywhere, planned(everywhere, "MN-065"))
    assert queries.board(everywhere, 3, 2026).held == 0
    assert queries.board(everywhere, 3, 2025).held == 1
    assert queries.board(everywhere, 3, None).held == 1


def test_the_board_shows_only_what_one_may_see(everywhere, editor):
    held(everywhere, "MN-043")
    held(everywhere, "MN-061", visibility="site")
    assert queries.board(editor, 3, 2026).held == 1


@pytest.mark.parametrize("query", ["cycle=abc&year=99999", f"cycle={10**30}&year=-5", "year=", "year=0&cycle=7"])
def test_the_board_opens_whatever_the_address_says(client, query):
    assert client.get(f"{PAGE}/board?{query}").status_code == 200


def test_an_empty_board_opens_for_everyone(client):
    page = client.get(f"{PAGE}/board")
    assert page.status_code == 200
    assert "0 of 21" in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=regional", {"Ulaanbaatar"}),
        ("q=dornod", {"Dornod"}),
        ("q=дорнод", {"Dornod"}),
        ("status=held", {"Khovd"}),
        ("cycle=2", {"Dornod"}),
        ("year=2025", {"Dornod"}),
        ("level=provincial&status=planned", {"Dornod"}),
    ],
)
def test_the_list_is_filtered_by_its_address(everywhere, sign_in, query, found):
    held(everywhere, "MN-043")
    planned(everywhere, "MN-061", date(2025, 3, 1), cycle=2)
    planned(everywhere, "MN-1", level="regional", covered=(unit("MN-043").id,))
    page = sign_in(everywhere).get(f"{PAGE}/?{query}").get_data(as_text=True)
    assert {name for name in ("Khovd", "Dornod", "Ulaanbaatar") if f"Meeting in {name}<" in page} == found


def test_a_unit_finds_the_regional_consultation_that_covers_it(everywhere, sign_in):
    planned(everywhere, "MN-1", level="regional", covered=(unit("MN-043").id,))
    page = sign_in(everywhere).get(f"{PAGE}/?unit={unit('MN-043').id}").get_data(as_text=True)
    assert "Meeting in Ulaanbaatar<" in page


def test_an_empty_list_says_what_to_do_first(sign_in, officer, client):
    assert "Plan the first one" in sign_in(officer).get(f"{PAGE}/").get_data(as_text=True)
    assert "No consultations to see yet" in client.get(f"{PAGE}/").get_data(as_text=True)


def _queries(query_counter, browser, path):
    browser.get(path)
    with query_counter() as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def test_a_list_of_500_needs_no_more_queries_than_a_list_of_one(everywhere, sign_in, query_counter):
    browser = sign_in(everywhere)
    planned(everywhere)
    few = _queries(query_counter, browser, f"{PAGE}/")
    board = _queries(query_counter, browser, f"{PAGE}/board")
    codes = [each.code for each in reference.first_level()]
    for number in range(499):
        planned(everywhere, codes[number % 22], date(2024 + number % 3, 3, 1 + number % 28))
    many = _queries(query_counter, browser, f"{PAGE}/")
    # Beyond one page the list counts its rows: one query more, whatever their number.
    assert many <= few + 1
    assert _queries(query_counter, browser, f"{PAGE}/board") == board


def test_minutes_of_50_statements_need_no_more_queries_than_of_one(officer, sign_in, minutes, query_counter):
    browser = sign_in(officer)
    few = _queries(query_counter, browser, f"{PAGE}/minutes/{minutes.id}")
    for number in range(49):
        service.add_statement(officer, minutes, spoken(f"Statement {number}"))
    assert _queries(query_counter, browser, f"{PAGE}/minutes/{minutes.id}") == few


def test_home_shows_what_waits(officer, sign_in, consultation):
    page = sign_in(officer).get("/").get_data(as_text=True)
    assert "the day has passed: count who came" in page
    service.count(officer, consultation, service.Counts({"citizen": 5}), version=None)
    assert "the minutes are missing" in sign_in(officer).get("/").get_data(as_text=True)
