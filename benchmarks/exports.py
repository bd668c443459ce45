"""Answers as files beside bare programs on the same rows: csv + orjson, and XlsxWriter.

``python -m benchmarks.exports CASE FOLDER ROWS`` runs one case in a process of its own and prints a JSON line.
``PORTAL_BENCH_ROWS`` sets the number of submissions; the goals speak of a million.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROWS = int(os.environ.get("PORTAL_BENCH_ROWS", "50000"))
FEW = 2_000
ROUNDS = 3
WORDS = [
    "төлөвлөгөө",
    "хэрэгжилт",
    "гэрээ",
    "хороо",
    "хэлэлцүүлэг",
    "асуулга",
    "хүүхэд",
    "эрүүл",
    "мэнд",
    "боловсрол",
    "орчин",
    "үнэлгээ",
]
THEMES = ["Эрүүл мэнд", "Боловсрол", "Байгаль орчин", "Хүний эрх", "Хөдөө аж ахуй", "Дэд бүтэц"]
RATINGS = [f"rating_{number}" for number in range(1, 9)]
CHOSEN = [f"choice_{number}" for number in range(1, 5)]
TEXTS = [f"text_{number}" for number in range(1, 4)]
KEYS = [*RATINGS, *CHOSEN, *TEXTS, "number", "count", "date", "quoted", "comment"]


def definition() -> dict[str, Any]:
    """Twenty questions: eight ratings, four choices, five texts, two numbers, a day."""
    kinds = dict.fromkeys(RATINGS, "integer") | dict.fromkeys(CHOSEN, "select_one")
    kinds |= {"number": "decimal", "count": "integer", "date": "date"}
    rows = []
    for key in KEYS:
        row: dict[str, Any] = {"id": f"-{key}", "name": key, "type": kinds.get(key, "text")}
        row["label"] = {"mn": f"Асуулт {key}", "en": key}
        if key in CHOSEN:
            row["list"] = "theme"
        rows.append(row)
    themes = [{"name": f"t{at}", "label": {"mn": text, "en": f"Theme {at}"}} for at, text in enumerate(THEMES)]
    settings = {"form_id": "bench_export", "form_title": {"mn": "Экспорт", "en": "Export"}, "default_language": "mn",
                "languages": ["mn", "en"], "access": {"mode": "public"}}  # fmt: skip
    return {"format": 1, "settings": settings, "choices": {"theme": themes}, "survey": rows}


def answers(chance: random.Random) -> dict[str, Any]:
    """One set of answers."""

    def phrase(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count))

    found: dict[str, Any] = {key: chance.randint(1, 5) for key in RATINGS}
    found |= {key: f"t{chance.randrange(len(THEMES))}" for key in CHOSEN}
    found |= {key: phrase(4) for key in TEXTS}
    found |= {"number": round(chance.random() * 1e6, 2), "count": chance.randint(0, 500)}
    found |= {"date": f"202{chance.randint(1, 5)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"}
    return found | {"quoted": f'{phrase(1)}, "{phrase(1)}"', "comment": phrase(12)}


def fill(folder: str, rows: int) -> None:
    """A published form with *rows* submissions and one with FEW."""
    import uuid

    from sqlalchemy import insert

    from benchmarks import ours
    from portal import clock
    from portal.db import db, transaction
    from portal.forms import publishing, service
    from portal.forms.models import Submission
    from portal.people.identity import of_email

    app = ours.make_app(folder)
    chance = random.Random(2)
    with app.test_request_context("/"):
        user = of_email("a@b.example")
        assert user is not None
        numbers = []
        for count in (rows, FEW):
            record = service.create(user, definition=definition())
            version = publishing.publish(user, record, version=None, waived="bench")
            numbers.append(record.id)
            pool = [answers(chance) for _ in range(5_000)]
            for start in range(0, count, 10_000):
                with transaction():
                    db.session.execute(
                        insert(Submission),
                        [
                            {
                                "id": record.id * 10**9 + number, "uid": str(uuid.UUID(int=record.id << 64 | number)),
                                "form_id": record.id, "version_id": version.id, "answers": chance.choice(pool),
                                "digest": "", "language": "mn", "receipt": f"{record.id}-{number}", "period": "",
                                "state": "submitted", "note": "", "anonymous": False, "revision": 1,
                                "received_at": clock.now(),
                            }
                            for number in range(start, min(start + 10_000, count))
                        ],
                    )  # fmt: skip
    (Path(folder) / "forms").write_text(" ".join(map(str, numbers)), "ascii")


def bare_rows(folder: str, few: bool = False) -> Iterator[tuple[Any, ...]]:
    """The same rows as a bare program reads them."""
    try:
        from orjson import loads
    except ImportError:
        from json import loads
    from operator import itemgetter

    pick = itemgetter(*KEYS)
    form = int((Path(folder) / "forms").read_text("ascii").split()[few])
    database = sqlite3.connect(next((Path(folder) / "instance").glob("*.db")))
    stmt = "SELECT id, received_at, form_id, answers FROM portal_submission WHERE form_id = ? ORDER BY id"
    for number, received, of, text in database.execute(stmt, (form,)):
        yield (number, received, of, *pick(loads(text)))


def bare_csv(folder: str, out: Path) -> None:
    """``csv`` and ``orjson`` (``json`` where that is not installed)."""
    with out.open("w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "received", "form", *KEYS])
        writer.writerows(bare_rows(folder))


def bare_xlsx(folder: str, out: Path) -> None:
    """XlsxWriter in constant memory, texts kept as texts."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(out), options) as book:
        write = book.add_worksheet().write_row
        write(0, 0, ["id", "received", "form", *KEYS])
        for line, row in enumerate(bare_rows(folder), 1):
            write(line, 0, row)


