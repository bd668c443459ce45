"""Pages that compute themselves: questions follow the answers without asking the server, who stays the judge."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from sqlalchemy import select

from portal.db import db
from portal.forms.models import Draft, Submission
from tests.portal.forms.build import row
from tests.portal.forms.engines import STATIC, say
from tests.portal.forms.test_fill_browser import _check, site, visit  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser
SCRIPTS = ("expressions.js", "reading.js", "filling.js", "rows.js", "forms.js")

QUESTIONS = [
    row("select_one", "light", list="light", required=True),
    row("text", "why", relevant="${light} = 'red'", required="string-length(${light}) > 0"),
    row("integer", "first", constraint=". <= ${most}", constraint_message={"mn": "Их байна", "en": "Too many"}),
    row("integer", "most", required="${first} > 0"),
    row("money", "total", calculation="round(${first} * 1000.5)"),
    row(
        "group",
        "part",
        relevant="selected(${needs}, 'green')",
        children=[row("text", "inside"), row("note", "said", relevant="${inside} != ''")],
    ),
    row("select_multiple", "needs", list="light"),
    row("repeat", "person", children=[row("text", "who")]),
    row("text", "end"),
]


def asked(page: Any) -> list[str]:
    """What is sent to the server from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if request.method == "POST" else None)
    return found


def answers() -> list[dict[str, Any]]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission.answers)))


def change(page: Any, name: str, text: str) -> None:
    page.locator(f"#q-{name}").fill(text)
    page.locator(f"#q-{name}").dispatch_event("change")


