"""Importing a file: what will happen is shown first, and it happens once."""

import io

import docx
import pytest
from sqlalchemy import func, select

from plugins.recommendations.files import importing
from plugins.recommendations.models import (
    ImportRun,
    PositionChange,
    Recommendation,
    RecommendationTerm,
    RecommendingState,
)
from portal.api import Record, Term, Vocabulary, db, records

from .conftest import now
from .importers.builders import Row, export, with_parts, word
from .importers.builders import answer as csv_row


def send(browser, data, name="list.docx", **fields):
    return browser.post(
        "/recommendations/import",
        data={"file": (io.BytesIO(data), name), **fields},
        content_type="multipart/form-data",
    )


def upload(browser, data, name="list.docx", **fields):
    """Send a file that can be read; the address of its preview."""
    answer = send(browser, data, name, **fields)
    assert answer.status_code == 303, answer.text
    return answer.location


@pytest.fixture
def browser(sign_in, coordinator):
    return sign_in(coordinator)


def counts(name="new"):
    """A number of the newest comparison."""
    return now(select(ImportRun.counts).order_by(ImportRun.id.desc()).limit(1))[name]


def test_the_real_list_of_the_un_is_imported_as_python_docx_reads_it(browser, sample_data):
    path = sample_data / "ohchr_thematic_list_sample_cycle3_slovenia.docx"
    preview = upload(browser, path.read_bytes(), path.name, cycle="3")
    page = browser.get(preview).text
    assert "The file is about Slovenia" in page
    assert browser.post(f"{preview}/confirm").status_code == 303
    found = list(db.session.scalars(select(Recommendation.position)))
    assert (len(found), found.count("supported"), found.count("noted")) == (215, 182, 33)
    table = docx.Document(str(path)).tables[0]
    for number in ("121.1", "122.9"):
        cells = next(
            [cell.text for cell in row.cells] for row in table.rows if row.cells[0].text.startswith(f"{number} ")
        )
        one = now(select(Recommendation).where(Recommendation.number == number))
        assert one.text.texts["en"] in cells[0]
        assert one.position == cells[1].strip().lower()
        assert all(f"({state})" in cells[0] for state in one.states_text.texts["en"].split(", "))
        assert one.source_document in cells[0]


def _issued(layout):
    """A list as OHCHR issues it: coded themes and States in one bracket in cycle 2, goals apart in cycle 4."""
    states = ["Norway", "Peru", "Chile", "Viet Nam"]
    for place in range(1, 61):
        if place % 20 == 1:
            yield f"Theme: Part {place // 20}"
        named = states[place % 4 : place % 4 + 1 + place % 3]
        brackets = f"({', '.join(named)})" if layout == 2 else " ".join(f"({name})" for name in named)
        yield Row(
            f"6.{place} Do the thing {place} {brackets};",
            "Noted" if place % 5 == 0 else "Supported",
            themes=["D29 Domestic violence", "B31 Equality"] if layout == 2 else ["Domestic violence"],
            groups=["Women & girls"],
            sdgs=[] if layout == 2 else ["5 - GENDER EQUALITY", "16 - PEACE, JUSTICE AND STRONG INSTITUTIONS"],
        )


@pytest.mark.parametrize("layout", [2, 4])
def test_lists_of_the_second_and_fourth_cycle_are_imported_as_python_docx_counts_them(browser, layout):
    data = word(layout, list(_issued(layout)))
    browser.post(upload(browser, data) + "/confirm")
    rows = [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(data)).tables[0].rows][1:]
    rows = [row for row in rows if len(set(row)) > 1]
    mentions = sum(row[0].partition("\n")[0].count("," if layout == 2 else "(") for row in rows)
    mentions += len(rows) if layout == 2 else 0
    found = list(db.session.scalars(select(Recommendation)))
    assert {one.cycle for one in found} == {layout}
    assert len(found) == len(rows) == 60
    assert now(select(func.count()).select_from(RecommendingState)) == mentions
    positions = [row[1].casefold() for row in rows]
    assert sum(one.position == "noted" for one in found) == positions.count("noted")
    lists = set(db.session.scalars(select(Vocabulary.code).join(Term).join(RecommendationTerm)))
    assert lists == {f"themes-c{layout}", f"groups-c{layout}", *(["sdg"] if layout == 4 else [])}


def test_importing_again_changes_nothing(browser, sample_data):
    data = (sample_data / "ohchr_thematic_list_sample_cycle3_slovenia.docx").read_bytes()
    browser.post(upload(browser, data) + "/confirm")
    page = browser.get(upload(browser, data)).text
    assert [counts(name) for name in ("new", "changed", "same", "refused")] == [0, 0, 215, 0]
    assert "Nothing would change" in page


