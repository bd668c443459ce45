from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from portal.text import Content
from portal.ui.forms import Form, faults, fields


class Plan(Form):
    title = fields.ContentField("Title", [fields.RequiredIn("mn")], max_length=20)
    about = fields.ContentField("About", [fields.RequiredInAny()], states=True, rows=3)
    place = fields.StringField("Place")
    starts_on = fields.DateField("First day")
    ends_on = fields.DateField("Last day", [fields.NotBefore("starts_on")])
    starts_at = fields.DateTimeField("Begins")
    opens = fields.TimeField("Opens")
    budget = fields.MoneyField("Budget")
    seats = fields.IntegerField("Seats", low=1, high=500)
    level = fields.SelectField("Level", choices={"local": "Local", "national": "National"}, blank="Choose…")
    way = fields.RadioField("Way", choices=[("hall", "In a hall"), ("online", "Online")])
    groups = fields.CheckboxesField("Groups", choices=[("women", "Women"), ("children", "Children")])
    record = fields.RecordField("Record", options=lambda: [(7, Content.of(en="Seven")), (9, "Nine")])
    records = fields.RecordsField("Records", options=lambda: [(7, "Seven"), (9, "Nine")])
    site = fields.URLField("Site")
    scan = fields.FileField("Scan", kinds={"pdf"}, max_bytes=100)
    version = fields.VersionField()


GOOD = {"title-mn": "Гарчиг", "about-en": "About it", "version": "3"}


@pytest.fixture(autouse=True)
def english(in_request):
    with in_request("/?lang=en"):
        yield


def made(obj=None, **sent):
    form = Plan(MultiDict(GOOD | sent), obj=obj, meta={"csrf": False})
    form.validate()
    return form


def wrong(form):
    return [fault.anchor for fault in faults(form)]


def test_a_bilingual_text_comes_from_an_input_per_language():
    form = made(**{"title-mn": " Гарчиг ", "title-en": "Title"})
    assert not wrong(form)
    assert form.title.data == Content({"mn": "Гарчиг", "en": "Title"}, {})


def test_a_missing_language_is_named_at_its_own_input():
    form = made(**{"title-mn": "", "title-en": "Title"})
    assert wrong(form) == ["title-mn"]
    assert faults(form)[0].label == "Title (Mongolian)"
    assert form.title.parts[1].text == "Title"


def test_a_text_in_any_language_is_enough_where_one_is_required():
    assert not wrong(made(**{"about-en": "", "about-mn": "Тухай"}))
    assert wrong(made(**{"about-en": ""})) == ["about-mn"]


def test_the_length_limit_counts_characters_of_each_language_and_says_by_how_many():
    form = made(**{"title-mn": "ө" * 23})
    assert wrong(form) == ["title-mn"]
    assert "3 characters over its limit of 20" in faults(form)[0].message
    assert not wrong(made(**{"title-mn": "ө" * 20}))


def test_a_changed_text_becomes_a_draft_and_an_unchanged_one_keeps_its_state():
    stored = SimpleNamespace(title=Content.of(mn="Гарчиг", en="Title", state={"mn": "official", "en": "official"}))
    form = made(stored, **{"title-mn": "Гарчиг", "title-en": "New title"})
    assert form.title.data.state("mn") == "official"
    assert form.title.data.state("en") == "draft"


def test_a_state_is_set_where_the_field_offers_it():
    form = made(**{"about-en": "It", "about-en-state": "checked", "about-mn": "", "about-mn-state": "official"})
    assert form.about.data == Content({"en": "It"}, {"en": "checked"})


def test_two_spellings_of_one_letter_become_one():
    form = made(place="И\u0306", **{"title-mn": "Е\u0308лк"})
    assert form.place.data == "Й"
    assert form.title.data.texts["mn"] == "Ёлк"


def test_characters_no_database_keeps_are_an_error_and_the_page_can_still_be_drawn():
    form = made(place="a\x00b", **{"title-mn": "x\ud800"})
    assert wrong(form) == ["title-mn", "place"]
    assert form.place() == '<input id="place" name="place" type="text" value="ab">'
    assert form.title.parts[0].text == "x"


@pytest.mark.parametrize("typed", ["2026-11-23", "2026.11.23", "2026.11.23.", "2026/11/23", " 2026.11.23 "])
def test_a_day_is_read_as_browsers_and_people_write_it(typed):
    assert made(starts_on=typed).starts_on.data == date(2026, 11, 23)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "2026.13.41", "23.11.2026", "soon", "2026-11.23", "1066-10-14", "9999-12-31"]
)
def test_a_day_that_cannot_be_is_refused_and_kept_in_the_page(typed):
    form = made(starts_on=typed)
    assert wrong(form) == ["starts_on"]
    assert typed in form.starts_on()


def test_the_last_day_is_not_before_the_first():
    assert wrong(made(starts_on="2026-11-23", ends_on="2026-11-22")) == ["ends_on"]
    assert not wrong(made(starts_on="2026-11-23", ends_on="2026-11-23"))


