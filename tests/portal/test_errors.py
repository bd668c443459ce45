"""What the application answers where something went wrong."""

from __future__ import annotations

import errno
import io
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError

from portal import create_app, records
from portal.db import db, transaction
from portal.people.limits import too_many
from portal.storage import LocalStorage
from portal.text import Content


def raising(error: Exception) -> Any:
    def view(**_values: Any) -> str:
        raise error

    return view


def test_who_tried_too_often_is_told_when_to_come_back(app: Any, client: Any, monkeypatch: Any) -> None:
    with app.test_request_context():
        error = too_many(90)
    monkeypatch.setitem(app.view_functions, "home.index", raising(error))
    answer = client.get("/")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "90"
    assert answer.mimetype == "text/html"
    assert answer.headers.getlist("Content-Type") == ["text/html; charset=utf-8"]


def test_an_address_that_only_takes_forms_says_what_it_takes(client: Any) -> None:
    answer = client.get("/account/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.fixture
def upload(app: Any, identity: Any, org: Any, sign_in: Any, monkeypatch: Any) -> Any:
    """Send a file to a record on a full disk; *number* is that of the system's error."""
    user = identity("coordinator", org=org("mofa"))
    with transaction():
        record = records.create(user, kind="form", title=Content.of(en="Form"), org_id=user.orgs[0])
    browser = sign_in(user)

    def send(number: int, locale: str = "en", **headers: str) -> Any:
        def put(*_args: Any) -> str:
            raise OSError(number, "full")

        monkeypatch.setattr(LocalStorage, "_put", put)
        data = {"file": (io.BytesIO(b"text"), "a.txt"), "purpose": "Typed <b>"}
        browser.set_cookie("portal_lang", locale)
        return browser.post(f"/records/{record.id}/attach", data=data, headers=headers)

    return send


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize(("locale", "words"), [("en", "The disk of the portal is full"), ("mn", "диск дүүрсэн")])
def test_a_full_disk_is_told_in_words(upload: Any, number: int, locale: str, words: str) -> None:
    answer = upload(number, locale)
    assert answer.status_code == 507
    assert words in answer.text
    assert "Typed" not in answer.text


def test_on_a_full_disk_what_was_typed_can_be_sent_again(upload: Any) -> None:
    answer = upload(errno.ENOSPC, **{"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 507
    assert "Typed &lt;b&gt;" in answer.text
    assert "Send again without the files" in answer.text


@pytest.mark.parametrize("mark", [{"sqlite_errorname": "SQLITE_FULL"}, {"sqlstate": "53100"}])
def test_a_database_without_room_is_told_like_a_full_disk(app: Any, client: Any, monkeypatch: Any, mark: Any) -> None:
    cause = Exception("full")
    vars(cause).update(mark)
    monkeypatch.setitem(app.view_functions, "home.index", raising(OperationalError("insert", {}, cause)))
    assert client.get("/").status_code == 507


def test_errors_of_the_database_do_not_quote_answers(tmp_path: Any) -> None:
    app = create_app({"INSTANCE": tmp_path, "PLUGINS": "subcommittees"})
    with app.app_context():
        with pytest.raises(DatabaseError) as caught:
            db.session.execute(text("insert into nowhere values (:answer)"), {"answer": "told in confidence"})
        db.session.rollback()
        db.engine.dispose()
    assert "told in confidence" not in str(caught.value)


@pytest.mark.parametrize("address", ["/search?q=%00", "/recommendations/?q=%00&lang=mn", "/people/users?%00=x"])
def test_an_address_with_nul_is_refused_with_a_page(client: Any, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "<h1" in answer.text
