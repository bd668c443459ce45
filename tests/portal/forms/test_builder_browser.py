"""The builder in a real browser: by keyboard alone, by mouse, without scripts, for everyone."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.db import db
from portal.forms import service
from portal.forms.models import Form, FormVersion, Submission
from portal.records import Record
from tests.portal.forms.builder_help import Builder

pytestmark = pytest.mark.browser


@pytest.fixture
def site(app, monkeypatch):
    """The address of the application, served as to readers: with its tokens against forged requests."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def builder(sign_in, officer, monkeypatch, app):
    """A form made from a template, before the site asks for tokens."""

    def make(start):
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
        browser = sign_in(officer)
        title = {"title-mn": "Шинэ", "title-en": "New"} if start == "empty" else {}
        answer = browser.post("/forms/new", data={"start": start, **title})
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        return Builder(browser, int(answer.location.split("/")[2]))

    return make


@pytest.fixture
def open_page(browser, site, sign_in, officer, app):
    """``open_page("/forms/new")``: a page of the officer's browser; what its console complains about is a failure."""
    contexts, faults = [], []
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = sign_in(officer).get_cookie(name)

    def opened(path, width=1280, script=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, base_url=site, java_script_enabled=script, **options
        )
        context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": site},
                {"name": "portal_lang", "value": "en", "url": site},
            ]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [each for each in faults if "status of 4" not in each] == []


