# ruff: noqa: E501 (the forms below are tables)
"""Import → export gives the same form, by the output of pyxform, the reference implementation of XLSForm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.forms.definition import check, compile, empty, walk
from portal.forms.shipped import NAMES, shipped
from portal.forms.xlsform import read_xlsform, write_xlsform
from tests.portal.forms.books import csv_form, form, workbook, xform, xls

FORMS = {
    "all_types": form(
        """
type | name | label | hint | required | default | appearance | parameters
start | start | | | | | |
end | end | | | | | |
today | today | | | | | |
username | username | | | | | |
deviceid | deviceid | | | | | |
text | t | Text | a hint | yes | | multiline |
integer | i | Whole | | true() | 5 | |
decimal | d | Decimal | | no | | |
date | day | Day | | | today() | |
time | hour | Hour | | | | |
dateTime | moment | Moment | | | | |
range | r | Range | | | | | start=0 end=10 step=2
select_one yn | one | One | | | | minimal |
select_multiple yn | many | Many | | | | | randomize=true
rank yn | order | Order | | | | |
image | photo | Photo | | | | | max-pixels=1024
file | paper | Paper | | | | |
audio | voice | Voice | | | | |
geopoint | where | Where | | | | |
barcode | code | Code | | | | |
acknowledge | ok | Agreed | | yes | | |
note | n | Read this | | | | |
hidden | h | | | | x | |
""",
        "list_name | name | label\nyn | yes | Yes\nyn | no | No",
    ),
    "logic": form(
        """
type | name | label | relevant | constraint | constraint_message | calculation | required | required_message | read_only
integer | age | Age | | . >= 0 and . <= 120 | From 0 to 120 | | yes | Needed |
select_one yn | adult | Adult? | ${age} >= 18 | | | | ${age} > 20 | |
text | why | Why ${age}? | ${adult} = 'no' | string-length(.) > 3 | | | | |
calculate | half | | | | | ${age} div 2 | | |
text | shown | Shown | | | | concat('half: ', ${half}) | | | yes
calculate | stamp | | | | | once(now()) | | |
""",
        "list_name | name | label\nyn | yes | Yes\nyn | no | No",
    ),
    "groups_and_pages": form(
        """
type | name | label | appearance | relevant
begin group | first | First page | field-list |
text | a | A | |
begin_group | inner | Inner | | ${a} != ''
text | b | B | |
end_group | | | |
end group | | | |
begin_group | second | Second page | field-list |
note | done | Done | |
end_group | | | |
""",
        settings="form_title | form_id | version | style\nPages | pages | 7 | pages",
    ),
    "nested_repeats": form(
        """
type | name | label | repeat_count | calculation | appearance
integer | number | How many? | | |
begin_repeat | house | House | ${number} | |
text | owner | Owner | | |
begin repeat | person | Person | | | field-list
text | person_name | Name | | |
integer | age | Age | | |
calculate | place | | | position(..) |
end repeat | | | | |
calculate | people | | | count(${person}) |
end_repeat | | | | |
calculate | total | | | sum(${age}) |
calculate | first | | | indexed-repeat(${owner}, ${house}, 1) |
"""
    ),
    "cascade": form(
        """
type | name | label | choice_filter | parameters
select_one aimag | aimag | Province | |
select_one soum | soum | District | aimag = ${aimag} |
select_multiple soum | others | Others | aimag = ${aimag} and name != ${soum} | randomize=true
select_one_from_file schools.csv | school | School | soum = ${soum} |
""",
        """
list_name | name | label | aimag
aimag | khovd | Khovd |
aimag | uvs | Uvs |
soum | jargalant | Jargalant | khovd
soum | buyant | Buyant | khovd
soum | ulaangom | Ulaangom | uvs
""",
    ),
    "languages": form(
        """
type | name | label::English (en) | label::Français (fr) | hint::English (en) | hint::Français (fr) | constraint | constraint_message::English (en) | constraint_message::Français (fr)
text | a | Name | Nom | Full | Complet | string-length(.) > 1 | Too short | Trop court
select_one yn | b | Agree? | D'accord ? | | | | |
note | c | Thank you ${a} | Merci ${a} | | | | |
""",
        "list_name | name | label::English (en) | label::Français (fr)\nyn | yes | Yes | Oui\nyn | no | No | Non",
        "form_title | form_id | version | default_language\nTwo | two | 1 | English (en)",
    ),
    "unknown_columns": form(
        """
