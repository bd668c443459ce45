"""What everyone reads without an account: subjects, cycles, addresses that stay, open data; valid and light."""

import csv
import gzip
import io
import json
import re

import html5lib
import pytest
from sqlalchemy import select

from plugins.recommendations.register import arranging, service
from portal.api import Content, Cycle, clock, db, reference, transaction

PAGES = (
    "/",
    "/recommendations/",
    "/recommendations/mn/3",
    "/recommendations/glance",
    "/recommendations/cross",
    "/recommendations/compare",
    "/recommendations/themes",
    "/recommendations/groups",
    "/recommendations/goals",
    "/recommendations/goals/16",
    "/recommendations/states",
    "/recommendations/states/no",
    "/recommendations/bodies",
    "/recommendations/choose",
    "/recommendations/gaps",
    "/recommendations/about",
    "/recommendations/data",
    "/recommendations/counting",
)
FIRST_VISIT, AFTER = 150_000, 20_000
BEGINNINGS = [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("png", b"\x89PNG"), ("svg", b"<svg")]
PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def known(enter, rate, coordinator, mojha, forum, ministry, identity):
    """Three recommendations of two States; the first is rated by two voices, each in two years."""
    theme = reference.terms("theme")[0].code
    made = [
        enter("116.1", states=("NO", "PE"), themes=(theme,), sdgs=("16",), mn="Цуцлах"),
        enter("116.2", states=("NO",), position="noted", groups=(reference.terms("group")[0].code,)),
        enter("117.1", states=("PE",), cycle=2),
    ]
    editor = identity("cs_editor", org=forum)
    for user, org, code in ((coordinator, mojha, "fully"), (editor, forum, "not")):
        rate(user, org, made[0], "partially", days=800)
        rate(user, org, made[0], code, days=3)
    with transaction():
        service.set_bodies(coordinator, made[0], {ministry.id: "lead"})
    return made


def test_a_state_sees_what_became_of_its_recommendations(client, known):
    page = client.get("/recommendations/states/no").text
    assert "Norway" in page
    assert "Western European and other States" in page
    assert ">116.1</a>" in page
    assert ">116.2</a>" in page
    assert ">117.1</a>" not in page
    assert ">117.1</a>" in client.get("/recommendations/states/PE?cycle=2").text
    assert client.get("/recommendations/states/xx").status_code == 404
    assert "No recommendations yet" in client.get("/recommendations/states/se").text


def test_each_kind_of_subject_has_a_list_and_pages(client, known, ministry):
    for kind, code, number in (
        ("themes", reference.terms("theme")[0].code, "116.1"),
        ("groups", reference.terms("group")[0].code, "116.2"),
        ("goals", "16", "116.1"),
        ("bodies", ministry.code, "116.1"),
    ):
        assert f'href="/recommendations/{kind}/{code}"' in client.get(f"/recommendations/{kind}").text
        page = client.get(f"/recommendations/{kind}/{code}").text
        assert f">{number}</a>" in page
        assert len(re.findall(r'<th scope="row"><a href="/recommendations/\d+">', page)) == 1
    assert "Not rated yet" in client.get("/recommendations/bodies?voice=nhri").text


def test_the_address_of_a_number_leads_to_the_recommendation(client, known):
    answer = client.get("/recommendations/mn/3/116.1")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/recommendations/{known[0].id}")
    for address in ("mn/3/116.9", "mn/2/116.1", "pe/3/116.1", "mn/7", "xx/3"):
        assert client.get(f"/recommendations/{address}").status_code == 404, address


def test_open_data_are_what_is_published_with_a_description(client, known, rate, coordinator, mojha):
    rate(coordinator, mojha, known[1], "fully", publish=False, reason="Nobody reads this yet")
    package = json.loads(client.get("/recommendations/data/datapackage.json").data)
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert package["title"] == (
        "Хүний эрхийн төлөв байдлын ээлжит дүгнэлт хэлэлцүүлгийн зөвлөмж, нийтэлсэн үнэлгээ"
        " / Recommendations of the Universal Periodic Review and their published ratings"
    )
    assert package["languages"] == ["mn", "en"]
    assert len(package["resources"]) == 10
    for resource in package["resources"]:
        address = resource["path"].partition("/recommendations/")[2]
        text = client.get(f"/recommendations/{address}").data.decode("utf-8-sig")
        assert "Nobody reads this yet" not in text
        head = next(csv.reader(io.StringIO(text)))
        assert head == [field["name"] for field in resource["schema"]["fields"]], resource["name"]
    said = json.loads(client.get("/recommendations/data/mn/assessments.json").data)
    assert said["rule"]
    assert [row["rating"] for row in said["rows"] if row["is_latest"]] == ["not", "fully"]
    assert said["rows"][0]["rationale"] == {"en": "Said so", "mn": "Үндэслэл"}
    assert client.get("/recommendations/data/mn/people.json").status_code == 404


