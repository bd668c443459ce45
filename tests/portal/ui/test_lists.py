from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Column as C
from sqlalchemy import Date, Integer, MetaData, String, Table, insert, select
from werkzeug.datastructures import MultiDict

from portal.db import ContentType, UTCDateTime, db
from portal.people.models import User
from portal.text import Content
from portal.ui.lists import Column, Filter, fetch, narrow

metadata = MetaData()
groups = Table("uitest_group", metadata, C("id", Integer, primary_key=True), C("name", String(20), nullable=False))
rows = Table(
    "uitest_row",
    metadata,
    C("id", Integer, primary_key=True),
    C("title", ContentType, nullable=False),
    C("folded", String(80), nullable=False),
    C("status", String(10), nullable=False),
    C("due_on", Date),
    C("rank", Integer, nullable=False),
    C("seen_at", UTCDateTime),
    C("group_id", Integer),
)
START = date(2026, 1, 1)
MOMENT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
BASE = select(rows.c.id, rows.c.title, rows.c.status, rows.c.due_on, rows.c.rank, rows.c.seen_at)
COLUMNS = (
    Column("title", "Title", format="content", link="/rows/{id}"),
    Column("status", "Status", format="status"),
    Column("due_on", "Due", sort=True, format="date"),
    Column("rank", "Rank", sort=True, format="number"),
    Column("seen_at", "Seen", sort=True, format="datetime"),
)
FILTERS = (
    Filter("q", "Words", where=rows.c.folded),
    Filter("status", "Status", choices={"open": "Open", "closed": "Closed"}),
    Filter("due", "Due", kind="date", where=rows.c.due_on),
    Filter("mine", "Mine", kind="check", where=lambda on: rows.c.rank < 3),
)


@pytest.fixture
def many(app):
    """130 rows: every third without a due date, ranks with many ties; a request in English around the test."""
    metadata.create_all(db.engine)
    with db.engine.begin() as connection:
        connection.execute(insert(groups), [{"id": 1, "name": "one"}])
        connection.execute(
            insert(rows),
            [
                {
                    "id": n,
                    "title": Content.of(mn=f"Мөр {n}", en=f"Row <{n}>" if n % 2 else None),
                    "folded": f"мөр {n}",
                    "status": "open" if n % 4 else "closed",
                    "due_on": None if n % 3 == 0 else START + timedelta(days=n % 7),
                    "rank": n % 5,
                    "seen_at": None if n % 4 == 0 else MOMENT + timedelta(minutes=n % 9),
                    "group_id": 1 if n % 2 else None,
                }
                for n in range(1, 131)
            ],
        )
    with app.test_request_context("/?lang=en"):
        yield
    db.session.remove()
    metadata.drop_all(db.engine)


def listing(stmt=BASE, default_sort="due_on", page_size=25, **args):
    return fetch(stmt, columns=COLUMNS, filters=FILTERS, default_sort=default_sort, args=args, page_size=page_size)


def args_of(url):
    from urllib.parse import parse_qsl

    return dict(parse_qsl(url.removeprefix("?")))


def walk(first, step):
    """The ids of all pages from *first* on, and the pages."""
    pages, page = [first], first
    while url := getattr(page, step):
        page = listing(**args_of(url))
        pages.append(page)
        assert len(pages) < 50
    return pages


@pytest.mark.parametrize("sort", ["due_on", "-due_on", "rank", "-rank", "seen_at", "-seen_at"])
def test_pages_hold_every_row_once_in_order_forwards_and_backwards(many, sort):
    whole = [row.id for row in db.session.execute(listing(sort=sort).stmt)]
    assert len(whole) == len(set(whole)) == 130
    forwards = walk(listing(sort=sort), "next_url")
    assert [row.id for page in forwards for row in page] == whole
    assert len(forwards) == 6
    backwards = walk(forwards[-1], "previous_url")
    assert [row.id for page in reversed(backwards) for row in page] == whole