type | name | label | media::image | my_note | bind::odk:length | body::accuracyThreshold
text | a | A | map.png | ask twice | 20 |
geopoint | b | B | | | | 5
""",
        "list_name | name | label | image | colour\nc | x | X | x.png | red",
        "form_title | form_id | version | public_key | my_setting\nU | u | 1 | abc | kept",
    ),
    "or_other": form(
        "type | name | label\nselect_one fruit or_other | fruit | Fruit\ntext | after | After",
        "list_name | name | label\nfruit | apple | Apple\nfruit | pear | Pear",
    ),
    "duplicate_choices": form(
        "type | name | label | choice_filter\nselect_one g | g | G |\nselect_one c | c | C | g = ${g}",
        "list_name | name | label | g\ng | a | A |\ng | b | B |\nc | x | X of A | a\nc | x | X of B | b",
        "form_title | form_id | version | allow_choice_duplicates\nD | d | 1 | yes",
    ),
    "curly_quotes": form(
        "type | name | label | relevant | constraint\ntext | a | A | |\ntext | b | B | ${a} = ‘x’ | regex(., “[a-z]+”)"
    ),
    "mn_registration": form(
        """
type | name | label::Монгол (mn) | label::English (en) | hint::Монгол (mn) | required | relevant | constraint | constraint_message::Монгол (mn)
text | овог | Овог | Last name | Иргэний үнэмлэх дээрхээр | yes | | |
text | register | Регистрийн дугаар | Register number | УБ90010112 | | | regex(., '^[А-ЯЁӨҮ]{2}[0-9]{8}$') | Хоёр үсэг, найман тоо бичнэ үү
select_one төрөл | төрөл | Та хэнийг төлөөлж байна вэ? | Whom do you represent? | | yes | | |
text | бусад | Тодруулж бичнэ үү | Please specify | | | ${төрөл} = 'бусад' | |
note | баярлалаа | Баярлалаа, ${овог} | Thank you, ${овог} | | | | |
""",
        """
list_name | name | label::Монгол (mn) | label::English (en)
төрөл | төр | Төрийн байгууллага | Government
төрөл | иргэн | Иргэн | Citizen
төрөл | бусад | Бусад | Other
""",
        "form_title | form_id | version | default_language\nХэлэлцүүлгийн бүртгэл | burtgel | 2026 | Монгол (mn)",
    ),
    "mn_progress": form(
        """
type | name | label::Монгол (mn) | label::English (en) | calculation | relevant | choice_filter | repeat_count | required
select_one aimag | aimag | Аймаг | Province | | | | | yes
select_one soum | soum | Сум | District | | | aimag = ${aimag} | |
integer | clauses | Заалтын тоо | Clauses | | | | | yes
begin_repeat | clause | Заалт | Clause | | | | ${clauses} |
select_one light | light | Үнэлгээ | Rating | | | | | yes
integer | progress | Гүйцэтгэл | Progress | | | | | yes
text | reason | Шалтгаан | Reason | | ${light} = 'red' | | | ${light} = 'red'
end_repeat | | | | | | | |
calculate | mean | | | round(sum(${progress}) div count(${progress}), 1) | | | |
note | result | Дундаж гүйцэтгэл ${mean} хувь | Mean ${mean} | | | | |
""",
        """
list_name | name | label::Монгол (mn) | label::English (en) | aimag
aimag | khovd | Ховд | Khovd |
aimag | bulgan | Булган | Bulgan |
soum | jargalant | Жаргалант | Jargalant | khovd
soum | dashinchilen | Дашинчилэн | Dashinchilen | bulgan
light | green | Ногоон | Green |
light | amber | Шар | Amber |
light | red | Улаан | Red |
""",
        "form_title | form_id | version | default_language\nУлирлын тайлан | tailan | 1 | Монгол (mn)",
    ),
    "mn_alone": form(
        """
type | name | label | hint
text | a | Таны нэр хэн бэ? | Бичих албагүй
integer | b | Хэдэн хүн оролцсон бэ? |
""",
        settings="form_title | form_id | version\nТэмдэглэл | temdeglel | 3",
    ),
    "three_levels_of_repeats": form(
        """
