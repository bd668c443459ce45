"""Texts, dates, numbers and sorting in Mongolian and English."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, render_template_string, request
from pyuca import Collator
from wtforms import Form, IntegerField, StringField
from wtforms.validators import DataRequired, Length

from portal import i18n
from portal.i18n import sorting

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def write_po(folder: Path, body: str) -> Path:
    path = folder / "mn" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO + body, "utf-8")
    return folder


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = Flask("example", instance_path=str(tmp_path / "instance"))
    plugin = write_po(
        tmp_path / "plugin",
        'msgid "Meadow"\nmsgstr "Нуга"\n\n'
        'msgid "Sky <b>"\nmsgstr "Тэнгэр <b>"\n\n'
        'msgid "100%% of %(what)s"\nmsgstr "%(what)s 100%%"\n\n'
        'msgid "%(num)s horse"\nmsgid_plural "%(num)s horses"\nmsgstr[0] "%(num)s морь"\nmsgstr[1] "%(num)s морь"\n\n'
        'msgctxt "coin"\nmsgid "Head"\nmsgstr "Сүлд"\n',
    )
    app.extensions["wishes"] = {"user": None}
    i18n.init_babel(app, [plugin], user_locale=lambda: app.extensions["wishes"]["user"])

    @app.route("/", methods=["GET", "POST"])
    def index() -> str:
        return f"<p>{i18n.current_locale()}</p>"

    @app.get("/data")
    def data() -> Response:
        return Response("{}", mimetype="application/json")

    return app


@pytest.fixture
def mongolian(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


# Dates


def test_a_short_date_is_numbers_in_mongolian_and_words_in_english() -> None:
    assert i18n.format_date(date(2026, 11, 3)) == "2026.11.03"
    assert i18n.format_date(date(2026, 11, 3), locale="en") == "3 Nov 2026"


def test_a_medium_date_is_written_as_it_is_spoken() -> None:
    assert i18n.format_date(date(2026, 11, 23), "medium") == "2026 оны 11-р сарын 23"
    assert i18n.format_date(date(2026, 11, 23), "medium", "en") == "23 November 2026"


MONTH_ENDINGS = {
    1: "дүгээр",
    2: "дугаар",
    3: "дугаар",
    4: "дүгээр",
    5: "дугаар",
    6: "дугаар",
    7: "дугаар",
    8: "дугаар",
    9: "дүгээр",
    10: "дугаар",
    11: "дүгээр",
    12: "дугаар",
}


@pytest.mark.parametrize(("month", "ending"), list(MONTH_ENDINGS.items()))
def test_the_official_date_takes_the_ending_of_its_month(month: int, ending: str) -> None:
    assert i18n.month_suffix(month) == ending
    assert i18n.format_date(date(2026, month, 5), "official") == f"2026 оны {month:02} {ending} сарын 05"


SPOKEN_DAYS = (
    *("нэг", "хоёр", "гурав", "дөрөв", "тав", "зургаа", "долоо", "найм", "ес", "арав"),
    *("нэг", "хоёр", "гурав", "дөрөв", "тав", "зургаа", "долоо", "найм", "ес", "хорь"),
    *("нэг", "хоёр", "гурав", "дөрөв", "тав", "зургаа", "долоо", "найм", "ес", "гуч", "нэг"),
)


@pytest.mark.parametrize(("day", "spoken"), list(enumerate(SPOKEN_DAYS, 1)))
def test_the_ending_of_a_day_follows_the_vowels_of_its_last_word(day: int, spoken: str) -> None:
    front = set(spoken) & set("эөүе") and not set(spoken) & set("аоуё")
    assert i18n.day_ending(day) == ("ний" if front else "ны")


def test_the_official_day_names_the_day_in_a_sentence() -> None:
    assert i18n.format_date(date(2026, 11, 23), "official_day") == "2026 оны 11 дүгээр сарын 23-ны өдөр"
    assert i18n.format_date(date(2020, 5, 4), "official_day") == "2020 оны 05 дугаар сарын 04-ний өдөр"
    assert i18n.format_date(date(2026, 11, 23), "official_day", "en") == "23 November 2026"


@pytest.mark.parametrize("day", [0, 32])
def test_there_is_no_such_day(day: int) -> None:
    with pytest.raises(ValueError, match="no day"):
        i18n.day_ending(day)


def test_no_date_is_an_empty_text() -> None:
    assert i18n.format_date(None) == i18n.format_datetime(None) == i18n.format_time(None) == ""
    assert i18n.format_number(None) == i18n.format_percent(None) == i18n.format_money(None) == ""


def test_a_range_has_both_ends_or_one_day() -> None:
    start, end = date(2026, 11, 2), date(2026, 11, 23)
    assert i18n.format_date_range(start, end) == "2026.11.02 – 2026.11.23"
    assert i18n.format_date_range(start, start) == "2026.11.02"
    assert i18n.format_date_range(start, None) == "2026.11.02 –"
    assert i18n.format_date_range(None, end) == "– 2026.11.23"
    assert i18n.format_date_range(start, end, "en") == "2 Nov 2026 – 23 Nov 2026"


def test_a_moment_is_shown_in_the_portals_zone_on_the_24_hour_clock() -> None:
    moment = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    assert i18n.format_datetime(moment) == "2026.11.23 02:05"
    assert i18n.format_datetime(moment, locale="en") == "23 Nov 2026 02:05"
    assert i18n.format_date(moment) == "2026.11.23"
    assert i18n.format_time(moment) == "02:05"
    assert i18n.format_time(time(14, 5)) == "14:05"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        i18n.format_datetime(datetime(2026, 11, 22, 18, 5))  # noqa: DTZ001


def test_quarters_have_roman_numbers_in_mongolian() -> None:
    assert i18n.format_quarter(2026, 4) == "2026 оны IV улирал"
    assert i18n.format_quarter(2026, 1, "en") == "Q1 2026"
    with pytest.raises(ValueError, match="quarter"):
        i18n.format_quarter(2026, 5)


# Numbers


def test_numbers_have_their_thousands_apart() -> None:
    assert i18n.format_number(1234567) == "1,234,567"
    assert i18n.format_number(Decimal("1234.5678")) == "1,234.568"
    assert i18n.format_percent(0.345) == "34.5%"
    assert i18n.format_percent(1) == "100%"


def test_money_has_its_sign_after_the_amount_in_mongolian() -> None:
    assert i18n.format_money(1234567) == "1,234,567\u00a0₮"
    assert i18n.format_money(1234567, "en") == "MNT\u00a01,234,567"


# Sorting


def test_words_sort_by_the_mongolian_alphabet() -> None:
    words = ["Ялалт", "Үндэс", "Улаан", "Өвөр", "Орхон", "Ёс", "Елбэг", "Жаргалан", "Архангай", "Еэвэн"]
    expected = ["Архангай", "Елбэг", "Еэвэн", "Ёс", "Жаргалан", "Орхон", "Өвөр", "Улаан", "Үндэс", "Ялалт"]
    assert sorted(words, key=i18n.sort_key) == expected


def test_numbers_sort_by_value_and_latin_stands_before_cyrillic() -> None:
    assert sorted(["Баг 10", "Баг 9", "а", "Abc", "2 дугаар", "007"], key=i18n.sort_key) == [
        "2 дугаар",
        "007",
        "Abc",
        "а",
        "Баг 9",
        "Баг 10",
    ]


def test_case_accents_and_punctuation_do_not_count() -> None:
    assert i18n.sort_key("«Хөвсгөл»") == i18n.sort_key("хөвсгөл")
    assert i18n.sort_key("Café") == i18n.sort_key("CAFE")


def test_kazakh_letters_follow_their_neighbours() -> None:
    words = ["Лаг", "Қара", "Ялалт", "Кяхта"]
    assert sorted(words, key=i18n.sort_key) == ["Кяхта", "Қара", "Лаг", "Ялалт"]


def test_a_word_stands_before_the_words_it_begins() -> None:
    assert i18n.sort_key("Дар") < i18n.sort_key("Дар эх") < i18n.sort_key("Дархан")


def test_the_order_is_that_of_the_unicode_collation_except_for_yo() -> None:
    """pyuca and ICU take Ё for an accented Е, so words with it are left out."""
    collator = Collator()
    letters = [letter for letter in sorting.ALPHABET if letter != "ё"]
    chance = random.Random(2026)
    words = ["".join(chance.choices(letters, k=chance.randint(1, 9))) for _ in range(2000)]
    assert sorted(set(words), key=i18n.sort_key) == sorted(set(words), key=collator.sort_key)


def test_every_letter_has_its_own_place() -> None:
    keys = [i18n.sort_key(letter) for letter in sorting.ALPHABET]
    assert all(before < after for before, after in pairwise(keys))


def test_the_key_sorts_alike_under_every_collation() -> None:
    """Only digits and small Latin letters: databases agree about those."""
    key = i18n.sort_key("Монгол Улс, 3-р бүлэг — ½ 漢字 Ќ 🙂")
    assert key.isascii()
    assert key.isalnum()
    assert key == key.lower()


# Locale


def page_locale(app: Flask, path: str = "/", **options: Any) -> str:
    client = app.test_client()
    if cookie := options.pop("cookie", None):
        client.set_cookie("portal_lang", cookie)
    return client.open(path, **options).text.removeprefix("<p>").removesuffix("</p>")


def test_the_first_visit_is_mongolian(app: Flask) -> None:
    assert page_locale(app) == "mn"
    assert page_locale(app, headers={"Accept-Language": "fr"}) == "mn"


def test_the_language_is_chosen_by_form_then_address_then_cookie_then_account_then_browser(app: Flask) -> None:
    browser = {"headers": {"Accept-Language": "en"}}
    assert page_locale(app, **browser) == "en"
    app.extensions["wishes"]["user"] = "mn"
    assert page_locale(app, **browser) == "mn"
    assert page_locale(app, cookie="en") == "en"
    assert page_locale(app, cookie="en", method="POST", data={"_lang": "mn"}) == "mn"
    assert page_locale(app, "/?lang=en", cookie="mn") == "en"
    assert page_locale(app, "/?lang=en", cookie="mn", method="POST", data={"_lang": "xx"}) == "en"
    assert page_locale(app, "/?lang=en", method="POST", data={"_lang": "mn"}) == "mn"


@pytest.mark.parametrize("wish", ["de", "", "../../etc", "mn;en"])
def test_an_unknown_language_is_not_obeyed(app: Flask, wish: str) -> None:
    assert page_locale(app, f"/?lang={wish}", cookie="xx") == "mn"


def test_the_language_asked_for_is_kept(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/?lang=en")
    assert answer.headers["Content-Language"] == "en"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("portal_lang=en;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/").text == "<p>en</p>"
    assert "Set-Cookie" not in client.get("/").headers


def test_caches_learn_what_a_page_depends_on(app: Flask) -> None:
    assert set(app.test_client().get("/").vary) == {"Accept-Language", "Cookie"}
    assert "Content-Language" not in app.test_client().get("/data").headers


def test_a_refused_body_is_reported_in_the_language_known_so_far(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    answer = app.test_client().post("/", data={"_lang": "en", "text": "x" * 100})
    assert answer.text == "<p>mn</p>"


def test_outside_a_request_the_default_is_used_unless_another_is_forced(app: Flask) -> None:
    assert i18n.current_locale() == "mn"
    with app.app_context():
        assert i18n.current_locale() == "mn"
        with i18n.force_locale("en"):
            assert i18n.current_locale() == "en"
            assert i18n.format_date(date(2026, 11, 23)) == "23 Nov 2026"
        assert i18n.current_locale() == "mn"


def test_an_application_without_texts_is_mongolian_and_untranslated() -> None:
    with Flask("bare").app_context():
        assert i18n.current_locale() == "mn"
        assert i18n._("Meadow") == "Meadow"


def test_forcing_a_language_needs_an_application() -> None:
    with pytest.raises(RuntimeError, match="application context"), i18n.force_locale("en"):
        pass


def test_an_unknown_default_language_is_refused_at_the_start(tmp_path: Path) -> None:
    app = Flask("example", instance_path=str(tmp_path))
    app.config["DEFAULT_LOCALE"] = "de"
    with pytest.raises(ValueError, match="DEFAULT_LOCALE"):
        i18n.init_babel(app)


# Texts


@pytest.mark.usefixtures("mongolian")
def test_texts_come_in_the_readers_language() -> None:
    assert i18n._("Meadow") == "Нуга"
    assert i18n._("100%% of %(what)s", what="адуу") == "адуу 100%"
    assert i18n.ngettext("%(num)s horse", "%(num)s horses", 1) == "1 морь"
    assert i18n.ngettext("%(num)s horse", "%(num)s horses", 3) == "3 морь"
    assert i18n.pgettext("coin", "Head") == "Сүлд"
    assert i18n._("Head") == "Head"
    with i18n.force_locale("en"):
        assert i18n._("Meadow") == "Meadow"
        assert i18n.ngettext("%(num)s horse", "%(num)s horses", 3) == "3 horses"


def test_a_text_without_an_application_stays_english() -> None:
    assert i18n._("Meadow") == "Meadow"


def test_a_lazy_text_is_looked_up_when_it_is_shown(app: Flask) -> None:
    title = i18n._l("Meadow")
    horses = i18n.lazy_ngettext("%(num)s horse", "%(num)s horses", 2)
    coin = i18n.lazy_pgettext("coin", "Head")
    assert str(title) == "Meadow"
    with app.app_context():
        assert (str(title), str(horses), str(coin)) == ("Нуга", "2 морь", "Сүлд")
        assert (title + "!", "!" + title, f"{title:>5}", title.upper(), len(title)) == (
            "Нуга!",
            "!Нуга",
            " Нуга",
            "НУГА",
            4,
        )
        assert title == "Нуга"
        assert hash(title) == hash(i18n._l("Meadow"))
        assert (title[0], list(title)[1], "уг" in title, title < "Өвс") == ("Н", "у", True, True)
        assert i18n._l("100%% of %(what)s") % {"what": "адуу"} == "адуу 100%"
        assert repr(title) == "LazyString('Meadow')"
        assert not hasattr(title, "__html__")


def test_a_lazy_text_is_escaped_like_any_other(app: Flask) -> None:
    with app.app_context():
        assert render_template_string("{{ title }}", title=i18n._l("Sky <b>")) == "Тэнгэр &lt;b&gt;"


@pytest.mark.usefixtures("mongolian")
def test_templates_fill_texts_with_escaped_values() -> None:
    page = "{{ _('100%% of %(what)s', what='<i>') }} {% trans num=2 %}{{ num }} horse{% pluralize %}{{ num }} horses"
    assert render_template_string(page + "{% endtrans %}") == "&lt;i&gt; 100% 2 морь"
    assert render_template_string("{{ pgettext('coin', 'Head') }}") == "Сүлд"
    assert render_template_string("{{ ngettext('%(num)s horse', '%(num)s horses', 1) }}") == "1 морь"
    assert render_template_string("{% trans %}50%{% endtrans %}") == "50%"
    assert render_template_string("{{ npgettext('c', '%(num)s dog', '%(num)s dogs', 3) }}") == "3 dogs"


@pytest.mark.usefixtures("mongolian")
def test_plain_text_templates_are_not_escaped(app: Flask) -> None:
    app.jinja_env.autoescape = False
    text = app.jinja_env.from_string("{{ _('Sky <b>') }} {{ _('100%% of %(what)s', what='<i>') }}")
    assert text.render() == "Тэнгэр <b> <i> 100%"


def test_the_operator_may_change_every_text_and_a_module_only_its_own(tmp_path: Path, app: Flask) -> None:
    core = i18n.setup.CORE_TRANSLATIONS
    assert app.config["BABEL_TRANSLATION_DIRECTORIES"].split(";") == [
        str(tmp_path / "plugin"),
        str(core),
        str(tmp_path / "instance" / "translations"),
    ]
    write_po(tmp_path / "instance" / "translations", 'msgid "Meadow"\nmsgstr "Тал"\n')
    other = Flask("other", instance_path=app.instance_path)
    i18n.init_babel(other, [tmp_path / "plugin"])
    with other.app_context():
        assert i18n._("Meadow") == "Тал"


def test_two_applications_keep_their_texts_apart(tmp_path: Path, app: Flask) -> None:
    other = Flask("other", instance_path=str(tmp_path / "elsewhere"))
    i18n.init_babel(other, [write_po(tmp_path / "else", 'msgid "Meadow"\nmsgstr "Тал"\n')])
    for each, text in ((app, "Нуга"), (other, "Тал"), (app, "Нуга")):
        with each.app_context():
            assert i18n._("Meadow") == text


def test_a_damaged_catalogue_does_not_keep_the_portal_from_starting(tmp_path: Path) -> None:
    write_po(tmp_path / "translations", "msgid nothing\n\x00")
    i18n.init_babel(Flask("example", instance_path=str(tmp_path)))


class Registration(Form):
    class Meta:
        def get_translations(self, form: Form) -> Any:
            return i18n.wtforms_translations()

    name = StringField(validators=[DataRequired(), Length(min=3)])
    age = IntegerField()


def test_wtforms_speaks_mongolian(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"name": "", "age": "x"}):
        form = Registration(request.form)
        assert not form.validate()
        assert form.errors == {"name": ["Энэ талбарыг заавал бөглөнө үү."], "age": ["Бүхэл тоо оруулна уу."]}
    with app.test_request_context("/", method="POST", data={"name": "Ү", "age": "1"}):
        form = Registration(request.form)
        form.validate()
        assert form.errors == {"name": ["Доод тал нь 3 тэмдэгт байх ёстой."]}
    with app.test_request_context("/?lang=en", method="POST", data={"name": "", "age": "1"}):
        form = Registration(request.form)
        form.validate()
        assert form.errors == {"name": ["This field is required."]}


def test_importing_the_module_does_not_load_babel() -> None:
    code = "import sys, portal.i18n; sys.exit(any(name.partition('.')[0].endswith('babel') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