def ours_in(folder: str) -> Callable[[str, Path, bool], None]:
    """Our export, in an application that is ready."""
    from benchmarks import ours
    from portal import records
    from portal.forms.answers import exporting as answers_export
    from portal.forms.answers.tables import Answers
    from portal.people.identity import of_email

    app = ours.make_app(folder)
    forms = [int(each) for each in (Path(folder) / "forms").read_text("ascii").split()]

    def write(format: str, out: Path, few: bool = False) -> None:
        with app.test_request_context("/"):
            user = of_email("a@b.example")
            assert user is not None
            found = Answers(user, records.get(user, forms[few], "form", "edit"), "mn")
            with answers_export.write(found, format, "mn") as stream, out.open("wb") as file:
                while piece := stream.read(1 << 20):
                    file.write(piece)

    return write


def checked(out: Path, rows: int) -> None:
    """As many rows as there are submissions, and the cells of the last one are answers."""
    if out.suffix == ".csv":
        with out.open(newline="", encoding="utf-8-sig") as stream:
            lines = list(csv.reader(stream))
            count, last = len(lines), lines[-1]
    else:
        from python_calamine import CalamineWorkbook

        sheet = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        count, last = len(sheet), [str(cell) for cell in sheet[-1]]
    if count - rows not in (1, 2) or last[-1].count(" ") != 11 or len(last) < len(KEYS) + 3:
        raise SystemExit(f"{out.name}: {count} lines, the last is {last}; nothing is measured")


def case(name: str, folder: str, rows: int) -> dict[str, float]:
    """Run one case: its seconds and the peak of memory in megabytes."""
    who, _, format = name.partition("_")
    out = Path(folder) / f"{name}.{format}"
    write = ours_in(folder) if who in ("ours", "few") else None
    begun = time.perf_counter()
    if write is not None:
        write(format, out, who == "few")
    else:
        {"csv": bare_csv, "xlsx": bare_xlsx}[format](folder, out)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    checked(out, FEW if who == "few" else rows)
    return {"seconds": took, "peak": peak}


def run(name: str, folder: str, rows: int) -> dict[str, float]:
    """A case in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.exports", name, folder, str(rows)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def first_bytes(folder: str) -> tuple[float, float]:
    """Seconds to the first answer of an export of many rows beside one of few, and what a list keeps of its rate."""
    from benchmarks.child import ask, cookie
    from benchmarks.ours import make_app

    app = make_app(folder)
    cookies = cookie("ours", app, folder)
    many, few = (Path(folder) / "forms").read_text("ascii").split()

    def asked(form: str) -> float:
        begun = time.perf_counter()
        status, _body = ask(app, f"/forms/{form}/answers/export?format=csv&labels=mn", cookies)
        assert status in (200, 303), status
        return time.perf_counter() - begun

    def rate(seconds: float) -> float:
        count, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            assert ask(app, "/forms/", cookies)[0] == 200
            count += 1
        return count / seconds

    asked(few)
    asked(many)
    first = statistics.median(asked(many) / asked(few) for _ in range(9))
    alone = rate(2)
    stop = threading.Event()
    write = ours_in(folder)

    def export() -> None:
        while not stop.is_set():
            write("csv", Path(folder) / "beside.csv", False)

    thread = threading.Thread(target=export)
    thread.start()
    beside = rate(4)
    stop.set()
    thread.join()
    return first, beside / alone


def exporting(folder: str) -> list[tuple[str, str, float, str]]:
    """G10, G11 and G12."""
    subprocess.run([sys.executable, "-c", f"from benchmarks.exports import fill; fill({folder!r}, {ROWS})"], check=True)
    ratios = {
        format: statistics.median(
            run(f"ours_{format}", folder, ROWS)["seconds"] / run(f"bare_{format}", folder, ROWS)["seconds"]
            for _ in range(ROUNDS)
        )
        for format in ("csv", "xlsx")
    }
    grown = run("ours_csv", folder, ROWS)["peak"] - run("few_csv", folder, ROWS)["peak"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.exports", "first", folder, "0"],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    first, kept = json.loads(done.stdout.strip().splitlines()[-1])
    try:
        import orjson  # noqa: F401

        base = "csv + orjson"
    except ImportError:
        base = "csv + json"
    return [
        ("G10", f"CSV of {ROWS:,} submissions with labels, beside {base} (memory grows {grown:.0f} MB)",
         ratios["csv"], "<= 1.0"),
        ("G11", f"XLSX of {ROWS:,} submissions, beside XlsxWriter", ratios["xlsx"], "<= 0.15"),
        ("G12", f"answer to the wish for an export of {ROWS:,}, beside one of {FEW:,}", first, "<= 1.5"),
        ("G12", "rate of a list while an export runs in the same process, beside the rate alone", kept, ">= 0.5"),
    ]  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "first":
        print(json.dumps(first_bytes(sys.argv[2])))
    else:
        print(json.dumps(case(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
