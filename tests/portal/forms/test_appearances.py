"""How choices are drawn: a drop-down, buttons, columns, a scale in a row, pictures."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal import records
from portal.db import db, transaction
from portal.forms.definition.media import picture_of, pictures_named
from portal.forms.models import Submission
from portal.forms.xlsform import read_xlsform, write_xlsform
from tests.portal.forms.books import form as book
from tests.portal.forms.books import workbook, xform
from tests.portal.forms.build import form, row

PETS = [
    {"name": "cat", "label": {"mn": "Муур", "en": "Cat"}, "image": "cat.png"},
    {"name": "dog", "label": {"mn": "Нохой", "en": "Dog"}, "image": "dog.png"},
    {"name": "none", "label": {"mn": "Байхгүй", "en": "None"}},
]
MANY = [{"name": f"c{n}", "label": {"mn": f"Нэр {n}", "en": f"Name {n}"}} for n in range(14)]


def drawn(client: Any, publish: Any, **cells: Any) -> str:
    page: str = client.get(
        publish([row("select_one", "one", **{"list": "light", **cells})], choices={"many": MANY}).url
    ).text
    return page


@pytest.mark.parametrize(
    ("appearance", "listed", "shape"),
    [
        ("", "light", '<div class="checks">'),
        ("minimal", "light", '<select class="form-select" id="q-one"'),
        ("likert", "light", '<div class="fill-scale fill-likert">'),
        ("columns-pack", "light", '<div class="checks fill-buttons">'),
        ("columns", "light", '<div class="checks fill-columns">'),
        ("horizontal", "light", '<div class="checks fill-side">'),
        ("", "many", '<select class="form-select" id="q-one"'),
        ("columns-pack", "many", '<div class="checks fill-buttons">'),
        ("w4 no-such-word", "light", '<div class="checks">'),
    ],
)
def test_choices_are_drawn_as_the_author_wants(
    client: Any, publish: Any, appearance: str, listed: str, shape: str
) -> None:
    assert shape in drawn(client, publish, appearance=appearance, list=listed)


def test_buttons_and_scales_are_answered_without_scripts(client: Any, publish: Any) -> None:
    made = publish(
        [
            row("select_one", "one", list="light", appearance="columns-pack", required=True),
            row("select_multiple", "more", list="light", appearance="columns-pack"),
            row("select_one", "scale", list="light", appearance="likert"),
        ]
    )
    wrong = client.post(made.url, data={"uid": str(uuid.uuid4()), "_lang": "en", "q.one": "blue"})
    assert '<a href="#q-one-0">one (en): Choose from the list.</a>' in wrong.text
    given = {"uid": str(uuid.uuid4()), "q.one": "red", "q.more": ["", "green", "red"], "q.scale": "amber"}
    assert client.post(made.url, data=given).status_code == 303
    stored = db.session.scalars(select(Submission)).one()
    assert stored.answers == {"one": "red", "more": ["green", "red"], "scale": "amber"}


def attach(made: Any, *names: str) -> None:
    for name in names:
        out = io.BytesIO()
        Image.new("RGB", (40, 30), "red").save(out, "png")
        out.seek(0)
        with transaction():
            records.attach(made.owner, made.record, FileStorage(out, name))


def test_choices_have_pictures_that_hang_on_the_form(client: Any, publish: Any) -> None:
    made = publish([row("select_one", "pet", list="pets")], choices={"pets": PETS})
    attach(made, "cat.png", "secret.png")
    page = client.get(made.url).text
    assert '<div class="checks fill-pictures">' in page
    at = f"{made.url}/pictures/cat.png"
    assert re.search(rf'<label for="q-pet-0"><img src="{at}" alt="" loading="lazy"><span>Cat</span></label>', page)
    assert "dog.png" not in page
    assert '<label for="q-pet-1">Dog</label>' in page
    with client.get(at, buffered=True) as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "image/png"
    for other in ("secret.png", "dog.png", "none.png"):
        assert client.get(f"{made.url}/pictures/{other}").status_code == 404
    assert client.get("/forms/f/nothing/pictures/cat.png").status_code == 404


def test_pictures_alone_keep_their_words_for_those_who_listen(client: Any, publish: Any) -> None:
    made = publish([row("select_multiple", "pets", list="pets", appearance="no-buttons")], choices={"pets": PETS})
    attach(made, "cat.png")
    page = client.get(made.url).text
    assert '<span class="visually-hidden">Cat</span>' in page
    assert '<label for="q-pets-1">Dog</label>' in page


def test_a_picture_may_differ_by_language() -> None:
    choice = {
        "name": "a",
        "media::image::English (en)": "en.png",
        "media::image::Монгол (mn)": "mn.png",
        "media::audio": "a.mp3",
    }
    assert (picture_of(choice, "en"), picture_of(choice, "mn"), picture_of(choice, "ru")) == (
        "en.png",
        "mn.png",
        "en.png",
    )
    assert picture_of({"name": "a", "image": " x.png "}, "mn") == "x.png"
    assert picture_of({"name": "a", "image": 5, "big-image": "y.png"}, "mn") == ""
    assert pictures_named(form(row("text", "t"), choices={"l": [choice]}), ("mn", "en")) == {"en.png", "mn.png"}


def test_appearances_and_pictures_travel_as_xlsform() -> None:
    sheets = book(
        """
type | name | label | appearance
select_one pets | a | A | likert
select_one pets | b | B | minimal
select_multiple pets | c | C | columns-3 no-buttons
select_one pets | d | D | columns-pack
""",
        "list_name | name | label | media::image\npets | cat | Cat | cat.png\npets | dog | Dog | dog.png",
    )
    content = workbook(sheets)
    read = read_xlsform(content, "f.xlsx").definition
    assert read is not None
    assert [each["appearance"] for each in read["survey"]] == [
        "likert",
        "minimal",
        "columns-3 no-buttons",
        "columns-pack",
    ]
    assert picture_of(read["choices"]["pets"][0], "mn") == "cat.png"
    assert xform(write_xlsform(read)) == xform(content)
    assert 'form="image">jr://images/cat.png' in xform(content)


def test_the_builder_sets_appearance_and_picture(builder: Any) -> None:
    built = builder()
    lines = "cat | Муур | Cat | image=cat.png\ndog | Нохой | Dog"
    built.add("select_one", "Pet?", name="pet", choices=lines, appearance=["columns-pack"])
    assert built.row("pet")["appearance"] == "columns-pack"
    assert built.definition["choices"]["pet"][0]["image"] == "cat.png"
    page = built.get(f"/edit/question?row={built.row('pet')['id']}")
    for words in ("Buttons", "In columns", "Drop-down list", "Scale from left to right", "image=house.png"):
        assert words in page
    assert "fill-pictures" in built.get("/preview")
    built.add("yes_no", "Is it yours?", name="own")
    assert built.row("own")["appearance"] == "columns-pack"


def test_a_picture_is_attached_on_the_page_of_the_form(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish([row("select_one", "pet", list="pets")], choices={"pets": PETS})
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "png")
    out.seek(0)
    office = sign_in(made.owner)
    assert f"/records/{made.id}/attach" in office.get(f"/forms/{made.id}").text
    answer = office.post(
        f"/records/{made.id}/attach", data={"file": (out, "cat.png")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    assert f"{made.url}/pictures/cat.png" in client.get(made.url).text
