"""Organisations: names over time, a tree without circles, offices and who held them."""

from __future__ import annotations

from datetime import date

import pytest
from flask_babel import refresh
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from portal.db import db
from portal.people import directory, queries
from portal.people.errors import Conflict, Refused
from portal.people.models import Organisation, OrganisationName, Person
from portal.text import Content

JUSTICE = Content.of(mn="Хууль зүй, дотоод хэргийн яам", en="Ministry of Justice and Home Affairs")
INTERNAL = Content.of(mn="Хууль зүй, дотоод явдлын яам", en="Ministry of Justice and Internal Affairs")


@pytest.fixture
def boss(identity):
    return identity("administrator")


@pytest.fixture
def browser(boss, sign_in):
    return sign_in(boss)


@pytest.fixture
def ministry(app, boss):
    return directory.create(
        boss, code="mojha", kind="ministry", voice="government", name=JUSTICE, valid_from=date(2000, 1, 1)
    )


def again(org: Organisation) -> Organisation:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Organisation, org.id)


def test_only_administrators_keep_the_directory(app, identity, ministry):
    coordinator = identity("coordinator")
    for act in (
        lambda: directory.create(coordinator, code="x", kind="ngo", name=JUSTICE),
        lambda: directory.update(coordinator, ministry.id, 1, code="x", kind="ngo", name=JUSTICE),
        lambda: directory.add_former_name(coordinator, ministry.id, JUSTICE, None, date(2001, 1, 1)),
        lambda: directory.remove_former_name(coordinator, ministry.id, 1),
        lambda: directory.add_office(coordinator, ministry.id, JUSTICE),
        lambda: directory.hold(coordinator, 1, "", "Бат", date(2020, 1, 1), None),
        lambda: directory.hand_over(coordinator, 1, "", "Бат", date(2020, 1, 1)),
        lambda: directory.end_holding(coordinator, 1, date(2020, 1, 1)),
    ):
        with pytest.raises(Forbidden):
            act()


def test_everyone_with_a_role_reads_the_directory_and_nobody_else(as_role, client, ministry):
    assert as_role("observer").get("/people/organisations").status_code == 200
    page = as_role("observer").get(f"/people/organisations/{ministry.id}").get_data(as_text=True)
    assert JUSTICE.text("en") in page
    assert "/edit" not in page
    assert client.get("/people/organisations").location.startswith("/account/sign-in")
    assert as_role(None).get("/people/organisations").status_code == 403


def test_an_organisation_is_made_on_its_page_in_both_languages(browser):
    form = {
        "name-mn": "Хүний эрхийн үндэсний комисс",
        "name-en": "National Human Rights Commission",
        "short-mn": "ХЭҮК",
        "short-en": "NHRC",
        "code": "nhrc",
        "kind": "nhri",
        "voice": "nhri",
        "timezone": "Asia/Ulaanbaatar",
    }
    answer = browser.post("/people/organisations/new", data=form)
    assert answer.status_code == 303
    assert "National Human Rights Commission" in browser.get(answer.location).get_data(as_text=True)
    refresh()
    assert "ХЭҮК" in browser.get(f"{answer.location}?lang=mn").get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "with blank"),
        ("code", "код"),
        ("kind", "kingdom"),
        ("voice", "king"),
        ("name", Content()),
        ("timezone", "Mars/Olympus"),
        ("valid_to", date(1999, 1, 1)),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(app, boss, field, value):
    values = {"code": "ok", "kind": "ngo", "name": JUSTICE, "valid_from": date(2000, 1, 1), field: value}
    with pytest.raises(Refused) as refused:
        directory.create(boss, **values)
    assert refused.value.field == field


def test_no_other_column_can_be_set(app, boss):
    with pytest.raises(TypeError):
        directory.create(boss, code="x", kind="ngo", name=JUSTICE, version=7)


def test_a_code_is_used_once(app, boss, browser, ministry):
    with pytest.raises(Refused) as refused:
        directory.create(boss, code="mojha", kind="ngo", name=JUSTICE)
    assert refused.value.field == "code"
    form = {"name-mn": "Өөр", "code": "mojha", "kind": "ngo", "timezone": "Asia/Ulaanbaatar"}
    answer = browser.post("/people/organisations/new", data=form)
    assert answer.status_code == 422
    assert "Өөр" in answer.get_data(as_text=True)