@pytest.mark.parametrize("sort", ["due_on", "-due_on"])
def test_rows_without_a_value_come_last_in_either_direction(many, sort):
    days = [row.due_on for row in db.session.execute(listing(sort=sort).stmt)]
    assert None not in days[: -(130 // 3)]
    assert set(days[-(130 // 3) :]) == {None}


def test_an_outer_join_may_leave_a_column_empty_and_no_row_is_lost(many):
    stmt = BASE.add_columns(groups.c.name).outerjoin(groups, groups.c.id == rows.c.group_id)
    seen, args = [], {}
    while True:
        page = fetch(stmt, columns=COLUMNS, default_sort="name", args=args, page_size=25)
        seen += [row.id for row in page]
        if not page.next_url:
            break
        args = args_of(page.next_url)
    assert sorted(seen) == list(range(1, 131))


def test_a_row_added_meanwhile_moves_nothing(many):
    first = listing(sort="rank")
    with db.engine.begin() as connection:
        connection.execute(
            insert(rows).values(id=0, title=Content.of(mn="шинэ"), folded="шинэ", status="open", rank=-1)
        )
    second = listing(**args_of(first.next_url))
    assert not {row.id for row in first} & {row.id for row in second}
    assert len(second) == 25


def _cursors():
    import base64
    import json

    def made(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return [
        "x",
        "%",
        "A" * 5000,
        made([]),
        made({"a": 1}),
        made(["rank", 1]),
        made(["due_on", "soon", 3]),
        made(["due_on", 5, 3]),
        made(["due_on", "2026-01-01", "3"]),
        made(["due_on", "2026-01-01", 2**70]),
        made(["due_on", "2026-01-01", None]),
        made(["due_on", "2026-01-01", True]),
        made(["due_on", "2026-01-01", float("nan")]),
        made(["-due_on", "2026-01-01", 3]),
        made(["due_on", "a\x00", 3]),
        made("[" * 2000),
    ]


@pytest.mark.parametrize("cursor", _cursors())
def test_a_cursor_that_cannot_be_read_is_page_one(many, cursor):
    first = [row.id for row in listing()]
    assert [row.id for row in listing(after=cursor)] == first
    assert [row.id for row in listing(before=cursor)] == first


def test_only_orders_of_the_list_are_taken(many):
    for wanted in ("title", "folded", "rank; drop table x", "-", "--rank", "id", ""):
        assert listing(sort=wanted).order.signature == "due_on"
    assert listing(sort="-rank").order.signature == "-rank"


def test_only_sizes_of_the_list_are_taken(many):
    assert len(listing(size="50")) == 50
    for wanted in ("0", "1000000", "-1", "x"):
        assert len(listing(size=wanted)) == 25


def test_a_select_shows_only_its_own_values(many):
    page = listing(status="closed", size="100")
    assert page.total == 32
    assert {row.status for row in page} == {"closed"}
    assert page.filtered


def test_a_value_that_a_filter_does_not_know_is_left_out_and_named(many):
    page = listing(status="secret", due_from="soon", mine="perhaps")
    assert page.refused == ["Status", "Due", "Mine"]
    assert page.total == 130
    assert not page.filtered


def test_words_are_compared_folded_and_wildcards_are_letters(many):
    assert listing(q="МӨР 12").total == 12
    assert listing(q="%").total == 0
    assert listing(q="_").total == 0
    assert listing(q="a\x00").refused == ["Words"]


def test_a_range_of_days_includes_both(many):
    page = listing(due_from="2026-01-02", due_to="2026-01-02", size="100")
    assert page.total > 0
    assert {row.due_on for row in page} == {date(2026, 1, 2)}


def test_a_range_of_days_about_moments_is_in_the_zone_of_the_portal(many):
    from portal.ui.lists.filters import bind

    (bound,) = bind((Filter("seen", "Seen", kind="date", where=rows.c.seen_at),), {"seen_to": "2026-11-23"}, BASE)
    (limit,) = bound.condition.compile().params.values()
    assert limit.isoformat() == "2026-11-24T00:00:00+08:00"


def test_filters_sort_and_size_stay_in_the_address_and_the_cursor_does_not(many):
    page = listing(status="open", sort="-rank", size="50", q="мөр", lang="mn", tab="all")
    assert args_of(page.next_url).keys() == {"status", "sort", "size", "q", "tab", "after"}
    assert "after" not in args_of(listing(**args_of(page.next_url)).url(sort="rank"))
    assert args_of(page.clear_url) == {"sort": "-rank", "size": "50", "tab": "all"}
    assert ("sort", "-rank") in page.carried
    heads = {head.title: head for head in page.headings()}
    assert heads["Title"].href is None
    assert args_of(heads["Rank"].href)["sort"] == "rank"
    assert heads["Rank"].direction == "descending"
    assert args_of(heads["Due"].href)["sort"] == "due_on"


def test_counting_stops_at_a_thousand(many, monkeypatch):
    assert listing().count_text == "130 entries"
    monkeypatch.setattr("portal.ui.lists.listing.COUNT_LIMIT", 100)
    assert listing().count_text == "100+ entries"


def test_a_page_asks_two_queries_whatever_its_size(many, query_counter):
    for args in ({}, {"status": "closed"}, {"q": "nothing"}, {"size": "100"}):
        with query_counter() as seen:
            str(listing(**args).body())
        assert len(seen) == 2, args


def test_cells_are_escaped_and_linked(many):
    html = str(listing(default_sort="rank").body())
    assert "Row &lt;5&gt;" in html
    assert 'scope="row"><a href="/rows/5">Row &lt;5&gt;</a></th>' in html
    assert '<span class="status status-info">Open</span>' in html
    assert '<td class="day" data-label="Due">' in html


def test_a_text_of_the_other_language_says_so(many):
    html = str(listing(default_sort="rank").body())
    assert '<span lang="mn">Мөр 10</span> <span class="untranslated">not translated</span>' in html


def test_the_export_is_the_list_as_it_is_filtered_and_sorted(many):
    page = listing(status="closed", sort="-rank")
    whole = db.session.execute(page.stmt).all()
    same = db.session.execute(
        narrow(BASE, columns=COLUMNS, filters=FILTERS, args=MultiDict({"status": "closed", "sort": "-rank"}))
    ).all()
    assert whole == same
    assert len(whole) == 32
    assert [row.rank for row in whole] == sorted((row.rank for row in whole), reverse=True)


def test_the_whole_list_is_drawn_with_filters_and_pager(many, app):
    from flask import render_template_string

    html = render_template_string(
        "{% import 'components.html' as ui with context %}{{ ui.list_page(listing, 'Rows') }}", listing=listing(q="мөр")
    )
    assert html.count("<tr>") == 26
    assert 'aria-sort="ascending"' in html
    assert 'name="q" value="мөр"' in html
    assert re.search(r'rel="next"', html)
    empty = render_template_string(
        "{% import 'components.html' as ui with context %}{{ ui.list_page(listing) }}", listing=listing(q="zzz")
    )
    assert "Nothing matches these filters" in empty


def test_faults_of_the_program_are_named(many):
    with pytest.raises(TypeError, match="select of columns"):
        fetch(select(User), columns=())
    with pytest.raises(LookupError, match="nowhere"):
        fetch(BASE, columns=(Column("nowhere", "x"),))
    with pytest.raises(ValueError, match="format"):
        Column("a", "A", format="glitter")
    with pytest.raises(ValueError, match="choices"):
        Filter("a", "A", kind="select")
