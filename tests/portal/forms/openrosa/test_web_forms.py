"""A real program of the OpenRosa family fills our forms: the engine of ODK Web Forms, in Chromium."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from portal.forms.filling import files as fill_files
from tests.portal.forms.build import row
from tests.portal.forms.openrosa.help import Phone, message
from tests.portal.forms.openrosa.webforms import WebForms
from tests.portal.forms.test_fill_public import stored

pytestmark = pytest.mark.browser

CHOICES = {
    "aimag": [
        {"name": "khovd", "label": {"mn": "Ховд", "en": "Khovd"}},
        {"name": "uvs", "label": {"mn": "Увс", "en": "Uvs"}},
    ],
    "soum": [
        {"name": "jargalant", "label": {"mn": "Жаргалант", "en": "Jargalant"}, "aimag": "khovd"},
        {"name": "ulaangom", "label": {"mn": "Улаангом", "en": "Ulaangom"}, "aimag": "uvs"},
    ],
}
HOUSEHOLD = [
    row("select_one", "aimag", list="aimag", required=True),
    row("select_one", "soum", list="soum", choice_filter="aimag = ${aimag}"),
    row("register_number", "register"),
    row("phone", "phone"),
    row("money", "income"),
    row("range", "rating", parameters={"start": 0, "end": 10, "step": 2}),
    row("rank", "order", list="light"),
    row("geopoint", "where"),
    row(
        "repeat",
        "member",
        children=[
            row("text", "given", required=True),
            row("integer", "years", constraint=". >= 0 and . <= 120"),
            row("text", "school", relevant="${years} < 18", required=True),
        ],
    ),
    row("calculate", "total", calculation="sum(${years})"),
    row("image", "photo"),
    row("select_multiple", "needs", list="light"),
    row("text", "why", relevant="selected(${needs}, 'red')", parameters={"max_length": 5}),
    row(
        "repeat",
        "colour",
        appearance="matrix",
        rows_from={"source": "choices:light", "filter": "name != 'amber'"},
        children=[row("select_one", "liked", list="yes_no")],
    ),
]


@pytest.fixture
def web_forms(browser: Any) -> Iterator[WebForms]:
    """A page with the engine."""
    made = WebForms(browser)
    yield made
    made.page.close()


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "blue").save(out, "PNG")
    return out.getvalue()


def test_a_form_with_a_repeat_a_cascade_and_a_calculation_is_filled_and_sent(
    client: Any, publish: Any, web_forms: WebForms
) -> None:
    made = publish(HOUSEHOLD, choices=CHOICES)
    phone = Phone(client, f"{made.url}/openrosa")
    (form,) = phone.forms()
    xform = phone.get(form["downloadUrl"]).text
    wrong = web_forms.fill(
        xform,
        [
            ["language", "", "Монгол (mn)"],
            ["label", "/data/aimag", 0],
            ["set", "/data/register", "УБ90990112"],
            ["set", "/data/phone", "12"],
            ["choose", "/data/needs", ["red"]],
            ["set", "/data/why", "longer"],
        ],
    )
    assert wrong["status"] == "pending"
    assert wrong["shown"]["/data/aimag"] == "aimag (mn)"
    said = dict(wrong["wrong"])
    assert set(said) == {"/data/aimag", "/data/register", "/data/phone", "/data/why", "/data/member[1]/given"}
    assert "УБ90010112" in said["/data/register"]
    assert "5" in said["/data/why"]
    filled = web_forms.fill(
        xform,
        [
            ["language", "", "English (en)"],
            ["choose", "/data/aimag", ["khovd"]],
            ["options", "/data/soum", 0],
            ["choose", "/data/soum", ["jargalant"]],
            ["set", "/data/register", "уб90010112"],
            ["set", "/data/phone", "99112233"],
            ["set", "/data/income", "1500000.5"],
            ["set", "/data/rating", "4"],
            ["order", "/data/order", ["red", "green", "amber"]],
            ["set", "/data/member[1]/given", "Өнөрбаян"],
            ["set", "/data/member[1]/years", "40"],
            ["add", "/data/member", 0],
            ["set", "/data/member[2]/given", "Дулмаа"],
            ["set", "/data/member[2]/years", "9"],
            ["set", "/data/member[2]/school", "1-р сургууль"],
            ["value", "/data/total", 0],
            ["photo", "/data/photo", {"name": "нүүр.png", "type": "image/png", "bytes": list(picture())}],
            ["choose", "/data/needs", ["green", "amber"]],
            ["value", "/data/colour[2]/colour_row", 0],
            ["choose", "/data/colour[2]/liked", ["no"]],
        ],
    )
    assert filled["status"] == "ready", filled["wrong"]
    assert filled["shown"] == {
        "/data/soum": [["jargalant", "Jargalant"]],
        "/data/total": "49",
        "/data/colour[2]/colour_row": ["red"],
    }
    sent = phone.send(filled["instance"], filled["files"])
    assert sent.status_code == 201, sent.text
    (one,) = stored()
    photo = one.answers.pop("photo")
    assert photo in fill_files.named(one.uid)
    assert one.answers == {
        "aimag": "khovd",
        "soum": "jargalant",
        "register": "УБ90010112",
        "phone": "99112233",
        "income": 1500000.5,
        "rating": 4,
        "order": ["red", "green", "amber"],
        "member": [
            {"_key": "1", "given": "Өнөрбаян", "years": 40},
            {"_key": "2", "given": "Дулмаа", "years": 9, "school": "1-р сургууль"},
        ],
        "total": 49,
        "needs": ["green", "amber"],
        "colour": [{"_key": "green"}, {"_key": "red", "liked": "no"}],
    }
    assert phone.send(filled["instance"], filled["files"]).status_code == 201
    assert len(stored()) == 1


def test_a_matrix_of_records_is_filled_with_an_account(
    quarterly: Any,
    phone: Any,
    web_forms: WebForms,
) -> None:
    _record, owner, subject = quarterly
    mine = phone(owner)
    (form,) = mine.forms()
    files = {name: mine.get(entry["downloadUrl"]).text for name, entry in mine.manifest(form).items()}
    clause = "/data/clauses/clause"
    filled = web_forms.fill(
        mine.get(form["downloadUrl"]).text,
        [
            ["set", "/data/period_group/period", "2026-Q3"],
            ["options", "/data/period_group/unit", 0],
            ["choose", "/data/period_group/unit", ["MN-043"]],
            ["value", f"{clause}[2]/clause_row", 0],
            ["choose", f"{clause}[1]/light", ["green"]],
            ["set", f"{clause}[1]/progress", "40"],
            ["set", f"{clause}[1]/done", "A centre was opened"],
            ["choose", f"{clause}[2]/light", ["red"]],
            ["set", f"{clause}[2]/progress", "0"],
            ["set", f"{clause}[2]/reason", "No money"],
            ["value", "/data/closing/mean_progress", 0],
            ["set", "/data/closing/summary", "Slow"],
        ],
        files,
    )
    assert filled["status"] == "ready", filled["wrong"]
    assert filled["shown"][f"{clause}[2]/clause_row"] == ["12"]
    assert filled["shown"]["/data/closing/mean_progress"] == "20"
    assert ["MN-043", "Khovd"] in [
        [name, label.partition(" ")[0]] for name, label in filled["shown"]["/data/period_group/unit"]
    ]
    sent = mine.send(filled["instance"])
    assert sent.status_code == 201, sent.text
    assert message(sent)[0] == "submit_success"
    (one,) = stored()
    assert (one.subject_id, one.period, one.submitted_by_id) == (subject.id, "2026-Q3", owner.id)
    assert [(each["_key"], each["light"]) for each in one.answers["clause"]] == [("11", "green"), ("12", "red")]
    assert one.answers["mean_progress"] == 20
