"""A live form that changes: what becomes of answers already there, wherever they are read."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from sqlalchemy import select

from portal import records
from portal.audit import HistoryEntry, acting
from portal.db import db
from portal.forms import drafts, mapping, publishing, queries, service, use
from portal.forms.answers import book, charts, exporting, importing
from portal.forms.definition import compile, remove_row, update_row
from portal.forms.engine.convert import Asked, Lost, convert
from portal.forms.engine.lineage import Rule
from portal.forms.mapping import Decision, NotMappable
from portal.forms.models import AnswerIndex, FormVersion, Submission
from portal.forms.rest import documents
from portal.forms.review import service as review
from portal.forms.versions import Versions
from portal.i18n import force_locale
from tests.portal.forms.build import made as compiled_of
from tests.portal.forms.build import row
from tests.portal.forms.builder_help import controls
from tests.portal.forms.test_answers import send
from tests.portal.forms.test_answers_export import export, rows_of, sav, sheets
from tests.portal.forms.test_builder_browser import open_page, site  # noqa: F401 - fixtures

COLOURS = [{"name": code, "label": {"mn": f"{code} мн", "en": code.title()}} for code in ("green", "amber", "red")]


def stored(made: Any) -> list[Submission]:
    stmt = select(Submission).where(Submission.form_id == made.id).order_by(Submission.received_at, Submission.id)
    return list(db.session.scalars(stmt))


def again(made: Any, definition: Any, decision: Decision | None = None) -> FormVersion:
    """Save a draft and publish it."""
    record = records.get(made.owner, made.id, "form", "edit")
    service.save(made.owner, record, version=None, definition=definition)
    with acting(made.owner.id):
        made.version = publishing.publish(made.owner, record, version=None, waived="x", decision=decision)
    made.record = record
    return made.version


def decided(*rules: Rule, without: tuple[int, ...] = ()) -> Decision:
    return Decision(rules, without, "The question was asked better.")


@pytest.mark.parametrize(
    ("value", "old", "new", "expected"),
    [
        ("12", row("text", "a"), row("integer", "b"), 12),
        ("1 234,5", row("text", "a"), row("decimal", "b"), 1234.5),
        ("007", row("text", "a"), row("integer", "b"), Lost),
        ("about ten", row("text", "a"), row("integer", "b"), Lost),
        (2.5, row("decimal", "a"), row("integer", "b"), Lost),
        (1.005, row("decimal", "a"), row("money", "b"), Lost),
        (12, row("integer", "a"), row("text", "b"), "12"),
        (12, row("integer", "a"), row("decimal", "b"), 12),
        (11, row("integer", "a"), row("range", "b"), Lost),
        ("2026.10.1", row("text", "a"), row("date", "b"), "2026-10-01"),
        ("2026-10-01T14:05", row("dateTime", "a"), row("date", "b"), Lost),
        ("red", row("select_one", "a", list="light"), row("select_multiple", "b", list="light"), ["red"]),
        (["red"], row("select_multiple", "a", list="light"), row("select_one", "b", list="light"), "red"),
        (["red", "green"], row("select_multiple", "a", list="light"), row("select_one", "b", list="light"), Lost),
        ("red", row("select_one", "a", list="light"), row("text", "b"), "Улаан"),
        (["red", "green"], row("select_multiple", "a", list="light"), row("text", "b"), "Улаан, Ногоон"),
        ("улаан", row("text", "a"), row("select_one", "b", list="light"), "red"),
        ("Red, Green", row("text", "a"), row("select_multiple", "b", list="light"), ["red", "green"]),
        ("purple", row("text", "a"), row("select_one", "b", list="light"), Lost),
        ("yes", row("select_one", "a", list="yes_no"), row("select_one", "b", list="light"), Lost),
        ("file-1", row("file", "a"), row("text", "b"), Lost),
        ("file-1", row("image", "a"), row("file", "b"), "file-1"),
        ("arh", row("unit", "a"), row("text", "b"), Lost),
        ("a@b.mn", row("text", "a"), row("email", "b"), "a@b.mn"),
        ("two\nlines", row("text", "a"), row("text", "b"), "two\nlines"),
    ],
)
def test_an_answer_is_converted_only_where_nothing_is_lost(value: Any, old: Any, new: Any, expected: Any) -> None:
    before, after = compiled_of(old), compiled_of(new)
    asked = Asked(before, before.by_name["a"], 1), Asked(after, after.by_name["b"], 2)
    if expected is Lost:
        with pytest.raises(Lost):
            convert(value, *asked)
    else:
        assert convert(value, *asked) == expected


FIRST = [
    row("text", "name", use=["filter"]),
    row("text", "age"),
    row("text", "how_many"),
    row("integer", "year"),
    row("text", "old"),
    row("select_one", "colour", list="colour", use=["filter", "chart"]),
    row("text", "phone"),
    row("select_multiple", "needs", list="colour"),
    row("repeat", "person", children=[row("text", "who"), row("text", "weight")]),
]


@pytest.fixture
def live(publish: Any) -> Any:
    """A form with answers of three versions: questions renamed, retyped, removed, mapped, moved into a repeat."""
    made = publish(FIRST, choices={"colour": COLOURS}, mode="invited")
    people = [{"_key": "1", "who": "Дорж", "weight": "70"}, {"_key": "2", "who": "Сүрэн", "weight": "heavy"}]
    send(made, made.owner, name="Бат", age="40", how_many="7", year=1990, old="was asked", colour="amber",
         phone="99112233", needs=["amber", "red"], person=people)  # fmt: skip
    send(made, made.owner, name="Өлзий", age="forty", how_many="many", colour="green")
    definition = update_row(made.form.definition, "-name", name="full_name", label={"mn": "Нэр", "en": "Full name"})
    definition = remove_row(definition, "-old")
    definition = update_row(definition, "-age", type="integer")
    definition = update_row(definition, "-year", type="text")
    definition = update_row(definition, "-weight", type="decimal")
    definition["choices"]["colour"] = [each for each in COLOURS if each["name"] != "amber"]
    again(
        made,
        definition,
        decided(
            Rule("-age", "text", "-age"),
            Rule("-weight", "text", "-weight"),
            Rule("-colour", "select_one", "-colour", {"amber": "red"}),
        ),
    )
    send(made, made.owner, full_name="Сараа", age=35, year="1991", colour="red", how_many="3")
    definition = remove_row(made.form.definition, "-how_many")
    definition["survey"].append(row("integer", "number"))
    person = next(each for each in definition["survey"] if each["name"] == "person")
    phone = next(each for each in definition["survey"] if each["name"] == "phone")
    definition["survey"].remove(phone)
    person["children"].append(phone)
    again(made, definition, decided(Rule("-how_many", "text", "-number")))
    send(made, made.owner, full_name="Дулмаа", number=9, person=[{"_key": "1", "who": "Бат", "phone": "88112233"}])
    return made


def of_name(lines: list[list[Any]], head: list[Any], column: str) -> dict[Any, Any]:
    return {line[head.index("full_name")]: line[head.index(column)] for line in lines}


def test_a_workbook_has_the_answers_of_all_versions_where_they_belong(live: Any, sign_in: Any) -> None:
    found = sheets(export(sign_in(live.owner), live, "xlsx", "en"))
    titles, head, *lines = found["Answers"]
    start = head.index("full_name")
    assert head[start:] == [
        "full_name", "age", "year", "colour", "needs", "needs/green", "needs/red", "number",
        "how_many", "phone", "age_v1", "year_v1", "old", "needs/amber",
    ]  # fmt: skip
    assert of_name(lines, head, "age") == {"Бат": 40, "Өлзий": None, "Сараа": 35, "Дулмаа": None}
    assert of_name(lines, head, "age_v1") == {"Бат": None, "Өлзий": "forty", "Сараа": None, "Дулмаа": None}
    assert of_name(lines, head, "year") == {"Бат": None, "Өлзий": None, "Сараа": "1991", "Дулмаа": None}
    assert of_name(lines, head, "year_v1")["Бат"] == 1990
    assert of_name(lines, head, "number") == {"Бат": 7, "Өлзий": None, "Сараа": 3, "Дулмаа": 9}
    assert of_name(lines, head, "how_many") == {"Бат": None, "Өлзий": "many", "Сараа": None, "Дулмаа": None}
    assert of_name(lines, head, "colour") == {"Бат": "Red", "Өлзий": "Green", "Сараа": "Red", "Дулмаа": None}
    assert of_name(lines, head, "needs")["Бат"] == "Amber, Red"
    assert (of_name(lines, head, "needs/amber")["Бат"], of_name(lines, head, "needs/red")["Бат"]) == (1, 1)
    assert (of_name(lines, head, "phone")["Бат"], of_name(lines, head, "old")["Бат"]) == ("99112233", "was asked")
    named = dict(zip(head, titles, strict=True))
    assert named["full_name"] == "Full name"
    assert named["old"] == "old (en) (version 1)"
    assert named["how_many"] == "how_many (en) (versions 1, 2)"
    assert named["phone"] == "phone (en) (versions 1, 2)"
    _titles, codes, *people = found["person"]
    assert codes[codes.index("who") :] == ["who", "weight", "phone", "weight_v1"]
    assert [line[codes.index("who") :] for line in people] == [
        ["Дорж", 70, None, None],
        ["Сүрэн", None, None, "heavy"],
        ["Бат", None, "88112233", None],
    ]
    kinds = {line[1]: (line[2], line[6]) for line in found["Code book"][1:]}
    assert (kinds["age"], kinds["age_v1"]) == (("integer", "1, 2, 3"), ("text", "1"))


def test_csv_json_and_spss_say_the_same(live: Any, sign_in: Any, tmp_path: Any) -> None:
    owner = sign_in(live.owner)
    with zipfile.ZipFile(io.BytesIO(export(owner, live, "csv", "codes"))) as archive:
        head, *lines = rows_of(archive.read("Answers.csv"))
    assert of_name(lines, head, "number") == {"Бат": "7", "Өлзий": "", "Сараа": "3", "Дулмаа": "9"}
    assert of_name(lines, head, "colour")["Бат"] == "red"
    by_name = {each["answers"]["full_name"]: each["answers"]
               for each in json.loads(export(owner, live, "json", "codes"))["submissions"]}  # fmt: skip
    assert by_name["Бат"]["number"] == 7
    assert by_name["Бат"]["old"] == "was asked"
    assert (by_name["Өлзий"]["age_v1"], by_name["Бат"]["age"]) == ("forty", 40)
    assert [each.get("weight", each.get("weight_v1")) for each in by_name["Бат"]["person"]] == [70, "heavy"]
    words = json.loads(export(owner, live, "json", "en"))["submissions"]
    assert [each["answers"]["colour (en)"] for each in words[:2]] == ["Red", "Green"]
    assert words[0]["answers"]["Full name"] == "Бат"
    if exporting.SPSS:
        frame, meta = sav(export(owner, live, "sav", "en"), tmp_path)["Answers.sav"]
        assert next(iter(frame["number"])) == 7
        assert list(frame["age_v1"]) == ["", "forty", "", ""]
        assert meta.variable_value_labels["colour"][frame["colour"][0]] == "Red"


def test_the_page_of_an_answer_says_what_was_asked_and_answered(live: Any, sign_in: Any) -> None:
    first = stored(live)[0]
    page = sign_in(live.owner).get(f"/forms/{live.id}/answers/{first.id}").text
    assert "Full name" in page
    assert "Asked as “name (en)” in version 1." in page
    assert "Answered: Amber" in page
    assert "Asked as “how_many (en)” in version 1." in page
    assert "was asked" in page


def test_filters_and_charts_count_what_the_newest_version_asks(live: Any, sign_in: Any, app: Any) -> None:
    owner = sign_in(live.owner)
    listed = owner.get(f"/forms/{live.id}/answers?a_colour=red").text
    assert listed.count("/answers/") >= 2
    with force_locale("en"):
        (figure,) = charts.figures(live.id, False)
    assert dict(zip(figure.chart.categories, figure.chart.series[0].values, strict=True)) == {"Green": 1, "Red": 2}
    assert "Өлзий" not in listed
    kept = db.session.scalars(select(AnswerIndex.text).where(AnswerIndex.row_id == "-name")).all()
    assert sorted(kept) == ["Бат", "Дулмаа", "Сараа", "Өлзий"]


def test_modules_read_the_names_of_the_newest_version(live: Any) -> None:
    versions = Versions(live.id)
    rows = stored(live)
    now = [versions.now(each.version_id, each.answers) for each in rows]
    assert [each["full_name"] for each in now] == ["Бат", "Өлзий", "Сараа", "Дулмаа"]
    assert [each.get("number") for each in now] == [7, None, 3, 9]
    assert rows[0].answers["how_many"] == "7"
    assert queries.last_about(live.id, None) is None


def test_an_old_answer_is_corrected_in_its_own_version(live: Any) -> None:
    first = stored(live)[0]
    values = {**first.answers, "how_many": "12", "colour": "green"}
    review.correct(live.owner, live.form, first, revision=first.revision, answers=values)
    assert first.answers["how_many"] == "12"
    assert db.session.get(FormVersion, first.version_id).number == 1
    assert Versions(live.id).now(first.version_id, first.answers)["number"] == 12
    kept = db.session.scalars(
        select(AnswerIndex.text).where(AnswerIndex.submission_id == first.id, AnswerIndex.row_id == "-colour")
    ).all()
    assert kept == ["green"]


def test_what_was_decided_stands_with_the_version_and_in_the_history_and_can_be_taken_back(live: Any) -> None:
    third = live.version
    assert third.mapping["rules"] == [{"from": "-how_many", "type": "text", "to": "-number"}]
    assert third.mapping["why"] == "The question was asked better."
    stmt = select(HistoryEntry).where(
        HistoryEntry.entity == "portal_form_version", HistoryEntry.entity_id == str(third.id)
    )
    entry = db.session.scalars(stmt).one()
    assert (entry.actor_id, entry.changes["mapping"][1]["why"]) == (live.owner.id, "The question was asked better.")
    again(live, live.form.definition, decided(without=(3,)))
    first = stored(live)[0]
    now = Versions(live.id).now(first.version_id, first.answers)
    assert (now.get("number"), now["how_many"]) == (None, "7")
    assert now["age"] == 40
    with pytest.raises(NotMappable):
        again(live, live.form.definition, decided(without=(3,)))


@pytest.mark.parametrize(
    "rule",
    [
        Rule("-nothing", "text", "-name"),
        Rule("-name", "text", "-nothing"),
        Rule("-old", "text", "-who"),
        Rule("-colour", "select_one", "-colour", {"amber": "purple"}),
        Rule("-name", "text", "-age", {"a": "b"}),
    ],
)
def test_a_decision_that_does_not_fit_is_refused(live: Any, rule: Rule) -> None:
    with pytest.raises(NotMappable):
        again(live, live.form.definition, decided(rule))
    assert len(Versions(live.id).rows) == 3


def test_a_decision_needs_a_reason_and_one_that_says_nothing_is_left_out(live: Any) -> None:
    with pytest.raises(NotMappable):
        again(live, live.form.definition, Decision((Rule("-old", "text", "-full"),), (), ""))
    version = again(live, live.form.definition, Decision((Rule("-name", "text", "-name"),), (), ""))
    assert version.number == 3


def test_the_index_of_many_answers_is_written_anew_by_a_job(live: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(mapping, "REBUILD_NOW", 1)
    again(live, update_row(live.form.definition, "-number", use=["chart"]))
    found = db.session.scalars(select(AnswerIndex.number).where(AnswerIndex.row_id == "-number")).all()
    assert sorted(each or 0 for each in found) == [3, 7, 9]


def test_the_figures_say_how_many_fit(live: Any) -> None:
    definition = update_row(live.form.definition, "-year", type="date")
    definition["survey"].append(row("text", "memory"))
    definition = remove_row(definition, "-number")
    seen = mapping.prospect(live.id, compile(definition))
    by_key = {each.asked.key: each for each in seen.columns}
    number = by_key["-number", "integer"]
    assert (number.kind, number.count) == ("removed", 3)
    assert [(each.target.node.name, each.fits, each.lost) for each in number.offers] == [("memory", 3, 0)]
    year = by_key["-year", "text"]
    assert (year.kind, [(each.target.node.name, each.fits, each.examples) for each in year.offers]) == (
        "retyped",
        [("memory", 1, []), ("year", 0, ["1991"])][::-1],
    )
    assert sorted(each.kind for each in seen.columns if each.asked.node.id == "-phone") == ["kept", "moved"]
    assert (seen.of_row("-age"), seen.counted, seen.total) == (3, 4, 4)


def test_the_page_counts_asks_and_publishes_without_a_script(publish: Any, sign_in: Any) -> None:
    made = publish([row("text", "age"), row("select_one", "colour", list="colour")], choices={"colour": COLOURS})
    for age, colour in (("40", "amber"), ("forty", "red"), ("7", "amber")):
        send(made, age=age, colour=colour)
    definition = update_row(made.form.definition, "-age", type="integer")
    definition["choices"]["colour"] = COLOURS[::2]
    record = records.get(made.owner, made.id, "form", "edit")
    service.save(made.owner, record, version=None, definition=definition)
    browser, at = sign_in(made.owner), f"/forms/{made.id}/publish"
    page = browser.get(at).text
    assert "Convert to “Whole number”: 2 of 3 fit" in page
    assert "1 answer does not fit, and stays in a column of its own: “forty”." in page
    assert "Answers “Amber” (2) are read as" in page
    given = {
        **{name: value[0] for name, value in controls(page).items() if name not in ("without",)},
        "to:text:-age": "-age",
        "choice:select_one:-colour:amber": "red",
    }
    answer = browser.post(at, data=given)
    assert answer.status_code == 422
    assert "Say why: it is kept with the version." in answer.text
    for data, status in (({**given, "act": "count"}, 200), ({**given, "version": "1"}, 409)):
        answer = browser.post(at, data={**data, "why": "A better question"})
        assert answer.status_code == status
        assert re.search('<option value="-age" selected>', answer.text)
        assert re.search('<option value="red" selected>', answer.text)
        assert "A better question" in answer.text
    assert browser.post(at, data={**given, "why": "x", "to:text:-age": "-nothing"}).status_code == 422
    assert browser.post(at, data={**given, "why": "A better question"}).status_code == 303
    assert [each.get("age") for each in now(made)] == [40, None, 7]
    assert [each["colour"] for each in now(made)] == ["red", "red", "red"]
    page = browser.get(at).text
    assert "Decided before (1)" in page
    assert "Answers to “age (en)” of type “Text” are converted." in page
    given = {name: value[0] for name, value in controls(page).items() if name not in ("without",)}
    assert browser.post(at, data={**given, "why": "A mistake", "without": "2"}).status_code == 303
    assert [each.get("age") for each in now(made)] == [None, None, None]
    assert "How answers are read: A better question" in browser.get(f"/forms/{made.id}").text


def now(made: Any) -> list[dict[str, Any]]:
    versions = Versions(made.id)
    return [versions.now(each.version_id, each.answers) for each in stored(made)]


def test_every_place_of_a_missing_text_is_a_click_away(builder: Any) -> None:
    made = builder("template:registration")
    made.change("topic", **{"label-mn": ""})
    page = made.get("/publish")
    (link,) = re.findall(r'href="([^"]*gaps=1#[^"]*)"', page)
    path, _hash, anchor = link.partition("#")
    assert f'id="{anchor}"' in made.get(path.removeprefix(made.at))


@pytest.mark.browser
def test_the_page_is_for_everyone(publish: Any, officer: Any, open_page: Any) -> None:  # noqa: F811 - a fixture
    made = publish([row("text", "age"), row("text", "many")], owner=officer)
    send(made, age="40", many="7")
    definition = remove_row(update_row(made.form.definition, "-age", type="integer"), "-many")
    definition["survey"].append(row("integer", "count_of_people"))
    again(made, definition, decided(Rule("-age", "text", "-age")))
    definition = update_row(made.form.definition, "-age", type="date")
    record = records.get(made.owner, made.id, "form", "edit")
    service.save(made.owner, record, version=None, definition=definition)
    page = open_page(f"/forms/{made.id}/publish", 360)
    page.evaluate("for (const part of document.querySelectorAll('details.more')) part.open = true")
    assert Axe().run(page).response["violations"] == []
    page.locator("select[name='to:text:-many']").select_option(index=1)
    page.get_by_role("button", name="Count again").click()
    page.wait_for_load_state()
    assert page.locator("select[name='to:text:-many']").input_value() == "-count_of_people"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("labels", ["codes", "en"])
def test_an_export_over_all_versions_comes_back_and_corrects(
    live: Any, sign_in: Any, monkeypatch: Any, labels: str
) -> None:
    monkeypatch.setattr(book, "run_limited", lambda _target, *given, **_limits: book.answer(*given))
    data = export(sign_in(live.owner), live, "xlsx", labels)
    planned = importing.plan(live.owner, live.record, data, "a.xlsx")
    assert [(each.sheet, each.cell, str(each.message)) for each in planned.problems] == []
    assert (planned.same, planned.total) == (4, 4)
    workbook = load_workbook(io.BytesIO(data))
    sheet = workbook["Answers"]
    codes = [cell.value for cell in sheet[1 if labels == "codes" else 2]]
    line = 2 if labels == "codes" else 3
    sheet.cell(line, codes.index("number") + 1, 8)
    sheet.cell(line, codes.index("full_name") + 1, "Батаа")
    out = io.BytesIO()
    workbook.save(out)
    planned = importing.plan(live.owner, live.record, out.getvalue(), "a.xlsx")
    assert [(each.sheet, each.cell, str(each.message)) for each in planned.problems] == []
    assert (planned.same, len(planned.changed)) == (3, 1)
    importing.carry_out(live.owner, live.record, planned, reason="x")
    first = stored(live)[0]
    assert (first.answers["how_many"], first.answers["name"], first.answers["colour"]) == ("8", "Батаа", "amber")
    assert now(live)[0]["number"] == 8


def test_a_draft_of_an_older_version_goes_on_under_the_new_names(live: Any, sign_in: Any) -> None:
    first = db.session.get(FormVersion, stored(live)[0].version_id)
    values = {"name": "Нараа", "how_many": "12", "age": ""}
    drafts.keep(live.owner, live.form, first, uid=str(uuid.uuid4()), answers=values, subject_id=None)
    page = sign_in(live.owner).get(f"/forms/{live.id}/fill").text
    assert re.search('name="q.full_name"[^>]*value="Нараа"|value="Нараа"[^>]*name="q.full_name"', page)
    assert re.search('name="q.number"[^>]*value="12"|value="12"[^>]*name="q.number"', page)


def test_programs_get_answers_as_sent_and_as_they_are_read_now(live: Any, app: Any) -> None:
    first = stored(live)[0]
    with app.test_request_context():
        document = documents.answers(live.owner, [first.id])[first.id]
    assert (document["answers"]["how_many"], document["now"]["number"], document["version"]) == ("7", 7, 1)


def test_a_module_reads_answers_of_all_versions_by_the_newest_names(live: Any) -> None:
    live.form.slot = "tests.slot"
    for each in stored(live):
        each.subject_id = live.id
    db.session.commit()
    found = use.submissions_of([live.id], "tests.slot")[live.id]
    assert [(each.answers["full_name"], each.answers.get("number")) for each in found] == [
        ("Бат", 7),
        ("Өлзий", None),
        ("Сараа", 3),
        ("Дулмаа", 9),
    ]
    assert (queries.last_about(live.id, live.id) or {})["number"] == 9


def test_repeats_that_are_renamed_moved_or_removed_keep_their_rows(
    publish: Any, sign_in: Any, monkeypatch: Any
) -> None:
    rows = [
        row("text", "name"),
        row("repeat", "person", children=[row("text", "who")]),
        row("repeat", "animal", children=[row("text", "kind"), row("repeat", "foal", children=[row("text", "call")])]),
        row("repeat", "house", children=[row("text", "street")]),
    ]
    made = publish(rows, mode="invited")
    animals = [{"_key": "1", "kind": "адуу", "foal": [{"_key": "1", "call": "Хүрэн"}]}]
    houses = [{"_key": "1", "street": "Энх тайван"}]
    send(made, made.owner, name="a", person=[{"_key": "1", "who": "Дорж"}], animal=animals, house=houses)
    definition = update_row(made.form.definition, "-person", name="member")
    definition = remove_row(definition, "-animal")
    house = next(each for each in definition["survey"] if each["name"] == "house")
    definition["survey"].remove(house)
    next(each for each in definition["survey"] if each["name"] == "member")["children"].append(house)
    again(made, definition)
    member = {"_key": "1", "who": "Бат", "house": [{"_key": "1", "street": "Сөүл"}]}
    send(made, made.owner, name="b", member=[member])
    owner = sign_in(made.owner)
    monkeypatch.setattr(book, "run_limited", lambda _target, *given, **_limits: book.answer(*given))
    data = export(owner, made, "xlsx", "codes")
    planned = importing.plan(made.owner, made.record, data, "a.xlsx")
    assert ([str(each.message) for each in planned.problems], planned.same) == ([], 2)
    found = sheets(data)
    assert list(found) == ["Answers", "member", "house", "animal", "foal", "house_v1", "Code book"]
    cells = {name: [(line[1], line[2], line[-1]) for line in lines[1:]] for name, lines in found.items()}
    assert cells["member"] == [("Answers", 1, "Дорж"), ("Answers", 2, "Бат")]
    assert cells["house"] == [("member", 2, "Сөүл")]
    assert cells["animal"] == [("Answers", 1, "адуу")]
    assert cells["foal"] == [("animal", 1, "Хүрэн")]
    assert cells["house_v1"] == [("Answers", 1, "Энх тайван")]
    document = json.loads(export(owner, made, "json", "codes"))["submissions"][0]["answers"]
    assert document["member"][0]["who"] == "Дорж"
    assert document["animal"][0]["foal"][0]["call"] == "Хүрэн"
    for format_ in ("csv", *(["sav"] if exporting.SPSS else [])):
        assert export(owner, made, format_, "en")
    page = owner.get(f"/forms/{made.id}/answers/{stored(made)[0].id}").text
    assert "Хүрэн" in page
    assert "Энх тайван" in page


def test_choices_of_another_list_are_matched_by_their_words_and_the_rest_by_hand(publish: Any) -> None:
    made = publish([row("select_one", "colour", list="colour")], choices={"colour": COLOURS})
    for code in ("green", "amber", "amber"):
        send(made, colour=code)
    marks = [{"name": "1", "label": COLOURS[0]["label"]}, {"name": "2", "label": {"mn": "Муу", "en": "Bad"}}]
    definition = remove_row(made.form.definition, "-colour")
    definition["choices"]["marks"] = marks
    definition["survey"].append(row("select_multiple", "mark", list="marks"))
    rule = Rule("-colour", "select_one", "-mark")
    (column,) = mapping.prospect(made.id, compile(definition), decided(rule)).columns
    assert (column.offers[0].fits, column.offers[0].lost, dict(column.gone)) == (1, 2, {"amber": 2})
    rule = Rule("-colour", "select_one", "-mark", {"amber": "2"})
    (column,) = mapping.prospect(made.id, compile(definition), decided(rule)).columns
    assert (column.offers[0].fits, column.offers[0].lost) == (3, 0)
    again(made, definition, decided(rule))
    assert [each["mark"] for each in now(made)] == [["1"], ["2"], ["2"]]


def test_what_the_editor_says_of_a_choice_goes_before_its_words() -> None:
    lists = {"a": [("1", "Yes"), ("2", "No")], "b": [("1", "No"), ("2", "Good")]}
    choices = {name: [{"name": c, "label": {"en": text}} for c, text in each] for name, each in lists.items()}
    before = compiled_of(row("select_one", "a", list="a"), choices=choices)
    after = compiled_of(row("select_one", "b", list="b"), choices=choices)
    asked = Asked(before, before.by_name["a"], 1), Asked(after, after.by_name["b"], 2)
    assert convert("2", *asked) == "1"
    with pytest.raises(Lost):
        convert("1", *asked)
    assert convert("1", *asked, {"1": "2"}) == "2"
