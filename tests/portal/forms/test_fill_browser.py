"""Filling in a real browser: questions follow the answers, drafts keep themselves, everyone can use it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import delete, select
from werkzeug.serving import make_server

from portal.db import db, transaction
from portal.forms.models import Submission
from portal.people.models import Session
from tests.portal.forms.build import row

pytestmark = pytest.mark.browser

QUESTIONS = [
    row("note", "intro"),
    row("text", "name", required=True, hint={"mn": "Бүтэн нэр", "en": "Full name"}),
    row("text", "story", appearance="multiline", parameters={"max_length": 200}),
    row("integer", "age", constraint=". < 120"),
    row("date", "day"),
    row("select_one", "light", list="light", required=True),
    row("text", "why", relevant="${light} = 'red'", required=True),
    row("select_one", "scale", list="light", appearance="likert"),
    row("select_multiple", "needs", list="light"),
    row("rank", "order", list="light"),
    row("range", "points"),
    row("unit", "place"),
    row("image", "photo"),
    row("group", "part", children=[row("text", "inside")]),
    row("repeat", "person", children=[row("text", "who", required=True)]),
    row(
        "repeat", "table", appearance="matrix", children=[row("text", "what"), row("select_one", "rate", list="light")]
    ),
    row("acknowledge", "agree"),
]


@pytest.fixture
def site(app: Any, monkeypatch: Any) -> Iterator[str]:
    """The address of the application, served as to readers: with its tokens against forged requests."""
    server: Any = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = False  # closing waits for them: none may meet the database of the next test
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(browser: Any, site: str, sign_in: Any, app: Any) -> Iterator[Any]:
    """``visit("/forms/…", user)``: a page; what its console complains about, and what it asks of others, fails."""
    contexts, faults = [], []

    def opened(path: str, user: Any = None, width: int = 1280, lang: str = "en") -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site, locale=lang)
        cookies = [{"name": "portal_lang", "value": lang, "url": site}]
        if user is not None:
            name = app.config["SESSION_COOKIE_NAME"]
            cookies.append({"name": name, "value": sign_in(user).get_cookie(name).value, "url": site})
        context.add_cookies(cookies)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith((site, "data:")) else faults.append(asked.url))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [each for each in faults if "status of 4" not in each] == []


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission)))


def test_questions_follow_the_answers_and_the_cursor_stays(visit: Any, publish: Any) -> None:
    made = publish(QUESTIONS)
    page = visit(made.url)
    assert not page.locator("text=Update the questions").is_visible()
    page.locator("#q-light-2").check()
    page.locator("#q-why").fill("because")
    page.locator("#q-story").focus()
    page.keyboard.type("A long story")
    page.locator("#q-light-0").check()
    page.locator("#q-why").wait_for(state="hidden")
    page.locator("#q-light-2").check()
    page.locator("#q-why").wait_for()
    assert page.locator("#q-why").input_value() == "because"
    assert page.locator("#q-story").input_value() == "A long story"
    page.locator("button[value=person]").click()
    page.locator("#q-person-1-who").wait_for()
    page.locator("#q-person-1-who:focus").wait_for()


def test_enter_sends_the_form_and_presses_neither_the_language_nor_a_button_of_a_row(visit: Any, publish: Any) -> None:
    rows = row("repeat", "part", children=[row("text", "what")])
    made = publish([row("text", "name", required=True), rows])
    page = visit(made.url)
    page.locator("#q-part-0-what").fill("all")
    page.locator("#q-name").fill("Bat")
    page.locator("#q-name").press("Enter")
    page.wait_for_url("**/receipt/**")
    assert page.locator("html").get_attribute("lang") == "en"
    assert [one.answers for one in stored()] == [{"name": "Bat", "part": [{"_key": "1", "what": "all"}]}]


def test_the_summary_of_errors_has_the_cursor_and_leads_to_the_question(visit: Any, publish: Any) -> None:
    made = publish(QUESTIONS)
    page = visit(made.url, lang="mn", width=360)
    page.locator("#q-story").fill("Урт түүх")
    page.locator("[data-default]").click()
    page.locator(".faults:focus").wait_for()
    assert page.locator("#q-story").input_value() == "Урт түүх"
    page.locator(".faults a").first.click()
    page.locator("#q-name:focus").wait_for()
    page.locator("header .languages button").click()
    page.locator("html[lang=en]").wait_for()
    assert page.locator("#q-story").input_value() == "Урт түүх"


def test_a_draft_keeps_itself_and_a_lost_session_loses_nothing(
    visit: Any, publish: Any, identity: Any, org: Any
) -> None:
    made = publish([row("text", "name"), row("text", "story")], mode="invited")
    person = identity("desk_officer", org=org("maker"))
    page = visit(f"/forms/{made.id}/fill", person)
    page.locator("#q-name").fill("Bat")
    page.locator("#q-name").blur()
    page.locator("#saved", has_text="Kept at").wait_for()
    with transaction():
        db.session.execute(delete(Session))
    page.locator("#q-story").fill("What happened")
    page.locator("#q-story").blur()
    page.locator("[data-lost]").wait_for(state="visible")
    assert page.locator("#q-story").input_value() == "What happened"
    assert page.locator("#q-name").input_value() == "Bat"


@pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (360, "mn")])
def test_everyone_can_use_the_pages(visit: Any, publish: Any, width: int, lang: str) -> None:
    made = publish(QUESTIONS, anonymous=True)
    page = visit(made.url, width=width, lang=lang)
    _check(page)
    page.locator("[data-default]").click()
    page.locator(".faults").wait_for()
    _check(page)
    page.locator("#q-name").fill("Bat")
    page.locator("#q-light-0").check()
    page.locator("#q-person-0-who").fill("Dorj")
    page.locator("[data-default]").click()
    page.wait_for_url("**/receipt/**")
    _check(page)


def test_a_press_is_not_lost_where_a_remark_goes_away_under_it(visit: Any, publish: Any) -> None:
    made = publish(QUESTIONS, anonymous=True)
    page = visit(made.url, width=360)
    page.locator("[data-default]").click()
    page.locator(".faults").wait_for()
    page.locator("#q-name").fill("Bat")
    page.locator("#q-light-0").check()
    page.locator("#q-person-0-who").press_sequentially("Dorj")
    button = page.locator("[data-default]")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(300)
    assert button.bounding_box() == box
    page.mouse.up()
    page.wait_for_url("**/receipt/**")


@pytest.mark.parametrize(("width", "lang"), [(1280, "mn"), (360, "en")])
def test_everyone_can_use_the_pages_of_an_office(visit: Any, publish: Any, width: int, lang: str) -> None:
    made = publish([{**each, "use": ["chart"]} if each["name"] == "light" else each for each in QUESTIONS])
    page = visit(made.url)
    page.locator("#q-name").fill("Bat")
    page.locator("#q-light-0").check()
    page.locator("#q-person-0-who").fill("Dorj")
    page.locator("[data-default]").click()
    page.wait_for_url("**/receipt/**")
    (one,) = stored()
    paths = [
        "",
        "/answers",
        f"/answers/{one.id}",
        f"/answers/{one.id}/correct",
        f"/answers/{one.id}/return",
        "/summary",
    ]
    page = visit("/forms/", made.owner, width=width, lang=lang)
    _check(page)
    for path in paths:
        page.goto(f"/forms/{made.id}{path}")
        _check(page)


def _check(page: Any) -> None:
    """No fault that a machine can find, and nothing wider than the screen."""
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, page.url
