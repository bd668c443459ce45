"""Voluntary pledges and concerns as files, tables of reports and open data."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest

from plugins.recommendations.register import arranging, promises
from portal.api import Content, Identity, datasets, records, transaction


@pytest.fixture
def said(coordinator, mojha, ministry, identity, forum, enter):
    """Two pledges of two cycles and two concerns; one of these has three recommendations, one of them archived."""
    for number, cycle, status in (("2", 3, "partial"), ("10", 3, "open"), ("1", 2, "kept")):
        promises.save_pledge(
            coordinator,
            None,
            org_id=mojha.id,
            country="MN",
            version=None,
            status=status,
            number=number,
            text=Content.of(mn=f"Амлалт {number}", en=f"Pledge {number}"),
            cycle=cycle,
            made_on=date(2020, 11, 4),
            document="A/HRC/46/9",
            paragraph="115",
            lead_id=ministry.id,
            progress=Content.of(en="=Begun"),
        )
    editor = identity("cs_editor", org=forum)
    from_, taken, gone = enter("116.1"), enter("6.2", cycle=4), enter("6.3", cycle=4)
    concern = promises.save_concern(
        editor,
        None,
        org_id=forum.id,
        country="MN",
        version=None,
        status="persisting",
        name=Content.of(mn="Агаарын бохирдол", en="Air pollution"),
        text=Content.of(mn="Өвөл бүр", en="Every winter"),
        cycle=3,
        raised_on=date(2024, 1, 15),
        sources=(from_.id,),
    )
    with transaction():
        for each in (taken, gone):
            records.link(editor, concern.id, each.id, "leads_to")
    arranging.archive(coordinator, gone, version=gone.version, reason="Twice")
    promises.save_concern(
        editor,
        None,
        org_id=forum.id,
        country="MN",
        version=None,
        status="settled",
        name=Content.of(en="Old law"),
        text=Content(),
        cycle=2,
        raised_on=date(2016, 1, 15),
        settled_reason="Repealed",
    )


def of_csv(client, address):
    return list(csv.DictReader(io.StringIO(client.get(address).data.decode("utf-8-sig"))))


def test_pledges_are_had_as_files_with_the_filters_of_their_page(client, said):
    page = client.get("/recommendations/pledges?cycle=3").text
    for kind in ("csv", "xlsx", "json"):
        assert f'href="/recommendations/pledges.{kind}?cycle=3"' in page
    rows = of_csv(client, "/recommendations/pledges.csv?cycle=3")
    assert [(row["Number"], row["State"], row["Leading body"]) for row in rows] == [
        ("2", "Partly kept", "Organisation mflsp"),
        ("10", "Not begun", "Organisation mflsp"),
    ]
    assert rows[0]["What was done"] == "'=Begun", "nothing in a file runs"
    book = openpyxl.load_workbook(io.BytesIO(client.get("/recommendations/pledges.xlsx?status=kept&lang=mn").data))
    (head, row) = book.active.iter_rows(values_only=True)
    assert "Сайн дурын амлалт" in head
    assert "Амлалт 1" in row
    found = json.loads(client.get("/recommendations/pledges.json?q=Pledge&cycle=2").data)
    assert [(each["number"], each["status"], each["made_on"]) for each in found] == [("1", "kept", "2020-11-04")]
    assert found[0]["text"] == {"mn": "Амлалт 1", "en": "Pledge 1"}


def test_concerns_are_had_as_files_with_what_took_them_up(client, said):
    assert 'href="/recommendations/concerns.csv' in client.get("/recommendations/concerns").text
    found = json.loads(client.get("/recommendations/concerns.json").data)
    assert [(each["name"]["en"], each["recommendations"]) for each in found] == [
        ("Air pollution", ["mn/3/116.1", "mn/4/6.2"]),
        ("Old law", []),
    ]
    (row,) = of_csv(client, "/recommendations/concerns.csv?status=settled")
    assert (row["Concern"], row["State"], row["Why it is settled"]) == ("Old law", "Settled", "Repealed")
    for address in found[0]["recommendations"]:
        assert client.get(f"/recommendations/{address}").status_code == 302
    assert client.get("/recommendations/concerns.pdf").status_code == 404


def test_reports_read_them_as_tables(app, said):
    def rows(name, **filters):
        return list(datasets.rows(Identity.anonymous(), f"recommendations.{name}", **filters))

    assert [row["number"] for row in rows("pledges")] == ["1", "2", "10"]
    assert [row["number"] for row in rows("pledges", cycle="3", status="open", country="MN")] == ["10"]
    assert [row["cycle"] for row in rows("concerns")] == [2, 3]
    assert rows("concerns", cycle=4) == rows("pledges", country="NO") == []
    for name in ("pledges", "concerns"):
        assert {each.key for each in datasets.dataset(f"recommendations.{name}").columns} <= rows(name)[0].keys()


def test_they_are_open_data(client, said, coordinator):
    page = client.get("/recommendations/data").text
    for name in ("pledges", "concerns"):
        assert f"/recommendations/data/mn/{name}.csv" in page
        first = client.get(f"/recommendations/data/en/{name}.json")
        assert len(json.loads(first.data)["rows"]) == {"pledges": 3, "concerns": 2}[name]
        again = client.get(f"/recommendations/data/en/{name}.json", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304


def test_where_there_is_none_no_file_is_offered(client):
    for name in ("pledges", "concerns"):
        assert f"{name}.csv" not in client.get(f"/recommendations/{name}").text
        assert of_csv(client, f"/recommendations/{name}.csv") == []
