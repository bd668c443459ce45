"""A page with rows in rows, cascades and sums in a real browser with the network cut follows, and sends the same."""

from __future__ import annotations

from typing import Any

import pytest

from portal import records
from portal.db import transaction
from portal.forms.engine import KEY
from portal.text import Content
from tests.portal.forms.build import row
from tests.portal.forms.test_answers import send
from tests.portal.forms.test_fill_browser import _check, site, visit  # noqa: F401 - fixtures
from tests.portal.forms.test_fill_follows import answers, asked, change

pytestmark = pytest.mark.browser

SOUM = [("s1", "ub"), ("s2", "ub"), ("s3", "ov")]
LISTS = {
    "aimag": [{"name": name, "label": {"mn": name, "en": name.title()}} for name in ("ub", "ov")],
    "soum": [{"name": name, "label": {"mn": name, "en": name.title()}, "aimag": aimag} for name, aimag in SOUM],
}
QUESTIONS = [
    row("select_one", "aimag", list="aimag", appearance="minimal"),
    row("select_one", "soum", list="soum", choice_filter="aimag = ${aimag}", appearance="minimal"),
    row("text", "head", label={"mn": "${soum}: дарга", "en": "Head of ${soum}"}, read_only="${soum} = 's1'"),
    row("rank", "order", list="soum", choice_filter="aimag = ${aimag}"),
    row("select_multiple", "known", list="soum", choice_filter="aimag = ${aimag}"),
    row("repeat", "later", relevant="${soum} = 's2'", children=[row("text", "when", hint={"mn": "${head}"})]),
    row("integer", "most"),
    row(
        "repeat",
        "house",
        children=[
            row("text", "street", required=True),
            row("select_one", "in", list="soum", choice_filter="aimag = ${aimag}"),
            row("text", "why", relevant="${in} = 's2'"),
            row(
                "repeat",
                "person",
                children=[
                    row("text", "who"),
                    row("integer", "age", constraint=". <= ${most}"),
                    row("text", "school", relevant="${age} < 18", required=True),
                ],
            ),
            row("integer", "ages", calculation="sum(${age})"),
        ],
    ),
    row("integer", "children"),
    row("repeat", "child", repeat_count="${children}", children=[row("text", "name", default="?")]),
    row(
        "repeat",
        "table",
        appearance="matrix",
        children=[row("text", "what"), row("integer", "cost"), row("text", "note", relevant="${cost} > 10")],
    ),
    row("money", "costs", calculation="sum(${cost})"),
    row("integer", "all", calculation="sum(${age})"),
    row("calculate", "people", calculation="count(${person})"),
    row("image", "photo"),
    row("text", "photo_of", relevant="${photo} != ''", required=True),
]


def test_rows_that_are_added_show_what_was_answered_last_time(
    visit: Any,  # noqa: F811
    publish: Any,
    identity: Any,
    org: Any,
) -> None:
    owner = identity("coordinator", org=org("maker"))
    with transaction():
        title = Content.of(mn="Ажил", en="Task")
        subject = records.create(owner, kind="task", title=title, org_id=owner.orgs[0])
    visits = row("repeat", "visit", children=[row("integer", "day"), row("text", "said")])
    rows = [
        row("repeat", "person", children=[row("text", "who"), visits]),
        row("repeat", "cost", appearance="matrix", children=[row("text", "what")]),
    ]
    made = publish(rows, owner=owner, subject_id=subject.id, mode="invited")
    before = [{"_key": str(at), "who": f"P{at}", "visit": [{"_key": "1", "said": f"S{at}"}]} for at in range(1, 4)]
    costs = [{"_key": "1", "what": "Tea"}, {"_key": "2", "what": "Car"}]
    send(made, owner, person=before, cost=costs)
    page = visit(f"/forms/{made.id}/fill?subject={subject.id}", owner)
    assert page.locator("#q-person-0-row .fill-last").all_inner_texts()[0] == "Last time: P1"
    page.route(lambda url: "/static/" not in url, lambda route: route.abort())
    add = page.locator("#q-person-box > .fill-add button[name=_add]")
    for at in (1, 2, 3):
        add.click()
        page.locator(f"#q-person-{at}-row").wait_for()
    assert page.locator("#q-person-2-row .fill-last").first.inner_text() == "Last time: P3"
    assert page.locator("#q-person-2-row button[name=_forward]").first.get_attribute("value") == "person[2]"
    assert page.locator("#q-person-3-row .fill-last").count() == 0
    page.locator("#q-person-1-row button[name=_add]").click()
    page.locator("#q-person-1-visit-0-row", has_text="Last time: S2").wait_for()
    page.locator("#q-cost-box button[name=_add]").click()
    page.locator("#q-cost-1-row", has_text="Last time: Car").wait_for()


