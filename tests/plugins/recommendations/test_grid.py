"""Rating many: in the table of the page, and by spreadsheet."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from plugins.recommendations.models import Assessment, Evidence
from plugins.recommendations.ratings import publishing
from plugins.recommendations.register import service
from portal.api import Record, clock, db, transaction

from .conftest import now

TODAY = clock.today().isoformat()
EMPTY = '["", "", "", "", "", ""]'


def row(record, rating="partially", why="Half of it", was=EMPTY, draft=0, version=0, day=TODAY, **more):
    values = {"rating": rating, "rated_on": day, "why": why, "was": was, "draft": draft, "version": version, **more}
    return {f"{record.id}-{name}": value for name, value in values.items()}


def shown(browser, address="/recommendations/rate?cycle=3"):
    """The hidden fields of the page by their names."""
    import html
    import re

    text = browser.get(address).text
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\d+-\w+)" value="([^"]*)">', text)
    }


@pytest.fixture
def three(enter):
    return [enter(f"116.{number}") for number in (1, 2, 3)]


@pytest.fixture
def browser(as_role, forum):
    return as_role("cs_editor", org=forum)


def test_each_row_is_saved_by_itself_and_wrong_ones_stay(three, browser):
    one, two, three_ = three
    sent = row(one) | row(two, rating="", why="No rating") | row(three_, rating="not", title="", url="javascript:x")
    answer = browser.post("/recommendations/rate?cycle=3", data=sent)
    assert answer.status_code == 422
    assert [each.rating for each in db.session.scalars(select(Assessment))] == ["partially"]
    for words in ("1 draft is saved.", "No rating", "Choose a rating.", "Say what this piece of evidence is."):
        assert words in answer.text
    assert now(select(Record.status).where(Record.kind == "assessment")) == "draft"


def test_a_row_is_changed_with_evidence_and_what_it_does_not_show_stays(three, browser):
    one = three[0]
    browser.post("/recommendations/rate?cycle=3", data=row(one, title="Law of 2024", kind="law"))
    made = now(select(Assessment))
    page = f"/recommendations/ratings/{made.record_id}"
    whole = {"rating": "partially", "rated_on": TODAY, "rationale-en": "Half of it", "rationale-mn": "Тал нь"}
    more = {"org_id": made.record_id, "next_step-en": "Adopt it", "version": 1, "evidence-0-title-en": "Law of 2024"}
    org_id = now(select(Record.org_id).where(Record.id == made.record_id))
    assert (
        browser.post(f"{page}/edit", data={**whole, **more, "org_id": org_id, "evidence-0-kind": "law"}).status_code
        == 303
    )
    hidden = shown(browser)
    sent = row(
        one, "fully", "All of it", hidden[f"{one.id}-was"], made.record_id, hidden[f"{one.id}-version"], title="Act"
    )
    assert browser.post("/recommendations/rate?cycle=3", data=sent).status_code == 303
    made = now(select(Assessment))
    assert (made.rating, made.rationale.texts) == ("fully", {"en": "All of it", "mn": "Тал нь"})
    assert made.next_step.texts == {"en": "Adopt it"}
    assert {each.texts["en"] for each in db.session.scalars(select(Evidence.title))} == {"Law of 2024", "Act"}
    hidden = shown(browser)
    untouched = row(one, "fully", "All of it", hidden[f"{one.id}-was"], made.record_id, 1)
    assert "Nothing was changed." in browser.post("/recommendations/rate", data=untouched, follow_redirects=True).text


def test_what_two_write_at_once_is_a_conflict_in_the_row(three, browser, as_role, forum):
    one, two = three[:2]
    other = as_role("cs_editor", org=forum, name="Maya")
    other.post("/recommendations/rate?cycle=3", data=row(one, "not", "Nothing at all"))
    answer = browser.post(
        "/recommendations/rate?cycle=3", data=row(one) | row(two), headers={"Accept": "application/json"}
    )
    told = answer.json["rows"]
    assert told[str(two.id)]["saved"]
    mine = told[str(one.id)]
    assert not mine["saved"]
    assert "Maya saved this row meanwhile: Not implemented" in mine["errors"]["row"]
    assert "Nothing at all" in mine["errors"]["row"]
    assert mine["values"]["why"] == "Half of it"
    again = row(one, draft=mine["draft"], version=mine["version"], was=mine["was"])
    assert browser.post("/recommendations/rate?cycle=3", data=again).status_code == 303
    stored = db.session.scalars(select(Assessment).where(Assessment.recommendation_id == one.id)).all()
    assert [each.rating for each in stored] == ["partially"]


def test_what_was_handed_over_is_only_read(three, browser, rate, identity, forum):
    one = three[0]
    drafter, second = identity("cs_editor", org=forum), identity("cs_editor", org=forum)
    draft = rate(drafter, forum, one, "partially", publish=False)
    hidden = shown(browser)
    publishing.submit(drafter, draft, second.id)
    late = row(one, "not", "Late", hidden[f"{one.id}-was"], draft.id, hidden[f"{one.id}-version"])
    told = browser.post("/recommendations/rate", data=late, headers={"Accept": "application/json"}).json["rows"]
    assert "handed over meanwhile" in told[str(one.id)]["errors"]["row"]
    text = browser.get("/recommendations/rate?cycle=3").text
    assert "Waits for validation" in text
    assert f'name="{one.id}-rating"' not in text


def test_my_recommendations_come_first_and_others_do_not_rate(three, as_role, coordinator, ministry, mojha):
    with transaction():
        service.set_bodies(coordinator, three[1], {ministry.id: "lead"})
    browser = as_role("focal_point", org=ministry)
    text = browser.get("/recommendations/rate", follow_redirects=True).text
    assert "116.2" in text
    assert "116.1<" not in text
    assert as_role("desk_officer", org=mojha).get("/recommendations/rate").status_code == 403
    assert as_role("coordinator").get("/recommendations/rate").status_code == 403


def sheet(browser):
    data = browser.get("/recommendations/rate/table.xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(data))
    first = book.worksheets[0]
    names = {cell.value.rpartition("[")[2].rstrip("]"): cell.column for cell in first[1] if "[" in str(cell.value)}
    return book, first, names


def send(browser, book, path="/recommendations/rate/table"):
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return browser.post(path, data={"file": (out, "ratings.xlsx")}, content_type="multipart/form-data")


def uid(answer):
    import re

    return re.search(r'name="file" value="([^"]+)"', answer.text)[1]


def test_a_table_goes_out_and_comes_back_as_drafts(three, browser):
    book, first, names = sheet(browser)
    assert [first.cell(line, names["recommendation"]).value for line in (2, 3, 4)] == [each.id for each in three]
    filled = {
        "rating": "Хэсэгчлэн хэрэгжсэн",
        "rated_on": clock.today(),
        "reasons_mn": "Тал нь",
        "methods": "Statistics\nSurvey",
        "evidence": "Law of 2024",
        "evidence_kind": "Law or other act",
    }
    for name, value in filled.items():
        first.cell(2, names[name]).value = value
    first.cell(3, names["rating"]).value = "Perhaps"
    first.cell(3, names["rated_on"]).value = "tomorrow"
    answer = send(browser, book)
    assert now(select(Assessment)) is None
    for words in (
        "1 draft would be made",
        "Choose one of: Fully implemented",
        "Enter a day",
        "Say why, in one language",
    ):
        assert words in answer.text
    errors = browser.post("/recommendations/rate/table/errors", data={"file": uid(answer)})
    marked = openpyxl.load_workbook(io.BytesIO(errors.data)).worksheets[0]
    assert "Choose one of" in marked.cell(3, names["rating"]).comment.text
    saved = browser.post("/recommendations/rate/table/save", data={"file": uid(answer)}, follow_redirects=True)
    assert "1 draft is saved." in saved.text
    made = now(select(Assessment))
    assert (made.rating, made.rationale.texts, made.methods) == (
        "partially",
        {"mn": "Тал нь"},
        ["statistics", "survey"],
    )
    assert now(select(Evidence.kind)) == "law"
    old = send(browser, book)
    assert "has changed since this table was made" in old.text
    fresh, second, names = sheet(browser)
    assert second.cell(2, names["rating"]).value == "Partially implemented"
    same = send(browser, fresh)
    assert "1 row is as it is in the portal." in same.text


def test_only_a_table_of_ratings_is_taken_and_only_ones_own_is_saved(three, browser, as_role, forum):
    other = openpyxl.Workbook()
    other.active["A1"] = "Number"
    assert "This is not the table of ratings" in send(browser, other).text
    broken = browser.post(
        "/recommendations/rate/table", data={"file": (io.BytesIO(b"PK\x03\x04 nothing"), "ratings.xlsx")}
    )
    assert broken.status_code == 422
    book, first, names = sheet(browser)
    first.cell(2, names["rating"]).value = "Not implemented"
    mine = uid_of_errors = send(browser, book)
    stranger = as_role("cs_editor", org=forum)
    assert "errors" in uid_of_errors.text
    assert stranger.post("/recommendations/rate/table/save", data={"file": uid(mine)}).status_code == 404