def test_an_organisation_cannot_stand_above_itself(app, boss, ministry):
    agency = directory.create(boss, code="agency", kind="agency", name=INTERNAL, parent_id=ministry.id)
    with pytest.raises(Refused) as refused:
        directory.update(boss, ministry.id, ministry.version, parent_id=agency.id)
    assert refused.value.field == "parent_id"
    with pytest.raises(Refused):
        directory.update(boss, ministry.id, ministry.version, parent_id=ministry.id)


def test_a_renamed_organisation_keeps_its_old_name_for_its_old_days(app, boss, ministry):
    directory.update(boss, ministry.id, ministry.version, renamed_on=date(2025, 11, 1), name=INTERNAL)
    assert queries.name_on(ministry.id, date(2025, 10, 31)) == JUSTICE
    assert queries.name_on(ministry.id, date(2025, 11, 1)) == INTERNAL
    [former] = queries.former_names(ministry.id)
    assert (former.valid_from, former.valid_to) == (date(2000, 1, 1), date(2025, 10, 31))


def test_a_corrected_name_is_no_former_name(app, boss, ministry):
    directory.update(boss, ministry.id, ministry.version, name=INTERNAL)
    assert queries.former_names(ministry.id) == []


def test_two_renamings_follow_each_other(app, boss, ministry):
    directory.update(boss, ministry.id, again(ministry).version, renamed_on=date(2012, 1, 1), name=INTERNAL)
    directory.update(boss, ministry.id, again(ministry).version, renamed_on=date(2016, 1, 1), name=JUSTICE)
    assert [(n.valid_from, n.valid_to) for n in queries.former_names(ministry.id)] == [
        (date(2012, 1, 1), date(2015, 12, 31)),
        (date(2000, 1, 1), date(2011, 12, 31)),
    ]
    with pytest.raises(Refused):
        directory.update(boss, ministry.id, again(ministry).version, renamed_on=date(2014, 1, 1), name=INTERNAL)


def test_former_names_do_not_overlap_and_can_be_removed(browser, ministry):
    path = f"/people/organisations/{ministry.id}/names/new"
    form = {"name-mn": "Хууль зүйн яам", "valid_from": "1990-01-01", "valid_to": "1999-12-31"}
    assert browser.post(path, data=form).status_code == 303
    assert browser.post(path, data={**form, "valid_from": "1999-01-01"}).status_code == 422
    row = db.session.scalars(select(OrganisationName)).one()
    assert browser.post(f"/people/organisations/{ministry.id + 1}/names/{row.id}/remove").status_code == 404
    browser.post(f"/people/organisations/{ministry.id}/names/{row.id}/remove")
    assert queries.former_names(ministry.id) == []


def test_two_people_do_not_overwrite_each_other(app, boss, browser, ministry):
    version = ministry.version
    directory.update(boss, ministry.id, version, name=INTERNAL)
    with pytest.raises(Conflict):
        directory.update(boss, ministry.id, version, name=JUSTICE)
    form = {"version": version, "name-mn": "Гурав дахь нэр", "code": "mojha", "kind": "ministry"}
    answer = browser.post(f"/people/organisations/{ministry.id}/edit", data={**form, "timezone": "Asia/Ulaanbaatar"})
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Гурав дахь нэр" in page
    assert INTERNAL.text("mn") in page
    assert again(ministry).name == INTERNAL


def test_the_language_switch_keeps_what_was_typed(browser, ministry):
    form = {"_lang": "mn", "version": ministry.version, "name-mn": "Бичиж байгаа нэр", "code": "mojha"}
    answer = browser.post(f"/people/organisations/{ministry.id}/edit", data=form)
    assert answer.status_code == 200
    assert "Бичиж байгаа нэр" in answer.get_data(as_text=True)
    assert again(ministry).name == JUSTICE


def test_an_office_has_one_holder_a_day(app, boss, ministry):
    office = directory.add_office(boss, ministry.id, Content.of(mn="Сайд", en="Minister"))
    directory.hold(boss, office.id, "Жамсран", "Бямбадорж", date(2016, 7, 1), date(2019, 1, 31))
    with pytest.raises(Refused):
        directory.hold(boss, office.id, "Бат", "Дорж", date(2019, 1, 31), None)
    directory.hold(boss, office.id, "Бат", "Дорж", date(2019, 2, 1), None)
    assert queries.holder_on(office.id, date(2018, 3, 6)).display == "Ж.Бямбадорж"
    assert queries.holder_on(office.id, date(2019, 1, 31)).display == "Ж.Бямбадорж"
    assert queries.holder_on(office.id, date(2019, 2, 1)).display == "Б.Дорж"
    assert queries.holder_on(office.id, date(2016, 6, 30)) is None


