"""Text in Mongolian on a keyboard that lacks Ө and Ү: the page says its language and offers the letters."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.forms.models import Submission
from portal.forms.xlsform import read_xlsform, write_xlsform
from tests.portal.forms.books import xform
from tests.portal.forms.build import form, row


def test_the_input_says_its_language_and_has_buttons_for_the_letters(client: Any, publish: Any) -> None:
    made = publish(
        [
            row("text", "name", appearance="mongolian"),
            row("text", "story", appearance="multiline mongolian"),
            row("text", "plain"),
        ]
    )
    page = client.get(made.url).text
    assert re.search(r'<input[^>]*name="q.name"[^>]* lang="mn" inputmode="text" autocapitalize="sentences"', page)
    assert re.search(r'<textarea[^>]*name="q.story"[^>]* lang="mn"', page)
    assert not re.search(r'<input[^>]*name="q.plain"[^>]* lang=', page)
    assert re.findall(r'data-letter="(.)" data-into="([\w-]+)"', page) == [
        ("Ө", "q-name"),
        ("Ү", "q-name"),
        ("Ө", "q-story"),
        ("Ү", "q-story"),
    ]
    assert "Write the letter Ө" in page
    assert client.post(made.url, data={"uid": str(uuid.uuid4()), "q.name": "О\u0308лзий"}).status_code == 303
    assert db.session.scalars(select(Submission.answers)).one() == {"name": "Ӧлзий"}


def test_the_hint_travels_as_xlsform() -> None:
    content = write_xlsform(form(row("text", "name", appearance="multiline mongolian")))
    assert 'appearance="multiline mongolian"' in xform(content)
    read = read_xlsform(content, "test.xlsx").definition
    assert read is not None
    assert read["survey"][0]["appearance"] == "multiline mongolian"


def test_the_builder_offers_it(builder: Any) -> None:
    built = builder()
    built.add("text", "Name", name="name", appearance=["mongolian"])
    assert built.row("name")["appearance"] == "mongolian"
    assert "Written in Mongolian" in built.get(f"/edit/question?row={built.row('name')['id']}")
    assert 'data-letter="Ү"' in built.get("/preview")
