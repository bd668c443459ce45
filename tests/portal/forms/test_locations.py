"""A point on the earth: typed, copied from a map or taken from the device; four numbers in tables."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from portal.db import db
from portal.forms import fields
from portal.forms.definition import check
from portal.forms.engine import Flattener, columns
from portal.forms.fields import Refused
from portal.forms.models import Submission
from portal.forms.xlsform import read_xlsform, write_xlsform
from tests.portal.forms.books import form as book
from tests.portal.forms.books import workbook, xform
from tests.portal.forms.build import form, made, row

WHERE = row("geopoint", "where", required=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("47.91847 106.91770", "47.91847 106.9177"),
        ("47.91847, 106.91770", "47.91847 106.9177"),
        ("47.91847,106.91770", "47.91847 106.9177"),
        ("47,91847 106,91770", "47.91847 106.9177"),
        ("47,91847; 106,91770", "47.91847 106.9177"),
        ("47.91847° 106.91770°", "47.91847 106.9177"),
        ("-33.86, 151.21", "-33.86 151.21"),
        ("47.9 106.9 1350 4.5", "47.9 106.9 1350 4.5"),
        ("47.9 106.9 0 0", "47.9 106.9 0 0"),
        ("  0 -0.00000001 ", "0 0"),
    ],
)
def test_a_point_is_read_as_people_write_it(typed: str, kept: str) -> None:
    assert fields.get("geopoint").parser({})(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("here", "location"),
        ("47.9", "location"),
        ("47,9", "location"),
        ("1 2 3 4 5", "location"),
        ("47.9 106.9 1350 -1", "location"),
        ("106.9177 47.91847", "location_range"),
        ("47.9 190", "location_range"),
        ("9" * 300, "location"),
        ("4\x007", "unreadable"),
        ({"lat": 1}, "text"),
        ([47.9, 106.9], "text"),
        (True, "text"),
    ],
)
def test_what_is_no_point_is_refused(typed: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        fields.get("geopoint").parser({})(typed)

    assert refused.value.code == code


def test_a_point_is_shown_with_its_accuracy() -> None:
    kind = fields.get("geopoint")
    assert kind.format("47.91847 106.9177 1350 12.4", "en", str) == "47.91847, 106.91770 (±12 m)"
    assert kind.format("47.91847 106.9177", "mn", str) == "47.91847, 106.91770"
    assert kind.format("as it was", "mn", str) == "as it was"
    assert kind.cells("as it was", {}) == [None] * 4


def test_a_point_is_four_columns_with_names_in_both_languages(app: Any) -> None:
    compiled = made(WHERE)
    found = columns(compiled)

    assert [each.key for each in found] == ["where_latitude", "where_longitude", "where_altitude", "where_accuracy"]
    assert found[0].label == {"mn": "where (mn) / өргөрөг", "en": "where (en) / latitude"}
    assert [each.kind for each in found] == ["number"] * 4
    (line,) = Flattener(compiled).rows({"where": "47.91847 106.9177 1350 12.4"})
    assert line.cells == [47.91847, 106.9177, 1350, 12.4]


def test_a_point_travels_as_xlsform() -> None:
    definition = form(row("geopoint", "where", parameters={"capture-accuracy": 10}))
    content = write_xlsform(definition)
    assert '<bind nodeset="/data/where" type="geopoint">' in xform(content)
    assert 'accuracyThreshold="10"' in xform(content)
    read = read_xlsform(content, "test.xlsx")
    assert read.definition is not None
    (back,) = read.definition["survey"]
    assert (back["type"], back["parameters"]) == ("geopoint", {"capture-accuracy": "10"})
    old = read_xlsform(workbook(book("type | name | label\ngps | a | A\nq location | b | B")), "old.xlsx")
    assert old.definition is not None
    assert [each["type"] for each in old.definition["survey"]] == ["geopoint", "geopoint"]


def test_the_accuracy_that_is_good_enough_is_a_number() -> None:
    found = check(form(row("geopoint", "where", parameters={"capture-accuracy": "near"})))
    assert [problem.code for problem in found] == ["parameter_number"]


def posted(where: str, lang: str = "en") -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "_lang": lang, "q.where": where}


def test_a_point_is_filled_without_scripts_shown_and_exported(client: Any, publish: Any, sign_in: Any) -> None:
    public = publish([WHERE])
    page = client.get(public.url)
    assert "geolocation=(self)" in page.headers["Permissions-Policy"]
    assert re.search(r'<input class="form-control" type="text" id="q-where" name="q.where" value=""', page.text)
    assert 'aria-describedby="q-where-form"' in page.text
    wrong = client.post(public.url, data=posted("106.9 47.9"))
    assert wrong.status_code == 422
    assert "the latitude, from -90 to 90, comes first" in wrong.text
    assert 'value="106.9 47.9"' in wrong.text
    assert "эхлээд өргөргийг" in client.post(public.url, data=posted("106.9 47.9", "mn")).text
    assert client.post(public.url, data=posted("47.91847, 106.91770")).status_code == 303
    db.session.rollback()
    stored = db.session.scalars(select(Submission)).one()
    assert stored.answers == {"where": "47.91847 106.9177"}
    office = sign_in(public.owner)
    assert "47.91847, 106.91770" in office.get(f"/forms/{public.id}/answers/{stored.id}").text
    for labels, heading in (("codes", "where_longitude"), ("mn", "where (mn) / уртраг")):
        answer = office.get(f"/forms/{public.id}/answers/export?format=xlsx&labels={labels}", buffered=True)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
        at = [cell.value for cell in sheet[1]].index(heading)
        assert sheet.cell(sheet.max_row, at + 1).value == 106.9177


def test_other_pages_may_not_ask_where_the_device_is(client: Any) -> None:
    assert "geolocation=()" in client.get("/").headers["Permissions-Policy"]


def test_the_builder_offers_a_location(builder: Any) -> None:
    built = builder()
    built.add("geopoint", "Where?", name="where", **{"setting-capture-accuracy": "15"})
    assert built.row("where")["parameters"] == {"capture-accuracy": 15}
    assert "Accuracy that is good enough" in built.get(f"/edit/question?row={built.row('where')['id']}")
    assert "data-locate" in built.get("/preview")