type | name | label | repeat_count | calculation | relevant | constraint
text | aimag | Province | | | |
begin_repeat | soum | District | | | |
text | soum_name | Name | | | |
begin_repeat | school | School | | | |
text | school_name | Name | | | ${aimag} != '' |
integer | classes | Classes | | | | . > 0
begin_group | staff | Staff | | | ${classes} > 1 |
begin_repeat | teacher | Teacher | ${classes} | | |
text | teacher_name | Name | | | |
integer | hours | Hours | | | | . <= 40
end_repeat | | | | | |
end_group | | | | | |
calculate | hours_of_school | | | sum(${hours}) | |
end_repeat | | | | | |
calculate | schools | | | count(${school}) | |
end_repeat | | | | | |
calculate | hours_of_all | | | sum(${hours}) | |
"""
    ),
    "triggers_and_defaults": form(
        """
type | name | label | default | trigger | calculation | read_only
text | first | First | | | |
dateTime | changed | Changed | | ${first} | now() |
date | day | Day | today() | | |
integer | amount | Amount | 3 | | |
text | told | Told | once(now()) | | | true()
calculate | both | | | | concat(${first}, ' ', ${amount}) |
"""
    ),
    "media_of_languages": form(
        """
type | name | label::English (en) | label::Русский (ru) | media::image::English (en) | media::image::Русский (ru) | guidance_hint::English (en) | guidance_hint::Русский (ru)
select_one sign | a | Sign | Знак | sign-en.png | sign-ru.png | Ask slowly | Спрашивайте медленно
text | b | Text | Текст | | | |
""",
        """
list_name | name | label::English (en) | label::Русский (ru) | media::image::English (en) | media::image::Русский (ru)
sign | stop | Stop | Стоп | stop.png | stop-ru.png
sign | go | Go | Идите | go.png | go-ru.png
""",
        "form_title | form_id | version | default_language\nSigns | signs | 1 | English (en)",
    ),
    "several_conditions": form(
        """
type | name | label | relevant | constraint | constraint_message | required | required_message
select_multiple need | needs | Needs | | count-selected(.) <= 2 | At most two | true() | Choose
text | other | Which? | selected(${needs}, 'other') | string-length(.) > 2 and not(contains(., '?')) | Too short | |
decimal | money | Money | count-selected(${needs}) = 2 or selected(${needs}, 'cash') | . > 0 and . < 1000000.5 | | |
note | thanks | Thank you: ${other} and ${money} | string-length(${other}) > 0 or ${money} > 10 | | | |
select_one yn | sure | Sure? | if(${money} > 100, true(), false()) | | | |
""",
        """
list_name | name | label
need | water | Water
need | cash | Cash
need | other | Other
yn | yes | Yes
yn | no | No
""",
    ),
    "a_form_of_kobo": form(
        """
type | name | label | hint | required | appearance | kuid | kobo--score-choices
start | start | | | | | k1 |
end | end | | | | | k2 |
begin_group | about | About you | | | field-list | k3 |
text | full_name | Full name | As in the passport | true | | k4 |
select_one gender | gender | Gender | | true | horizontal | k5 |
end_group | | | | | | k6 |
select_multiple topic | topics | Topics | | | minimal | k7 |
""",
        "list_name | name | label | kuid\ngender | f | Female | c1\ngender | m | Male | c2\ntopic | one | One | c3\ntopic | two | Two | c4",
        "form_title | form_id | version | style | id_string\nKobo | kobo | vKx1 | theme-grid no-text-transform | kobo",
    ),
    "mn_three_level_cascade": form(
        """
type | name | label::Монгол (mn) | label::English (en) | choice_filter | required | appearance
select_one aimag | aimag | Аймаг, нийслэл | Province | | yes | minimal
select_one soum | soum | Сум, дүүрэг | District | aimag = ${aimag} | yes | minimal
select_one bag | bag | Баг, хороо | Ward | soum = ${soum} and aimag = ${aimag} | | minimal
text | gudamj | Гудамж, тоот | Street and number | | |
note | haana | Хаяг: ${gudamj} | Address: ${gudamj} | | |
""",
        """
list_name | name | label::Монгол (mn) | label::English (en) | aimag | soum
aimag | ub | Улаанбаатар | Ulaanbaatar | |
aimag | khentii | Хэнтий | Khentii | |
soum | bzd | Баянзүрх | Bayanzurkh | ub |
soum | murun | Мөрөн | Murun | khentii |
bag | bzd1 | 1 дүгээр хороо | Ward 1 | ub | bzd
bag | bzd2 | 2 дугаар хороо | Ward 2 | ub | bzd
bag | murun1 | Өлзийт баг | Ulziit | khentii | murun
""",
        "form_title | form_id | version | default_language\nХаяг | khayag | 1 | Монгол (mn)",
    ),
    "mn_minutes": form(
        """
