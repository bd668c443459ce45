"""A module is switched off and on again."""

from __future__ import annotations

from typing import Any


def switch_off_and_on(visit: Any, agreement: int) -> None:
    """Off: its pages, its menu entry and its panels are gone. On: everything is back."""
    t = visit.t
    title = t.of("agreements")("Agreements")
    admin, coordinator = visit("admin"), visit("coordinator")
    coordinator.open(f"/agreements/{agreement}")
    heading = coordinator.main.get_by_role("heading", level=1).inner_text()
    assert any(title in entry for entry in coordinator.menu())

    admin.open("/modules/")
    card = _card(admin)
    card.get_by_role("textbox").fill("browser test")
    admin.press(t("Switch off"), inside=card, exact=False)
    for path in ("/agreements/", f"/agreements/{agreement}", "/agreements/board", "/agreements/new"):
        coordinator.open(path, status=404)
    coordinator.open("/")
    assert not any(title in entry for entry in coordinator.menu())

    admin.press(t("Switch on"), inside=_card(admin), exact=False)
    coordinator.open(f"/agreements/{agreement}").heading(heading)
    assert any(title in entry for entry in coordinator.menu())


def _card(admin: Any) -> Any:
    return admin.main.locator("section.card").filter(has=admin.page.locator("form[action$='/modules/agreements']"))
