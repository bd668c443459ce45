"""An office of an organisation with who holds it on the day: the answer says so later too."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.forms import source_offices
from portal.forms.models import Submission
from portal.forms.xlsform import read_xlsform, write_xlsform
from portal.people.identity import Identity
from portal.people.models import Office, OfficeHolding, Person
from portal.text import Content
from tests.portal.forms.books import xform
from tests.portal.forms.build import form, row

WHO = row("office", "who", use=["filter", "chart"])


@pytest.fixture
def governor(org: Any) -> Callable[..., Office]:
    """``governor(("Бат", 2020, 2024), ("Дорж", 2024, None))``: an office with its holders."""

    def make(*terms: tuple[str, int, int | None], code: str = "khovd", closed_on: date | None = None) -> Office:
        place = org(code).id
        with transaction():
            office = Office(org_id=place, title=Content.of(mn="Засаг дарга", en="Governor"), closed_on=closed_on)
            db.session.add(office)
            db.session.flush()
            for name, start, end in terms:
                person = Person(family_name="Жамц", given_name=name)
                db.session.add(person)
                db.session.flush()
                until = date(end, 10, 30) if end else None
                db.session.add(
                    OfficeHolding(
                        office_id=office.id, person_id=person.id, valid_from=date(start, 10, 31), valid_to=until
                    )
                )
        return office

    return make


def names(user: Any, past: bool = False) -> list[str]:
    return [each["label"]["en"] for each in source_offices.offices(user) if bool(each.get("past")) == past]


def test_offices_are_offered_with_who_holds_them_today(app: Any, governor: Any, identity: Any) -> None:
    governor(("Бат", 2016, 2020), ("Дорж", 2020, None))
    governor(("Сүх", 2012, 2016), code="uvs")
    governor(("Хуучин", 2012, None), code="old", closed_on=date(2020, 1, 1))
    user = identity("desk_officer")

    assert names(user) == ["Governor, Organisation khovd: Ж.Дорж", "Governor, Organisation uvs (vacant)"]
    assert sorted(names(user, past=True)) == [
        "Governor, Organisation khovd (vacant)",
        "Governor, Organisation khovd: Ж.Бат",
        "Governor, Organisation old (vacant)",
        "Governor, Organisation old: Ж.Хуучин",
        "Governor, Organisation uvs: Ж.Сүх",
    ]
    mongolian = [each["label"]["mn"] for each in source_offices.offices(user)]
    assert mongolian[0] == "Засаг дарга, Байгууллага khovd: Ж.Дорж"


def test_who_may_not_read_the_directory_reads_no_names(app: Any, governor: Any) -> None:
    governor(("Дорж", 2020, None))

    assert names(Identity.anonymous()) == ["Governor, Organisation khovd"]


def posted(office: Office, person: str = "") -> dict[str, Any]:
    holder = db.session.scalar(
        select(Person.id)
        .join(OfficeHolding, OfficeHolding.person_id == Person.id)
        .where(OfficeHolding.office_id == office.id, *([Person.given_name == person] if person else []))
    )
    return {"uid": str(uuid.uuid4()), "q.who": f"{office.id}-{holder}"}


def test_an_answer_tells_who_held_the_office_when_it_was_given(
    governor: Any, publish: Any, identity: Any, org: Any, sign_in: Any
) -> None:
    office = governor(("Дорж", 2020, None))
    made = publish([WHO, row("text", "more")], mode="invited")
    officer = sign_in(identity("desk_officer", org=org("maker")))
    at = f"/forms/{made.id}/fill"
    page = officer.get(at).text
    assert re.search(r'<option value="\d+-\d+">Governor, Organisation khovd: Ж.Дорж</option>', page)
    assert officer.post(at, data=posted(office)).status_code == 303
    with transaction():
        held = db.session.scalars(select(OfficeHolding)).one()
        held.valid_to = clock.today() - timedelta(days=1)
        db.session.add(person := Person(family_name="Бат", given_name="Сувд"))
        db.session.flush()
        db.session.add(OfficeHolding(office_id=office.id, person_id=person.id, valid_from=clock.today()))
    stored = db.session.scalars(select(Submission)).one()
    owner = sign_in(made.owner)
    assert "Governor, Organisation khovd: Ж.Дорж" in owner.get(f"/forms/{made.id}/answers/{stored.id}").text
    correct = owner.get(f"/forms/{made.id}/answers/{stored.id}/correct").text
    assert re.search(r'<option value="\d+-\d+" selected>Governor, Organisation khovd: Ж.Дорж</option>', correct)
    assert "Б.Сувд" in correct
    assert "Ж.Дорж" not in officer.get(at).text
    for labels, cell in (("codes", stored.answers["who"]), ("en", "Governor, Organisation khovd: Ж.Дорж")):
        path = f"/forms/{made.id}/answers/export?format=xlsx&labels={labels}"
        sheet = openpyxl.load_workbook(io.BytesIO(owner.get(path, buffered=True).data)).worksheets[0]
        assert cell in [each.value for each in sheet[sheet.max_row]]
    summary = owner.get(f"/forms/{made.id}/summary").text
    assert "Governor, Organisation khovd: Ж.Дорж" in summary
    listed = owner.get(f"/forms/{made.id}/answers?a_who={stored.answers['who']}").text
    assert stored.receipt in listed
    other = next(each["name"] for each in source_offices.offices(made.owner) if "Сувд" in each["label"]["mn"])
    assert stored.receipt not in owner.get(f"/forms/{made.id}/answers?a_who={other}").text


def test_a_correction_with_a_former_holder_is_taken_and_stands_in_the_history(
    governor: Any, publish: Any, identity: Any, org: Any, sign_in: Any
) -> None:
    office = governor(("Бат", 2016, 2020), ("Дорж", 2020, None))
    made = publish([WHO], mode="invited")
    officer = sign_in(identity("desk_officer", org=org("maker")))
    assert officer.post(f"/forms/{made.id}/fill", data=posted(office, "Дорж")).status_code == 303
    stored = db.session.scalars(select(Submission)).one()
    owner = sign_in(made.owner)
    at = f"/forms/{made.id}/answers/{stored.id}"
    change = {**posted(office, "Бат"), "uid": stored.uid, "revision": stored.revision}
    assert owner.post(f"{at}/correct", data={**change, "reason": "It was his term"}).status_code == 303
    page = owner.get(at).text
    assert re.search(r"<del[^>]*>[^<]*Ж.Дорж</del>\s*<ins[^>]*>[^<]*Ж.Бат</ins>", page)


def test_what_is_no_office_is_refused_in_both_languages(governor: Any, publish: Any, client: Any) -> None:
    office = governor(("Дорж", 2020, None))
    made = publish([WHO])
    for value in ("0", "1-99999", f"{office.id}-x", "Ж.Дорж", "<b>"):
        for lang, words in (("en", "Choose from the list."), ("mn", "Жагсаалтаас сонгоно уу.")):
            answer = client.post(made.url, data={"uid": str(uuid.uuid4()), "_lang": lang, "q.who": value})
            assert answer.status_code == 422
            assert words in answer.text


def test_offices_are_filtered_by_their_columns(governor: Any, publish: Any, client: Any) -> None:
    governor(("Дорж", 2020, None))
    governor(("Сүх", 2020, None), code="uvs")
    page = client.get(publish([{**WHO, "choice_filter": "organisation = 'uvs'"}]).url).text
    assert "Organisation uvs" in page
    assert "Organisation khovd" not in page


def test_an_office_travels_as_xlsform() -> None:
    content = write_xlsform(form(WHO))
    assert '<bind nodeset="/data/who" type="string">' in xform(content)
    read = read_xlsform(content, "test.xlsx").definition
    assert read is not None
    assert [(each["type"], each["use"]) for each in read["survey"]] == [("office", ["filter", "chart"])]


def test_the_builder_offers_offices(builder: Any, governor: Any) -> None:
    governor(("Дорж", 2020, None))
    built = builder()
    built.add("office", "Who signs?", name="who")
    assert "Ж.Дорж" in built.get("/preview")
