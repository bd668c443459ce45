"""What a device keeps while other things happen at the same moment: nothing is lost, open, or back again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.portal.forms.build import row
from tests.portal.forms.offline_browser_help import KEPT, Site, a_device, a_site, stored, visit  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

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


REDRAWN = """async () => {
  const before = document.activeElement;
  const { uid } = before.closest("li").dataset;
  await portalQueue.list();
  const found = [document.activeElement !== before];
  await portalStore.update(await portalStore.get(uid), { changed: Date.now() });
  await portalQueue.list();
  const now = document.activeElement;
  return [...found, now !== before, now.isConnected, now.closest("li").dataset.uid === uid, now.dataset.act];
}"""


def test_what_cannot_be_kept_stays_in_sight_and_what_was_removed_is_not_sent(
    site: Site, device: Any, publish: Any, monkeypatch: Any
) -> None:
    made = publish([row("text", "name"), row("signature", "sign")], offline=True)
    context, page = device()
    address = f"/forms/offline/f/{made.token}?lang=en"
    visit(page, address)
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
    page.evaluate("() => portalQueue.list()")
    page.locator("#records [data-act=delete]").first.focus()
    assert page.evaluate(REDRAWN) == [False, True, True, True, "delete"]

    page.locator("#new").click()
    page.locator("#q-name").fill("Begun in this window")
    other = context.new_page()
    visit(other, address)
    other.evaluate("() => portalStore.setPin('another pin')")
    page.locator("#later").click()
    page.locator("#trouble", has_text="locked by a PIN in another window").wait_for()
    assert page.locator("#q-name").input_value() == "Begun in this window"
    assert "Begun" not in page.evaluate("async () => JSON.stringify(await portalStore.all())")