class Keys:
    """Somebody who has no mouse."""

    def __init__(self, page):
        self.page = page

    def to(self, selector):
        """Press Tab until *selector* has the focus."""
        for _step in range(250):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    def write(self, selector, text):
        """Go to a control and type."""
        self.to(selector)
        self.page.keyboard.type(text)
        return self

    def press(self, selector, key="Enter"):
        """Go to a button or link, press it and wait for the next page."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        return self

    def choose(self, selector, value):
        """Go to a select and type the beginning of what is wanted."""
        self.to(selector)
        self.page.keyboard.type(value)
        return self


def radio(keys, name, value):
    """Go to the radio buttons *name* and choose with the arrows."""
    keys.to(f"input[name='{name}']")
    for _step in range(10):
        if keys.page.evaluate("v => document.activeElement.value === v && document.activeElement.checked", value):
            return
        keys.page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} cannot be chosen by keyboard")


def tick(keys, selector):
    """Go to a box and tick it."""
    keys.to(selector)
    keys.page.keyboard.press("Space")


def add(keys, kind, label, name, **fields):
    """Choose a type and write the question; the page of the next one is there then."""
    keys.press(f"a[href*='type={kind}&'], a[href$='type={kind}']")
    keys.write("#label-mn", f"{label} (mn)").write("#label-en", label)
    if fields and keys.page.is_visible("#choices-as-text"):
        keys.to("#choices-as-text")
        keys.page.keyboard.press("Enter")
    for selector, text in fields.items():
        keys.write(f"#{selector}", text)
    keys.to("details:has(#name) > summary")
    if not keys.page.evaluate("document.activeElement.parentElement.open"):
        keys.page.keyboard.press("Enter")
    keys.write("#name", name).press("button[name=_more]")


def test_a_form_of_ten_questions_is_built_published_and_filled_by_keyboard_alone(app, open_page):
    page = open_page("/forms/new")
    keys = Keys(page)
    radio(keys, "start", "empty")
    keys.write("#title-mn", "Санал").write("#title-en", "Ideas").press("main button[type=submit]")
    made = Builder(None, int(page.url.split("/")[4]))

    keys.press("a[href$='/question/new']")
    add(keys, "text", "Name", "person")
    add(keys, "select_one", "Topic", "topic", choices="work | Ажил | Work\nother | Бусад | Other")
    add(keys, "integer", "Age", "age")
    add(keys, "date", "Day", "day")
    add(keys, "select_multiple", "Needs", "needs", choices="water | Ус | Water\nroad | Зам | Road")
    add(keys, "yes_no", "Again?", "again")
    add(keys, "rank", "Order", "order", choices="one | Нэг | One\ntwo | Хоёр | Two")
    add(keys, "group", "Contact", "contact")
    add(keys, "email", "Mail", "mail")
    page.goto(f"{page.url.split('/edit')[0]}/edit")
    keys.press("a[href$='/question/new']")
    add(keys, "repeat", "Children", "children")
    add(keys, "time", "Wakes at", "wakes")
    page.goto(f"{page.url.split('/edit')[0]}/edit")
    keys.press("a[href$='/question/new']").press("a[href*='type=range']")
    keys.write("#label-mn", "Дүн").write("#label-en", "Score").write("#setting-end", "5")
    keys.to("details:has(#relevant) > summary")
    page.keyboard.press("Enter")
    keys.choose("#ask", "Topic").to("#value")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    keys.choose("#value", "Other").press("button[name=_condition]")
    assert page.input_value("#relevant") == "${topic} = 'other'"
    keys.press(".form-actions button.btn-primary")
    inside = {"mail": "contact", "wakes": "children"}
    assert made.rows() == [
        *("person", "topic", "age", "day", "needs", "again", "order", "contact", "mail", "children", "wakes", "score")
    ]
    for name, group in inside.items():
        assert [child["name"] for child in made.row(group)["children"]] == [name]

    row = made.row("topic")["id"]
    keys.to(f"#up-{row}")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".builder-row:first-child#row-{row}")
    assert made.rows()[:2] == ["topic", "person"]
    assert page.evaluate("document.activeElement.closest('.builder-row').id") == f"row-{row}"

    keys.press(f"a[href='/forms/{made.id}/edit/settings']")
    radio(keys, "mode", "public")
    keys.press("main .form-actions button[type=submit]")
    keys.press(f"a[href='/forms/{made.id}/publish']").press("main .form-actions button[type=submit]")
    db.session.rollback()
    form = db.session.get(Form, made.id)
    version = db.session.get(FormVersion, form.published_id)
    assert version.definition["survey"][-1]["relevant"] == "${topic} = 'other'"

    page.goto(f"/forms/f/{form.token}?lang=en")
    assert not page.is_visible("#q-score-box")
    radio(keys, "q.topic", "other")
    page.wait_for_selector("#q-score-box", state="visible")
    keys.write("#q-person", "Bat").write("#q-age", "41")
    keys.to("#q-day")
    page.keyboard.type("11232026")
    tick(keys, "input[name='q.needs'][value=road]")
    radio(keys, "q.again", "yes")
    keys.choose("#q-order-0", "Two").choose("#q-order-1", "One").write("#q-mail", "bat@example.mn")
    keys.to("#q-children-0-wakes")
    page.keyboard.type("0715AM")
    keys.to("button[name=_add]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#q-children-1-wakes")
    keys.to("#q-children-1-wakes")
    page.keyboard.type("0830PM")
    radio(keys, "q.score", "4")
    keys.press("main .form-actions button[type=submit]:not([name=_add])")
    db.session.rollback()
    (sent,) = db.session.scalars(select(Submission))
    rows = sent.answers.pop("children")
    assert [each["wakes"] for each in rows] == ["07:15", "20:30"]
    assert sent.answers == {
        "topic": "other",
        "person": "Bat",
        "age": 41,
        "day": "2026-11-23",
        "needs": ["road"],
        "again": "yes",
        "order": ["two", "one"],
        "mail": "bat@example.mn",
        "score": 4,
    }


def test_the_mouse_drags_a_question_into_a_group(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit")
    page.locator("#row-reg-category [data-grip]").first.scroll_into_view_if_needed()
    grip = page.locator("#row-reg-category [data-grip]").first.bounding_box()
    target = page.locator("#row-reg-phone").bounding_box()
    with page.expect_response(lambda answer: "/move" in answer.url):
        page.mouse.move(grip["x"] + 5, grip["y"] + 10)
        page.mouse.down()
        page.mouse.move(target["x"] + 60, target["y"] + target["height"] / 2, steps=12)
        page.wait_for_timeout(200)
        page.mouse.up()
    page.wait_for_selector("#row-reg-person #row-reg-category")
    group = made.row("person")
    assert "category" in [child["name"] for child in group["children"]]
    page.locator("#up-reg-topic").click()
    page.wait_for_selector("#row-reg-topic + #row-reg-sex")
    page.wait_for_selector("#up-reg-topic:focus")
    assert made.rows().index("topic") < made.rows().index("sex")


def test_two_quick_moves_are_two_moves(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit")
    before = made.rows()
    page.evaluate("for (let i = 0; i < 2; i++) document.getElementById('up-reg-topic').click()")
    page.wait_for_selector("#row-reg-topic + #row-reg-age")
    assert before.index("topic") - made.rows().index("topic") == 2


def test_a_move_of_a_stale_page_shows_the_conflict(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit")
    with app.app_context():
        record = db.session.get(Record, made.id)
        record.unit_id = None
        record.changed_by_id = None
        db.session.commit()
    page.locator("#up-reg-topic").click()
    page.wait_for_selector("h1:has-text('Somebody saved this while you were writing')")
    assert made.rows()[-2:] == ["topic", "consent"]


def test_another_type_is_shown_at_once(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit/question?row=reg-topic")
    page.fill("#label-en", "Half written")
    assert not page.locator("[data-retype-button]").is_visible()
    with page.expect_navigation():
        page.select_option("#kind", "select_one")
    assert page.input_value("#label-en") == "Half written"
    assert page.locator("#choices-as-text").is_visible()


def test_choices_are_written_in_a_table_and_hang_on_another_question(app, builder, open_page):
    made = builder("empty")
    page = open_page(f"/forms/{made.id}/edit/question/new?type=select_one")
    keys = Keys(page).write("#label-mn", "Аймаг").write("#label-en", "Province")
    keys.to(".builder-choices-table input")
    for word in ("ub", "Улаанбаатар", "Ulaanbaatar"):
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    keys.to(".builder-choices-table tr:last-child input")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("khovd")
    page.keyboard.press("Tab")
    page.keyboard.type("Ховд | хот")
    page.keyboard.press("Tab")
    page.keyboard.type("Khovd")
    page.keyboard.press("Alt+ArrowUp")
    assert page.input_value("#choices") == "khovd | Ховд \\| хот | Khovd\nub | Улаанбаатар | Ulaanbaatar"
    keys.to("details:has(#name) > summary")
    page.keyboard.press("Enter")
    keys.write("#name", "aimag").press("button[name=_more]").press("a[href*='type=select_one']")
    keys.write("#label-mn", "Сум").write("#label-en", "District").choose("#depends", "Province")
    page.wait_for_selector("th:has-text('Province')")
    keys.to(".builder-choices-table input")
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true })); }""",
        "bzd\tБаянзүрх\tBayanzurkh\tub\nj\tЖ\tJ\tkhovd",
    )
    assert page.locator(".builder-choices-table select").nth(1).input_value() == "khovd"
    keys.press(".form-actions button.btn-primary")
    soum = made.row("district")
    assert soum["choice_filter"] == "aimag = ${aimag}"
    assert [each["aimag"] for each in made.definition["choices"][soum["list"]]] == ["ub", "khovd"]
    page.goto(f"/forms/{made.id}/edit/question?row={soum['id']}")
    page.locator(".builder-choices-table select").first.select_option("khovd")
    page.locator(".builder-choices-table tr:last-child button").click()
    assert page.input_value("#choices") == "bzd | Баянзүрх | Bayanzurkh | aimag=khovd"


