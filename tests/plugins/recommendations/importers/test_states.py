"""Judging the States of a file by a list of States."""

from plugins.recommendations.importers import ParsedRow, RowProblem, Variant, check_states

LIST = {"Brazil": "BR", "Spain": "ES", "Turkey": "TR", "Türkiye": "TR", "Bosnia and Herzegovina": "BA"}


def row(*states, number="1.1", place=2):
    return ParsedRow(place, number, "Act", (Variant("Act", states),), states, "supported")


def check(*rows):
    return check_states(rows, LIST.get, lambda name: ["Brazil"] if name.startswith("Br") else [], "Recommendation")


def test_known_states_are_found():
    checked = check(row("Brazil", "Spain"))
    assert checked.found == {"Brazil": "BR", "Spain": "ES"}
    assert checked.rows == (row("Brazil", "Spain"),)


def test_an_unknown_state_refuses_its_row_and_offers_the_nearest():
    checked = check(row("Brasil"), row("Spain", place=3), row("Nowhere", place=4))
    assert [good.row for good in checked.rows] == [3]
    assert checked.refused == (
        RowProblem(2, "Recommendation", "state_unknown", {"value": "Brasil", "nearest": ["Brazil"]}),
        RowProblem(4, "Recommendation", "state_unknown", {"value": "Nowhere", "nearest": []}),
    )


def test_two_states_joined_by_and_are_two():
    assert check(row("Brazil and Spain")).rows[0].states == ("Brazil", "Spain")
    assert check(row("Bosnia and Herzegovina")).rows[0].states == ("Bosnia and Herzegovina",)


def test_two_names_of_one_state_count_once():
    assert check(row("Turkey", "Türkiye")).rows[0].states == ("Turkey",)


def test_states_stay_with_their_wording():
    two = ParsedRow(2, "1.1", "A; B", (Variant("A", ("Brazil",)), Variant("B", ("Spain and Brazil",))), (), "noted")
    (found,) = check(two).rows
    assert [variant.states for variant in found.variants] == [("Brazil",), ("Spain", "Brazil")]
    assert found.states == ("Brazil", "Spain")
