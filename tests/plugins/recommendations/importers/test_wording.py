"""Taking one recommendation apart."""

import pytest

from plugins.recommendations.importers.parsed import Variant
from plugins.recommendations.importers.wording import take_apart


def test_number_text_state_and_source_are_separated():
    found = take_apart("116.4 Abolish it (Norway);\nSource of Position: A/HRC/46/9/Add.1 - Para. 3")
    assert (found.number, found.text, found.states) == ("116.4", "Abolish it", ("Norway",))
    assert found.source == "A/HRC/46/9/Add.1 - Para. 3"


def test_a_number_that_was_made_for_a_source_without_numbers_is_read_back():
    assert take_apart("UI9-2f75060c Abolish it (Norway);").number == "UI9-2f75060c"
    assert take_apart("UH36-0a1b2c3d Abolish it (Norway);").text == "Abolish it"


def test_several_states_stand_each_in_its_bracket():
    assert take_apart("1.1 Ratify it (France) (Lithuania);").states == ("France", "Lithuania")


def test_cycle_two_separates_states_by_commas():
    assert take_apart("1.1 Ratify it (France, Viet Nam);").states == ("France", "Viet Nam")


def test_a_name_with_a_bracket_of_its_own_stays_whole():
    assert take_apart("1.1 Go on (Iran (Islamic Republic of)) (Cuba)").states == ("Iran (Islamic Republic of)", "Cuba")


def test_two_wordings_keep_their_states():
    found = take_apart("1.1 Complete it (Ukraine); Increase efforts (Slovakia) (Chile);")
    assert found.variants == (
        Variant("Complete it", ("Ukraine",)),
        Variant("Increase efforts", ("Slovakia", "Chile")),
    )
    assert found.text == "Complete it; Increase efforts"
    assert found.states == ("Ukraine", "Slovakia", "Chile")


@pytest.mark.parametrize(
    "bracket", ["No. 29", "LGBTI", "OP-CAT", "Istanbul Convention", "Kampala Declaration", "such as schools", "2030"]
)
def test_other_brackets_belong_to_the_text(bracket):
    found = take_apart(f"1.1 Ratify the treaty ({bracket}) (Finland);")
    assert (found.text, found.states) == (f"Ratify the treaty ({bracket})", ("Finland",))


def test_a_semicolon_inside_a_sentence_ends_nothing():
    found = take_apart("1.1 Fight all discrimination (Peru); and strengthen policies (Chile);")
    assert (found.text, found.states) == ("Fight all discrimination (Peru); and strengthen policies", ("Chile",))


@pytest.mark.parametrize("number", ["121.1", "6.12", "116.3a", "5.2.1"])
@pytest.mark.parametrize("after", [" ", ". ", ""])
def test_numbers_in_their_forms(number, after):
    assert take_apart(f"{number}{after}Ratify it (Peru)").number == number


@pytest.mark.parametrize("text", ["Ratify it (Peru)", "2030 goals (Peru)", ""])
def test_what_is_no_number(text):
    assert take_apart(text).number == ""


def test_a_paragraph_without_states_has_none():
    assert take_apart("1.1 Ratify it;").variants == (Variant("Ratify it", ()),)


def test_an_unclosed_bracket_is_text():
    found = take_apart("1.1 Ratify it (soon (Peru)")
    assert found.states == ()


def test_footnote_stars_and_stops_are_dropped():
    assert take_apart("1.1 Ratify it (State of Palestine*).").states == ("State of Palestine",)
