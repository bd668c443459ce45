"""Indicators: defined, entered, published, revised, due; small groups hidden from everyone else."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from plugins.recommendations.indicator_models import Indicator, IndicatorValue
from plugins.recommendations.indicators import notices, periods, reading, service
from portal.api import Content, Record, audit, clock, datasets, db, jobs, records, transaction
from portal.people.identity import Identity
from portal.people.models import Grant

from .conftest import now

THIS = clock.today().year


@pytest.fixture
def worker(identity, ministry):
    return identity("focal_point", org=ministry, name="Focal")


@pytest.fixture
def indicator(coordinator, worker, ministry, enter):
    """A published indicator of the ministry, measuring one recommendation."""
    record = service.define(
        coordinator,
        org_id=ministry.id,
        owner_id=worker.id,
        name=Content.of(mn="Хүчирхийлэлд өртсөн хүүхэд", en="Children exposed to violence"),
        recommendations=[enter("116.1").id],
        definition=Content.of(mn="Бүртгэгдсэн хүүхэд", en="Children who were registered"),
        measure="persons",
        unit=Content.of(mn="хүүхэд", en="children"),
        source=Content(),
        method=Content(),
        direction="less",
        baseline=1200.0,
        baseline_year=THIS - 4,
        target=600.0,
        target_year=THIS + 3,
        sdg_targets=["16.2"],
        ages=["0-6", "7-17"],
        months=12,
        due_days=90,
        first_year=THIS - 3,
    )
    service.open_(coordinator, record)
    return record


def give(user, record, values, *, period=None, publish=True, reason=""):
    """Enter values by (dimension, category) and publish them."""
    one = periods.read(period or str(THIS - 3))
    entries = [service.Entry(one, *key, value, "", reason) for key, value in values.items()]
    service.enter(user, record, entries, version=None)
    if publish:
        service.publish(user, record, one.code)


FORM = {
    "name-mn": "Сургуулийн орчин",
    "name-en": "School places",
    "definition-mn": "Тодорхойлолт",
    "definition-en": "Share of schools with a ramp",
    "measure": "percent",
    "unit-mn": "%",
    "unit-en": "% of schools",
    "direction": "more",
    "baseline": "12,5",
    "baseline_year": "2020",
    "target": "80",
    "target_year": "2027",
    "source-en": "Ministry",
    "ages": "0–17, 60+",
    "sdg_targets": "4.a 10.2",
    "months": "3",
    "first_year": str(THIS - 1),
    "due_days": "45",
}


@pytest.mark.parametrize(
    ("code", "begins", "ends"),
    [
        ("2024", (2024, 1, 1), (2024, 12, 31)),
        ("2024-h2", (2024, 7, 1), (2024, 12, 31)),
        ("2024 Q1", None, None),
        ("2024-Q1", (2024, 1, 1), (2024, 3, 31)),
        ("2024.02", (2024, 2, 1), (2024, 2, 29)),
        ("2023-02-29", None, None),
        ("2024-05-31", (2024, 5, 31), (2024, 5, 31)),
        ("24", None, None),
    ],
)
def test_periods_are_read_as_people_write_them(code, begins, ends):
    if begins is None:
        with pytest.raises(periods.BadPeriod):
            periods.read(code)
    else:
        found = periods.read(code)
        assert (found.begins_on, found.ends_on) == (date(*begins), date(*ends))


@pytest.mark.parametrize(
    ("months", "codes"),
    [
        (12, ["2024", "2025"]),
        (24, ["2024", "2026"]),
        (6, ["2024-H1", "2024-H2", "2025-H1"]),
        (3, ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1"]),
        (4, ["2024-04", "2024-08", "2024-12", "2025-04"]),
    ],
)
def test_a_schedule_asks_for_its_periods(months, codes):
    made = periods.schedule(months, 2024)
    assert [next(made).code for _each in codes] == codes
    assert periods.due(months, 2024, 30, set(codes[:-1])).period.code == codes[-1]


def test_the_coordinator_defines_it_for_a_ministry_and_publishes_it(
    coordinator, worker, ministry, enter, sign_in, client, forum, identity
):
    browser = sign_in(coordinator)
    linked = enter("116.7").id
    people = {"org_id": ministry.id, "owner_id": worker.id, "recommendations": [linked]}
    wrong = browser.post("/recommendations/indicators/new", data={**FORM, **people, "target": "5", "ages": "old"})
    assert wrong.status_code == 422
    assert "worse than the baseline" in wrong.text
    assert "“old” is no age group" in wrong.text
    stranger = browser.post("/recommendations/indicators/new", data={**FORM, **people, "owner_id": coordinator.id})
    assert "Choose someone of the responsible body." in stranger.text
    made = browser.post("/recommendations/indicators/new", data={**FORM, **people})
    assert made.status_code == 303
    row = now(select(Indicator))
    assert (row.baseline, row.ages, row.sdg_targets) == (12.5, ["0-17", "60+"], ["4.a", "10.2"])
    for other in (client, sign_in(identity("cs_editor", org=forum))):
        assert other.get(made.location).status_code == 404
        assert "School places" not in other.get("/recommendations/indicators").text
        assert "School places" not in other.get(f"/recommendations/{linked}").text
    assert browser.post(f"{made.location}/open").status_code == 303
    assert "School places" in client.get(made.location).text
    assert "School places" in client.get("/recommendations/indicators?q=ramp").text
    assert "School places" in client.get(f"/recommendations/{linked}").text
    changed = browser.post(f"{made.location}/edit", data={**FORM, **people, "name-en": "Ramps", "version": 2})
    assert changed.status_code in (303, 409)
    assert sign_in(worker).get(f"{made.location}/edit").status_code == 403


def test_others_read_nothing_of_the_time_an_indicator_was_a_draft(
    indicator, worker, coordinator, sign_in, identity, forum
):
    with transaction():
        for name, value in (("visibility", "org"), ("status", "draft")):
            setattr(db.session.get_one(Record, indicator.id), name, value)
    with transaction():
        records.comment(worker, indicator, "Canary remark")
        records.share(worker, indicator, user_id=identity("observer", org=forum, name="Canary reader").id)
        db.session.get_one(Indicator, indicator.id).source = Content.of(en="Canary register")
    with transaction():
        db.session.get_one(Indicator, indicator.id).source = Content()
    service.open_(coordinator, indicator)
    with transaction():
        records.comment(coordinator, indicator, "Said in public")
    page = f"/recommendations/indicators/{indicator.id}"
    outside = sign_in(identity("cs_editor", org=forum)).get(page).text
    assert "Said in public" in outside
    assert "Canary" not in outside
    inside = sign_in(worker).get(page).text
    for words in ("Canary remark", "Canary reader", "Canary register"):
        assert words in inside


def test_values_are_entered_in_a_table_and_stay_with_their_body_until_published(
    indicator, worker, sign_in, client, identity, forum
):
    address = f"/recommendations/indicators/{indicator.id}"
    browser = sign_in(worker)
    year = str(THIS - 3)
    told = select(func.count()).select_from(audit.HistoryEntry).where(audit.HistoryEntry.record_id == indicator.id)
    before = now(told)
    page = browser.get(f"{address}/enter?period={year}&by=sex").text
    assert "Female" in page
    version = now(select(Record.version).where(Record.id == indicator.id))
    lines = {"lines-0-category": "female", "lines-0-value": "1 040,5", "lines-1-category": "male", "version": version}
    wrong = browser.post(f"{address}/enter?period={year}&by=sex", data={**lines, "lines-1-value": "many"})
    assert wrong.status_code == 422
    assert "Enter a number" in wrong.text
    sent = browser.post(f"{address}/enter?period={year}&by=sex", data={**lines, "lines-1-value": "60"})
    assert sent.status_code == 303
    assert sorted(db.session.scalars(select(IndicatorValue.value))) == [60, 1040.5]
    assert now(told) == before, "the history, which other voices read, tells of a draft"
    assert "1,040.5" in browser.get(address).text
    others = (client, sign_in(identity("cs_editor", org=forum)), sign_in(identity("commission_officer", org=None)))
    for other in others:
        for path in (address, f"{address}/values.json", "/recommendations/indicators.json"):
            assert "1040" not in other.get(path).text.replace(",", "")
    assert list(datasets.rows(worker, "recommendations.indicator_values")) == []
    assert browser.post(f"{address}/publish", data={"period": year}).status_code == 303
    assert "1,040.5" in client.get(address).text
    again = browser.post(f"{address}/enter?period={year}&by=sex", data={**lines, "lines-1-value": "60"})
    assert again.status_code == 409
    for path, code in (("?period=soon", 422), (f"?period={THIS + 1}", 422), ("?by=colour", 422)):
        assert browser.get(f"{address}/enter{path}").status_code == code
    assert others[1].get(f"{address}/enter").status_code == 403


def test_a_published_value_is_revised_with_a_reason_and_the_earlier_one_stays(indicator, worker, sign_in, client):
    give(worker, indicator, {("", ""): 1100.0})
    with pytest.raises(service.NeedsReason):
        give(worker, indicator, {("", ""): 1150.0})
    db.session.rollback()
    give(worker, indicator, {("", ""): 1150.0}, publish=False, reason="Late reports were counted")
    address = f"/recommendations/indicators/{indicator.id}"
    assert "1,150" not in client.get(address).text
    assert "1,150" in sign_in(worker).get(address).text
    service.publish(worker, indicator)
    page = client.get(address).text
    for words in ("1,150", "1,100", "Late reports were counted"):
        assert words in page
    assert now(select(func.count()).select_from(IndicatorValue)) == 2
    version = now(select(Record.version).where(Record.id == indicator.id))
    data = {"lines-0-category": "", "lines-0-value": "", "version": version}
    table = f"{address}/enter?period={THIS - 3}"
    assert "Say why" in sign_in(worker).post(table, data=data).text
    assert sign_in(worker).post(table, data={**data, "reason": "Counted twice"}).status_code == 303
    service.publish(worker, indicator)
    assert "taken back" in client.get(address).text
    assert list(datasets.rows(Identity.anonymous(), "recommendations.indicator_values")) == []


def test_small_groups_are_hidden_from_everyone_but_their_body(indicator, worker, client, sign_in, coordinator):
    give(worker, indicator, {("", ""): 4321, ("sex", "female"): 3, ("sex", "male"): 4318})
    give(worker, indicator, {("unit", "MN-043"): 2.0, ("unit", "MN-061"): 77.0, ("unit", "MN-1"): 4242.0})
    row = db.session.get_one(Indicator, indicator.id)
    shown = {(v.dimension, v.category): v.value for v in reading.published([row])[row.record_id]}
    assert shown == {
        ("", ""): 4321,
        ("sex", "female"): None,
        ("sex", "male"): None,
        ("unit", "MN-043"): None,
        ("unit", "MN-061"): None,
        ("unit", "MN-1"): 4242,
    }
    address = f"/recommendations/indicators/{indicator.id}"
    for path in (address, f"{address}/values.csv", f"{address}/values.json"):
        page = client.get(path).text.replace(",", "")
        assert "4242" in page
        assert "4318" not in page
        assert "77.0" not in page
    told = list(datasets.rows(coordinator, "recommendations.indicator_values", dimension="sex"))
    assert [(each["value"], each["hidden"]) for each in told] == [(None, True), (None, True)]
    assert "4,318" in sign_in(worker).get(address).text
    assert "Groups of fewer than 5 persons are not shown" in client.get(address).text
    with transaction():
        row.measure = "percent"
    assert {v.hidden for v in reading.published([row])[row.record_id]} == {False}


def test_what_is_due_waits_for_the_focal_point_and_is_reminded_once_before_and_once_after(
    indicator, worker, sign_in, client, identity, ministry
):
    row = db.session.get_one(Indicator, indicator.id)
    for year in range(THIS - 3, THIS):
        give(worker, indicator, {("", ""): 1000.0}, period=str(year))
    assert now(select(Record.status).where(Record.id == indicator.id)) == "current"
    assert "Children exposed" not in sign_in(worker).get("/work").text
    ends = date(THIS, 12, 31)

    def morning(days):
        """What is due in so many days: status, number of new mails."""
        with transaction():
            row.due_days = (clock.today() - ends).days + days
        before = len(jobs.mail.outbox())
        notices.remind(None)
        status = now(select(Record.status).where(Record.id == indicator.id))
        return status, len(jobs.mail.outbox()) - before

    assert [morning(days) for days in (31, 30, 29, 0, -1, -40)] == [
        ("current", 0),
        ("due", 1),
        ("due", 0),
        ("due", 0),
        ("overdue", 1),
        ("overdue", 0),
    ]
    assert jobs.mail.outbox()[-1].to == [worker.email]
    assert "Children exposed" in sign_in(worker).get("/work").text
    second = identity("focal_point", org=ministry)
    with transaction():
        row.reminded = ""
        for grant in db.session.scalars(select(Grant).where(Grant.user_id == worker.id)):
            grant.valid_to = clock.today() - timedelta(days=1)
    assert morning(-40)[1] == 1
    assert jobs.mail.outbox()[-1].to == [second.email]
    with transaction():
        for grant in db.session.scalars(select(Grant).where(Grant.user_id == worker.id)):
            grant.valid_to = None
    assert "Children exposed" in client.get("/recommendations/indicators?status=overdue").text
    assert now(select(Record.due_on).where(Record.id == indicator.id)) == clock.today() - timedelta(days=40)
    give(worker, indicator, {("", ""): 900.0}, period=str(THIS))
    assert now(select(Record.status).where(Record.id == indicator.id)) == "current"


def test_values_come_by_spreadsheet_with_a_look_first_and_errors_by_row_and_column(
    indicator, worker, sign_in, coordinator
):
    give(worker, indicator, {("", ""): 1100.0, ("sex", "female"): 500.5})
    address = f"/recommendations/indicators/{indicator.id}"
    browser = sign_in(worker)
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{address}/table.xlsx").data))
    sheet = book.worksheets[0]
    heads = [str(cell.value).rpartition("[")[2] for cell in sheet[1]]
    assert heads == ["period]", "by]", "category]", "value]", "note]", "reason]"]
    assert [cell.value for cell in sheet[2]][:4] == [str(THIS - 3), None, None, 1100]

    def send(*rows):
        sheet.delete_rows(2, sheet.max_row)
        for row in rows:
            sheet.append(row)
        out = io.BytesIO()
        book.save(out)
        out.seek(0)
        return browser.post(f"{address}/import", data={"file": (out, "values.xlsx")})

    bad = send(
        [str(THIS + 2), None, None, 5],
        [str(THIS - 2), "Sex", "Neither", 5],
        [str(THIS - 2), "Colour", "", 5],
        [str(THIS - 2), None, None, "lots"],
        [str(THIS - 3), None, None, 1101],
        [str(THIS - 2), "Age group", "7-17", 7],
        [str(THIS - 2), "Насны бүлэг", "7–17", 8],
    )
    page = browser.get(bad.location).text
    for words in (
        "has not begun yet",
        "“Neither” is not in the list",
        "“Colour” is none of",
        "“lots” is no number",
        "This value is published. Say why it changes.",
        "Row 7 gives this value already.",
    ):
        assert words in page
    browser.post(bad.location, data={"version": now(select(Record.version).where(Record.id == indicator.id))})
    assert now(select(func.count()).select_from(IndicatorValue)) == 2
    errors = openpyxl.load_workbook(io.BytesIO(browser.get(f"{bad.location}/errors.xlsx").data)).worksheets[0]
    assert "no number" in str(errors.cell(5, 7).value)
    assert sign_in(coordinator).get(bad.location).status_code == 404

    good = send(
        [str(THIS - 3), None, None, 1101, "Register", "Late reports"],
        [THIS - 2, "Аймаг, нийслэл", "Ховд аймаг", "1 234,5"],
        [str(THIS - 2), "unit", "MN-061", None],
        [str(THIS - 3), "Sex", "female", 500.5],
    )
    page = browser.get(good.location).text
    assert "What would change" in page
    assert "Khovd" in page
    stale = browser.post(good.location, data={"version": 1}, follow_redirects=True)
    assert "have changed since this was shown" in stale.text
    version = now(select(Record.version).where(Record.id == indicator.id))
    assert browser.post(good.location, data={"version": version}).status_code == 303
    new = {(v.period, v.category): v.value for v in reading.everything(db.session.get_one(Indicator, indicator.id))}
    assert new == {
        (str(THIS - 3), ""): 1101,
        (str(THIS - 3), "female"): 500.5,
        (str(THIS - 2), "MN-043"): 1234.5,
    }
    for name, content in (("a.xlsx", b"PK nothing"), ("a.txt", b"words")):
        refused = browser.post(f"{address}/import", data={"file": (io.BytesIO(content), name)})
        assert refused.status_code == 422


def test_pages_lists_and_datasets_tell_the_last_value_and_the_way_to_the_target(indicator, worker, client, coordinator):
    assert "No value yet" in client.get(f"/recommendations/indicators/{indicator.id}").text
    give(worker, indicator, {("", ""): 900.0, ("age", "0-6"): 300.0, ("age", "7-17"): 600.0, ("unit", "MN-043"): 9.0})
    page = client.get(f"/recommendations/indicators/{indicator.id}").text
    for words in ("Values over time", "Way to the target", "50%", "Map of the aimags", "<svg", "16.2", "116.1"):
        assert words in page
    (told,) = datasets.rows(coordinator, "recommendations.indicators", cycle=3)
    assert (told["value"], told["progress"], told["recommendations"]) == (900, 0.5, "116.1")
    assert list(datasets.rows(coordinator, "recommendations.indicators", cycle=2)) == []
    for kind in ("csv", "xlsx", "json"):
        assert client.get(f"/recommendations/indicators.{kind}").status_code == 200
    assert client.get(f"/recommendations/indicators/{indicator.id}/values.csv?by=age").text.count(str(THIS - 3)) == 2
    picture = f"/recommendations/indicators/{indicator.id}/picture"
    assert client.get(f"{picture}.png").data.startswith(b"\x89PNG")
    assert "<svg" in client.get(f"{picture}.svg?by=unit&period={THIS - 3}&map=1").text
    assert client.get(f"{picture}.svg?by=group").status_code == 404
    service.close(coordinator, indicator)
    assert client.get(f"/recommendations/indicators/{indicator.id}").status_code == 200
    with pytest.raises(service.WrongState):
        give(worker, indicator, {("", ""): 1.0}, period=str(THIS - 1))


def test_without_indicators_the_list_says_so(client, as_role, mojha):
    assert "No indicators yet" in client.get("/recommendations/indicators").text
    assert "Define an indicator" in as_role("coordinator", org=mojha).get("/recommendations/indicators").text


def test_the_demo_has_indicators_of_every_kind(demo_data, client, sign_in):
    page = client.get("/recommendations/indicators?sort=title").text
    for words in ("Registered victims of domestic violence", "Employers that fill the job quota", "Value overdue"):
        assert words in page
    assert "Schools that teach human rights" not in page
    assert (
        "Schools that teach human rights"
        in sign_in(demo_data.user("coordinator")).get("/recommendations/indicators").text
    )
    quota = now(select(Record.id).where(Record.kind == "indicator", Record.status == "overdue"))
    assert "33.2" not in client.get(f"/recommendations/indicators/{quota}").text
    assert "33.2" in sign_in(demo_data.user("focalpoint")).get(f"/recommendations/indicators/{quota}").text
