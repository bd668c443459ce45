"""The way of a Mongolian text, agreed words, and tables to translate in."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from plugins.recommendations.models import Recommendation
from plugins.recommendations.register_models import GlossaryTerm, TranslationStep
from plugins.recommendations.translation import glossary, translating
from portal.api import Record

from .conftest import now


@pytest.fixture
def focal(identity, ministry):
    return identity("focal_point", org=ministry)


@pytest.fixture
def editor(identity, forum):
    return identity("cs_editor", org=forum)


def written(browser, record, text, **values):
    version = now(select(Record.version).where(Record.id == record.id))
    return browser.post(f"/recommendations/translate/{record.id}", data={"text": text, "version": version, **values})


def act(browser, record, name, word=""):
    version = now(select(Record.version).where(Record.id == record.id))
    data = {"act": name, "word": word, "version": version}
    return browser.post(f"/recommendations/translate/{record.id}/act", data=data)


def state():
    return now(select(Recommendation.translation))


def test_a_text_goes_from_draft_to_official_and_may_be_disputed(
    enter, sign_in, coordinator, focal, editor, client, outbox
):
    record = enter("116.1")
    assert state() == "none"
    assert written(sign_in(focal), record, "Халах").status_code == 303
    assert state() == "draft"
    act(sign_in(editor), record, "agreed")
    assert state() == "draft"
    act(sign_in(focal), record, "proposed")
    assert state() == "proposed"
    act(sign_in(focal), record, "agreed")
    assert state() == "proposed"
    act(sign_in(editor), record, "agreed")
    assert state() == "agreed"
    assert any(f"/recommendations/translate/{record.id}" in mail for mail in outbox())
    assert written(sign_in(focal), record, "Устгах").status_code == 422
    act(sign_in(coordinator), record, "official")
    assert state() == "official"
    assert now(select(Recommendation.text)).state("mn") == "official"
    act(sign_in(editor), record, "disputed")
    assert state() == "official"
    act(sign_in(editor), record, "disputed", "“Халах” нь өөр утгатай")
    assert state() == "disputed"
    assert now(select(Recommendation.text)).state("mn") == "official"
    page = sign_in(focal).get(f"/recommendations/translate/{record.id}").text
    assert "өөр утгатай" in page
    assert "Disputed" in client.get(f"/recommendations/{record.id}").text
    written(sign_in(focal), record, "Цаазаар авах ялыг халах")
    assert state() == "draft"
    acts = [step.act for step in translating._steps(record.id)]
    assert acts == ["written", "proposed", "agreed", "official", "disputed", "written"]
    assert "116.1" in client.get("/recommendations/?q=цаазаар").text


def test_another_text_is_not_the_agreed_one_whoever_wrote_it(enter, sign_in, coordinator, focal, editor):
    record = enter("116.1", mn="Халах")
    act(sign_in(focal), record, "proposed")
    act(sign_in(editor), record, "agreed")
    form = {"text-en": "Abolish it", "text-en-state": "official", "text-mn": "Болих", "text-mn-state": "checked"}
    version = now(select(Record.version))
    sign_in(coordinator).post(f"/recommendations/{record.id}/edit", data={**form, "version": version})
    assert state() == "proposed"
    assert [step.text for step in translating._steps(record.id) if step.act == "written"] == ["Халах", "Болих"]


def test_comments_stand_in_the_history_and_the_public_does_not_read_them(enter, sign_in, focal, client):
    record = enter("116.1", mn="Халах")
    act(sign_in(focal), record, "comment", "Нэр томьёог шалгах")
    assert state() == "draft"
    assert "шалгах" in sign_in(focal).get(f"/recommendations/translate/{record.id}").text
    assert "шалгах" not in client.get(f"/recommendations/{record.id}").text
    assert client.get(f"/recommendations/translate/{record.id}").status_code in (302, 303)


def test_after_saving_the_next_without_a_text_comes(enter, sign_in, focal):
    first, second, third = enter("116.1"), enter("116.2", mn="Байна"), enter("116.10")
    browser = sign_in(focal)
    answer = written(browser, first, "Халах", next="1")
    assert answer.location.endswith(f"/translate/{third.id}")
    page = browser.get("/recommendations/translate?state=open").text
    assert "116.10" in page
    page = browser.get("/recommendations/translate?state=none").text
    assert "116.10" in page
    assert "116.2" not in page
    assert second.id


def test_a_stale_page_is_not_saved(enter, sign_in, focal):
    record, browser = enter("116.1"), sign_in(focal)
    browser.post(f"/recommendations/translate/{record.id}", data={"text": "Нэг", "version": 1})
    assert (
        browser.post(f"/recommendations/translate/{record.id}", data={"text": "Хоёр", "version": 1}).status_code == 409
    )
    assert now(select(Recommendation.text)).texts["mn"] == "Нэг"


@pytest.mark.parametrize(
    ("en", "mn", "source", "text", "lacking"),
    [
        ("child", "хүүхэд", "Protect every child", "Хүүхдийн эрхийг хамгаалах", False),
        (
            "persons with disabilities",
            "хөгжлийн бэрхшээлтэй хүн",
            "for Persons with Disabilities",
            "Хөгжлийн бэрхшээлтэй хүний",
            False,
        ),
        ("persons with disabilities", "хөгжлийн бэрхшээлтэй хүн", "persons with disabilities", "Тахир дутуу хүн", True),
        ("treaty", "гэрээ", "Ratify treaties", "Гэрээнд нэгдэх", False),
        ("law", "хууль", "Adopt laws", "Хуулийн төсөл", False),
        ("torture", "эрүүдэн шүү*", "Prevent torture", "Эрүүдэн шүүхээс сэргийлэх", False),
        ("province", "аймаг", "in provinces", "аймгийн", False),
    ],
)
def test_agreed_words_are_found_with_any_ending(en, mn, source, text, lacking):
    found = glossary.check(source, text, [GlossaryTerm(en=en, key=en, mn=mn, note="")])
    assert [each.lacking for each in found] == [lacking]


def test_a_longer_term_stands_for_those_inside_it():
    terms = [
        GlossaryTerm(en=en, key=en, mn=mn, note="") for en, mn in (("rights", "эрх"), ("human rights", "хүний эрх"))
    ]
    assert [each.en for each in glossary.check("Human rights", "", terms)] == ["human rights"]
    assert glossary.check("Copyright and lawn", "", [GlossaryTerm(en="law", key="law", mn="хууль", note="")]) == []


def test_the_editor_warns_of_a_missing_agreed_word(enter, sign_in, focal, editor):
    record = enter("116.1", en="Ratify the treaty", mn="Конвенцид нэгдэх")
    browser = sign_in(editor)
    entry = {"en": "treaty", "mn": "гэрээ", "note": ""}
    assert browser.post("/recommendations/glossary/new", data=entry).status_code == 303
    assert browser.post("/recommendations/glossary/new", data={**entry, "en": "Treaty"}).status_code == 422
    assert "Not in the translation" in browser.get(f"/recommendations/translate/{record.id}").text
    written(browser, record, "Гэрээнд нэгдэх")
    assert "Not in the translation" not in browser.get(f"/recommendations/translate/{record.id}").text
    assert sign_in(focal).get("/recommendations/glossary/new").status_code == 403


def sheet(data):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def test_a_table_goes_out_and_comes_back(enter, sign_in, focal, editor):
    enter("116.1")
    official = enter("116.2", mn="Байна")
    act(sign_in(focal), official, "proposed")
    act(sign_in(editor), official, "agreed")
    browser = sign_in(focal)
    out = browser.get("/recommendations/translate/export.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(out.data))
    rows = book.worksheets[0]
    places = {str(cell.value).rpartition("[")[2].rstrip("]"): cell.column for cell in rows[1]}
    for row in range(2, rows.max_row + 1):
        rows.cell(row, places["text_mn"]).value = f"Шинэ {rows.cell(row, places['number']).value}"
    rows.append(["MN", 3, "999.9", "", "Юу ч биш"])
    changed = io.BytesIO()
    book.save(changed)

    def send(**more):
        data = {"file": (io.BytesIO(changed.getvalue()), "t.xlsx"), **more}
        return browser.post("/recommendations/translate/import", data=data, content_type="multipart/form-data")

    shown = send().text
    assert "The register has no such recommendation." in shown
    assert "The text is agreed or official and is not changed." in shown
    assert now(select(TranslationStep).where(TranslationStep.text == "Шинэ 116.1")) is None
    assert send(confirm="1").status_code == 303
    texts = {row.number: row.text.texts.get("mn") for row in translating.db.session.scalars(select(Recommendation))}
    assert texts == {"116.1": "Шинэ 116.1", "116.2": "Байна"}


def test_a_table_of_something_else_is_refused_in_words(sign_in, focal):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    data = io.BytesIO()
    book.save(data)
    form = {"file": (io.BytesIO(data.getvalue()), "t.xlsx")}
    answer = sign_in(focal).post("/recommendations/translate/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422 or "has no columns" in answer.text
