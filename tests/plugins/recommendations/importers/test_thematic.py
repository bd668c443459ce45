"""OHCHR's thematic list: the three layouts, the rows it refuses, the real file."""

import docx
import pytest
from docx.oxml import OxmlElement

from plugins.recommendations.importers import InputRefused, read_thematic_list

from .builders import HEADERS, Row, saved, word


@pytest.mark.parametrize(("layout", "session"), [(2, 22), (3, 36), (4, 50)])
def test_each_layout_is_known_by_its_header_row(layout, session):
    theme = "E41 Right to health - General" if layout == 2 else "Right to health"
    row = Row(
        "6.1 Build hospitals (Peru);",
        themes=[theme, "Human rights & poverty"],
        groups=["Children", "Migrants"],
        sdgs=["3 - GOOD HEALTH AND WELL-BEING", "10 - REDUCED INEQUALITIES", "10 - REDUCED INEQUALITIES"],
    )
    found = read_thematic_list(word(layout, ["Theme: Right to health", row]))
    assert (found.layout, found.country, found.cycle, found.session) == (layout, "Mongolia", layout, session)
    assert found.refused == ()
    (only,) = found.rows
    assert (only.row, only.number, only.text, only.states) == (3, "6.1", "Build hospitals", ("Peru",))
    assert (only.position, only.source_of_position) == ("supported", "A/HRC/46/9 - Para. 116")
    assert (only.themes, only.groups) == ((theme, "Human rights & poverty"), ("Children", "Migrants"))
    assert only.sdgs == (3, 10)
    assert only.heading == "Right to health"


def test_without_a_page_header_the_cycle_comes_from_the_layout():
    coded = Row("1.1 Act (Peru)", themes=["D29 Domestic violence"])
    cycles = [
        read_thematic_list(word(layout, [row], page_header="")).cycle
        for layout, row in ((2, coded), (3, Row("1.1 Act (Peru)")), (4, Row("1.1 Act (Peru)")))
    ]
    assert cycles == [2, 3, 4]


def test_positions_and_headings_follow_the_rows():
    rows = ["Theme: A", Row("1.1 Act (Peru)"), "Theme: B", Row("1.2 Stop (Cuba)", position="Noted")]
    found = read_thematic_list(word(3, rows))
    assert [(row.heading, row.position) for row in found.rows] == [("A", "supported"), ("B", "noted")]
    assert found.counts == {"by_paragraph": 2, "by_state": 2, "supported": 1, "noted": 1, "refused": 0}


def test_a_filled_comment_is_kept_in_the_form_of_cycles_two_and_three():
    assert read_thematic_list(word(3, [Row("1.1 Act (Peru)", comment="Law passed")])).rows[0].comment == "Law passed"


def test_a_wrapped_entry_goes_on():
    row = Row("1.1 Act (Peru)", themes=["Human rights &\nthe environment", "Right to health"])
    assert read_thematic_list(word(3, [row])).rows[0].themes == ("Human rights & the environment", "Right to health")


@pytest.mark.parametrize(
    ("row", "column", "code", "params"),
    [
        (Row("Act (Peru)"), 0, "number_missing", {}),
        (Row("1.2 Act"), 0, "state_missing", {}),
        (Row("1.2 Act (Peru); Stop at once"), 0, "state_missing", {}),
        (Row("1.2 (Peru)"), 0, "text_missing", {}),
        (Row(f"1.2 {'a' * 10_001} (Peru)"), 0, "text_too_long", {"limit": 10_000, "length": 10_001}),
        (Row("1.1 Act (Peru)"), 0, "number_double", {"number": "1.1", "first": 2}),
        (Row("1.2 Act (Peru)", position=""), 1, "position_missing", {}),
        (Row("1.2 Act (Peru)", position="Supported/Noted"), 1, "position_unknown", {"value": "Supported/Noted"}),
        (Row("1.2 Act (Peru)", sdgs=["18 - MORE"]), 2, "sdg_unknown", {"value": "18 - MORE"}),
    ],
)
def test_a_bad_row_is_refused_and_the_others_are_read(row, column, code, params):
    found = read_thematic_list(word(3, [Row("1.1 First (Chile)"), row, Row("1.9 Last (Cuba)")]))
    assert [good.number for good in found.rows] == ["1.1", "1.9"]
    (problem,) = found.refused
    assert (problem.row, problem.column, problem.code, problem.params) == (3, HEADERS[3][column], code, params)


def test_one_row_may_have_several_problems():
    found = read_thematic_list(word(3, [Row("Act", position="Perhaps")]))
    assert [problem.code for problem in found.refused] == ["number_missing", "state_missing", "position_unknown"]
    assert found.counts["refused"] == 1


def test_a_text_at_the_limit_is_read():
    assert read_thematic_list(word(3, [Row(f"1.2 {'a' * 10_000} (Peru)")])).refused == ()


