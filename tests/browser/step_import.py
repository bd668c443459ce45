"""The coordinator brings the United Nations' list into the register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.files import CYCLE, RECOMMENDATIONS, SUBJECTS, UNKNOWN, thematic_list
from tests.browser.person import Person


def counts(person: Person) -> dict[str, int]:
    """The figures of a preview: new, changed, same, refused."""
    t = person.t.of("recommendations")
    found = {}
    for item in person.main.locator("ul.figures li").all():
        number, label = item.locator("strong").inner_text(), item.locator("span").inner_text().strip()
        for name in ("new", "changed", "same", "refused"):
            if label == t(name, context="import"):
                found[name] = int(number)
    return found


def send(person: Person, path: Path) -> None:
    """Send a file of the field, as of the fourth cycle."""
    t = person.t.of("recommendations")
    person.open("/recommendations/").follow(t("Import"))
    person.heading(t("Import recommendations"))
    person.label(t("File")).set_input_files(path)
    person.choose(t("Cycle"), t("Cycle %(number)s", number=CYCLE))
    person.press(t("Read the file"))


def import_list(visit: Any, folder: Path) -> int:
    """See what would happen, confirm, import again; the id of a recommendation that came in."""
    coordinator = visit("coordinator")
    t = visit.t.of("recommendations")
    path = thematic_list(folder)
    send(coordinator, path)
    coordinator.heading(t("What will happen"))
    assert counts(coordinator) == {"new": RECOMMENDATIONS, "changed": 0, "same": 0, "refused": 2}
    refused = coordinator.main.get_by_role("table").filter(has_text=t("What is wrong"))
    assert refused.get_by_role("row").count() == 3, "a heading and the two refused rows"
    coordinator.sees(SUBJECTS[0][1])
    nearest = coordinator.main.locator("select optgroup").first
    assert nearest.get_attribute("label") == t("Nearest names")
    assert coordinator.label(f"“{UNKNOWN}”").is_visible()
    norway = nearest.locator("option").first.inner_text()
    coordinator.choose(f"“{UNKNOWN}”", norway).press(t("Take these States over"))
    assert counts(coordinator) == {"new": RECOMMENDATIONS + 1, "changed": 0, "same": 0, "refused": 1}

    coordinator.press(t("Confirm the import"))
    coordinator.heading(t("What was imported"))
    coordinator.follow(t("To the register"))
    coordinator.fill(t("Words or number"), SUBJECTS[4][1]).press(t("Filter"))
    coordinator.follow("116.905")
    coordinator.heading(t("Recommendation %(number)s", number="116.905")).sees(SUBJECTS[4][1])
    record_id = coordinator.record_id

    send(coordinator, path)
    found = counts(coordinator)
    assert (found["new"], found["changed"]) == (0, 0)
    assert found["same"] >= RECOMMENDATIONS
    coordinator.sees(t("Nothing would change: every row that can be read is in the register already."))
    assert coordinator.main.get_by_role("button", name=t("Confirm the import")).count() == 0
    return record_id