def test_everything_works_without_scripts(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit", script=False)
    page.locator("#down-reg-intro").click()
    assert made.rows()[:2] == ["naming", "intro"]
    assert page.url.endswith("#row-reg-intro")
    page.goto(f"/forms/{made.id}/edit/question?row=reg-topic")
    page.select_option("#kind", "integer")
    page.locator("[data-retype-button]").click()
    assert page.locator("#kind").input_value() == "integer"
    page.locator("details:has(#relevant) > summary").click()
    page.select_option("#ask", "category")
    page.fill("#value", "Citizen")
    page.locator("button[name=_condition]").click()
    assert page.input_value("#relevant") == "${category} = 'citizen'"
    page.locator(".form-actions button.btn-primary").click()
    assert made.row("topic")["relevant"] == "${category} = 'citizen'"
    page.goto(f"/forms/{made.id}/preview")
    page.locator("button[name=_sample]").click()
    assert page.input_value("[name='q.given_name']") == "Example"


PAGES = [
    "/edit",
    "/edit/settings",
    "/edit/lists",
    "/edit/list?name=sex",
    "/edit/texts",
    "/edit/question/new",
    "/edit/question/new?type=matrix",
    "/edit/question?row=reg-category",
    "/edit/question?row=reg-category-other",
    "/edit/question/remove?row=reg-person",
    "/preview",
    "/publish",
    "/import",
]


@pytest.mark.parametrize(
    ("scheme", "width", "lang"),
    [("light", 1280, "en"), ("dark", 1280, "mn"), ("light", 360, "mn"), ("dark", 360, "en")],
)
def test_the_builder_is_accessible_fits_and_breaks_no_policy(app, builder, open_page, scheme, width, lang):
    from axe_playwright_python.sync_playwright import Axe

    made = builder("template:registration")
    page = open_page("/forms/new", width=width, color_scheme=scheme)
    page.context.add_cookies([{"name": "portal_lang", "value": lang, "url": page.url}])
    for path in ("", *PAGES):
        page.goto(f"/forms/{made.id}{path}" if path else "/forms/new")
        page.evaluate("for (const part of document.querySelectorAll('details.more')) part.open = true")
        if page.locator("#live").count():
            page.wait_for_selector("#live > *")
        found = Axe().run(page).response["violations"]
        assert [(path, each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("document.documentElement.lang") == lang


def test_faults_are_accessible_too(app, builder, open_page):
    from axe_playwright_python.sync_playwright import Axe

    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit/question?row=reg-category-other")
    page.fill("#relevant", "${category} == 'other'")
    page.locator(".form-actions button.btn-primary").click()
    page.wait_for_selector(".faults")
    page.locator(".faults a").first.click()
    assert page.evaluate("document.activeElement.id") == "relevant"
    assert page.locator(".builder-caret mark").text_content() == "="
    assert Axe().run(page).response["violations"] == []


def rows_shown(page):
    return page.eval_on_selector_all(".builder-row", "all => all.map(each => each.dataset.row)")


def test_acts_are_undone_and_made_again_by_keys_buttons_and_without_scripts(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit")
    first = rows_shown(page)
    assert page.locator("#undo").is_disabled()
    for _time in range(2):
        page.locator("#up-reg-topic").click()
        page.wait_for_timeout(100)
        page.wait_for_selector("#builder:not(.builder-busy)")
    moved = rows_shown(page)
    assert moved != first
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.wait_for_selector("#undo[disabled]")
    assert rows_shown(page) == first
    assert page.locator("[data-moved]").text_content() == "Undone."
    page.keyboard.press("Control+Shift+z")
    page.wait_for_selector("#undo:not([disabled])")
    page.keyboard.press("Control+y")
    page.wait_for_selector("#redo[disabled]")
    assert rows_shown(page) == moved
    Keys(page).to("#undo")
    page.keyboard.press("Enter")
    page.wait_for_selector("#redo:not([disabled])")
    assert page.evaluate("document.activeElement.id") == "undo"
    page.keyboard.press("Enter")
    page.wait_for_selector("#undo[disabled]")
    assert page.evaluate("document.activeElement.id") == "redo"
    assert rows_shown(page) == first
    plain = open_page(f"/forms/{made.id}/edit", script=False)
    for _time in range(2):
        plain.locator("#redo").click()
        plain.wait_for_selector("#undo:not([disabled])")
    assert rows_shown(plain) == moved


def test_enter_in_a_box_of_the_rows_undoes_nothing(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit", script=False)
    page.locator("#up-reg-topic").click()
    before = made.rows()
    page.locator("#row-reg-sex .builder-pick").press("Enter")
    page.wait_for_timeout(200)
    assert made.rows() == before


def test_two_browsers_on_one_form_lose_nothing(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit")
    page.locator("#up-reg-topic").click()
    page.wait_for_selector("#undo:not([disabled])")
    one = open_page(f"/forms/{made.id}/edit/question?row=reg-topic")
    two = open_page(f"/forms/{made.id}/edit/question?row=reg-topic")
    three = open_page(f"/forms/{made.id}/edit")
    one.fill("#label-en", "Of the first")
    one.fill("#hint-mn", "Тусламж")
    one.locator(".form-actions .btn-primary").click()
    one.wait_for_url("**/edit#row-reg-topic")
    three.locator("#up-reg-sex").click()
    three.wait_for_selector("main .note:has-text('Both changes stand.')")
    three.wait_for_selector("#row-reg-topic:has-text('Of the first')")
    two.fill("#label-en", "Of the second")
    two.fill("#label-mn", "Хоёр дахь")
    two.locator(".form-actions .btn-primary").click()
    two.wait_for_selector("h1:has-text('Both of you changed the same')")
    assert two.locator(".builder-clash").count() == 1
    assert "Of the first" in two.locator(".builder-clash").text_content()
    two.locator("#merge textarea.form-control").fill("Of both")
    assert two.locator("input[value=text]").is_checked()
    two.locator("#merge .btn-primary").click()
    two.wait_for_url("**/edit#row-reg-topic")
    row = made.row("topic")
    assert row["label"] == {"mn": "Хоёр дахь", "en": "Of both"}
    assert row["hint"] == {"mn": "Тусламж"}


def test_a_question_is_saved_while_it_is_written(app, builder, open_page):
    made = builder("template:registration")
    path = f"/forms/{made.id}/edit/question?row=reg-topic"
    page = open_page(path)
    page.wait_for_selector("#live .field")
    page.fill("#label-en", "By itself")
    page.wait_for_selector("[data-autosave]:has-text('Saved at')")
    page.wait_for_selector("#live .field:has-text('By itself')")
    page.locator("#live button:has-text('Mongolian')").click()
    page.wait_for_selector("#live [lang=mn] .field")
    assert made.row("topic")["label"]["en"] == "By itself"
    page.evaluate("document.querySelector('details:has(#relevant)').open = true")
    page.fill("#relevant", "${nobody} = 1")
    page.wait_for_selector("[data-autosave]:has-text('something is not right')")
    assert "relevant" not in made.row("topic")
    page.fill("#relevant", "${sex} != ''")
    page.wait_for_selector("[data-autosave]:has-text('Saved at')")
    other = open_page(path)
    other.fill("#hint-en", "Of another window")
    other.locator(".form-actions .btn-primary").click()
    other.wait_for_url("**/edit#row-reg-topic")
    page.fill("#label-en", "Of both")
    page.wait_for_selector("#hint-en >> xpath=self::*[text()='Of another window']")
    assert page.input_value("#label-en") == "Of both"
    page.fill("#label-en", "At the end")
    page.keyboard.press("Enter")
    page.locator(".form-actions .btn-primary").click()
    page.wait_for_url("**/edit#row-reg-topic")
    row = made.row("topic")
    assert (row["label"]["en"].strip(), row["hint"]["en"], row["relevant"]) == (
        "At the end",
        "Of another window",
        "${sex} != ''",
    )


def test_questions_are_carried_to_another_form(app, builder, open_page):
    source, target = builder("template:registration"), builder("empty")
    page = open_page(f"/forms/{source.id}/edit")
    keys = Keys(page)
    for row in ("reg-person", "reg-sex"):
        keys.to(f"#row-{row} > .builder-line .builder-pick")
        page.keyboard.press("Space")
    keys.to("button[form=ticks]:not([formaction])")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note:has-text('on your clipboard')")
    page.check("#row-reg-sex .builder-pick")
    page.locator("button[formaction$='/pieces/keep']").click()
    page.wait_for_selector(".note:has-text('library')")
    page.goto(f"/forms/{target.id}/edit/question/new")
    page.locator("li:has-text('My clipboard') button").click()
    page.wait_for_url(re.compile(r"/edit\?at="))
    assert {"person", "sex"} <= set(target.rows())
    page.goto(f"/forms/{target.id}/edit/question/new")
    page.locator("li:has(button:has-text('Remove')) button:has-text('Put in')").click()
    page.wait_for_url(re.compile(r"/edit\?at="))
    assert "sex_2" in target.rows()


def test_rows_are_copied_cut_out_and_put_in_by_the_keys_everybody_knows(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/edit")
    first = made.rows()
    keys = Keys(page).to("#name-reg-topic")
    page.keyboard.press("Control+c")
    page.wait_for_selector("#paste")
    assert page.evaluate("document.activeElement.id") == "name-reg-topic"
    page.keyboard.press("Control+v")
    page.wait_for_selector(".builder-here:has-text('topic_2')")
    assert "topic_2" in page.evaluate("document.activeElement.closest('.builder-row').textContent")
    tick(keys, "#row-reg-intro .builder-pick")
    tick(keys, "#row-reg-sex > .builder-line .builder-pick")
    page.keyboard.press("Control+x")
    page.wait_for_selector("#row-reg-intro", state="detached")
    keys.to("#name-reg-topic")
    page.keyboard.press("Control+v")
    page.wait_for_selector("#row-reg-topic + #row-reg-intro + #row-reg-sex")
    tick(keys, "#row-reg-sex > .builder-line .builder-pick")
    keys.to("#ticked-up")
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-reg-topic + #row-reg-sex + #row-reg-intro")
    assert page.evaluate("document.activeElement.id") == "ticked-up"
    assert page.is_checked("#row-reg-sex > .builder-line .builder-pick")
    for _time in range(4):
        page.keyboard.press("Control+z")
    page.wait_for_selector("#undo[disabled]")
    assert made.rows() == first
    page.locator("#search, input[type=search]").first.focus()
    page.keyboard.press("Control+v")
    assert made.rows() == first


def test_the_preview_tells_why_and_keeps_answers_from_phone_to_computer(app, builder, open_page):
    made = builder("template:registration")
    page = open_page(f"/forms/{made.id}/preview")
    assert "${naming} = 'named'" in page.locator("#why").text_content()
    page.locator("input[name='q.naming'][value=anonymous]").check()
    page.wait_for_selector("#why dd:has-text('anonym')")
    page.locator("input[name='q.naming'][value=named]").check()
    page.wait_for_selector("[name='q.given_name']")
    page.fill("[name='q.given_name']", "Bold")
    page.locator("button:has-text('Phone')").click()
    page.wait_for_selector(".builder-phone")
    page.locator("button:has-text('Mongolian')").click()
    page.wait_for_selector(".builder-phone[lang=mn]")
    assert page.input_value("[name='q.given_name']") == "Bold"
    assert "Phone" in page.locator(".builder-bar").text_content()


def test_one_of_300_questions_is_moved_without_the_page_being_opened_anew(app, builder, open_page, officer):
    made = builder("empty")
    rows = [
        {"id": f"q{n:03}", "type": "text", "name": f"q{n}", "label": {"mn": f"Асуулт {n}", "en": f"Question {n}"}}
        for n in range(300)
    ]
    record = db.session.get(Record, made.id)
    service.save(officer, record, version=None, definition={**made.definition, "survey": rows})
    page = open_page(f"/forms/{made.id}/edit")
    page.evaluate("window.stays = document.getElementById('row-q7')")
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.is_navigation_request())))
    page.locator("#up-q150").click()
    page.wait_for_selector("#row-q150 + #row-q149")
    assert page.evaluate("window.stays === document.getElementById('row-q7')")
    assert asked == [("POST", False), ("GET", False)]