type | name | label::Монгол (mn) | label::English (en) | hint::Монгол (mn) | calculation | constraint | constraint_message::Монгол (mn) | relevant | required
date | огноо | Хуралдааны огноо | Date | | | . <= today() | Ирээдүйн өдөр байж болохгүй | | yes
begin_repeat | асуудал | Хэлэлцсэн асуудал | Agenda item | | | | | |
text | нэр | Асуудлын нэр | Title | | | | | | yes
begin_repeat | санал | Гарсан санал | Statement | | | | | |
text | хэн | Хэн хэлсэн бэ? | Who? | Овог, нэр | | | | |
select_one байр | байр_суурь | Байр суурь | Position | | | | | | yes
text | тайлбар | Тайлбар | Reason | | | string-length(.) >= 5 | Дор хаяж таван үсэг бичнэ үү | ${байр_суурь} = 'эсрэг' | ${байр_суурь} = 'эсрэг'
end_repeat | | | | | | | | |
calculate | саналын_тоо | | | | count(${санал}) | | | |
end_repeat | | | | | | | | |
calculate | нийт | | | | sum(${саналын_тоо}) | | | |
note | дүн | Нийт ${нийт} санал гарлаа | ${нийт} statements | | | | | |
""",
        """
list_name | name | label::Монгол (mn) | label::English (en)
байр | дэмжсэн | Дэмжсэн | For
байр | эсрэг | Эсрэг | Against
байр | түдгэлзсэн | Түдгэлзсэн | Abstained
""",
        "form_title | form_id | version | default_language\nХурлын тэмдэглэл | temdeglel_2 | 1 | Монгол (mn)",
    ),
}


def test_there_are_twenty_forms_and_four_of_them_are_mongolian() -> None:
    assert len(FORMS) >= 20
    assert len([name for name in FORMS if name.startswith("mn_")]) >= 4


@pytest.mark.parametrize("name", FORMS)
def test_import_and_export_give_what_pyxform_reads_from_the_original(name: str) -> None:
    original = workbook(FORMS[name])

    result = read_xlsform(original, f"{name}.xlsx")

    assert [p for p in result.problems if p.level == "error"] == []
    assert result.definition is not None
    assert xform(write_xlsform(result.definition)) == xform(original)


@pytest.mark.parametrize("name", FORMS)
def test_a_second_round_changes_nothing(name: str) -> None:
    once = read_xlsform(workbook(FORMS[name]), f"{name}.xlsx").definition
    assert once is not None

    again = read_xlsform(write_xlsform(once), f"{name}.xlsx").definition

    assert again is not None
    assert again["survey"] == [*once["survey"]]
    assert again["choices"] == once["choices"]


@pytest.mark.parametrize("name", FORMS)
def test_what_is_imported_can_be_filled(name: str) -> None:
    result = read_xlsform(workbook(FORMS[name]), f"{name}.xlsx")

    assert result.definition is not None
    assert compile(result.definition).questions


@pytest.mark.parametrize("name", NAMES)
def test_a_form_of_the_portal_survives_the_spreadsheet_with_all_its_own_things(name: str) -> None:
    definition = shipped(name)

    result = read_xlsform(write_xlsform(definition), f"{name}.xlsx")

    assert result.problems == []
    assert result.definition is not None
    assert result.definition["survey"] == definition["survey"]
    assert result.definition["choices"] == definition["choices"]
    assert result.definition["settings"]["access"] == definition["settings"]["access"]
    assert result.definition["settings"]["form_title"] == definition["settings"]["form_title"]


@pytest.mark.parametrize("name", NAMES)
def test_other_tools_read_a_form_of_the_portal(name: str) -> None:
    assert "Монгол (mn)" in xform(write_xlsform(shipped(name)))


def test_languages_keep_their_names_and_get_codes() -> None:
    result = read_xlsform(workbook(FORMS["mn_registration"]), "f.xlsx")

    assert result.languages == ["mn", "en"]
    assert result.definition is not None
    assert result.definition["settings"]["language_names"] == {"mn": "Монгол (mn)", "en": "English (en)"}
    assert result.definition["settings"]["default_language"] == "mn"


def test_labels_without_a_language_are_taken_for_the_language_they_are_written_in() -> None:
    assert read_xlsform(workbook(FORMS["mn_alone"]), "f.xlsx").languages == ["mn"]
    assert read_xlsform(workbook(FORMS["logic"]), "f.xlsx").languages == ["en"]


def test_groups_become_a_tree() -> None:
    definition = read_xlsform(workbook(FORMS["nested_repeats"]), "f.xlsx").definition

    assert definition is not None
    inside = {row["name"]: [parent["name"] for parent in parents] for row, parents in walk(definition)}
    assert inside["age"] == ["house", "person"]
    assert inside["people"] == ["house"]
    assert inside["total"] == []


def test_a_csv_is_read_like_a_workbook() -> None:
    text = (
        "\ufeffsurvey,,,\n,type,name,label\n,text,a,Нэр\n,integer,b,Нас\nsettings,,,\n,form_title,form_id,\n,Тест,t,\n"
    )

    result = read_xlsform(text.encode(), "form.csv")

    assert result.problems == []
    assert result.definition is not None
    assert [row["label"] for row in result.definition["survey"]] == [{"mn": "Нэр"}, {"mn": "Нас"}]


def test_a_matrix_of_kobo_becomes_our_matrix() -> None:
    sheets = form(
        """
