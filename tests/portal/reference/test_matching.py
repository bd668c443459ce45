"""Finding names that others have written."""

import pytest

from portal.reference.matching import NameIndex, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Türkiye", "TURKIYE"),
        ("Côte d’Ivoire", "Cote d'Ivoire"),
        ("The Gambia", "Gambia"),
        ("Bosnia & Herzegovina", "Bosnia and Herzegovina"),
        ("Bayan-Ölgii", "bayan  olgii"),
        ("Budget &resources", "Budget & resources"),
        ("Minorities/ racial", "minorities / racial"),
        ("Өвөрхангай", "ӨВӨРХАНГАЙ"),
    ],
)
def test_ways_of_writing_that_do_not_count(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Ухаа", "Ухай"), ("үг", "уг"), ("өр", "ор"), ("The", "")])
def test_letters_that_do_count(one, other):
    assert name_key(one) != name_key(other)


def test_a_name_that_two_things_share_finds_neither():
    index = NameIndex([("aimag", ["Сүхбаатар", "Сүхбаатар аймаг"]), ("district", ["Сүхбаатар"])])
    assert index.find("Сүхбаатар") is None
    assert index.find("Сүхбаатар аймаг") == "aimag"


def test_the_nearest_are_offered_best_first_and_each_once():
    index = NameIndex([("SI", ["Slovenia"]), ("SK", ["Slovakia", "Slovak Republic"]), ("PE", ["Peru"])])
    assert index.nearest("Slovnia") == ["SI", "SK"]
    assert index.nearest("Slovnia", 1) == ["SI"]
    assert index.nearest("xyzzy") == []
    assert index.nearest("") == []