def test_the_export_of_upr_info_is_imported_by_paragraph_and_by_state(browser, sample_data):
    path = sample_data / "uprinfo_mongolia_cycle1.csv"
    browser.post(upload(browser, path.read_bytes(), path.name) + "/confirm")
    assert now(select(func.count()).select_from(Recommendation)) == 129
    assert now(select(func.count()).select_from(RecommendingState)) == 131
    assert set(db.session.scalars(select(Recommendation.cycle))) == {1}


def test_every_part_of_a_row_arrives(browser):
    row = Row(
        "116.1 Build hospitals (Peru) (Chile); Train doctors (Peru);",
        themes=["Right to health"],
        groups=["Children"],
        sdgs=["3 - GOOD HEALTH AND WELL-BEING"],
        source="A/HRC/46/9/Add.1 - Para. 4",
    )
    browser.post(upload(browser, word(3, ["Theme: Right to health", row])) + "/confirm")
    one = now(select(Recommendation))
    assert (one.country, one.cycle, one.number, one.heading) == ("MN", 3, "116.1", "Right to health")
    assert (one.source_document, one.source_paragraph, one.state_count) == ("A/HRC/46/9/Add.1", "4", 2)
    assert one.text.states == {"en": "official"}
    assert one.states_text.texts["mn"] == "Перу, Чили"
    header = db.session.get_one(Record, one.record_id)
    assert (header.visibility, header.status) == ("public", "supported")
    assert header.title.texts["en"].startswith("116.1 Build hospitals")
    page = browser.get(f"/recommendations/{one.record_id}").text
    for part in ("Build hospitals", "Train doctors", "Peru", "Right to health", "Children", "3. Good health"):
        assert part in page


def test_nothing_is_written_before_it_is_confirmed(browser):
    upload(browser, word(3, [Row("116.1 Act (Peru)")]))
    assert now(select(func.count()).select_from(Recommendation)) == 0


def test_a_second_click_changes_nothing_more(browser):
    preview = upload(browser, word(3, [Row("116.1 Act (Peru)")]))
    browser.post(f"{preview}/confirm")
    browser.post(f"{preview}/confirm")
    assert now(select(func.count()).select_from(Recommendation)) == 1
    assert "imported already" in browser.get(preview).text


def test_changes_are_shown_as_old_and_new_and_kept_in_the_history(browser):
    browser.post(upload(browser, word(3, [Row("116.1 Act (Peru)", position="Noted")])) + "/confirm")
    preview = upload(browser, word(3, [Row("116.1 Act now (Peru) (Chile)", source="A/HRC/46/9/Add.1 - Para. 5")]))
    page = browser.get(preview).text
    assert '<del lang="en">Noted</del>' in page
    assert '<ins lang="en">Supported</ins>' in page
    assert '<ins lang="en">Act now</ins>' in page
    browser.post(f"{preview}/confirm")
    one = now(select(Recommendation))
    assert (one.text.texts["en"], one.position, one.state_count) == ("Act now", "supported", 2)
    history = list(db.session.scalars(select(PositionChange.position).order_by(PositionChange.id)))
    assert history == ["noted", "supported"]
    acts = [entry.action for entry, _actor in records.history(one.record_id)]
    assert "imported" in acts


def test_what_the_register_says_now_decides_not_what_was_shown(browser, coordinator):
    first = upload(browser, word(3, [Row("116.1 Act (Peru)")]))
    second = upload(browser, word(3, [Row("116.1 Act now (Peru)")]))
    browser.post(f"{second}/confirm")
    browser.post(f"{first}/confirm")
    one = now(select(Recommendation))
    assert one.text.texts["en"] == "Act now"
    page = browser.get(first).text
    assert "The register has changed since" in page
    assert counts("new") == 1
    browser.post(f"{first}/confirm")
    one = now(select(Recommendation))
    assert one.text.texts["en"] == "Act"


def test_a_translation_that_was_agreed_becomes_a_draft_when_the_english_text_changes(browser, enter):
    enter("116.1", en="Act", mn="Хэрэгжүүлэх")
    browser.post(upload(browser, word(3, [Row("116.1 Act now (Norway)")])) + "/confirm")
    one = now(select(Recommendation))
    assert one.text.texts == {"mn": "Хэрэгжүүлэх", "en": "Act now"}
    assert one.text.state("mn") == "draft"


def test_refused_rows_are_named_by_row_and_column_and_the_others_imported(browser):
    rows = [Row("Act (Peru)"), Row("116.2 Act (Peru)"), Row("116.2 Again (Peru)"), Row("116.3 Act (Peru)", "Maybe")]
    preview = upload(browser, word(3, rows))
    page = browser.get(preview).text
    assert "There is no number." in page
    assert "The number 116.2 is already in row 3." in page
    assert "Unknown position: “Maybe”" in page
    browser.post(f"{preview}/confirm")
    assert list(db.session.scalars(select(Recommendation.number))) == ["116.2"]


