"""What only a browser can tell: contrast, width, keys, scripts under the strict policy."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(browser, demo_url):
    """``open_page("/style", width=360)``: a page, and all that its console complains about in ``page.faults``."""
    contexts = []

    def opened(path, width=1280, script=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script, base_url=demo_url, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["mn", "en"])
def test_every_component_is_accessible_fits_and_breaks_no_policy(open_page, width, scheme, lang):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"/style?lang={lang}", width=width, color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.faults == []


def test_a_chosen_theme_is_as_accessible_as_that_of_the_device(open_page):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page("/style?lang=en", color_scheme="light")
    page.locator("details[data-drop] summary").first.click()
    page.locator("[data-theme-switch] button[value=dark]").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert Axe().run(page).response["violations"] == []


def test_targets_are_large_enough_for_a_finger(open_page):
    page = open_page("/style?lang=mn", width=360)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea")]
            .filter(e => e.checkVisibility() && !e.closest("p, dd, td, li li, .nothing-text"))
            .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
            .filter(([_, box]) => box.width > 1 && (box.width < 24 || box.height < 23.5))
            .map(([html]) => html)"""
    )
    assert small == []


def test_text_twice_as_large_still_fits(open_page):
    page = open_page("/style?lang=mn", width=1280)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("/style?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_focus_is_visible(open_page):
    page = open_page("/style?lang=en")
    for selector in (".side-list a", ".btn-primary", "#shell-q", "main th a", "main select"):
        page.locator(selector).first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width == "3px", selector


def test_the_menu_opens_and_closes_on_a_phone(open_page):
    page = open_page("/style?lang=en", width=360)
    menu = page.locator("#menu")
    assert not menu.is_visible()
    page.locator("[data-menu]").click()
    page.wait_for_timeout(300)
    assert menu.is_visible()
    assert page.locator("[data-menu]").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert not menu.is_visible()
    assert page.evaluate("document.activeElement.hasAttribute('data-menu')")


def test_everything_works_without_scripts(open_page):
    page = open_page("/style?lang=en", width=360, script=False)
    page.locator("[data-menu]").click()
    page.wait_for_timeout(300)
    assert page.locator("#menu").is_visible()
    page.goto("/edit?lang=en")
    page.locator("main button[type=submit]").click()
    assert "things to correct" in page.content()
    page.locator(".faults a").first.click()
    assert page.url.endswith("#title-mn")


def test_the_summary_of_errors_is_read_first_and_leads_to_the_field(open_page):
    page = open_page("/edit?lang=en")
    page.fill("#title-en", "Plan of 2026")
    page.fill("#budget", "many")
    page.locator("main form button.btn-primary").click()
    assert page.evaluate("document.activeElement.className") == "faults"
    page.locator(".faults a", has_text="Mongolian").click()
    assert page.evaluate("document.activeElement.id") == "title-mn"
    assert page.input_value("#title-en") == "Plan of 2026"
    assert page.input_value("#budget") == "many"
    assert page.locator("#budget").get_attribute("aria-describedby") == "budget-error"


def test_switching_the_language_keeps_what_was_typed(open_page):
    page = open_page("/edit?lang=en")
    page.fill("#title-mn", "Хагас бичсэн")
    page.check("input[value=women]")
    page.locator(".languages button").click()
    assert page.locator("html").get_attribute("lang") == "mn"
    assert page.input_value("#title-mn") == "Хагас бичсэн"
    assert page.is_checked("input[value=women]")
    assert page.locator(".faults").count() == 0


def test_leaving_a_changed_form_asks_first(open_page):
    page = open_page("/edit?lang=en")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#email").press_sequentially("a")
    page.locator(".side-list a").first.click()
    page.wait_for_url(re.compile(r"/$"))
    assert asked == ["beforeunload"]


def test_cancelling_or_saving_a_form_asks_nothing(open_page):
    page = open_page("/edit?lang=en")
    page.on("dialog", lambda dialog: pytest.fail("asked"))
    page.locator("#email").press_sequentially("a")
    page.locator("main form button.btn-primary").click()
    page.wait_for_selector(".faults")
    page.locator("main a[data-keep]").click()
    page.wait_for_url(re.compile("/style"))


def test_a_second_click_sends_nothing(open_page):
    page = open_page("/edit?lang=en")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("main form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); form.requestSubmit(); }")
    page.wait_for_selector(".faults")
    assert len(sent) == 1


def test_characters_left_are_counted_near_the_limit(open_page):
    page = open_page("/edit?lang=en")
    page.fill("#text-mn", "ө" * 100)
    assert page.locator("#text-mn ~ .counter").count() == 0
    page.fill("#text-mn", "ө" * 390)
    assert page.locator("#text-mn ~ .counter").text_content() == "390 / 400"


def test_a_job_is_asked_for_until_it_has_ended(open_page):
    page = open_page("/job?lang=en")
    page.wait_for_selector(".status-success")
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    page.wait_for_timeout(400)
    assert seen == []
    assert page.faults == []


def test_a_table_becomes_cards_with_named_values(open_page):
    page = open_page("/style?lang=en", width=360)
    cell = page.locator(".table-cards td[data-label]").first
    assert page.evaluate("e => getComputedStyle(e, '::before').content", cell.element_handle()) == '"Title"'
    assert page.evaluate("e => getComputedStyle(e).display", cell.element_handle()) == "flex"


def test_paper_has_no_menu_and_says_who_printed_it_and_when(open_page):
    page = open_page("/style?lang=en")
    page.emulate_media(media="print")
    assert not page.locator("#menu").is_visible()
    assert not page.locator(".shell-top").is_visible()
    assert page.locator(".print-head").is_visible()
    assert "Ганбаатар" in page.locator(".print-head").text_content()
