"""Filling without a network in a real browser: nothing is lost, nothing arrives twice, others cannot read along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portal import clock, records
from portal.db import db, transaction
from portal.forms.offline import rescue
from portal.records.models import File
from portal.text import Content
from tests.portal.forms.build import row
from tests.portal.forms.offline_browser_help import (
    KEPT,
    QUESTIONS,
    Site,
    a_device,  # noqa: F401 - fixture
    a_site,  # noqa: F401 - fixture
    check,
    fill,
    photo,
    ready,
    stored,
    until,
    visit,
    wait_for,
)
from tests.portal.forms.offline_help import Device, carried, new, record
from tests.portal.forms.test_offline import change

pytestmark = pytest.mark.browser

AGAIN = """async (times) => {
  const found = (await portalStore.all()).filter((each) => each.state === "sent");
  const codes = new Set();
  for (let turn = 0; turn < times; turn += 1)
    for (const each of found.slice().sort(() => turn % 2 || -1)) codes.add((await portalSend.sendOne(each)).code);
  const thrice = found.slice(0, 3).flatMap((each) => [each, each, each]);
  const together = await Promise.all(thrice.map((each) => portalSend.sendOne(each)));
  for (const receipt of together) codes.add(receipt.code);
  return codes.size;
}"""


def test_ten_answers_with_photos_wait_for_the_network_and_arrive_once(site: Site, device: Any, publish: Any) -> None:
    made = publish(QUESTIONS, offline=True)
    address = f"/forms/offline/f/{made.token}"
    context, page = device()
    visit(page, address + "?lang=en")
    assert "opens without a network" in page.locator("#ready").inner_text()
    site.away()
    context.set_offline(True)
    visit(page, address)
    for number in range(10):
        fill(page, f"Person {number}", photo(number))
        for more in range(number % 3):
            page.locator("button[name=_add]").click()
            page.locator(f"#q-person-{more + 1}-who").fill(f"More {more}")
        ready(page)
    wait_for(page, "ready", 10)
    context.close()

    context, page = device()
    context.set_offline(True)
    visit(page, address)
    wait_for(page, "ready", 10)
    page.locator("[data-language]").click()
    page.locator("html[lang=mn]").wait_for()
    wait_for(page, "ready", 10)
    assert stored() == []
    site.back()
    lost = []

    def lose(route: Any) -> None:
        if len(lost) < 2:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    context.route("**/send?*", lose)
    context.set_offline(False)
    for number in (1, 2):  # each lost reply ends the sending; the button begins it again
        until(page, lambda number=number: len(lost) == number)
        page.locator("#send").click()
    wait_for(page, "sent", 10)
    assert [answer.status for answer in lost] == [200, 200]
    assert page.evaluate(AGAIN, 5) == 10
    found = stored()
    assert sorted(one.answers["name"] for one in found) == [f"Person {number}" for number in range(10)]
    assert sorted(len(one.answers["person"]) for one in found) == [1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    days = {str(day) for one in found for day in (one.answers["filled"], one.answers["person"][0]["born"])}
    assert days == {one.answers["noted"] for one in found} == {clock.today().isoformat()}
    files = {file.uid: file for file in db.session.scalars(select(File).where(File.purpose.startswith("sent:")))}
    assert {one.answers["photo"] for one in found} == set(files)
    assert len({file.sha256 for file in files.values()}) == 10
    assert db.session.scalar(select(func.count()).where(File.purpose.startswith("part:"))) == 0
    codes = page.locator("#records [data-facts]").all_inner_texts()
    assert all(any(one.receipt[:5] in line for line in codes) for one in found)


def test_versions_refusals_a_lock_and_a_file(site: Site, device: Any, publish: Any, tmp_path: Path) -> None:
    made = publish(QUESTIONS, offline=True)
    address = f"/forms/offline/f/{made.token}"
    context, page = device(360)
    visit(page, address + "?lang=mn")
    check(page)
    fill(page, "Begun early")
    page.locator("#q-light-2").check()
    page.locator("#fill [data-default]").click()
    page.locator("#faults a", has_text="why").wait_for()
    check(page)
    page.locator("#q-why").fill("because")
    page.locator("#later").click()
    wait_for(page, "draft", 1)
    change(made, survey=[row("text", "name", required=True), row("text", "added", required=True)])
    visit(page, address)
    page.locator("[data-offline][data-version='2'][data-settled]").wait_for(state="attached")
    site.away()
    context.set_offline(True)
    page.locator("#records [data-act=open]").click()
    page.locator("[data-offline][data-version='1'][data-settled]").wait_for(state="attached")
    assert page.locator("#q-name").input_value() == "Begun early"
    page.locator("[data-language]").click()
    page.locator("html[lang=en]").wait_for()
    page.locator("#q-why:visible").wait_for()
    assert page.locator("#q-why").input_value() == "because"
    ready(page)
    site.back()
    lost: list[Any] = []

    def lose(route: Any) -> None:
        if not lost:
            lost.append(route.fetch())
        route.abort()

    context.route("**/send?*", lose)
    context.set_offline(False)
    until(page, lambda: lost)  # the page said "there is no network" before, too
    wait_for(page, "ready", 1)
    assert [one.answers["name"] for one in stored()] == ["Begun early"]
    assert stored()[0].version_id == made.version.id
    for _turn in range(2):  # what is only looked at is ready as before, and while it is open nobody sends it
        page.locator("#records [data-act=open]").click()
        page.locator("#q-name:visible").wait_for()
        assert page.evaluate("async () => (await portalSend.all()).all") == 0
        page.locator("#later").click()
        wait_for(page, "ready", 1)
    page.locator("#records [data-act=open]").click()
    page.locator("#q-name").fill("Changed after it was sent")
    context.unroute("**/send?*")
    ready(page)
    wait_for(page, "refused", 1)
    assert "sent before with other answers" in page.locator("#records [data-reasons]").inner_text()
    assert [one.answers["name"] for one in stored()] == ["Begun early"]
    page.locator("#records [data-act=renew]").click()
    wait_for(page, "sent", 1)
    assert sorted(one.answers["name"] for one in stored()) == ["Begun early", "Changed after it was sent"]

    page.locator("#news a").wait_for()
    page.locator("#new").click()
    page.locator("[data-offline][data-version='2'][data-settled]").wait_for(state="attached")
    site.away()
    context.set_offline(True)
    page.locator("#q-name").fill("A secret name")
    page.locator("#q-added").fill("x")
    ready(page)
    page.locator("#new-pin").fill("24681")
    page.locator("#pin button").click()
    page.locator("#trouble", has_text="at least six characters").wait_for()
    page.locator("#new-pin").fill("246813")
    page.locator("#pin button").click()
    page.locator("#pinned").wait_for()
    kept = page.evaluate("async () => JSON.stringify(await portalStore.all())")
    assert "A secret name" not in kept
    page.reload()
    page.locator("#locked").wait_for()
    assert not page.locator("#records").is_visible()
    check(page)
    page.locator("#unlock-pin").fill("135724")
    page.locator("#unlock button").click()
    page.locator("#trouble", has_text="This is not the PIN.").wait_for()
    page.locator("#unlock-pin").fill("246813")
    page.locator("#unlock button").click()
    page.locator("#records strong", has_text="A secret name").wait_for()
    with page.expect_download() as coming:
        page.locator("#save-file").click()
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    plan = rescue.plan(made.owner, made.record, file.read_bytes(), file.name)
    rescue.carry_out(made.owner, made.record, plan)
    assert [(line.title, line.state) for line in plan.lines] == [("A secret name", "taken")]
    site.back()
    context.set_offline(False)
    wait_for(page, "sent", 2)
    codes = page.locator("#records [data-facts]").all_inner_texts()
    assert any(plan.lines[0].receipt[:5] in line for line in codes)
    assert len(stored()) == 3
    page.emulate_media(color_scheme="dark")
    check(page)


def test_answers_of_an_account_wait_for_that_account(
    app: Any, site: Site, device: Any, publish: Any, identity: Any, org: Any, sign_in: Any
) -> None:
    made = publish(QUESTIONS, mode="invited", offline=True)
    maker = org("maker")
    mine, other = (identity("desk_officer", org=maker) for _turn in range(2))
    with transaction():
        title = Content.of(mn="Ажил", en="Task")
        about = records.create(made.owner, kind="task", title=title, org_id=maker.id, shared_with=[(maker.id, "read")])
    at = f"/forms/offline/{made.id}?subject={about.id}"
    people = {"person.0._key": "1", "person.0.who": "Dorj", "person.1._key": "2", "person.1.who": "Dulam"}
    Device(sign_in(mine), at.partition("?")[0], subject=about.id).send(new(), name="Last time", **people)
    context, page = device()

    def become(user: Any) -> None:
        name = app.config["SESSION_COOKIE_NAME"]
        context.clear_cookies()
        if user is not None:
            value = sign_in(user).get_cookie(name).value
            context.add_cookies([{"name": name, "value": value, "url": site.url}])

    become(mine)
    visit(page, f"{at}&lang=en")
    site.away()
    context.set_offline(True)
    fill(page, "Mine")
    page.locator("button[name=_add]").click()
    page.locator("button[name=_forward][value=person]").click()
    assert [page.locator(f"#q-person-{row}-who").input_value() for row in (0, 1)] == ["First", "Dulam"]
    ready(page)
    become(None)
    site.back()
    context.set_offline(False)
    page.locator("#trouble", has_text="You are signed out.").wait_for()
    become(other)
    page.locator("#send").click()
    page.locator("#records [data-reasons]", has_text="Somebody else filled this in").wait_for()
    assert len(stored()) == 1
    become(mine)
    page.goto("/account/")
    page.evaluate("() => document.querySelector('form[action$=\"/account/sign-out\"]').requestSubmit()")
    page.wait_for_url("**/account/signed-out")
    become(mine)
    visit(page, at)
    wait_for(page, "sent", 1)
    assert [one.submitted_by_id for one in stored()] == [mine.id, mine.id]
    assert sorted(one.answers["person"][1]["who"] for one in stored()) == ["Dulam", "Dulam"]

    become(made.owner)
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/forms/{made.id}/answers/import?lang=mn")
    lines = record(new(), name="Bat", **people), record(new(), name="Dorj", age="130", **people)
    page.locator("#file").set_input_files(
        {"name": "answers.json", "mimeType": "application/json", "buffer": carried(made, *lines)}
    )
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/carried?file=*")
    check(page)
    page.locator("main .btn-primary").click()
    page.locator(".status-success").wait_for()
    check(page)
    assert len(stored()) == 3


def test_an_anonymous_form_is_kept_only_under_a_pin(site: Site, device: Any, publish: Any) -> None:
    made = publish(QUESTIONS, anonymous=True, offline=True)
    _context, page = device()
    visit(page, f"/forms/offline/f/{made.token}?lang=en")
    page.locator("#new").click()
    page.locator("#trouble", has_text="choose a PIN first").wait_for()
    page.locator("#new-pin").fill("long pin")
    page.locator("#pin button").click()
    page.locator("#pinned").wait_for()
    fill(page, "Told in confidence", photo(1))
    ready(page)
    wait_for(page, "sent", 1)
    assert "Told in confidence" not in page.evaluate("async () => JSON.stringify(await portalStore.all())")
    (one,) = stored()
    assert one.submitted_by_id is None
    assert page.evaluate(KEPT) == [1, 1]
    page.locator("#forget-form").click()
    page.locator("#ready", has_text="not kept yet").wait_for()
    assert page.evaluate(KEPT) == [0, 0]
    page.evaluate("() => dispatchEvent(new Event('online'))")
    page.locator("#ready", has_text="not kept yet").wait_for()
    assert page.evaluate(KEPT) == [0, 0]
