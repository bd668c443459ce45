"""Files that wait for an answer of somebody without an account: so many of a form, a share of them from one address."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from portal import storage
from portal.db import db
from portal.forms import service, shares, waiting
from portal.forms.filling import files as fill_files
from portal.forms.models import Waiting
from portal.records import File
from tests.portal.forms.build import row
from tests.portal.forms.openrosa.help import Phone, instance, message
from tests.portal.forms.test_invitations import everything

NAME, PHOTO = row("text", "name", required=True), row("image", "photo")
FULL = "Too many files wait for this form at the moment. Nothing is lost here; send it again later."


def picture(number: int = 0) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (number % 256, 90, 90)).save(out, "PNG")
    out.seek(0)
    return out


def page(number: int, uid: str = "", **more: Any) -> dict[str, Any]:
    file = (picture(number), f"{number}.png")
    return {"uid": uid or str(uuid.uuid4()), "_lang": "en", "q.name": "Typed so far", "file:q.photo": file, **more}


@pytest.fixture
def counted(app: Any) -> Callable[[], tuple[int, int]]:
    """Files, which all lie in the store and no others, and those of them that wait."""
    place = storage.current()
    assert isinstance(place, storage.LocalStorage)
    there = set(place.keys())

    def count() -> tuple[int, int]:
        db.session.rollback()
        keys = set(db.session.scalars(select(File.stored_as)))
        assert set(place.keys()) - there == keys
        return len(keys), db.session.scalar(select(func.count()).select_from(Waiting)) or 0

    return count


@pytest.mark.parametrize("anonymous", [False, True])
def test_a_link_does_not_fill_the_disk_page_by_page(
    client: Any, publish: Any, monkeypatch: Any, counted: Any, anonymous: bool
) -> None:
    made = publish([NAME, PHOTO], anonymous=anonymous)
    monkeypatch.setattr(waiting, "MOST", 3 * waiting.LEAST)
    first = page(0)
    uid = first["uid"]
    for data in (first, page(1), page(2), page(0, uid)):
        assert FULL not in client.post(f"{made.url}/refresh", data=data).text
    assert counted() == (3, 3)
    for address in (f"{made.url}/refresh", made.url):
        refused = client.post(address, data=page(3))
        assert FULL in refused.text
        assert "Typed so far" in refused.text
    assert "Энэ маягтад хүлээгдэж буй файл" in client.post(f"{made.url}/refresh", data=page(3, _lang="mn")).text
    phone = Phone(client, f"{made.url}/openrosa")
    whole = instance({"formID": f"form-{made.id}", "version": "0001"}, "<name>Bat</name><photo>1.png</photo>")
    said = phone.send(whole, {"1.png": picture(4).getvalue()})
    assert (said.status_code, message(said)[1]) == (429, FULL)
    assert counted() == (3, 3)
    (kept,) = fill_files.uids(uid)
    sent = client.post(made.url, data={"uid": uid, "_lang": "en", "q.name": "Bat", "q.photo": kept})
    assert sent.status_code == 303
    assert counted() == (3, 2)
    assert phone.send(whole, {"1.png": picture(4).getvalue()}).status_code == 201
    assert counted() == (4, 2)


def test_one_address_takes_a_share_and_gives_it_back_and_nothing_of_it_is_written(
    app: Any, client: Any, publish: Any, monkeypatch: Any, counted: Any
) -> None:
    made = publish([NAME, PHOTO], anonymous=True)
    shares._counter.cache_clear()
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setattr(shares, "MOST", 2 * waiting.LEAST)
    mine, other = {"REMOTE_ADDR": "203.0.113.71"}, {"REMOTE_ADDR": "203.0.113.72"}

    def refresh(number: int, at: Any) -> bool:
        answer = client.post(f"{made.url}/refresh", data=page(number), environ_overrides=at)
        assert "Typed so far" in answer.text
        return "Too many files came from your network" not in answer.text

    first = page(0)
    client.post(f"{made.url}/refresh", data=first, environ_overrides=mine)
    assert [refresh(1, mine), refresh(2, mine), refresh(3, other)] == [True, False, True]
    (kept,) = fill_files.uids(first["uid"])
    data = {"uid": first["uid"], "_lang": "en", "q.name": "Bat", "q.photo": kept}
    assert client.post(made.url, data=data, environ_overrides=mine).status_code == 303
    assert [refresh(4, mine), refresh(5, mine)] == [True, False]
    assert counted() == (4, 3)
    assert "203.0.113" not in everything()
    assert not any("203.0.113" in key for key in shares._counter().storage)


def test_a_closed_form_keeps_no_files(client: Any, publish: Any, counted: Any) -> None:
    made = publish([NAME, PHOTO])
    assert client.post(f"{made.url}/refresh", data=page(0)).status_code == 200
    service.close(made.owner, made.record, version=None)
    answer = client.post(f"{made.url}/refresh", data=page(1))
    assert answer.status_code == 200
    assert "Typed so far" in answer.text
    assert counted() == (1, 1)