def test_deleted_and_inserted_words_are_read_as_a_reader_sees_them():
    document = docx.Document()
    table = document.add_table(rows=2, cols=4)
    for cell, name in zip(table.rows[0].cells, HEADERS[3], strict=True):
        cell.text = name
    for cell, value in zip(table.rows[1].cells, ("1.1 Act (Peru)", "Supported", "- Health", ""), strict=True):
        cell.text = value
    paragraph = table.rows[1].cells[0].paragraphs[0]
    moved = OxmlElement("w:moveFrom")
    paragraph._p.insert(0, moved)
    moved.append(paragraph.add_run("9.9 Gone ")._r)
    inserted = OxmlElement("w:ins")
    paragraph._p.append(inserted)
    inserted.append(paragraph.add_run(" (Chile)")._r)
    (row,) = read_thematic_list(saved(document)).rows
    assert (row.number, row.states) == ("1.1", ("Peru", "Chile"))


def test_a_list_in_several_tables_is_one_list():
    document = docx.Document()
    for number in (1, 2):
        table = document.add_table(rows=2, cols=4)
        for cell, name in zip(table.rows[0].cells, HEADERS[3], strict=True):
            cell.text = name
        values = (f"1.{number} Act (Peru)", "Noted", "- Health", "")
        for cell, value in zip(table.rows[1].cells, values, strict=True):
            cell.text = value
    assert [(row.row, row.number) for row in read_thematic_list(saved(document)).rows] == [(2, "1.1"), (4, "1.2")]


def test_a_document_without_a_table():
    with pytest.raises(InputRefused) as caught:
        read_thematic_list(saved(docx.Document()))
    assert caught.value.code == "no_table"


def test_a_table_of_another_form_names_what_was_found():
    with pytest.raises(InputRefused) as caught:
        read_thematic_list(word(3, [], header=("No.", "Name", "Organisation", "Sign")))
    assert (caught.value.code, caught.value.where) == ("layout", {"found": ["No.", "Name", "Organisation", "Sign"]})


def test_a_list_without_rows():
    with pytest.raises(InputRefused) as caught:
        read_thematic_list(word(3, ["Theme: A"]))
    assert caught.value.code == "no_rows"


@pytest.fixture
def real(sample_data):
    return sample_data / "ohchr_thematic_list_sample_cycle3_slovenia.docx"


def test_the_real_list_has_the_numbers_that_python_docx_counts(real):
    found = read_thematic_list(real.read_bytes())
    assert (found.country, found.cycle, found.session, found.layout) == ("Slovenia", 3, 34, 3)
    assert found.refused == ()
    cells = [[cell.text for cell in row.cells] for row in docx.Document(str(real)).tables[0].rows]
    listed = {place: row for place, row in enumerate(cells, 1) if place > 1 and len(set(row)) > 1}
    positions = [row[1].casefold() for row in listed.values()]
    assert [row.row for row in found.rows] == list(listed)
    assert [row.position for row in found.rows] == positions
    assert found.counts == {
        "by_paragraph": 215,
        "by_state": 223,
        "supported": positions.count("supported"),
        "noted": positions.count("noted"),
        "refused": 0,
    }
    assert (found.counts["supported"], found.counts["noted"]) == (182, 33)
    for row in found.rows:
        whole, cell = " ".join(listed[row.row][0].split()), listed[row.row]
        assert whole.startswith(f"{row.number} {row.variants[0].text}")
        assert all(f"({state})" in whole for state in row.states)
        assert whole.endswith(f"Source of Position: {row.source_of_position}")
        assert all(f"- {label}" in cell[2] for label in (*row.themes, *row.groups))
        assert all(f"- {goal} - " in cell[2] for goal in row.sdgs)


def test_two_rows_of_the_real_list_in_full(real):
    rows = {row.number: row for row in read_thematic_list(real.read_bytes()).rows}
    first = rows["121.3"]
    assert (first.row, first.heading, first.position) == (5, "Acceptance of international norms", "supported")
    assert first.text == (
        "Ratify and implement the International Labour Organization’s 2014 Protocol to the Forced Labour Convention, "
        "1930 (No. 29)"
    )
    assert first.states == ("United Kingdom of Great Britain and Northern Ireland",)
    assert first.source_of_position == "A/HRC/43/15 - Para 121"
    assert first.themes == (
        "Acceptance of international norms",
        "Right to work and to just & favorable conditions of work & labour rights",
        "Prohibition of slavery, trafficking",
    )
    assert (first.groups, first.sdgs, first.comment) == ((), (8,), "")
    second = rows["122.11"]
    assert [variant.states for variant in second.variants] == [("Lithuania",), ("Slovakia",)]
    common = (
        "Recognize the competence of the Committee on Enforced Disappearances to receive and consider communications"
    )
    assert [variant.text for variant in second.variants] == [
        f"{common} from or on behalf of individuals or other States parties",
        f"{common} from or on behalf of victims or other States parties",
    ]
    assert (second.groups, second.sdgs) == (("Disappeared persons",), ())
    assert second.source_of_position == "A/HRC/43/15/Add.1 - Para.4"
