"""Filling without a network in a real browser: nothing is lost, nothing arrives twice, others cannot read along."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from sqlalchemy import func, select
from werkzeug.serving import make_server

from portal import clock, records
from portal.db import db, transaction
from portal.forms.models import Submission
from portal.forms.offline import rescue
from portal.records.models import File
from portal.text import Content
from tests.chromium import QUIET, program
from tests.portal.forms.build import row
from tests.portal.forms.offline_help import Device, carried, new, record
from tests.portal.forms.test_offline import change

pytestmark = pytest.mark.browser

QUESTIONS = [
    row("text", "name", required=True),
    row("integer", "age", constraint=". < 120"),
    row("select_one", "light", list="light"),
    row("text", "why", relevant="${light} = 'red'", required=True),
    row("select_multiple", "needs", list="light"),
    row("image", "photo"),
    row("repeat", "person", children=[row("text", "who", required=True), row("date", "born", default="today()")]),
    row("date", "filled", default="today()"),
    row("calculate", "noted", calculation="string(today())"),
]


class Site:
    """The portal on one port, which can be away and come back."""

    def __init__(self, app: Any) -> None:
        self.app, self.port, self.server, self.thread = app, 0, None, None
        self.back()

    def back(self) -> None:
        self.server: Any = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.server.daemon_threads = False
        self.port = self.server.server_port
        self.thread: Any = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def away(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def site(app: Any, monkeypatch: Any) -> Iterator[Site]:
    """The portal, guarded against forged requests as it is for readers."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    running = Site(app)
    yield running
    running.away()


@pytest.fixture
def device(browser: Any, site: Site, tmp_path: Path) -> Iterator[Any]:
    """``device()``: a browser that remembers what it kept when it is closed and opened again."""
    opened: list[Any] = []
    faults: list[str] = []

    def start(width: int = 1280) -> Any:
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / "device"),
            executable_path=program(),
            args=list(QUIET),
            viewport={"width": width, "height": 900},
            locale="en",
            base_url=site.url,
            accept_downloads=True,
        )
        opened.append(context)
        page = context.pages[0]
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda asked: asked.accept())
        return context, page

    yield start
    for context in opened:
        context.close()
    assert faults == []


def photo(shade: int) -> dict[str, Any]:
    """A photo of a large camera, each another."""
    out = BytesIO()
    Image.linear_gradient("L").resize((2400, 1800)).point(lambda value: (value + shade) % 256).save(out, "JPEG")
    return {"name": f"photo-{shade}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def visit(page: Any, url: str) -> None:
    page.goto(url)
    page.locator("[data-settled]").wait_for(state="attached")


def fill(page: Any, name: str, with_photo: dict[str, Any] | None = None, **more: str) -> None:
    page.locator("#new").click()
    page.locator("#q-name").fill(name)
    page.locator("#q-age").fill(more.get("age", "30"))
    page.locator("#q-light-0").check()
    page.locator("#q-person-0-who").fill("First")
    if with_photo:
        page.locator("#q-photo").set_input_files(with_photo)
        page.locator("img.offline-held").wait_for()


def ready(page: Any) -> None:
    page.locator("#fill [data-default]").click()
    page.locator("#queue-title").wait_for()


def wait_for(page: Any, state: str, count: int) -> None:
    page.wait_for_function(
        "([state, count]) => document.querySelectorAll(`#records [data-state=${state}]`).length === count",
        arg=[state, count],
    )


def until(page: Any, done: Callable[[], Any]) -> None:
    """Let the browser go on until *done*; what wait_for_function is given must not be asynchronous."""
    for _turn in range(1500):
        if done():
            return
        page.wait_for_timeout(20)
    pytest.fail("it never came")


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission)))


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


KEPT = "async () => [(await caches.keys()).length, (await portalStore.all()).length]"

