"""The way of somebody without an account, and that of the office, in a real browser: seen by axe-core at two widths."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from portal.db import db
from portal.forms.models import Submission
from portal.jobs import mail
from tests.portal.forms.build import row
from tests.portal.forms.test_answers import send
from tests.portal.forms.test_fill_browser import _check, site, visit  # noqa: F401 - fixtures
from tests.portal.forms.test_invitations import slips

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("post")]

ROWS = [
    row("text", "name", required=True),
    row("integer", "age"),
    row("select_one", "well", list="yes_no"),
    row("text", "why", relevant="${well} = 'no'", appearance="multiline"),
    row("repeat", "person", children=[row("text", "who"), row("integer", "years")]),
]
LIST = "Бат-Эрдэнэ\tbat@example.mn\nsaraa.with.a.long.address@organisation.example.mn\nДорж"


def path(link: str) -> str:
    """The path of a link that was mailed."""
    return re.sub(r"^https?://[^/]+", "", link)


def mailed() -> list[str]:
    return [path(found[0]) for one in mail.outbox() if (found := re.search(r"http\S+", one.body))]


@pytest.mark.parametrize(("width", "lang"), [(360, "mn")])
def test_an_invitation_from_the_list_to_the_approval(
    visit: Any,  # noqa: F811
    publish: Any,
    sign_in: Any,
    width: int,
    lang: str,
) -> None:
    made = publish(ROWS, mode="personal", closes="2099-10-20T23:59+07:00")
    base = f"/forms/{made.id}"
    office = visit(f"{base}/invitations", made.owner, width=width, lang=lang)
    _check(office)
    office.locator("#people").fill("Бат bat@")
    office.locator("#invite button[type=submit]").click()
    office.locator(".faults, .wrong").first.wait_for()
    _check(office)
    office.locator("#people").fill(LIST)
    office.locator("#invite button[type=submit]").click()
    office.locator("table").first.wait_for()
    _check(office)
    office.locator("tbody a").first.click()
    _check(office)
    office.goto(base)
    _check(office)
    first, _second = mailed()
    guest = visit(first, width=width, lang=lang)
    _check(guest)
    guest.locator("#q-name").fill("Бат")
    guest.locator("[name=_draft]").click()
    guest.wait_for_url("**/kept**")
    _check(guest)
    guest.locator("a.btn-primary").click()
    assert guest.locator("#q-name").input_value() == "Бат"
    guest.locator("#q-age").fill("400")
    guest.locator("[name=_add]").click()
    guest.locator("#q-person-0-who").fill("Дорж")
    guest.locator("[data-default]").click()
    guest.wait_for_url("**/receipt/**")
    _check(guest)
    key = db.session.scalar(select(Submission.id))
    at = f"{base}/answers/{key}"
    office.goto(f"{at}/return")
    _check(office)
    office.locator('[name="remark:age"]').fill("400 настай хүн байхгүй")
    office.locator('[name="remark:person[0].who"]').fill("Овгийг нь бичнэ үү")
    office.locator("#return button[type=submit]").click()
    office.wait_for_url(f"**{at}")
    _check(office)
    guest.goto(mailed()[-1])
    _check(guest)
    guest.locator("a.btn-primary").click()
    assert guest.locator("#q-name").evaluate("box => box.tagName") == "P"
    _check(guest)
    guest.locator("#q-age").fill("40")
    guest.locator("#reason").fill("Андуурсан")
    guest.locator("[data-default]").click()
    guest.locator(".fill-code").wait_for()
    _check(guest)
    office.goto(at)
    _check(office)
    office.goto(f"{at}/correct")
    office.locator("#q-age").fill("41")
    office.locator("[data-default]").click()
    office.locator("#reason-error").wait_for()
    _check(office)
    office.goto(f"{base}/answers")
    _check(office)


@pytest.mark.parametrize(("width", "lang"), [(1280, "en")])
def test_the_pages_around_codes(
    visit: Any,  # noqa: F811
    publish: Any,
    sign_in: Any,
    client: Any,
    width: int,
    lang: str,
) -> None:
    hidden = publish([row("text", "name", required=True)], mode="personal", anonymous=True)
    officer = sign_in(hidden.owner)
    officer.application.config["WTF_CSRF_ENABLED"] = False
    officer.post(f"/forms/{hidden.id}/invitations/codes", data={"number": 6})
    office = visit(f"/forms/{hidden.id}/invitations", hidden.owner, width=width, lang=lang)
    _check(office)
    found = slips(officer.post(f"/forms/{hidden.id}/invitations/print"))
    officer.post(f"/forms/{hidden.id}/invitations/codes", data={"number": 4})
    office.reload()
    office.locator('form[action$="/print"] button').click()
    office.locator(".slip").first.wait_for()
    _check(office)
    guest = visit(found[0], width=width, lang=lang)
    _check(guest)
    guest.locator("#q-name").fill("Нэг түүх")
    guest.locator("[name=_draft]").click()
    guest.wait_for_url("**/kept**")
    _check(guest)
    guest.locator("a.btn-primary").click()
    guest.locator("[data-default]").click()
    guest.wait_for_url("**/receipt/**")
    _check(guest)
    guest.goto(found[0])
    _check(guest)
    guest.goto(f"/forms/f/{hidden.token}")
    _check(guest)
    guest.goto("/forms/code")
    guest.locator("#code").fill("abc")
    guest.locator("#typed [type=submit]").click()
    guest.locator("#code-error").wait_for()
    _check(guest)
    guest.goto("/forms/receipt")
    guest.locator("#receipt").fill(str(db.session.scalar(select(Submission.receipt))))
    guest.locator("#typed [type=submit]").click()
    guest.locator(".note-success").wait_for()
    _check(guest)
    named = publish([row("text", "name", required=True)])
    guest.goto(named.url)
    guest.locator("#q-name").fill("Бат")
    guest.locator("[name=_draft]").click()
    guest.locator("#kept-mail").wait_for()
    guest.locator("#kept-mail").fill("bat@")
    guest.locator("#mail [type=submit]").click()
    guest.locator("#kept-mail-error").wait_for()
    _check(guest)
    guest.goto(f"/forms/f/{named.token}/s/{'A' * 26}")
    _check(guest)
    open_ = publish([row("text", "wish", use=["public"]), row("text", "name")])
    key = send(open_, wish="Цэвэр агаар", name="Бат")
    office = visit(f"/forms/{open_.id}/answers/{key}", open_.owner, width=width, lang=lang)
    _check(office)
    office.locator('form[action$="/approve"] button').click()
    office.locator('form[action$="/unapprove"]').wait_for()
    guest.goto(f"{open_.url}/published")
    guest.locator("text=Цэвэр агаар").wait_for()
    _check(guest)
    office = visit(f"/forms/{open_.id}", open_.owner, width=width, lang=lang)
    _check(office)
    office.goto(f"/forms/{open_.id}/edit/settings")
    _check(office)
