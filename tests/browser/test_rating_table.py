"""The table in which many recommendations are rated: by keyboard, each row by itself, nothing lost; and at 360 px."""

from __future__ import annotations

from typing import Any

from tests.browser.person import DESK, PHONE


def test_rows_are_saved_with_the_keyboard_and_nothing_is_lost(visit: Any, read_only_portal: Any) -> None:
    person = visit(read_only_portal, "en")("forum")
    person.open("/recommendations/rate?cycle=3&rating=none&voice=civil_society")
    page = person.page
    rows = page.locator("tr[data-row]:has([data-field])")
    one, two = rows.nth(0), rows.nth(1)
    rating = one.locator("[data-field=rating]")
    rating.focus()
    rating.select_option("partially")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.field") == "rated_on"
    one.locator("[data-field=rated_on]").fill(page.locator("[data-field=rated_on]").first.get_attribute("max"))
    one.locator("[data-field=why]").fill("By keyboard")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('tr').dataset.row") == two.get_attribute("data-row")
    saved = page.locator("form[data-grid]").get_attribute("data-saved")
    one.locator("[data-state]", has_text=saved).wait_for()
    assert one.locator("[data-open]").is_visible()
    two.locator("[data-field=why]").fill("No rating chosen")
    rating.focus()
    two.locator("[data-error=rating] >> visible=true").wait_for()
    assert two.locator("[data-field=why]").input_value() == "No rating chosen"
    two.locator("[data-field=why]").fill("")
    rating.focus()
    two.locator("[data-field=why]").evaluate("field => field.blur()")
    person.open("/recommendations/rate?cycle=3&rating=none&voice=civil_society")
    first = page.locator(f"tr[data-row='{one.get_attribute('data-row')}'] [data-field=why]")
    assert first.input_value() == "By keyboard"
    for size in (DESK, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