WHILE_LOCKING = """async () => {
  const head = (await portalStore.all())[0];
  const names = Array.from({ length: 30 }, (_none, at) => `secret ${at}`);
  const put = async (name, at) => {
    const uid = `${String(at).padStart(8, "0")}-0000-4000-8000-000000000000`;
    await portalStore.putFile(uid, new TextEncoder().encode(name).buffer);
    const content = { title: name, pairs: [], files: [], reasons: [] };
    await portalStore.put({ ...head, uid, state: "draft", changed: at }, content);
    await portalStore.update(await portalStore.get(uid), { status: 422 }, { ...content, reasons: [{ message: name }] });
  };
  const all = async () => Promise.all((await portalStore.all()).map((each) => portalStore.body(each)));
  const locked = async () => (await portalStore.all()).filter((each) => portalStore.isLocked(each.body)).length;
  const during = async (act) => {
    const acting = act();
    for (const [at, name] of names.entries()) await put(name, at);
    await acting;
    const whole = (await all()).filter((each) => each.reasons.some((one) => one.message === each.title));
    return [await locked(), whole.length];
  };
  const found = [await during(() => portalStore.setPin("a long pin")), await during(() => portalStore.removePin())];
  for (const each of await portalStore.all()) if (each.status === 422) await portalStore.remove(each.uid);
  return found;
}"""

MEANWHILE = """async () => {
  const head = (await portalStore.all())[0];
  const uids = [crypto.randomUUID(), crypto.randomUUID()];
  for (const [at, uid] of uids.entries())
    await portalStore.put(
      { ...head, uid, state: "ready", changed: at + 1 },
      { title: "", pairs: [["q.name", uid]], files: [], filled: "", reasons: [] },
    );
  const found = await portalSend.all(async (state) => state.now === uids[0] && portalStore.remove(uids[1]));
  return [uids[0], found.sent, found.refused];
}"""


FULL = """async () => {
  const head = (await portalStore.all())[0];
  for (const at of [1, 2]) {
    const uid = crypto.randomUUID();
    const hash = at === 1 && (await portalStore.putFile(uid, new TextEncoder().encode("a file").buffer));
    const files = hash ? [{ field: "q.sign", hash, name: "sign.png", size: 6, type: "image/png" }] : [];
    const content = { title: "", pairs: [["q.name", `full ${at}`]], files, filled: "", reasons: [] };
    await portalStore.put({ ...head, uid, state: "ready", changed: at }, content);
  }
  const found = await portalSend.all();
  const left = (await portalStore.all()).find((each) => each.state === "ready");
  const { pairs } = await portalStore.body(left);
  await portalStore.remove(left.uid);
  return [found.sent, found.refused, found.later, pairs[0][1]];
}"""


def test_what_cannot_be_kept_stays_in_sight_and_what_was_removed_is_not_sent(
    site: Site, device: Any, publish: Any, monkeypatch: Any
) -> None:
    made = publish([row("text", "name"), row("signature", "sign")], offline=True)
    _context, page = device()
    visit(page, f"/forms/offline/f/{made.token}?lang=en")
    page.locator("#new").click()
    page.locator("#q-name").fill("Bat")
    page.locator("[name='sign:q.sign']").fill("Bat Bold")
    page.evaluate(
        "() => { const made = IDBObjectStore.prototype; self.put = made.put; made.put = () => { throw Error('full') } }"
    )
    for button in ("#fill [data-default]", "#later"):
        page.locator(button).click()
        page.locator("#trouble", has_text="full").wait_for()
        page.evaluate("() => document.querySelector('#trouble div').replaceChildren()")
        assert page.locator("#q-name").input_value() == "Bat"
        assert page.locator("#q-name").is_visible()
    page.evaluate("() => { IDBObjectStore.prototype.put = self.put }")
    page.locator("#later").click()
    page.locator("#records [data-act=open]").click()
    page.locator("#q-name:visible").wait_for()
    assert page.locator("[name='sign:q.sign']").input_value() == "Bat Bold"
    page.locator("#later").click()
    page.locator("#queue-title:visible").wait_for()
    uid, sent, refused = page.evaluate(MEANWHILE)
    assert (sent, refused) == (1, 0)
    assert [one.answers["name"] for one in stored()] == [uid]
    monkeypatch.setattr("portal.forms.waiting.MOST", 0)
    assert page.evaluate(FULL) == [1, 0, "busy", "full 1"]
    assert {one.answers["name"] for one in stored()} == {uid, "full 2"}
    assert page.evaluate(WHILE_LOCKING) == [[33, 30], [0, 30]]
    page.locator("#forget-form").click()
    page.locator("#trouble", has_text="still wait on the device").wait_for()
    assert page.evaluate(KEPT) == [1, 3]


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


def check(page: Any) -> None:
    """No fault that a machine can find, and nothing wider than the screen."""
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((each) => each.finished))")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, page.url
