"""Save and resume by link for people without an account, receipts that are checked, and the zone of deadlines."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.db import db
from portal.forms import access, codes, saved
from portal.forms.builder import access as builder_access
from portal.forms.filling import files as fill_files
from portal.forms.filling.words import deadline
from portal.forms.models import Saved, Submission
from portal.i18n import force_locale
from portal.jobs import Job, mail
from portal.people.tokens import digest
from portal.records.models import File
from tests.portal.forms.build import row
from tests.portal.forms.builder_help import controls

pytestmark = pytest.mark.usefixtures("post")
NAME = row("text", "name", required=True)
AGE = row("integer", "age")


def fresh(**answers: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "_lang": "en", **answers}


def test_a_wrong_form_is_kept_and_goes_on_elsewhere_without_cookies(app: Any, client: Any, publish: Any) -> None:
    made = publish([row("group", "one", children=[NAME]), row("group", "two", children=[AGE])], style="pages")
    assert "Save for later" in client.get(made.url).text
    sent = client.post(made.url, data=fresh(_page="2", _draft="1", **{"q.name": "Bat", "q.age": "many"}))
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert page.status_code == 200
    assert "Set-Cookie" not in sent.headers
    assert "Set-Cookie" not in page.headers
    until = clock.today() + timedelta(days=saved.days() - 1)
    assert f"{until:%Y.%m.%d}" in page.text or str(until.day) in page.text
    code = re.search(r'fill-secret">([A-Z0-9 ]+)<', page.text)
    assert code is not None
    other = app.test_client()
    typed = other.post("/forms/code", data={"code": code[1].lower(), "_lang": "en"})
    page = other.get(typed.location)
    assert "You go on with what you saved." in page.text
    assert 'value="Bat"' in page.text
    uid = re.search(r'name="uid" value="([^"]+)"', page.text)
    assert uid is not None
    again = other.post(typed.location, data=fresh(uid=uid[1], _page="2", _draft="1", **{"q.name": "Bat", "q.age": "x"}))
    assert again.location.partition("?")[0] == sent.location.partition("?")[0]
    assert db.session.scalar(select(func.count()).select_from(Saved)) == 1
    done = other.post(typed.location, data=fresh(uid=uid[1], _page="2", **{"q.name": "Bat", "q.age": "40"}))
    assert done.status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Saved)) == 0
    gone = client.get(typed.location)
    assert gone.status_code == 404
    assert "Nothing is saved under this link" in gone.text
    replayed = other.post(typed.location, data=fresh(uid=uid[1], _page="2", **{"q.name": "Bat", "q.age": "40"}))
    assert replayed.location == done.location


def test_only_a_hash_is_stored_and_it_ends_after_some_days(client: Any, publish: Any, monkeypatch: Any) -> None:
    from io import BytesIO

    made = publish([NAME, row("file", "paper")])
    data = fresh(_draft="1", **{"q.name": "Bat", "file:q.paper": (BytesIO(b"words"), "note.txt")})
    sent = client.post(made.url, data=data)
    code = sent.location.partition("/s/")[2].partition("/")[0]
    (kept,) = db.session.execute(select(Saved.token_hash, Saved.uid)).all()
    assert kept.token_hash == digest(code)
    assert len(code) * 5 >= 128
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=10))
    fill_files.tidy()
    assert db.session.scalar(select(func.count()).select_from(File)) == 1
    assert client.get(f"{made.url}/s/{code}").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=saved.days()))
    assert client.get(f"{made.url}/s/{code}").status_code == 404
    late = client.post(f"{made.url}/s/{code}", data=fresh(**{"q.name": "Typed all the same"}))
    assert late.status_code == 303  # the page was open: what is typed is taken
    db.session.rollback()
    saved.tidy()
    fill_files.tidy()
    assert db.session.scalar(select(func.count()).select_from(Saved)) == 0
    assert db.session.scalar(select(func.count()).select_from(File)) == 0


def test_the_link_goes_to_an_address_that_is_not_kept_and_not_of_an_anonymous_form(client: Any, publish: Any) -> None:
    made, hidden = publish([NAME]), publish([NAME], anonymous=True)
    at = client.post(made.url, data=fresh(_draft="1", **{"q.name": "Bat"})).location.partition("?")[0]
    assert client.post(at, data={"email": "bat@", "_lang": "en"}).status_code == 422
    assert client.post(at, data={"email": "bat@example.mn", "_lang": "en"}).status_code == 303
    (one,) = mail.outbox()
    assert at.removesuffix("/kept") in one.body
    assert "Bat" not in one.body
    whole = "\n".join(str(each) for table in db.metadata.sorted_tables for each in db.session.execute(select(table)))
    assert "bat@example.mn" not in whole
    assert at.partition("/s/")[2].partition("/")[0] not in whole
    at = client.post(hidden.url, data=fresh(_draft="1", **{"q.name": "Bat"})).location.partition("?")[0]
    page = client.get(at)
    assert "e-mail address" not in page.text
    assert "<title>Form – UPR Portal</title>" in page.text
    client.post(at, data={"email": "bat@example.mn", "_lang": "en"})
    assert len(mail.outbox()) == 1
    kept = db.session.execute(select(Saved).where(Saved.form_id == hidden.id)).scalar_one()
    assert set(kept.answers) == {"name"}
    assert db.session.scalar(select(func.count()).select_from(Job).where(Job.arguments != {})) == 0


def test_nobody_floods_an_address_or_guesses_codes(app: Any, client: Any, publish: Any, monkeypatch: Any) -> None:
    made = publish([NAME])
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    at = client.post(made.url, data=fresh(_draft="1", **{"q.name": "Bat"})).location.partition("?")[0]
    found = [client.post(at, data={"email": "a@example.mn"}).status_code for _ in range(5)]
    assert found == [303, 303, 303, 429, 429]
    guesses = [client.post("/forms/receipt", data={"receipt": "A" * 10}).status_code for _ in range(22)]
    assert guesses == [422] * 20 + [429] * 2
    guesses = [client.post("/forms/code", data={"code": "A" * 26}).status_code for _ in range(22)]
    assert guesses == [422] * 20 + [429] * 2


def test_a_receipt_names_id_code_time_and_checksum_and_can_be_checked(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish([NAME])
    data = fresh(**{"q.name": "Bat"})
    page = client.get(client.post(made.url, data=data).location).text
    one = db.session.scalar(select(Submission))
    assert data["uid"] in page
    assert f"{one.receipt[:5]} {one.receipt[5:]}" in page
    assert one.digest[:8] in page
    assert one.digest[56:] in page
    assert "data-print" in page
    typed = {"receipt": f"{one.receipt[:5].lower()}-{one.receipt[5:]}", "_lang": "en"}
    told = client.post("/forms/receipt", data=typed).text
    assert "Status: Arrived." in told
    assert "Bat" not in told
    assert "Test" not in told
    sign_in(made.owner).post(f"/forms/{made.id}/answers/{one.id}/approve", data={"revision": "1"})
    assert "Status: Approved." in client.post("/forms/receipt", data=typed).text
    for bad in ("", "12", "A" * 10, "\u0000", "Ж" * 10):
        assert client.post("/forms/receipt", data={"receipt": bad, "_lang": "en"}).status_code in (400, 422)
    assert codes.read_code("abcde fghjk", 10) == "ABCDEFGHJK"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-10-20T23:59+08:00", "2026.10.20 23:59, Ulaanbaatar Standard Time (UTC+8)"),
        ("2026-10-20T23:59+07:00", "2026.10.20 23:59, Hovd Standard Time (UTC+7)"),
        ("2026-07-20T23:59+02:00", "2026.07.20 23:59, Central European Summer Time (UTC+2)"),
        ("2026-10-20T23:59-05:00", "2026.10.21 12:59, Ulaanbaatar Standard Time (UTC+8)"),
    ],
)
def test_a_deadline_is_printed_in_the_zone_it_was_written_in(app: Any, text: str, said: str) -> None:
    with app.test_request_context(), force_locale("mn"):
        day = deadline(access.moment(text)).partition(",")[0]
    with app.test_request_context(), force_locale("en"):
        assert deadline(access.moment(text)).partition(", ")[2] == said.partition(", ")[2]
    assert day == said.partition(",")[0]


def test_a_form_closes_at_the_hour_of_khovd(
    app: Any, client: Any, publish: Any, builder: Any, monkeypatch: Any
) -> None:
    editor = builder()
    page = editor.get("/edit/settings")
    fields = {**controls(page), "opens": "2026-10-01T00:00", "closes": "2026-10-20T23:59", "zone": "Asia/Hovd"}
    editor.post("/edit/settings", **fields)
    settings = editor.definition["settings"]["access"]
    assert (settings["opens"], settings["closes"]) == ("2026-10-01T00:00+07:00", "2026-10-20T23:59+07:00")
    again = editor.get("/edit/settings")
    assert 'value="2026-10-20T23:59"' in again
    assert '<option selected value="Asia/Hovd">' in again or 'value="Asia/Hovd" selected' in again
    assert builder_access.zone_in({}) == "Asia/Ulaanbaatar"
    made = publish([NAME], closes=settings["closes"])
    for moment, code in (
        (datetime(2026, 10, 20, 16, 59, tzinfo=UTC), 303),  # 23:59 in Khovd, 00:59 in Ulaanbaatar
        (datetime(2026, 10, 20, 17, 10, tzinfo=UTC), 410),
    ):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert client.post(made.url, data=fresh(**{"q.name": "Bat"})).status_code == code
    assert "Hovd" in client.get(made.url, headers={"Accept-Language": "en"}).text
