"""What the engine says is spoken in the language of the reader, where it is shown."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from portal.forms.definition import check
from portal.forms.engine import evaluate
from portal.forms.messages import Own, Text, dump, restore
from tests.portal.forms.build import context, form, made, row


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("mn", ["Бүхэл тоо бичнэ үү, жишээ нь 12.", "Нэрээ бичнэ үү", "Энэ асуултад хариулна уу."]),
        ("en", ["Write a whole number, such as 12.", "Write your name", "Answer this question."]),
    ],
)
def test_errors_are_in_the_language_of_the_reader(app: Flask, locale: str, words: list[str]) -> None:
    compiled = made(
        row("integer", "a"),
        row("text", "b", required=True, required_message={"mn": "Нэрээ бичнэ үү", "en": "Write your name"}),
        row("text", "c", required=True),
    )
    errors = evaluate(compiled, {"a": "1.5"}, context()).errors

    with app.app_context(), force_locale(locale):
        assert [str(error.message) for error in errors] == words


def test_parts_of_a_sentence_are_in_the_same_language(app: Flask) -> None:
    (problem,) = check(form(row("text", "aimag"), row("text", "b", relevant="${aimak} = 1")))

    with app.app_context(), force_locale("mn"):
        assert str(problem.message) == "aimak нэртэй асуулт алга. aimag гэж бичих гэсэн үү?"


@pytest.mark.parametrize(
    "text", [Text("At most %(n)s %(what)s.", {"n": 3, "what": Text("rows")}), Own({"mn": "А", "en": "A"})]
)
def test_a_text_can_be_sent_and_spoken_elsewhere(text: Text | Own) -> None:
    assert restore(dump(text)) == text