def test_a_moment_is_typed_in_ulaanbaatar_and_stored_in_utc():
    form = made(starts_at="2026-11-23T09:30")
    assert form.starts_at.data == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert 'value="2026-11-23T09:30"' in Plan(None, starts_at=form.starts_at.data).starts_at()


def test_a_time_of_day_is_on_the_24_hour_clock():
    assert made(opens="14:05").opens.data == time(14, 5)
    assert wrong(made(opens="25:00")) == ["opens"]


def test_numbers_have_limits_in_words():
    assert made(budget="1 234 567").budget.data == Decimal(1234567)
    assert wrong(made(budget="12,5")) == ["budget"]
    assert wrong(made(budget="-1")) == ["budget"]
    assert "not above 500" in faults(made(seats="501"))[0].message
    assert wrong(made(seats="1,5")) == ["seats"]
    assert wrong(made(seats="many")) == ["seats"]


def test_a_choice_that_is_not_offered_is_refused():
    assert made(level="local").level.data == "local"
    assert made(level="").level.data is None
    assert wrong(made(level="cosmic")) == ["level"]
    assert wrong(made(way="telepathy")) == ["way-0"]
    assert wrong(made(groups="men")) == ["groups-0"]


def test_several_boxes_give_a_list():
    sent = MultiDict(GOOD)
    sent.setlist("groups", ["women", "children"])
    form = Plan(sent, meta={"csrf": False})
    assert form.validate()
    assert form.groups.data == ["women", "children"]


def test_a_record_is_one_of_those_offered_and_no_other():
    assert made(record="7").record.data == 7
    for value in ("8", "x", "-1", "9" * 40):
        assert wrong(made(record=value)) == ["record"]
    assert made(records="9").records.data == [9]
    assert wrong(made(records="8")) == ["records-0"]


def test_an_address_of_the_web_is_http_only():
    assert not wrong(made(site="https://upr.mn/a?b"))
    for value in ("javascript:alert(1)", "data:text/html,x", "upr.mn", "http://", "https://a b"):
        assert wrong(made(site=value)) == ["site"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("plan.docx", b"x", "not one of these kinds"),
        ("plan", b"x", "not one of these kinds"),
        ("plan.pdf", b"", "is empty"),
        ("plan.pdf", b"x" * 101, "is bigger than"),
    ],
)
def test_a_file_is_looked_at_before_it_is_taken(name, content, message):
    form = Plan(MultiDict(GOOD | {"scan": FileStorage(io.BytesIO(content), name)}), meta={"csrf": False})
    form.validate()
    assert message in faults(form)[0].message


def test_the_content_check_of_a_file_speaks_for_itself_and_rewinds():
    def look(upload):
        upload.stream.read()
        if upload.filename == "bad.pdf":
            raise ValueError("It is locked by a password.")

    class Upload(Form):
        file = fields.FileField("File", kinds={"pdf"}, check=look)

    good = Upload(MultiDict({"file": FileStorage(io.BytesIO(b"abc"), "good.PDF")}), meta={"csrf": False})
    assert good.validate()
    assert good.file.data.read() == b"abc"
    bad = Upload(MultiDict({"file": FileStorage(io.BytesIO(b"abc"), "bad.pdf")}), meta={"csrf": False})
    assert not bad.validate()
    assert faults(bad)[0].message == "It is locked by a password."


def test_a_page_without_its_version_is_out_of_date():
    for value in ("", "x", "-1", "9" * 12):
        assert "out of date" in faults(made(version=value))[0].message
    assert made(version="12").version.data == 12


def test_choices_may_be_given_later_and_in_groups():
    class Late(Form):
        level = fields.SelectField("Level", choices=[])

    form = Late(None, meta={"csrf": False})
    form.level.choices = {"Asia": {"mn": "Mongolia"}, "Europe": {"si": "Slovenia"}}
    assert '<optgroup label="Asia"><option value="mn">Mongolia</option></optgroup>' in form.level()


def test_messages_come_in_the_language_of_the_page(in_request):
    with in_request("/?lang=mn"):
        assert "тоо" in faults(made(seats="x"))[0].message.lower() or faults(made(seats="x"))[0].message
        assert faults(made(**{"title-mn": ""}))


def test_the_language_switch_checks_nothing_and_keeps_what_was_typed(in_request):
    with in_request("/", method="POST", data={"title-en": "Half a", "seats": "many", "_lang": "mn"}):
        form = Plan(meta={"csrf": False})
        assert form.language_switched
        assert form.validate_on_submit() is False
        assert not form.errors
        assert form.title.parts[1].text == "Half a"
        assert 'value="many"' in form.seats()


def test_a_form_that_was_sent_is_checked(in_request):
    with in_request("/", method="POST", data=GOOD):
        form = Plan(meta={"csrf": False})
        assert not form.language_switched
        assert form.validate_on_submit() is True