def test_an_unknown_state_offers_the_nearest_to_choose(browser):
    preview = upload(browser, word(3, [Row("116.1 Act (Norwey)"), Row("116.2 Act (Peru)")]))
    page = browser.get(preview).text
    assert "Unknown State: “Norwey”. Did you mean: Norway" in page
    norway = next(s.id for s in importing.reference.states() if s.iso2 == "NO")
    assert f'<option value="{norway}">Norway</option>' in page
    browser.post(f"{preview}/states", data={"state-0": norway})
    assert counts("new") == 2
    browser.post(f"{preview}/confirm")
    one = now(select(Recommendation).where(Recommendation.number == "116.1"))
    assert one.states_text.texts["en"] == "Norway"


def test_a_file_with_several_sessions_is_read_for_the_chosen_cycle(browser):
    rows = [csv_row(text="Act", Session="9"), csv_row(text="Act again", Session="22")]
    rows = [{**row, "Session": session} for row, session in zip(rows, ("9", "22"), strict=True)]
    refused = send(browser, export(rows), "all.csv")
    assert refused.status_code == 422
    assert "several sessions: 9, 22" in refused.text
    browser.post(upload(browser, export(rows), "all.csv", cycle="2") + "/confirm")
    assert now(select(Recommendation.cycle)) == 2


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "empty.docx", "is empty"),
        (b"PK\x03\x04 not a file", "broken.docx", "The file is damaged"),
        (b"%PDF-1.7 something", "list.pdf", "another kind (PDF)"),
        (b"a,b,c\n1,2,3\n", "wrong.csv", "Columns are missing"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "secret.docx", "password"),
    ],
)
def test_a_wrong_file_is_refused_at_its_field_in_words(browser, data, name, words):
    answer = send(browser, data, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert now(select(func.count()).select_from(ImportRun)) == 0


def test_a_macro_file_and_a_list_without_a_cycle_are_refused(browser):
    macro = with_parts(word(3, [Row("1.1 Act (Peru)")]), word__vbaProject_dot_bin=b"x")
    assert "macros" in send(browser, macro).text
    assert "Choose the cycle" in send(browser, export([csv_row(session="")]), "no-session.csv").text
    upload(browser, export([csv_row(session="")]), "no-session.csv", cycle="1")


def test_no_file_at_all_is_an_error_of_the_field(browser):
    answer = browser.post("/recommendations/import", data={})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_another_organisation_does_not_see_the_import(browser, as_role, org):
    preview = upload(browser, word(3, [Row("116.1 Act (Peru)")]))
    stranger = as_role("coordinator", org=org("other"))
    assert stranger.get(preview).status_code == 404
    assert stranger.post(f"{preview}/confirm").status_code == 404
    assert as_role("focal_point", org=org("other")).get("/recommendations/import").status_code == 403


def test_a_long_import_runs_in_the_background(browser, monkeypatch):
    monkeypatch.setattr(importing, "JOB_FROM", 2)
    preview = upload(browser, word(3, [Row("116.1 Act (Peru)"), Row("116.2 Act (Chile)")]))
    browser.post(f"{preview}/confirm")
    assert now(select(ImportRun.state)) == "done"
    assert now(select(func.count()).select_from(Recommendation)) == 2


def test_many_rows_take_as_few_statements_as_few(browser, query_counter):
    """A row that asks the database by itself makes an import of thousands take minutes."""
    taken = []
    for cycle, count in ((2, 2), (3, 40)):
        rows = [Row(f"116.{number} Act (Peru)") for number in range(count)]
        preview = upload(browser, word(3, rows), cycle=str(cycle))
        with query_counter() as seen:
            browser.post(f"{preview}/confirm")
        with_ids = ("INSERT INTO portal_record ", "INSERT INTO recommendations_position_change ")
        taken.append(len([statement for statement in seen if not statement.startswith(with_ids)]))  # SQLite: one a row
    assert taken[1] - taken[0] <= 5
    assert now(select(func.count()).select_from(Recommendation)) == 42


def test_what_a_job_could_not_finish_can_be_confirmed_again(browser, monkeypatch):
    monkeypatch.setattr(importing, "JOB_FROM", 1)
    monkeypatch.setattr(importing.entering, "enter_all", lambda *rest: 1 / 0)
    preview = upload(browser, word(3, [Row("116.1 Act (Peru)")]))
    browser.post(f"{preview}/confirm")
    assert now(select(ImportRun.state)) == "preview"
    monkeypatch.undo()
    browser.post(f"{preview}/confirm")
    assert now(select(func.count()).select_from(Recommendation)) == 1


def test_others_hear_of_an_import(browser, monkeypatch):
    from portal import db as database

    heard = []
    monkeypatch.setattr(database, "listeners", [*database.listeners, heard.append])
    browser.post(upload(browser, word(3, [Row("116.1 Act (Peru)")])) + "/confirm")
    assert "recommendations.imported" in [event.name for event in heard]
