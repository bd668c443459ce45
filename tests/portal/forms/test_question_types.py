"""What each type of question takes, what it makes of it, and what it says when it cannot read an answer."""

from __future__ import annotations

from typing import Any

import pytest

from portal.forms import fields
from portal.forms.fields import QuestionType, Refused
from portal.forms.messages import Own, Text, _l, pick

READ = [
    ("text", {}, "  Бат  ", "Бат"),
    ("text", {}, "и\u0306", "й"),
    ("text", {}, 12, "12"),
    ("text", {}, "a\r\nb", "a b"),
    ("text", {"appearance": "multiline"}, "a\r\nb", "a\nb"),
    ("text", {"parameters": {"max_length": 3}}, "🙂🙂🙂", "🙂🙂🙂"),
    ("integer", {}, "12", 12),
    ("integer", {}, " 1 234 ", 1234),
    ("integer", {}, "1,234,567", 1234567),
    ("integer", {}, "-5", -5),
    ("integer", {}, "\u22125", -5),
    ("integer", {}, 7, 7),
    ("integer", {}, 7.0, 7),
    ("integer", {}, "12.0", 12),
    ("integer", {}, "9007199254740991", 9007199254740991),
    ("decimal", {}, "12.5", 12.5),
    ("decimal", {}, "1 234,5", 1234.5),
    ("decimal", {}, "1,234.5", 1234.5),
    ("decimal", {}, "1.234,5", 1234.5),
    ("decimal", {}, "1,234", 1234),
    ("decimal", {}, "0,5", 0.5),
    ("decimal", {}, "3.0", 3),
    ("money", {}, "1 250 000 ₮", 1250000),
    ("money", {}, "99.995", 100.0),
    ("money", {}, "500 төг.", 500),
    ("date", {}, "2026-10-01", "2026-10-01"),
    ("date", {}, "2026.10.1", "2026-10-01"),
    ("date", {}, "2024/02/29", "2024-02-29"),
    ("time", {}, "9:05", "09:05"),
    ("time", {}, "14:05:00", "14:05"),
    ("time", {}, "14:05:30.000+08:00", "14:05:30"),
    ("dateTime", {}, "2026-10-01T14:05", "2026-10-01T14:05"),
    ("dateTime", {}, "2026.10.01 9:05", "2026-10-01T09:05"),
    ("dateTime", {}, "2026-10-01T14:05:00.000+08:00", "2026-10-01T14:05+08:00"),
    ("select_one", {}, "red", "red"),
    ("select_multiple", {}, ["a", "b", "a", ""], ["a", "b"]),
    ("select_multiple", {}, "a b", ["a", "b"]),
    ("range", {"parameters": {"start": "0", "end": "10", "step": "2"}}, "4", 4),
    ("range", {"parameters": {"start": "0", "end": "1", "step": "0.1"}}, "0.3", 0.3),
    ("email", {}, " bat@example.mn ", "bat@example.mn"),
    ("phone", {}, "9911 2233", "99112233"),
    ("phone", {}, "+976 9911-2233", "99112233"),
    ("phone", {}, "(11) 26-33-61", "11263361"),
    ("phone", {}, "0041 22 917 9220", "+41229179220"),
    ("register_number", {}, "уб 90010112", "УБ90010112"),
    ("register_number", {}, "ӨҮ05301599", "ӨҮ05301599"),
    ("register_number", {}, "ӨҮ05311599", "ӨҮ05311599"),
    ("file", {}, "3f2a-91", "3f2a-91"),
    ("image", {}, "abc_1", "abc_1"),
    ("acknowledge", {}, "on", "OK"),
    ("acknowledge", {}, True, "OK"),
    ("unit", {}, "MN-043", "MN-043"),
    ("organisation", {}, "12", "12"),
    ("record", {}, 12, "12"),
    ("calculate", {}, 2.5, 2.5),
    ("hidden", {}, "x", "x"),
]


@pytest.mark.parametrize(("kind", "row", "raw", "value"), READ)
def test_what_people_write_is_read(kind: str, row: dict[str, Any], raw: Any, value: Any) -> None:
    read = fields.get(kind).parser(row)(raw)

    assert read == value
    assert type(read) is type(value)


