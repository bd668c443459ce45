"""UHRI's export: its headers, its lists and dates, what it passes over, the rows it refuses."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from plugins.recommendations.importers import READ, InputRefused, Parsed, read
from portal.child import run_limited

from .builders import UHRI_HEADERS, saved, several_hundred, sheet, uhri, uhri_row

RIGHT = tuple(name.replace("Reccomending", "Recommending") for name in UHRI_HEADERS)


@pytest.mark.parametrize("headers", [UHRI_HEADERS, RIGHT, tuple(reversed(RIGHT))])
def test_headers_are_known_in_both_spellings_and_any_order(headers):
    found = read(uhri([uhri_row()], headers=headers, above=[["Universal Human Rights Index"], []]), "export.xlsx")
    (row,) = found.rows
    assert (found.format, found.country, found.cycle, found.session) == ("uhri", "Mongolia", None, 36)
    assert (row.row, row.number, row.text) == (4, "116.1", "Abolish the death penalty")
    assert (row.states, row.position, row.cycle, row.session) == (("Norway",), "supported", 3, 36)
    assert (row.themes, row.groups, row.sdgs) == (("Death penalty",), (), (16,))
    assert (row.symbol, row.published_on) == ("A/HRC/46/9", "2020-12-22")


@pytest.mark.parametrize(
    "day",
    [44187, 44187.0, "44187", "2020-12-22", date(2020, 12, 22), datetime(2020, 12, 22, 10), "22/12/2020"],  # noqa: DTZ001
)
def test_a_date_is_a_serial_number_a_date_or_a_text(day):
    assert read(uhri([uhri_row(**{"Document Publication Date": day})])).rows[0].published_on == "2020-12-22"


def test_a_dash_alone_is_nothing_and_a_line_after_a_dash_an_entry():
    row = uhri_row(
        **{
            "Themes": "- Right to health\n- Human rights &\nthe environment",
            "Affected Persons": "-",
            "Sdgs": "- 3.8\n- 16 - PEACE",
            "Document Publication Date": "-",
        }
    )
    (found,) = read(uhri([row])).rows
    assert found.themes == ("Right to health", "Human rights & the environment")
    assert (found.groups, found.sdgs, found.goals) == ((), (3, 16), ("3.8", "16 - PEACE"))
    assert found.published_on == ""


def test_the_states_of_the_column_decide_unless_the_text_divides_the_same_ones():
    divided = "116.1 Build hospitals (Peru); Train doctors (Chile) (Peru);"
    rows = [
        uhri_row(divided, ("Peru", "Chile")),
        uhri_row("116.2 Act (Peru);", ("Peru", "Cuba")),
        uhri_row("116.3 Act (Peru);", ()),
    ]
    first, second, third = read(uhri(rows)).rows
    assert [(each.text, each.states) for each in first.variants] == [
        ("Build hospitals", ("Peru",)),
        ("Train doctors", ("Chile", "Peru")),
    ]
    assert (second.text, second.states) == ("Act", ("Peru", "Cuba"))
    assert third.states == ("Peru",)


def test_a_row_without_a_number_gets_one_that_stays_when_its_text_is_corrected():
    before = read(uhri([uhri_row("Abolish it", **{"OHCHR Annotation Id": "77"})])).rows[0].number
    after = read(uhri([uhri_row("Abolish it now", **{"OHCHR Annotation Id": "77"})])).rows[0].number
    nameless = read(uhri([uhri_row("Abolish it", **{"OHCHR Annotation Id": "-"})])).rows[0].number
    assert before == after != nameless
    assert before.startswith("UH36-")


def test_several_hundred_rows_of_all_mechanisms_are_counted_as_openpyxl_counts_them():
    data = uhri(several_hundred())
    found = Parsed.load(run_limited(READ, data, "uhri.xlsx", None, "Mongolia"))
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))[1:]
    of = {name: place for place, name in enumerate(UHRI_HEADERS)}
    others = [row for row in rows if row[of["Reccomending Body"]] != "- UPR"]
    mine = [row for row in rows if row not in others and row[of["Countries Concerned"]] == "- Mongolia"]
    assert found.refused == ()
    assert len(found.rows) == len(mine) == found.counts["by_paragraph"]
    assert found.counts["by_state"] == sum(row[of["UPR Reccomending States"]].count("- ") for row in mine)
    assert found.counts["noted"] == sum(row[of["UPR Position"]] == "- Noted" for row in mine)
    by_cycle = {cycle: sum(row.cycle == cycle for row in found.rows) for cycle in (1, 2, 3)}
    assert by_cycle == {
        cycle: sum(row[of["UPR Session"]] == session for row in mine)
        for cycle, session in ((1, "9"), (2, "22"), (3, "36"))
    }
    about_nepal = len(rows) - len(others) - len(mine)
    assert found.passed_over == (("country", "Nepal", about_nepal), ("mechanism", "CEDAW", len(others)))


def test_one_cycle_of_several_is_read_where_it_is_asked_for():
    found = read(uhri(several_hundred()), country="Mongolia", cycle=2)
    assert {row.cycle for row in found.rows} == {2}
    assert {kind for kind, _name, _count in found.passed_over} == {"country", "mechanism", "cycle"}


def test_what_the_upr_lists_besides_recommendations_is_passed_over():
    found = read(uhri([uhri_row(), uhri_row("We pledge", **{"Type": "- Voluntary commitments"})]))
    assert (len(found.rows), found.passed_over) == (1, (("type", "Voluntary commitments", 1),))


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (uhri_row("116.2 Act", ()), "UPR Reccomending States", "state_missing"),
        (uhri_row("-"), "Text", "text_missing"),
        (uhri_row(f"116.2 {'a' * 10_001}"), "Text", "text_too_long"),
        (uhri_row("116.1 Again (Peru)"), "Text", "number_double"),
        (uhri_row("116.2 Act", **{"UPR Position": "-"}), "UPR Position", "position_missing"),
        (uhri_row("116.2 Act", **{"UPR Position": "- Perhaps"}), "UPR Position", "position_unknown"),
        (uhri_row("116.2 Act", **{"UPR Position": "- Supported\n- Noted"}), "UPR Position", "position_unknown"),
        (uhri_row("116.2 Act", **{"UPR Session": "-"}), "UPR Session", "cycle_missing"),
        (uhri_row("116.2 Act", **{"UPR Session": "99"}), "UPR Session", "session_unknown"),
        (uhri_row("116.2 Act", **{"Sdgs": "- 18"}), "Sdgs", "sdg_unknown"),
        (uhri_row("116.2 Act", **{"Document Publication Date": "soon"}), "Document Publication Date", "date_unknown"),
    ],
)
def test_a_bad_row_is_refused_and_the_others_are_read(row, column, code):
    found = read(uhri([uhri_row(), row, uhri_row("116.9 Last (Cuba)")]))
    assert [good.number for good in found.rows] == ["116.1", "116.9"]
    assert [(problem.row, problem.column, problem.code) for problem in found.refused] == [(3, column, code)]


def test_several_countries_are_all_named():
    with pytest.raises(InputRefused) as caught:
        read(uhri([uhri_row(), uhri_row(**{"Countries Concerned": "- Nepal"})]))
    assert (caught.value.code, caught.value.where) == ("several_countries", {"found": ["Mongolia", "Nepal"]})


def test_only_other_mechanisms_is_no_recommendation():
    with pytest.raises(InputRefused) as caught:
        read(uhri([uhri_row(**{"Recommending Body": "- CRC"})]))
    assert caught.value.code == "no_rows"


def test_a_workbook_without_the_columns_names_what_was_found():
    with pytest.raises(InputRefused) as caught:
        read(sheet(["Name", "Place"], [["A", "B"]]))
    assert (caught.value.code, caught.value.where) == ("columns_unknown", {"found": ["Name", "Place"]})


@pytest.mark.parametrize(("row", "column", "code"), [(1_000_000, 1, "too_many_rows"), (3, 16_000, "sheet_extent")])
def test_a_sheet_that_reaches_too_far_is_refused(row, column, code):
    book = openpyxl.load_workbook(io.BytesIO(uhri([uhri_row()])))
    book.active.cell(row, column, "x")
    with pytest.raises(InputRefused) as caught:
        read(saved(book))
    assert caught.value.code == code