def test_a_page_computes_itself_and_asks_nothing(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish(QUESTIONS)
    page = visit(made.url)
    sent = asked(page)
    why = page.locator("#q-why-box")
    assert not why.is_visible()
    page.locator("#q-light-2").check()
    why.wait_for()
    assert page.locator("#changes").text_content() == "Asked now as well: why (en)"
    assert not why.locator(".optional").is_visible()
    assert page.locator("#q-why").get_attribute("aria-required") == "true"
    page.locator("#q-why").fill("because")
    page.locator("#q-light-0").check()
    why.wait_for(state="hidden")
    assert page.locator("#changes").text_content() == "Not asked any more: why (en)"
    page.locator("#q-light-2").check()
    why.wait_for()
    assert page.locator("#q-why").input_value() == "because"

    change(page, "first", "1 234")
    page.locator("#q-total", has_text="1,234,617 ₮").wait_for()
    assert not page.locator("#q-most-box .optional").is_visible()
    change(page, "most", "1000")
    wrong = page.locator("#q-first-error")
    assert wrong.text_content() == "Too many"
    assert page.locator("#q-first").get_attribute("aria-describedby") == "q-first-error"
    assert page.locator("#q-first").get_attribute("aria-invalid") == "true"
    _check(page)
    change(page, "most", "many")
    page.locator("#q-most-error", has_text="Write a number").wait_for()
    change(page, "most", "2000")
    wrong.wait_for(state="detached")
    assert page.locator("#q-most-error").count() == 0
    assert page.locator("#q-first").get_attribute("aria-describedby") is None

    assert not page.locator("#q-part-box").is_visible()
    page.locator("#q-needs-0").check()
    page.locator("#q-part-box").wait_for()
    assert not page.locator("#q-said-box").is_visible()
    change(page, "inside", "x")
    page.locator("#q-said-box").wait_for()
    page.locator("#q-needs-0").uncheck()
    page.locator("#q-part-box").wait_for(state="hidden")
    assert sent == []
    page.locator("button[value=person]").click()
    page.locator("#q-person-1-who:focus").wait_for()
    page.locator("#q-light-0").check()
    why.wait_for(state="hidden")
    assert sent == []
    page.locator("[data-default]").click()
    page.wait_for_url("**/receipt/**")
    (one,) = answers()
    one.pop("person")
    assert one == {"light": "green", "first": 1234, "most": 2000, "total": 1234617}


def forty() -> list[dict[str, Any]]:
    """Forty questions of all sorts in both languages, half of them with rules."""
    label = {"mn": "Тайлант хугацаанд хийсэн ажлын үр дүнг товч бичнэ үү", "en": "Describe in short what was reached"}
    hint = {"mn": "Тоо баримт, огноо, хамрагдсан хүний тоог дурдана", "en": "With figures, dates and people reached"}
    found = []
    for number in range(10):
        one, light, some, sums = (f"{kind}{number}" for kind in ("text", "light", "number", "sum"))
        found += [
            row("select_one", light, list="light", required=True),
            row(
                "text",
                one,
                appearance="multiline",
                relevant=f"${{{light}}} != 'green'",
                required=f"${{{light}}} = 'red'",
            ),
            row("integer", some, constraint=". >= 0 and . <= 100"),
            row("decimal", sums, calculation=f"round(${{{some}}} div 3, 1)"),
        ]
    return [{**each, "label": label, "hint": hint} for each in found]


def test_a_form_of_forty_questions_is_light(visit: Any, publish: Any, capsys: Any) -> None:  # noqa: F811
    made = publish(forty())
    page = visit(made.url, lang="mn")
    page.wait_for_load_state("networkidle")
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    arrived: list[float] = []
    network.on("Network.loadingFinished", lambda event: arrived.append(event["encodedDataLength"]))
    page.goto(made.url)
    page.wait_for_load_state("networkidle")
    page.locator("#q-light3-2").check()
    page.locator("#q-text3").wait_for()
    change(page, "number3", "50")
    page.locator("#q-sum3", has_text="16.7").wait_for()
    scripts = {name: len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in SCRIPTS}
    plan = len((page.locator("#plan").get_attribute("data-plan") or "").encode())
    say(capsys, f"forty questions, again: {sum(arrived):.0f} bytes, the plan {plan} of them; scripts once: {scripts}")
    assert 0 < sum(arrived) < 60_000
    assert sum(scripts.values()) < 26_000


def test_the_cursor_goes_on_where_its_question_disappears(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish([row("text", "a"), row("text", "b", relevant="${a} = ''"), row("text", "c")])
    page = visit(made.url)
    page.locator("#q-a").focus()
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    page.locator("#q-c:focus").wait_for()
    page.keyboard.type("y")
    assert page.locator("#q-c").input_value() == "y"
    assert not page.locator("#q-b-box").is_visible()


def test_what_the_server_found_wrong_stays_until_it_is_answered(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish(QUESTIONS)
    page = visit(made.url)
    page.locator("#q-light-2").check()
    page.locator("[data-default]").click()
    page.locator(".faults:focus").wait_for()
    page.locator("#q-why-error").wait_for()
    sent = asked(page)
    change(page, "end", "x")
    assert page.locator("#q-why-error").is_visible()
    change(page, "why", "because")
    page.locator("#q-why-error").wait_for(state="detached")
    change(page, "why", "")
    page.locator("#q-why-error", has_text="Answer this question.").wait_for()
    assert sent == []


def test_hidden_answers_stay_in_the_draft_and_come_back(visit: Any, publish: Any, identity: Any, org: Any) -> None:  # noqa: F811
    made = publish(QUESTIONS, mode="invited")
    person = identity("desk_officer", org=org("maker"))
    page = visit(f"/forms/{made.id}/fill", person)
    page.locator("#q-light-2").check()
    page.locator("#q-why").fill("because")
    page.locator("#q-needs-0").check()
    page.locator("#q-inside").fill("kept")
    page.locator("#q-light-0").check()
    page.locator("#q-needs-0").uncheck()
    page.locator("#q-part-box").wait_for(state="hidden")
    page.locator("button[name=_draft]").click()
    page.wait_for_load_state("networkidle")
    db.session.rollback()
    kept = db.session.scalars(select(Draft.answers)).one()
    assert (kept["light"], kept["why"], kept["inside"]) == ("green", "because", "kept")
    page = visit(f"/forms/{made.id}/fill", person)
    assert not page.locator("#q-why-box").is_visible()
    page.locator("#q-light-2").check()
    page.locator("#q-why").wait_for()
    assert page.locator("#q-why").input_value() == "because"


def test_pages_come_and_go(visit: Any, publish: Any) -> None:  # noqa: F811
    more = row("group", "two", relevant="${well} = 'no'", children=[row("text", "why", required=True)])
    first = row(
        "group",
        "one",
        children=[row("select_one", "well", list="yes_no"), row("text", "how", relevant="${well} = 'no'")],
    )
    made = publish([first, more], style="pages")
    page = visit(made.url)
    sent = asked(page)
    where, send, more = (page.locator(each) for each in (".fill-where", "[data-send]", "[value=next]"))
    assert (where.is_visible(), send.is_visible(), more.is_visible()) == (False, True, False)
    page.locator("#q-well-1").check()
    page.locator("text=Part 1 of 2").wait_for()
    assert (send.is_visible(), more.is_visible()) == (False, True)
    page.locator("#q-how").fill("so")
    page.locator("#q-well-0").check()
    where.wait_for(state="hidden")
    assert (send.is_visible(), more.is_visible()) == (True, False)
    page.locator("#q-well-1").check()
    page.locator("text=Part 1 of 2").wait_for()
    assert page.locator("#q-how").input_value() == "so"
    assert sent == []
    page.locator("button[value=next]").click()
    page.locator("text=Part 2 of 2").wait_for()
    page.locator("#q-why").fill("cold")
    page.locator("[data-default]").click()
    page.wait_for_url("**/receipt/**")
    assert answers() == [{"well": "no", "how": "so", "why": "cold"}]


def test_choices_follow_an_answer(visit: Any, publish: Any) -> None:  # noqa: F811
    choices = {
        "aimag": [{"name": name, "label": {"mn": name, "en": name}} for name in ("ub", "ov")],
        "soum": [
            {"name": name, "label": {"mn": name, "en": name}, "aimag": aimag}
            for name, aimag in (("s1", "ub"), ("s2", "ub"), ("s3", "ov"))
        ],
    }
    rows = [
        row("select_one", "aimag", list="aimag"),
        row("select_one", "soum", list="soum", choice_filter="aimag = ${aimag}", relevant="${aimag} != ''"),
    ]
    made = publish(rows, choices=choices)
    page = visit(made.url)
    sent = asked(page)
    shown = page.locator("#q-soum-box .check:visible")
    page.locator("#q-aimag-1").check()
    page.locator("#q-soum-2").check()
    assert shown.count() == 1
    page.locator("#q-aimag-0").check()
    page.locator("#q-soum-error", has_text="does not fit the other answers").wait_for()
    assert shown.all_inner_texts() == ["s1", "s2", "s3"]
    page.locator("#q-soum-1").check()
    page.locator("#q-soum-error").wait_for(state="detached")
    assert shown.all_inner_texts() == ["s1", "s2"]
    assert sent == []


def test_without_scripts_a_button_does_the_same(browser: Any, site: str, publish: Any) -> None:  # noqa: F811
    made = publish(QUESTIONS)
    context = browser.new_context(java_script_enabled=False, base_url=site, locale="en")
    page = context.new_page()
    try:
        page.goto(made.url + "?lang=en")
        assert not page.locator("#q-why-box").is_visible()
        page.locator("#q-light-2").check()
        page.locator("button[name=_update]").click()
        page.locator("#q-why").fill("because")
        page.locator("#q-light-0").check()
        page.locator("button[name=_update]").click()
        assert not page.locator("#q-why-box").is_visible()
        assert page.locator("#q-why").input_value() == "because"
        page.locator("[data-default]").click()
        page.wait_for_url("**/receipt/**")
    finally:
        context.close()
    (one,) = answers()
    assert one.get("light") == "green"
    assert "why" not in one