@pytest.mark.parametrize("name", ["recommendations", "assessments", "summary"])
def test_open_data_are_asked_for_again_without_being_read(client, known, query_counter, name):
    address = f"/recommendations/data/en/{name}.csv"
    first = client.get(address)
    assert first.data
    with query_counter() as seen:
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert not [statement for statement in seen if "recommendations_" in statement], "the rows were read"
    tags = {client.get(address.replace("/en/", lang)).headers["ETag"] for lang in ("/en/", "/mn/")}
    tags.add(client.get(address.replace(".csv", ".json")).headers["ETag"])
    assert len(tags) == 3


def test_open_data_are_others_as_soon_as_something_is_published_or_named_otherwise(
    client, known, rate, coordinator, mojha, ministry
):
    address = "/recommendations/data/en/assessments.csv"

    def sent_again(tag):
        return client.get(address, headers={"If-None-Match": tag}).status_code == 200

    tag = client.get(address).headers["ETag"]
    rate(coordinator, mojha, known[1], "fully", publish=False, reason="A draft")
    assert not sent_again(tag), "a draft is told of"
    rate(coordinator, mojha, known[1], "not")
    assert sent_again(tag)
    tag = client.get(address).headers["ETag"]
    with transaction():
        arranging.archive(coordinator, known[2], version=known[2].version, reason="Entered twice")
    assert sent_again(tag)
    tag = client.get(address).headers["ETag"]
    with transaction():
        ministry.name = Content.of(en="Ministry of Other Things")
    assert sent_again(tag)


def test_open_data_are_sent_packed_while_they_are_read(client, known):
    for kind in ("csv", "json"):
        address = f"/recommendations/data/mn/assessments.{kind}"
        plain, packed = client.get(address, headers={"Accept-Encoding": ""}), client.get(address, headers=PACKED)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert plain.headers.get("Content-Length") is None
    assert [row["number"] for row in json.loads(plain.data)["rows"]] == ["116.1"] * 4


@pytest.mark.parametrize(("kind", "begin"), BEGINNINGS)
def test_each_picture_is_had_as_a_file(client, known, kind, begin):
    page = client.get("/recommendations/glance?voice=civil_society").text
    links = re.findall(rf'href="(/recommendations/pictures/[a-z]+\.{kind}[^"]*)"', page)
    assert len(links) == 6
    answer = client.get(links[0].replace("&amp;", "&"))
    assert answer.data.startswith(begin)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/recommendations/pictures/nothing.{kind}").status_code == 404


def test_the_glance_has_the_years_and_the_target(client, known):
    with transaction():
        cycle = db.session.scalar(select(Cycle).where(Cycle.country == "MN", Cycle.number == 3))
        cycle.target_percent = 85
    text = client.get("/recommendations/pictures/target.csv?cycle=3").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows if row and row[0].isdecimal()] == [
        str(year) for year in range(clock.today().year - 2, clock.today().year + 1)
    ]
    last = next(row for row in reversed(rows) if row and row[0].isdecimal())
    assert {float(value.rstrip("%")) for value in last[1:]} & {85.0, 0.85}


def test_an_empty_register_says_so_everywhere(client):
    for page in PAGES:
        if page not in ("/recommendations/mn/3",):
            assert client.get(page).status_code in (200, 404), page
    assert "No figures yet" in client.get("/recommendations/states").text
    assert "No figures yet" in client.get("/recommendations/gaps").text


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_public_pages_are_valid_and_light(client, demo_data, lang):
    """What a phone loads: on the first visit the page with its styles and scripts, then pages alone."""
    for page in (*PAGES, "/recommendations/1", "/recommendations/mn/3/116.21"):
        answer = client.get(f"{page}?lang={lang}", headers=PACKED, follow_redirects=True)
        sent, text = len(answer.data), gzip.decompress(answer.data).decode()
        parser = html5lib.HTMLParser()
        parser.parse(text)
        assert parser.errors == [], f"{page}: {parser.errors[:3]}"
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert sorted(set(ids)) == sorted(ids), f"{page}: an id twice"
        assert sent <= AFTER, f"{page}: {sent} bytes"
        assets = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', text))
        assert sent + sum(weight(client, each) for each in assets) <= FIRST_VISIT, page


WEIGHTS = {}


def weight(client, address):
    """What a file that every page needs weighs."""
    if address not in WEIGHTS:
        with client.get(address, headers=PACKED) as answer:
            assert answer.status_code == 200, address
            WEIGHTS[address] = len(answer.get_data())
    return WEIGHTS[address]