type | name | label | kobo--matrix_list
begin_kobomatrix | m | Rights | rights
integer | cases | Cases |
end_kobomatrix | | |
""",
        "list_name | name | label\nrights | child | Rights of the child\nrights | women | Rights of women",
    )

    definition = read_xlsform(workbook(sheets), "f.xlsx").definition

    assert definition is not None
    row = definition["survey"][0]
    assert (row["type"], row["appearance"], row["rows_from"]) == ("repeat", "matrix", {"source": "choices:rights"})
    assert check(definition) == []
    assert "count(instance('rights')/root/item)" in xform(write_xlsform(definition))


def test_other_programs_get_the_rows_of_a_matrix_by_count_and_number() -> None:
    definition = {
        **empty({"mn": "Эрх", "en": "Rights"}, "rights"),
        "choices": {"right": [{"name": "child", "label": {"mn": "Хүүхэд", "en": "Child"}, "kind": "a"}]},
    }
    definition["survey"] = [
        {"id": "k", "type": "text", "name": "kind", "label": {"mn": "Төрөл", "en": "Kind"}},
        {"id": "n", "type": "note", "name": "m_number", "label": {"mn": "Тайлбар", "en": "Note"}},
        matrix("m", {"source": "choices:right", "filter": "kind = ${kind}"}),
        matrix("t", {"source": "records:task"}),
    ]
    written = write_xlsform(definition)

    read = xform(written)
    assert "calculate=\"count(instance('right')/root/item[kind =  /data/kind ])\"" in read
    assert "instance('right')/root/item[kind =  /data/kind ][position() =  current()/../m_number_2 ]/name" in read
    assert 'src="jr://file-csv/rows_task.csv"' in read
    assert read.count('<text id="/data/m/m_row:label">') == 2
    again = read_xlsform(written, "rights.xlsx")
    assert again.problems == []
    assert again.definition is not None
    assert again.definition["survey"] == definition["survey"]
    assert again.definition["choices"] == definition["choices"]


def matrix(name: str, rows_from: dict[str, str]) -> dict[str, Any]:
    """A table with one column."""
    label = {"mn": "Хүснэгт", "en": "Table"}
    column = {"id": f"{name}-n", "type": "integer", "name": f"{name}_cases", "label": {"mn": "Тоо", "en": "Cases"}}
    return {
        "id": name,
        "type": "repeat",
        "name": name,
        "appearance": "matrix",
        "label": label,
        "rows_from": rows_from,
        "children": [column],
    }


@pytest.mark.parametrize("name", FORMS)
def test_an_old_workbook_and_a_csv_say_the_same(name: str) -> None:
    modern = read_xlsform(workbook(FORMS[name]), f"{name}.xlsx").definition

    old = read_xlsform(xls(FORMS[name]), f"{name}.xls")
    plain = read_xlsform(csv_form(FORMS[name]), f"{name}.csv")

    assert modern is not None
    for result in (old, plain):
        assert [problem for problem in result.problems if problem.level == "error"] == []
        assert result.definition is not None
        assert without_ids(result.definition) == without_ids(modern)


def without_ids(definition: Any) -> Any:
    """A definition with the rows numbered, as ids are made by chance."""
    text = json.dumps(definition, sort_keys=True)
    for number, (row, _parents) in enumerate(walk(definition)):
        text = text.replace(f'"{row["id"]}"', f'"{number}"')
    return json.loads(text)