def test_an_office_is_handed_over_on_a_day(boss, browser, ministry):
    office = directory.add_office(boss, ministry.id, Content.of(mn="Сайд", en="Minister"))
    directory.hold(boss, office.id, "Жамсран", "Бямбадорж", date(2016, 7, 1), None)
    form = {"family_name": "Бат", "given_name": "Дорж", "valid_from": "2019-02-01"}
    assert browser.post(f"/people/offices/{office.id}/hand-over", data=form).status_code == 303
    assert queries.holder_on(office.id, date(2019, 1, 31)).display == "Ж.Бямбадорж"
    assert queries.holder_on(office.id, date(2019, 2, 1)).display == "Б.Дорж"
    assert browser.post(f"/people/offices/{office.id}/hand-over", data=form).status_code == 422


def test_a_holder_may_leave_without_a_successor(boss, browser, ministry):
    office = directory.add_office(boss, ministry.id, Content.of(mn="Сайд", en="Minister"))
    holding = directory.hold(boss, office.id, "", "Дорж", date(2019, 2, 1), None)
    path = f"/people/holders/{holding.id}/end"
    assert browser.post(path, data={"valid_to": "2019-01-01"}).status_code == 422
    assert browser.post(path, data={"valid_to": "2020-01-01"}).status_code == 303
    assert queries.holder_on(office.id, date(2020, 1, 2)) is None


def test_an_office_that_is_abolished_has_no_holders_afterwards(boss, browser, ministry):
    office = directory.add_office(boss, ministry.id, Content.of(mn="Дэд сайд", en="Deputy minister"))
    directory.hold(boss, office.id, "", "Дорж", date(2019, 2, 1), None)
    path = f"/people/offices/{office.id}/close"
    assert browser.post(path, data={"closed_on": "2018-12-31"}).status_code == 422
    assert browser.post(path, data={"closed_on": "2020-07-01"}).status_code == 303
    assert queries.holder_on(office.id, date(2020, 7, 1)).display == "Дорж"
    assert queries.holder_on(office.id, date(2020, 7, 2)) is None
    with pytest.raises(Refused):
        directory.hold(boss, office.id, "", "Бат", date(2021, 1, 1), None)


def test_one_person_holds_several_offices(app, boss, ministry):
    first = directory.add_office(boss, ministry.id, Content.of(mn="Сайд"))
    second = directory.add_office(boss, ministry.id, Content.of(mn="Ажлын хэсгийн дарга"))
    for office in (first, second):
        directory.hold(boss, office.id, "Бат", "Дорж", date(2020, 1, 1), None)
    assert len(db.session.scalars(select(Person)).all()) == 1


def test_the_directory_is_sorted_by_the_mongolian_alphabet(app, boss, browser):
    for code, name in (("a", "Ө яам"), ("b", "Я яам"), ("c", "О яам"), ("d", "Ү яам")):
        directory.create(boss, code=code, kind="ministry", name=Content.of(mn=name))
    page = browser.get("/people/organisations?lang=mn").get_data(as_text=True)
    places = [page.index(f">{name} яам<") for name in "ОӨҮЯ"]
    assert places == sorted(places)


def test_the_directory_is_searched_folded(browser, ministry):
    assert JUSTICE.text("en") in browser.get("/people/organisations?q=ХУУЛЬ+дотоод").get_data(as_text=True)
    assert JUSTICE.text("en") not in browser.get("/people/organisations?q=эрүүл").get_data(as_text=True)


def test_pages_ask_as_often_for_one_row_as_for_many(app, boss, browser, ministry, query_counter):
    office = directory.add_office(boss, ministry.id, JUSTICE)
    directory.hold(boss, office.id, "", "Болд", date(2020, 1, 1), None)
    browser.get("/people/organisations")
    with query_counter() as few:
        browser.get("/people/organisations")
        browser.get(f"/people/organisations/{ministry.id}")
    for number in range(30):
        directory.create(boss, code=f"ngo{number}", kind="ngo", name=JUSTICE, parent_id=ministry.id)
        office = directory.add_office(boss, ministry.id, JUSTICE)
        directory.hold(boss, office.id, "", "Дорж", date(2020, 1, 1), None)
    with query_counter() as many:
        browser.get("/people/organisations")
        browser.get(f"/people/organisations/{ministry.id}")
    assert len(many) <= len(few)
