"""A signature: drawn in the browser or typed, kept as a picture like any other file of a form."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from portal.db import db
from portal.forms.definition import check
from portal.forms.fields import Refused
from portal.forms.filling.signature import picture
from portal.forms.models import Submission
from portal.forms.xlsform import read_xlsform, write_xlsform
from portal.records import File
from tests.portal.forms.books import form as book
from tests.portal.forms.books import workbook, xform
from tests.portal.forms.build import form, row

NAME = "Өлзийбаатарын Үүрийнцолмон"
SIGN = row("signature", "sign", required=True)


def png() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (64, 20), "white").save(out, "png")
    out.seek(0)
    return out


def posted(**more: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "_lang": "en", "q.sign": "", **more}


def stored() -> Submission:
    db.session.rollback()
    return db.session.scalars(select(Submission)).one()


def file_of(row_: Submission) -> File:
    return db.session.scalars(select(File).where(File.uid == row_.answers["sign"])).one()


def test_a_typed_name_becomes_a_picture_of_it() -> None:
    made = picture(f"  {NAME} ")
    drawn = Image.open(made.stream)

    assert made.filename == f"{NAME}.png"
    assert drawn.format == "PNG"
    assert drawn.width > drawn.height > 100
    assert 0 in drawn.convert("L").point(lambda light: light > 128 and 255).tobytes()
    assert picture(NAME).stream.read() == picture(NAME).stream.read()


@pytest.mark.parametrize("typed", ["...", "a" * 81, "Bat\x00", "\ud800", "<b>" * 40, "\u202e"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        picture(typed)


def test_signs_of_markup_stand_as_they_are() -> None:
    assert Image.open(picture("Bat <b>&amp;").stream).format == "PNG"


def test_a_name_is_typed_without_scripts_and_shown_as_a_picture(client: Any, publish: Any, sign_in: Any) -> None:
    public = publish([SIGN])
    page = client.get(public.url).text
    assert re.search(r'<input class="form-control" type="text" id="q-sign-0" name="sign:q.sign" value=""', page)
    missing = client.post(public.url, data=posted())
    assert missing.status_code == 422
    assert '<a href="#q-sign-0">sign (en): Answer this question.</a>' in missing.text
    wrong = client.post(public.url, data=posted(**{"sign:q.sign": "..."}))
    assert wrong.status_code == 422
    assert "Write your name" in wrong.text
    assert "Нэрээ" in client.post(public.url, data=posted(**{"sign:q.sign": "...", "_lang": "mn"})).text
    assert client.post(public.url, data=posted(**{"sign:q.sign": NAME})).status_code == 303
    kept = file_of(stored())
    assert (kept.name, kept.mime) == (f"{NAME}.png", "image/png")
    assert kept.purpose.startswith("sent:")
    office = sign_in(public.owner)
    at = f"/forms/{public.id}/answers/{stored().id}"
    shown = office.get(at).text
    assert f'<img class="fill-signed" src="{at}/files/{kept.uid}" alt="{NAME}.png"' in shown
    with office.get(f"{at}/files/{kept.uid}", buffered=True) as answer:
        assert answer.mimetype == "image/png"


def test_a_drawn_signature_is_kept_once_however_often_the_page_sends_it(client: Any, publish: Any) -> None:
    public = publish([SIGN, row("text", "why", required=True)])
    first = posted(**{"file:q.sign": (png(), "signature.png")})
    for _time in range(25):
        again = {**first, "file:q.sign": (png(), "signature.png")}
        page = client.post(public.url, data=again, content_type="multipart/form-data")
        assert page.status_code == 422
    assert "signature.png" in page.text
    assert db.session.scalar(select(func.count()).where(File.record_id.is_(None), File.purpose != "")) == 1
    value = re.search(r'type="hidden" name="q.sign" value="([^"]+)"', page.text)
    assert value is not None
    assert (
        client.post(public.url, data={**first, "file:q.sign": "", "q.sign": value[1], "q.why": "x"}).status_code == 303
    )
    assert stored().answers == {"sign": value[1], "why": "x"}


def test_a_signature_is_removed_and_only_a_png_is_taken(client: Any, publish: Any) -> None:
    public = publish([row("signature", "sign")])
    first = posted(**{"sign:q.sign": NAME, "_update": "1"})
    page = client.post(public.url, data=first).text
    value = re.search(r'type="hidden" name="q.sign" value="([^"]+)"', page)
    assert value is not None
    gone = {"uid": first["uid"], "_lang": "en", "q.sign": value[1], "drop:q.sign": "1"}
    assert client.post(public.url, data=gone).status_code == 303
    assert stored().answers == {}
    for content, name in ((b"<svg/>", "a.png"), (b"GIF89a", "a.gif"), (b"%PDF-1.7", "a.pdf")):
        bad = posted(**{"file:q.sign": (io.BytesIO(content), name)})
        assert client.post(public.url, data=bad, content_type="multipart/form-data").status_code == 422


def test_somebody_elses_picture_is_no_signature(client: Any, publish: Any) -> None:
    public = publish([SIGN])
    client.post(public.url, data=posted(**{"sign:q.sign": NAME}))
    assert client.post(public.url, data=posted(**{"q.sign": stored().answers["sign"]})).status_code == 422


def test_of_an_anonymous_form_the_name_stands_only_in_the_picture(client: Any, publish: Any) -> None:
    public = publish([SIGN], anonymous=True)
    assert client.post(public.url, data=posted(**{"sign:q.sign": NAME})).status_code == 303
    assert file_of(stored()).name == "sign.png"


def test_a_signature_travels_as_xlsform() -> None:
    content = write_xlsform(form(row("signature", "sign", appearance="w2")))
    assert 'appearance="signature w2"' in xform(content)
    read = read_xlsform(content, "test.xlsx")
    assert read.definition is not None
    (back,) = read.definition["survey"]
    assert (back["type"], back["appearance"]) == ("signature", "w2")
    other = "type | name | label | appearance\nimage | a | A | signature\nimage | b | B | draw\nimage | c | C |"
    found = read_xlsform(workbook(book(other)), "other.xlsx").definition
    assert found is not None
    assert [(each["type"], each.get("appearance")) for each in found["survey"]] == [
        ("signature", None),
        ("image", "draw"),
        ("image", None),
    ]
    assert 'appearance="signature"' in xform(write_xlsform(found))
    assert not [each for each in check(found) if each.level == "error"]


def test_the_builder_offers_a_signature_and_tries_it_keeping_nothing(builder: Any) -> None:
    built = builder()
    built.add("signature", "Sign here", name="sign", required="y")
    assert "First answer" not in built.get(f"/edit/question?row={built.row('sign')['id']}")
    answer = built.browser.post(f"{built.at}/preview", data={"sign:q.sign": NAME, "q.sign": ""})
    assert "All answers are right" in answer.text
    assert db.session.scalar(select(func.count()).select_from(File)) == 0


def test_a_signature_is_corrected_and_the_history_names_both(client: Any, publish: Any, sign_in: Any) -> None:
    public = publish([SIGN])
    assert client.post(public.url, data=posted(**{"sign:q.sign": NAME})).status_code == 303
    first = stored()
    office = sign_in(public.owner)
    at = f"/forms/{public.id}/answers/{first.id}"
    drawn = office.get(f"{at}/correct").text
    assert f"{NAME}.png" in drawn
    assert "Remove this signature" in drawn
    change = {"uid": first.uid, "revision": first.revision, "q.sign": first.answers["sign"], "sign:q.sign": "Сувд"}
    assert office.post(f"{at}/correct", data={**change, "reason": "Signed by the other"}).status_code == 303
    page = office.get(at).text
    assert f'<del lang="">{NAME}.png</del> <ins lang="">Сувд.png</ins>' in page
    assert 'alt="Сувд.png"' in page


def test_a_draft_keeps_a_signature(identity: Any, org: Any, publish: Any, sign_in: Any) -> None:
    made = publish([SIGN, row("text", "why", required=True)], mode="invited")
    officer = sign_in(identity("desk_officer", org=org("maker")))
    at = f"/forms/{made.id}/fill"
    given = {"uid": str(uuid.uuid4()), "q.sign": "", "sign:q.sign": NAME, "_draft": "1"}
    assert officer.post(at, data=given).status_code in (200, 303)
    page = officer.get(at).text
    assert f"{NAME}.png" in page
    value = re.search(r'type="hidden" name="q.sign" value="([^"]+)"', page)
    uid = re.search(r'name="uid" value="([^"]+)"', page)
    assert value is not None
    assert uid is not None
    assert officer.post(at, data={"uid": uid[1], "q.sign": value[1], "q.why": "x"}).status_code == 303
    assert stored().answers == {"sign": value[1], "why": "x"}


def test_a_signature_in_a_table_and_in_a_repeat(client: Any, publish: Any) -> None:
    inside = [row("text", "name"), row("signature", "hand")]
    made = publish([row("repeat", "person", appearance="matrix", children=inside)])
    page = client.get(made.url).text
    assert 'name="sign:q.person.0.hand"' in page
    given = {"uid": str(uuid.uuid4()), "q.person": "", "q.person.0.name": "Бат", "sign:q.person.0.hand": NAME}
    assert client.post(made.url, data=given).status_code == 303
    (one,) = stored().answers["person"]
    assert one["name"] == "Бат"
    assert db.session.scalar(select(File.name).where(File.uid == one["hand"])) == f"{NAME}.png"