REFUSED = [
    ("text", {"parameters": {"max_length": 3}}, "дөрөв", "too_long"),
    ("text", {}, "a\0b", "unreadable"),
    ("text", {}, "\ud800", "unreadable"),
    ("text", {}, {"a": 1}, "text"),
    ("text", {}, True, "text"),
    ("integer", {}, "12.5", "integer"),
    ("integer", {}, "abc", "number"),
    ("integer", {}, "1e5", "number"),
    ("integer", {}, "50%", "number"),
    ("integer", {}, "٣", "number"),
    ("integer", {}, True, "number"),
    ("integer", {}, [], "number"),
    ("integer", {}, "9007199254740993", "number_size"),
    ("integer", {}, 10**400, "number_size"),
    ("decimal", {}, "1,2,3", "number"),
    ("decimal", {}, float("nan"), "number"),
    ("decimal", {}, float("inf"), "number"),
    ("decimal", {}, "9" * 400, "number_size"),
    ("decimal", {}, "9" * 401, "number"),
    ("money", {}, "₮", "number"),
    ("money", {}, "90071992547409910", "number_size"),
    ("date", {}, "2026-02-30", "date_missing"),
    ("date", {}, "10/01/2026", "date"),
    ("date", {}, "1026-10-01", "date_range"),
    ("date", {}, 20261001, "date"),
    ("time", {}, "25:00", "time"),
    ("time", {}, "noon", "time"),
    ("dateTime", {}, "2026-10-01", "datetime"),
    ("dateTime", {}, "2026-10-01T24:01", "time"),
    ("select_multiple", {}, 5, "choices"),
    ("select_multiple", {}, [["a"]], "text"),
    ("range", {"parameters": {"start": 0, "end": 10, "step": 2}}, "5", "range"),
    ("range", {}, "11", "range"),
    ("email", {}, "bat", "email"),
    ("email", {}, "bat@example", "email"),
    ("email", {}, "a b@example.mn", "email"),
    ("email", {}, "bat@exa..mn", "email"),
    ("phone", {}, "12", "phone"),
    ("phone", {}, "9911223a", "phone"),
    ("register_number", {}, "YB90010112", "register_number"),
    ("register_number", {}, "УБ9001011", "register_number"),
    ("register_number", {}, "УБ90130112", "register_number_date"),
    ("register_number", {}, "УБ90023012", "register_number_date"),
    ("register_number", {}, "УБ05330112", "register_number_date"),
    ("file", {}, "../../etc/passwd", "file"),
    ("acknowledge", {}, "no", "acknowledge"),
    ("calculate", {}, [1], "text"),
    ("hologram", {}, {"a": 1}, "unknown_type"),
]


@pytest.mark.parametrize(("kind", "row", "raw", "code"), REFUSED)
def test_what_cannot_be_read_is_refused_with_a_code_and_words(
    kind: str, row: dict[str, Any], raw: Any, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        fields.get(kind).parser(row)(raw)

    assert caught.value.code == code
    assert str(caught.value.message)
    assert "%(" not in str(caught.value.message)


def test_a_register_number_carries_the_century_in_its_month() -> None:
    from portal.forms.fields.text import register_birthday

    assert str(register_birthday("УБ90010112")) == "1990-01-01"
    assert str(register_birthday("УБ05311599")) == "2005-11-15"
    assert register_birthday("УБ05331599") is None


SHOWN = [
    ("integer", 1234567, "1,234,567"),
    ("decimal", 1234.5, "1,234.5"),
    ("decimal", 3.0, "3"),
    ("money", 1234567, "1,234,567 ₮"),
    ("date", "2026-10-01", "2026.10.01"),
    ("dateTime", "2026-10-01T14:05+08:00", "2026.10.01 14:05"),
    ("time", "14:05", "14:05"),
    ("select_one", "red", "Улаан"),
    ("select_multiple", ["red", "green"], "Улаан, green"),
    ("phone", "99112233", "9911 2233"),
    ("phone", "+41229179220", "+41229179220"),
    ("acknowledge", "OK", "Confirmed"),
    ("unit", "red", "Улаан"),
    ("hologram", ["a", "b"], "a, b"),
    ("integer", "what an older version kept", "what an older version kept"),
    ("select_multiple", "red", "red"),
]


@pytest.mark.parametrize(("kind", "value", "text"), SHOWN)
def test_answers_are_shown_as_people_read_them(kind: str, value: Any, text: str) -> None:
    assert fields.get(kind).format(value, "mn", lambda name: {"red": "Улаан"}.get(name, name)) == text


def test_several_choices_fill_a_column_of_names_and_one_for_each_choice() -> None:
    field = fields.get("select_multiple")

    assert [part.suffix for part in field.columns({}, ["a", "b"])] == ["", "/a", "/b"]
    assert field.cells(["b"], {}, ["a", "b"]) == ["b", 0, 1]
    assert field.cells(None, {}, ["a", "b"]) == [None, None, None]


def test_every_type_has_a_title_and_says_how_it_travels() -> None:
    for name, field in fields.known().items():
        assert field.name == name
        assert str(field.title)
        assert field.xls


def test_a_module_adds_a_type_and_cannot_take_a_name_that_is_taken() -> None:
    class Colour(QuestionType):
        name = "colour"
        title = _l("Colour")

    fields.register(Colour())
    try:
        assert fields.get("colour").parser({})(" red ") == "red"
        with pytest.raises(ValueError, match="twice"):
            fields.register(Colour())
    finally:
        fields._registry.types.pop("colour")


def test_a_type_that_is_not_there_is_shown_and_not_asked() -> None:
    field = fields.get("hologram")

    assert not field.fills
    assert field.parser({})(["a", "b"]) == ["a", "b"]


def test_texts_speak_when_they_are_shown() -> None:
    text = Text("At most %(limit)s of %(what)s.", {"limit": 3, "what": Own({"mn": "мөр", "en": "rows"})})

    assert str(text) == "At most 3 of rows."
    assert pick({"mn": "", "en": "rows"}, "mn") == "rows"
    assert pick(None, "mn", "–") == "–"
