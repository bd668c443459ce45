from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import openpyxl
import pytest

from portal.documents import export_rows
from portal.text import Content


@dataclass(frozen=True)
class Of:
    key: str
    title: Any
    type: str = "text"
    labels: Mapping[str, Any] | None = None


COLUMNS = [
    Of("number", "Дугаар"),
    Of("text", "Зөвлөмж", "content"),
    Of("rating", "Үнэлгээ", "select", {"done": "Хэрэгжсэн"}),
    Of("themes", "Сэдэв", "list", {"a": "Хүүхэд", "b": "Эмэгтэй"}),
    Of("count", "Тоо", "integer"),
    Of("share", "Хувь", "percent"),
    Of("day", "Огноо", "date"),
    Of("at", "Цаг", "datetime"),
    Of("on", "Тийм эсэх"),
]
ROW = {
    "number": "116.1",
    "text": Content.of(mn="Үндэсний хөтөлбөр", en="National programme"),
    "rating": "done",
    "themes": ["a", "b"],
    "count": 0,
    "share": Decimal("0.5"),
    "day": date(2026, 11, 23),
    "at": datetime(2026, 11, 23, 1, 5, tzinfo=UTC),
    "on": True,
}


def exported(format_, locale="mn", rows=(ROW,), **options):
    return b"".join(export_rows(COLUMNS, rows, format_, locale, **options))


def lines(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_speaks_the_language_asked_for():
    head, row = lines(exported("csv"))
    assert head[:3] == ["Дугаар", "Зөвлөмж", "Үнэлгээ"]
    assert row[:8] == [
        "116.1",
        "Үндэсний хөтөлбөр",
        "Хэрэгжсэн",
        "Хүүхэд; Эмэгтэй",
        "0",
        "0.5",
        "2026-11-23",
        "2026-11-23 09:05:00",
    ]
    assert lines(exported("csv", "en"))[1][1] == "National programme"


def test_csv_for_machines_has_keys_and_codes():
    head, row = lines(exported("csv", codes=True))
    assert head == [column.key for column in COLUMNS]
    assert row[2:4] == ["done", "a; b"]


def test_json_has_codes_and_contents_in_every_language():
    (row,) = json.loads(exported("json"))
    assert row["rating"] == "done"
    assert row["text"] == {"mn": "Үндэсний хөтөлбөр", "en": "National programme"}
    assert (row["share"], row["day"], row["on"]) == (0.5, "2026-11-23", True)


def test_excel_is_typed():
    sheet = openpyxl.load_workbook(io.BytesIO(exported("xlsx"))).active
    head, row = sheet.iter_rows(values_only=True)
    assert head[0] == "Дугаар"
    assert row[:8] == (
        "116.1",
        "Үндэсний хөтөлбөр",
        "Хэрэгжсэн",
        "Хүүхэд; Эмэгтэй",
        0,
        0.5,
        datetime(2026, 11, 23),  # noqa: DTZ001
        datetime(2026, 11, 23, 9, 5),  # noqa: DTZ001
    )
    assert sheet["F2"].number_format == "0.0%"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
def test_an_export_without_rows_still_is_a_file(format_):
    data = exported(format_, rows=())
    if format_ == "json":
        assert json.loads(data) == []
    elif format_ == "csv":
        assert len(lines(data)) == 1
    else:
        assert openpyxl.load_workbook(io.BytesIO(data)).active["A1"].value == "Дугаар"


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_rows_are_fetched_as_the_file_is_read(format_):
    taken = []

    def rows():
        for number in range(1_000_000):
            taken.append(number)
            yield {"number": f"116.{number}", "text": Content.of(mn="урт " * 50)}

    pieces = list(islice(export_rows(COLUMNS, rows(), format_, "mn"), 2))
    assert sum(map(len, pieces)) > 100_000
    assert len(taken) < 3_000


def test_a_line_break_inside_a_text_stays_inside_its_cell():
    _head, row = lines(exported("csv", rows=[{"number": 'нэг\nхоёр, "гурав"'}]))
    assert row[0] == 'нэг\nхоёр, "гурав"'


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="no format 'ods'"):
        export_rows(COLUMNS, [], "ods", "mn")