def test_rows_cascades_and_sums_follow_without_a_network(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish(QUESTIONS, choices=LISTS)
    page = visit(made.url)
    page.route(lambda url: "/static/" not in url, lambda route: route.abort())
    sent = asked(page)

    soums = page.locator("#q-soum option")
    assert soums.all_inner_texts() == ["Choose"]
    nothing = page.locator("#q-known-box [data-nothing]")
    assert nothing.is_visible()
    assert not page.locator("#q-later-box").is_visible()
    page.locator("#q-aimag").select_option("ub")
    assert soums.all_inner_texts() == ["Choose", "S1", "S2"]
    page.locator("#q-soum").select_option("s1")
    page.locator("label[for=q-head]", has_text="Head of S1").wait_for()
    page.locator("#q-head-fixed").wait_for()
    assert not page.locator("#q-head").is_visible()
    page.locator("#q-soum").select_option("s2")
    page.locator("label[for=q-head]", has_text="Head of S2").wait_for()
    change(page, "head", "Bat")
    page.locator("#q-later-box button[name=_add]").click()
    page.locator("#q-later-0-when-hint", has_text="Bat").wait_for()
    change(page, "later-0-when", "soon")
    assert not nothing.is_visible()
    page.locator("#q-known-1").check()
    assert page.locator("#q-order-box select:visible").count() == 2
    page.locator("#q-order-0").select_option("s2")
    page.locator("#q-order-1").select_option("s1")

    change(page, "most", "90")
    change(page, "house-0-street", "First")
    page.locator("#q-house-0-in-1").check()
    change(page, "house-0-why", "near")
    change(page, "house-0-person-0-age", "40")
    page.locator("#q-house-0-person-box button[name=_add]").click()
    page.locator("#q-house-0-person-1-who:focus").wait_for()
    page.locator("#q-house-0-person-1-row > legend [data-nth]", has_text="2").wait_for()
    change(page, "house-0-person-1-age", "100")
    page.locator("#q-house-0-person-1-age-error", has_text="not possible").wait_for()
    change(page, "house-0-person-1-age", "7")
    page.locator("#q-house-0-person-1-age-error").wait_for(state="detached")
    change(page, "house-0-person-1-school", "1")
    page.locator("#q-house-0-ages", has_text="47").wait_for()

    page.locator("button[name=_add][value=house]").click()
    page.locator("#q-house-1-street:focus").wait_for()
    assert page.locator("#q-house-1-in-box .check:visible").all_inner_texts() == ["S1", "S2"]
    change(page, "house-1-street", "Second")
    change(page, "house-1-person-0-age", "3")
    page.locator("#q-house-1-person-0-school-box").wait_for()
    change(page, "house-1-person-0-school", "2")
    page.locator("#q-all", has_text="50").wait_for()
    page.locator("button[name=_add][value=house]").click()
    page.locator("#q-house-2-street").wait_for()
    page.locator("button[name='q.house.1._delete']").click()
    page.locator("#q-house-1-row").wait_for(state="detached")
    page.locator("#q-house-2-row > legend [data-nth]", has_text="2").wait_for()
    change(page, "house-2-street", "Third")
    page.locator("#q-all", has_text="47").wait_for()

    change(page, "children", "2")
    page.locator("#q-child-1-name").wait_for()
    assert page.locator("#q-child-1-name").input_value() == "?"
    change(page, "child-0-name", "Dulam")
    change(page, "child-1-name", "Zaya")
    change(page, "children", "1")
    page.locator("#q-child-1-name").wait_for(state="hidden")

    change(page, "table-0-cost", "15")
    page.locator("#q-table-0-note").wait_for()
    page.locator("#q-table-box button[name=_add]").click()
    change(page, "table-1-cost", "5")
    assert not page.locator("#q-table-1-note").is_visible()
    page.locator("#q-costs", has_text="20 ₮").wait_for()
    page.locator("#q-photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"not one"})
    page.locator("#q-photo_of").wait_for()
    page.locator("#q-photo").set_input_files([])
    page.locator("#q-photo_of").wait_for(state="hidden")

    fields = page.evaluate("portalForms.fields()")
    page.evaluate("pairs => { portalForms.restore([]); portalForms.restore(pairs); }", fields)
    assert page.evaluate("portalForms.fields()") == fields
    assert page.locator("#q-house-1-row").count() == 0
    assert sent == []
    page.unroute_all()
    _check(page)
    page.locator("[data-default]").click()
    page.wait_for_url("**/receipt/**")
    (one,) = answers()
    keys = [house.pop(KEY) for house in one["house"]]
    assert len(set(keys)) == 2
    for rows in (one["later"], *(house["person"] for house in one["house"]), one["child"], one["table"]):
        for each in rows:
            each.pop(KEY)
    assert one == {
        "aimag": "ub",
        "soum": "s2",
        "head": "Bat",
        "order": ["s2", "s1"],
        "known": ["s2"],
        "later": [{"when": "soon"}],
        "most": 90,
        "house": [
            {
                "street": "First",
                "in": "s2",
                "why": "near",
                "person": [{"age": 40}, {"age": 7, "school": "1"}],
                "ages": 47,
            },
            {"street": "Third", "person": [{}], "ages": 0},
        ],
        "children": 1,
        "child": [{"name": "Dulam"}],
        "table": [{"cost": 15}, {"cost": 5}],
        "costs": 20,
        "all": 47,
        "people": 3,
    }


def test_last_times_answers_are_carried_forward_without_a_network(
    visit: Any,  # noqa: F811
    publish: Any,
    identity: Any,
    org: Any,
) -> None:
    inner = row("repeat", "part", children=[row("text", "what")])
    questions = [row("integer", "done"), row("select_multiple", "needs", list="light"), inner]
    made = publish([row("text", "period"), row("repeat", "task", children=questions)], mode="invited")
    maker = org("maker")
    person = identity("desk_officer", org=maker)
    with transaction():
        title = Content.of(mn="Ажил", en="Task")
        about = records.create(made.owner, kind="task", title=title, org_id=maker.id, shared_with=[(maker.id, "read")])
    at = f"/forms/{made.id}/fill?subject={about.id}&period=2026-"
    page = visit(f"{at}Q2", person)
    page.locator("#q-task-0-done").fill("5")
    page.locator("#q-task-0-needs-0").check()
    page.locator("#q-task-0-needs-2").check()
    page.locator("#q-task-0-part-0-what").fill("roof")
    page.locator("button[name=_add][value=task]").click()
    page.locator("#q-task-1-done").fill("6")
    page.locator("#q-task-1-needs-2").check()
    page.locator("[data-default]").click()
    page.wait_for_url("**/sent/**")
    page = visit(f"{at}Q3", person)
    sent = asked(page)
    page.locator("button[name=_add][value=task]").click()
    page.locator("#q-task-0-needs-1").check()
    page.locator("button[name=_forward][value=task]").click()
    assert [page.locator(f"#q-task-{at}-done").input_value() for at in (0, 1)] == ["5", "6"]
    checked = "all => all.map(each => each.value)"
    assert page.locator("#q-task-0-needs-box input:checked").evaluate_all(checked) == ["amber"]
    assert page.locator("#q-task-1-needs-box input:checked").evaluate_all(checked) == ["red"]
    assert page.locator("button[name=_forward]:visible").count() == 0
    assert [url for url in sent if "draft" not in url] == []
