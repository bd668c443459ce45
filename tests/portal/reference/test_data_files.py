"""The data files: complete, consistent, every name in both languages."""

import csv
import re
from collections import Counter
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from portal.reference.matching import name_key
from portal.reference.models import SCHEMES, UN_GROUPS, UNIT_KINDS
from portal.text import nfc

NAMES = ("units", "region_sets", "regions", "states", "cycles", "vocabularies", "terms")


def table(name):
    text = files("portal.reference").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_normalised_and_without_stray_blanks(name):
    for row in table(name):
        for value in row.values():
            assert value is not None
            assert value == nfc(value)
            if name != "terms":
                assert value == value.strip()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "cycles"])
def test_every_name_is_in_both_languages(name):
    for row in table(name):
        assert row["en"], row
        assert re.search("[А-Яа-яЁёӨөҮү]", row["mn"]), row


def test_there_are_21_aimags_a_capital_and_nine_districts():
    rows = table("units")
    assert Counter(row["kind"] for row in rows) == {"country": 1, "aimag": 21, "capital": 1, "district": 9}
    assert {row["kind"] for row in rows} == set(UNIT_KINDS)
    assert len({row["code"] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"MN-[0-9]{1,3}", row["code"]) for row in rows if row["kind"] in ("aimag", "capital"))
    assert all(re.fullmatch(r"MN-1-[A-Z]{2,3}", row["code"]) for row in rows if row["kind"] == "district")
    for row in rows:
        assert ZoneInfo(row["timezone"])
        assert not row["parent"] or row["parent"] in {other["code"] for other in rows}


def test_the_map_has_a_square_for_each_first_level_unit():
    squares = [(row["tile_row"], row["tile_col"]) for row in table("units") if row["tile_row"]]
    assert len(squares) == len(set(squares)) == 22


def test_squares_lie_as_the_country_does():
    rows = [row for row in table("units") if row["tile_row"]]
    for one in rows:
        for other in rows:
            if float(one["lon"]) - float(other["lon"]) > 6:
                assert int(one["tile_col"]) > int(other["tile_col"]), (one["en"], other["en"])
            if float(one["lat"]) - float(other["lat"]) > 3.2:
                assert int(one["tile_row"]) < int(other["tile_row"]), (one["en"], other["en"])


def test_regions_of_the_statistics_office_cover_each_unit_once():
    regions = [row for row in table("regions") if row["set"] == "nso"]
    covered = [code for row in regions for code in row["units"].split("|")]
    units = {row["code"]: row["nso"] for row in table("units") if row["nso"]}
    assert sorted(covered) == sorted(units)
    for row in regions:
        assert len({units[code][0] for code in row["units"].split("|")}) == 1


def test_of_2018_only_the_seats_are_known():
    regions = [row for row in table("regions") if row["set"] == "consultation-2018"]
    assert [row["units"] for row in regions] == [""] * 4
    assert {row["seat"] for row in regions} == {"MN-047", "MN-043", "MN-039", "MN-053"}


def test_there_are_193_members_and_two_observers():
    rows = table("states")
    assert Counter(row["status"] for row in rows) == {"member": 193, "observer": 2}
    assert {row["iso2"] for row in rows if row["status"] == "observer"} == {"VA", "PS"}
    assert len({row["iso2"] for row in rows}) == len({row["iso3"] for row in rows}) == 195
    groups = Counter(row["group"] for row in rows if row["status"] == "member")
    assert groups == dict(zip(UN_GROUPS, (54, 54, 23, 33, 29), strict=True))


def test_no_two_states_share_a_name():
    seen = {}
    for row in table("states"):
        for name in (row["en"], row["mn"], *filter(None, row["aliases"].split("|"))):
            assert seen.setdefault(name_key(name), row["iso2"]) == row["iso2"], name


def test_vocabularies_have_the_terms_seen_in_the_sources():
    assert Counter(row["vocabulary"] for row in table("terms")) == {
        "themes-national": 85,
        "themes-c2": 53,
        "themes-c3": 62,
        "themes-c4": 60,
        "upr-info-issues": 54,
        "groups-national": 36,
        "groups-c2": 13,
        "groups-c3": 26,
        "groups-c4": 24,
        "sdg": 17,
    }
    assert {row["scheme"] for row in table("vocabularies")} == set(SCHEMES)


def test_terms_are_unique_in_their_list_and_map_to_the_national_one():
    rows = table("terms")
    schemes = {row["code"]: row["scheme"] for row in table("vocabularies")}
    for column in (lambda row: row["code"], lambda row: name_key(row["label"])):
        assert max(Counter((row["vocabulary"], column(row)) for row in rows).values()) == 1
    national = {(row["vocabulary"], row["code"]) for row in rows if row["vocabulary"].endswith("-national")}
    for row in rows:
        if row["vocabulary"].endswith("-national") or row["vocabulary"] == "sdg":
            assert row["maps_to"] == ""
        else:
            assert (f"{schemes[row['vocabulary']]}s-national", row["maps_to"]) in national, row


def test_unknown_facts_of_the_reviews_stay_empty():
    rows = {row["number"]: row for row in table("cycles")}
    assert list(rows) == ["1", "2", "3", "4"]
    assert [row["session"] for row in rows.values()] == ["9", "22", "36", "50"]
    assert rows["3"]["report_symbol"] == rows["4"]["report_symbol"] == rows["4"]["adopted_on"] == ""
