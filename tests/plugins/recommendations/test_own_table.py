"""The portal's own table: exported, edited, imported again; the template; what the other exports hold."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from sqlalchemy import func, select

from plugins.recommendations.files.own_table import COLUMNS
from plugins.recommendations.models import Body, PositionChange, Recommendation, RecommendationTerm, RecommendingState
from plugins.recommendations.ratings import challenging
from plugins.recommendations.register import arranging
from plugins.recommendations.register.service import set_bodies
from plugins.recommendations.scales import POSITIONS, TEXT_STATES
from portal.api import Content, Organisation, Record, db, force_locale, records, reference, transaction

from .conftest import now
from .importers.builders import Row, saved, several_hundred, sheet, uhri, word
from .test_importing import counts, upload

NAMES = [column.name for column in COLUMNS]


@pytest.fixture
def browser(sign_in, coordinator):
    return sign_in(coordinator)


@pytest.fixture
def full(browser, coordinator, ministry, commission):
    """Two recommendations with every part, of two cycles."""
    rows = [
        "Theme: Health",
        Row(
            "116.1 Build hospitals (Peru) (Chile); Train doctors (Cuba);",
            themes=["Right to health", "Something unheard of"],
            groups=["Children"],
            sdgs=["3 - GOOD HEALTH AND WELL-BEING"],
            source="A/HRC/46/9/Add.1 - Para. 4",
        ),
    ]
    browser.post(upload(browser, word(3, rows)) + "/confirm")
    browser.post(upload(browser, word(4, [Row("6.10 Act (Viet Nam)", "Noted")])) + "/confirm")
    one = db.session.scalar(
        select(Record).where(Record.title.is_not(None), Record.kind == "recommendation").order_by(Record.id).limit(1)
    )
    with transaction():
        set_bodies(coordinator, one, {ministry.id: "lead", commission.id: "support"})
    return one


def table_of(browser, lang, query=""):
    answer = browser.get(f"/recommendations/export.xlsx?lang={lang}{query}")
    return openpyxl.load_workbook(io.BytesIO(answer.get_data()))


def column(book, name):
    """The letter of a column of the table by its name."""
    head = book.worksheets[0][1]
    return next(cell.column_letter for cell in head if str(cell.value).endswith(f"[{name}]"))


def row_of(book, number):
    return next(cell.row for cell in book.worksheets[0]["A"] if cell.value == number)


def put(book, number, **values):
    for name, value in values.items():
        book.worksheets[0][f"{column(book, name)}{row_of(book, number)}"] = value


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_what_is_exported_and_imported_again_changes_nothing(browser, full, lang):
    book = table_of(browser, lang)
    heads = [str(cell.value).rpartition("\n")[2] for cell in book.worksheets[0][1]][: len(NAMES)]
    assert heads == [f"[{name}]" for name in NAMES]
    upload(browser, saved(book), "own.xlsx")
    assert [counts(name) for name in ("new", "changed", "same", "refused", "absent")] == [0, 0, 2, 0, 0]


def test_what_is_edited_comes_back_as_a_difference_and_is_carried_out(browser, full, ministry, commission):
    book = table_of(browser, "mn")
    put(
        book,
        "116.1",
        text_en="Build more hospitals; Train doctors",
        wordings="1: Build more hospitals\n2: Train doctors",
        text_mn="Эмнэлэг олноор барих",
        text_mn_state=word_of(TEXT_STATES["checked"]),
        states="1: Перу\n2: CU\n2: Norway",
        position=word_of(POSITIONS["noted"]),
        position_date="2021-03-16",
        position_document="A/HRC/46/9/Add.2",
        themes=national("theme", "health"),
        sdgs="3\n16.1",
        lead=commission.name.text("mn"),
        support="mflsp",
        action=5,
        symbol="A/HRC/46/9",
        symbol_date="2020-12-22",
    )
    preview = upload(browser, saved(book), "own.xlsx")
    assert [counts(name) for name in ("new", "changed", "same", "refused")] == [0, 1, 1, 0]
    page = browser.get(f"{preview}?lang=en").text
    for words in ("Build more hospitals", "Эмнэлэг олноор барих", "State of the Mongolian text", "Leading body"):
        assert words in page
    browser.post(f"{preview}/confirm")
    one = now(select(Recommendation).where(Recommendation.number == "116.1"))
    assert one.text.texts == {"en": "Build more hospitals; Train doctors", "mn": "Эмнэлэг олноор барих"}
    assert one.text.states == {"en": "official", "mn": "checked"}
    assert one.states_text.texts["en"] == "Peru, Cuba, Norway"
    assert (one.position, one.action, one.symbol, one.published_on.isoformat()) == (
        "noted",
        5,
        "A/HRC/46/9",
        "2020-12-22",
    )
    last = now(select(PositionChange).order_by(PositionChange.id.desc()).limit(1))
    assert (last.position, last.document, last.paragraph) == ("noted", "A/HRC/46/9/Add.2", "4")
    assert last.decided_on.isoformat() == "2021-03-16"
    roles = dict(
        db.session.execute(select(Organisation.code, Body.role).join(Body, Body.org_id == Organisation.id)).all()
    )
    assert roles == {commission.code: "lead", "mflsp": "support"}
    assert "imported" in [entry.action for entry, _actor in records.history(one.record_id)]
    upload(browser, saved(book), "own.xlsx")
    assert [counts(name) for name in ("changed", "same", "refused")] == [0, 2, 0]


def word_of(label):
    """A label as the Mongolian table has it."""
    with force_locale("mn"):
        return str(label)


def national(scheme, code):
    return next(term.name.text("mn") for term in reference.terms(scheme) if term.code == code)


def test_a_file_changes_only_what_its_columns_carry(browser, full):
    before = now(select(Recommendation).where(Recommendation.number == "116.1"))
    terms = now(select(func.count()).select_from(RecommendationTerm))
    data = sheet(["number", "cycle", "Монгол [text_mn]"], [["116.1", 3, "Эмнэлэг барих"]])
    browser.post(upload(browser, data, "translation.xlsx") + "/confirm")
    one = now(select(Recommendation).where(Recommendation.number == "116.1"))
    assert one.text.texts == {"en": before.text.texts["en"], "mn": "Эмнэлэг барих"}
    assert one.text.state("mn") == "draft"
    assert (one.states_text, one.position, one.heading) == (before.states_text, before.position, before.heading)
    assert now(select(func.count()).select_from(RecommendationTerm)) == terms


def test_the_template_is_filled_in_and_makes_new_recommendations(browser, ministry):
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/recommendations/template.xlsx?lang=mn").get_data()))
    main, lists, explained = book.worksheets
    assert [str(cell.value).rpartition("\n")[2] for cell in main[1]][: len(NAMES)] == [f"[{name}]" for name in NAMES]
    rules = [rule for rule in main.data_validations.dataValidation if rule.type == "list"]
    place = column(book, "position")
    assert any(str(rule.sqref).startswith(f"{place}2:") and lists.title in rule.formula1 for rule in rules)
    assert [cell.value for cell in lists["A"]][1:4] == [word_of(label) for label in POSITIONS.values()]
    assert any("[states]" in str(cell.value) for cell in explained["A"])
    values = {
        "number": "116.7",
        "cycle": 3,
        "text_en": "Act at once",
        "text_mn": "Даруй хэрэгжүүлэх",
        "states": "Норвег\nПеру",
        "position": "Supported",
        "lead": ministry.name.text("mn"),
    }
    for name, value in values.items():
        main[f"{column(book, name)}2"] = value
    browser.post(upload(browser, saved(book), "template.xlsx") + "/confirm")
    one = now(select(Recommendation))
    assert (one.country, one.cycle, one.number, one.position, one.state_count) == ("MN", 3, "116.7", "supported", 2)
    assert one.text.states == {"en": "official", "mn": "draft"}
    assert now(select(Body.role)) == "lead"


@pytest.fixture
def arranged(full, coordinator):
    """What is arranged around 116.1: a cluster of two, targets, sub-points in both languages."""
    for code, mn in (("C.1", "Эрүүл мэнд"), ("C.2", "Хүүхэд")):
        arranging.save_cluster(coordinator, None, code=code, name=Content.of(mn=mn, en=f"Cluster {code}"), lead_id=None)
    record = db.session.get_one(Record, now(select(Recommendation.record_id).where(Recommendation.number == "116.1")))
    arranging.arrange(
        coordinator,
        record,
        version=record.version,
        action=4,
        points={"a": Content.of(mn="Барих", en="Build"), "b": Content.of(en="Train")},
        targets=["3.8", "16.3"],
        cluster_ids=[arranging.clusters()[0].id],
    )
    return record.id


def arrangement(record_id):
    db.session.rollback()
    db.session.expire_all()
    return (
        [(point.letter, dict(point.text.texts)) for point in arranging.points(record_id)],
        arranging.target_codes(record_id),
        [cluster.code for cluster in arranging.clusters_of(record_id)],
        db.session.get_one(Recommendation, record_id).action,
    )


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_clusters_targets_and_sub_points_come_back_as_they_went(browser, arranged, lang):
    before = arrangement(arranged)
    upload(browser, saved(table_of(browser, lang)), "own.xlsx")
    assert [counts(name) for name in ("new", "changed", "same", "refused")] == [0, 0, 2, 0]
    assert arrangement(arranged) == before


def test_clusters_targets_and_sub_points_are_read_compared_and_written(browser, arranged):
    book = table_of(browser, "mn")
    put(
        book,
        "116.1",
        targets="3.8\n5.C",
        clusters="c.2\nC.1 Эрүүл мэнд",
        points_mn="а) Барих\nб) Сургах",
        points_en="a) Build more\nb) Train",
        action=5,
    )
    put(book, "6.10", clusters="Хүүхэд", points_en="a) Act")
    preview = upload(browser, saved(book), "own.xlsx")
    assert [counts(name) for name in ("changed", "same", "refused")] == [2, 0, 0]
    page = browser.get(f"{preview}?lang=en").text
    for words in (
        "Clusters",
        "C.1; C.2",
        "3.8; 16.3",
        "3.8; 5.c",
        "Sub-points",
        "a) Build / Барих; b) Train",
        "Сургах",
    ):
        assert words in page, words
    assert arrangement(arranged)[2] == ["C.1"], "a preview writes nothing"
    browser.post(f"{preview}/confirm")
    assert arrangement(arranged) == (
        [("a", {"mn": "Барих", "en": "Build more"}), ("b", {"mn": "Сургах", "en": "Train"})],
        ["3.8", "5.c"],
        ["C.1", "C.2"],
        5,
    )
    assert "imported" in [entry.action for entry, _actor in records.history(arranged)]
    upload(browser, saved(table_of(browser, "en")), "own.xlsx")
    assert [counts(name) for name in ("changed", "same")] == [0, 2]


def test_a_language_of_sub_points_that_is_not_carried_stays_and_an_empty_cell_empties(browser, arranged):
    data = sheet(["number", "cycle", "points_mn", "clusters"], [["116.1", 3, "a) Барих\nb) Сургах", ""]])
    browser.post(upload(browser, data, "points.xlsx") + "/confirm")
    points, targets, clusters, action = arrangement(arranged)
    assert points == [("a", {"mn": "Барих", "en": "Build"}), ("b", {"mn": "Сургах", "en": "Train"})]
    assert (targets, clusters, action) == (["3.8", "16.3"], [], 4)


def test_a_new_recommendation_has_what_its_row_arranges(browser, arranged):
    head = ["number", "cycle", "text_en", "states", "position", "targets", "clusters", "points_en"]
    rows = [
        ["200.1", 4, "Act", "Norway", "Noted", "16.3", "C.2", "a) One\nb) Two"],
        ["200.2", 3, "Act", "Norway", "Noted", "", "", ""],
        ["200.3", 3, "Act", "Norway", "Noted", "5.c", "", ""],
    ]
    browser.post(upload(browser, sheet(head, rows), "own.xlsx") + "/confirm")
    found = {
        number: arrangement(now(select(Recommendation.record_id).where(Recommendation.number == number)))[:3]
        for number in ("200.1", "200.2", "200.3")
    }
    assert found == {
        "200.1": ([("a", {"en": "One"}), ("b", {"en": "Two"})], ["16.3"], ["C.2"]),
        "200.2": ([], [], []),
        "200.3": ([], ["5.c"], []),
    }


def test_what_is_no_cluster_no_target_and_no_sub_point_is_told_by_row_and_column(browser, arranged):
    head = ["number", "cycle", "targets", "clusters", "points_en", "points_mn"]
    rows = [["116.1", 3, "16.3, 99.1", "C.9", "a) One\nTwo", ""], ["6.10", 4, "", "", "", "b) Хоёр"]]
    preview = upload(browser, sheet(head, rows), "own.xlsx")
    assert counts("refused") == 2
    page = browser.get(f"{preview}?lang=en").text
    for words in (
        "These are no targets: 99.1. A target is written as 16.3 or 5.c.",
        "There is no such cluster: “C.9”",
        "Did you mean: C.1, C.2?",
        "Line 2: begin each line with the next letter",
        "Sub-points in English",
        "Sub-points in Mongolian",
    ):
        assert words in page, words
    before = arrangement(arranged)
    browser.post(f"{preview}/confirm")
    assert arrangement(arranged) == before
    back = openpyxl.load_workbook(io.BytesIO(browser.get(f"{preview}/errors").get_data()))
    assert "99.1" in str([cell.value for cell in back.active[2]][-1])


def test_challenges_stand_with_the_ratings_they_are_about(browser, full, rate, coordinator, mojha, forum, identity):
    rated = rate(coordinator, mojha, full, "fully")
    editor = identity("cs_editor", org=forum)
    challenging.challenge(
        editor,
        rated,
        db.session.get_one(Organisation, forum.id),
        value="not",
        argument=Content.of(en="No court applies it"),
        source="Court statistics",
    )
    book = table_of(browser, "en", "&cycle=3")
    head, row = (list(cells) for cells in book["Ratings"].iter_rows(values_only=True))
    said = row[head.index("Challenges and answers")]
    assert "No court applies it (Court statistics)" in said
    assert "Not implemented" in said


def test_what_the_lists_do_not_have_is_refused_with_the_nearest(browser, full):
    head = ["number", "cycle", "position", "themes", "lead", "action", "position_date", "sdgs", "text_mn_state"]
    rows = [
        ["116.1", 3, "Perhaps", "Right to healt", "Ministri", 9, "soon", "18", "fine"],
        ["200.1", 3, "Noted", "", "", "", "", "", ""],
    ]
    preview = upload(browser, sheet(head, rows), "own.xlsx")
    assert counts("refused") == 2
    page = browser.get(f"{preview}?lang=en").text
    for words in (
        "Unknown position: “Perhaps”. One of these is expected: Supported, Noted, To be examined.",
        "This is in no list: “Right to healt”. Did you mean: ",
        "Unknown body: “Ministri”",
        "Unknown action category",
        "Unknown date: “soon”",
        "Unknown goal: “18”",
        "Unknown state of the text: “fine”",
        "This recommendation is not in the register. To add it the row needs: Text in English, Recommended by.",
    ):
        assert words in page


def test_several_cycles_of_one_file_are_imported_together(browser):
    data = uhri(several_hundred())
    preview = upload(browser, data, "uhri.xlsx")
    page = browser.get(f"{preview}?lang=en").text
    assert "Cycles 1, 2, 3" in page
    assert "of another mechanism (CEDAW)" in page
    assert "about another State (Nepal)" in page
    browser.post(f"{preview}/confirm")
    by_cycle = dict(db.session.execute(select(Recommendation.cycle, func.count()).group_by(Recommendation.cycle)).all())
    assert sum(by_cycle.values()) == counts("by_paragraph")
    assert now(select(func.count()).select_from(RecommendingState)) == counts("by_state")
    assert set(by_cycle) == {1, 2, 3}
    one = now(select(Recommendation).where(Recommendation.cycle == 3).limit(1))
    assert (one.symbol, one.published_on.isoformat()) == ("A/HRC/46/9", "2020-12-22")
    upload(browser, data, "uhri.xlsx")
    assert [counts(name) for name in ("new", "changed", "refused")] == [0, 0, 0]
    assert "Several cycles" in browser.get("/recommendations/import?lang=en").text


def test_the_label_of_the_source_is_kept_beside_the_national_one(browser, client):
    row = Row("116.1 Act (Peru)", themes=["RIGHT  TO HEALTH"], sdgs=["16.3"])
    browser.post(upload(browser, word(3, [row])) + "/confirm")
    written = set(db.session.scalars(select(RecommendationTerm.label)))
    assert written == {"RIGHT TO HEALTH", "16.3"}
    one = now(select(Recommendation))
    page = client.get(f"/recommendations/{one.record_id}?lang=mn").text
    assert "эх сурвалжид: 16.3" in page


def test_every_part_is_in_every_export(browser, full, rate, coordinator, mojha):
    rate(coordinator, mojha, full, "partially")
    found = json.loads(browser.get("/recommendations/export.json?cycle=3").get_data())
    (one,) = found["recommendations"]
    assert found["counting"] == {
        "by_un_paragraph": {"total": 1, "supported": 1},
        "by_recommending_state": {"total": 3, "supported": 3},
    }
    assert [(state["code"], state["regional_group"], state["wording"]) for state in one["states"]] == [
        ("PE", "latin_american", 1),
        ("CL", "latin_american", 1),
        ("CU", "latin_american", 2),
    ]
    assert one["wordings"] == ["Build hospitals", "Train doctors"]
    assert one["position_history"][0]["document"] == "A/HRC/46/9/Add.1"
    assert {"Right to health", "Something unheard of"} == {theme["source"] for theme in one["themes"]}
    assert [body["role"] for body in one["bodies"]] == ["lead", "support"]
    assert one["ratings"]["government"]["rating"] == "partially"
    assert "Law of 2024" in one["ratings"]["government"]["evidence"]["en"]
    (row,) = list(
        csv.DictReader(
            io.StringIO(browser.get("/recommendations/export.csv?cycle=3&lang=en").get_data().decode("utf-8-sig"))
        )
    )
    assert row["Rule of counting"] == "by UN paragraph"
    assert row["Regional groups of the UN"] == "Latin American and Caribbean States: 3"
    assert row["Wordings"] == "Build hospitals (Peru, Chile); Train doctors (Cuba)"
    assert "A/HRC/46/9/Add.1" in row["History of the position"]
    assert row["Government"] == "Partially implemented"
    book = table_of(browser, "en", "&cycle=3")
    names = [each.title for each in book.worksheets]
    assert names == ["Recommendations", "Lists", "Explanations", "History of the position", "Ratings", "Counting"]
    assert [cell.value for cell in book["Counting"][2]] == ["By UN paragraph", 1]
    assert "Partially implemented" in [cell.value for cell in book["Ratings"][2]]


def test_a_draft_is_in_no_export(browser, full, rate, identity, forum):
    rate(identity("cs_editor", org=forum), forum, full, "not", publish=False, reason="A secret of the Forum")
    for kind in ("csv", "json", "xlsx", "docx"):
        data = browser.get(f"/recommendations/export.{kind}?cycle=3&fill=civil_society").get_data()
        text = data if kind in ("csv", "json") else b"".join(_parts(data))
        assert b"A secret of the Forum" not in text


def _parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]
