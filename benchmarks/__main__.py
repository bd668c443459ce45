"""Measure and print the table: figure, base, ratio, goal."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.exports import exporting
from benchmarks.forms import filling

ROWS = 100_000
ROUNDS = 7
REQUESTS = 40
OURS = "/subcommittees/"
BARE = "/list"
REGISTER = "/recommendations/"
REGISTER_JSON, BARE_JSON = "/recommendations/list.json", "/list.json"
FACETS, BARE_FACETS = "/recommendations/choose", "/facets"
REGISTER_RATINGS = 100_000
MANY_RATINGS = 1_000_000


class Child:
    """A program under measurement."""

    def __init__(self, name: str, folder: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", name, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, command: str) -> dict[str, Any]:
        """Send a command, return its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the program."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def ratios(first: Callable[[], float], second: Callable[[], float], rounds: int = ROUNDS) -> float:
    """The median over *rounds*, in turn, of first / second."""
    return statistics.median(first() / second() for _ in range(rounds))


def row_check(child: Child, path: str) -> dict[str, Any]:
    """Fifty rows on the page, or the figure does not count."""
    answer = child(f"get {path}")
    if answer["status"] != 200 or answer["rows"] != 50:
        raise SystemExit(f"{path}: {answer['status']}, {answer['rows']} rows; the page is wrong, nothing is measured")
    return answer


def later_page(ours: Child, first: str, pages: int) -> str:
    """The address of the page after *pages* others, as the reader would get there: by its cursor."""
    path = f"{first}?size=50"
    step = 0
    while step < pages:
        answer = ours(f"get {path}")
        found = re.search(r'href="(\?[^"]*after=[^"]*)"', answer["text"])
        if found is None:
            raise SystemExit(f"no next page after page {step + 1}")
        path = first + found[1].replace("&amp;", "&")
        step += 1
    return path


def serving(folder: str) -> list[tuple[str, str, float, str]]:
    """G1, G4 and G18."""
    ours, bare = Child("ours", folder), Child("bare", folder)
    try:
        for child, path in ((ours, OURS), (bare, BARE)):
            row_check(child, path)
            child(f"time {path} 20")
        g1 = ratios(
            lambda: bare(f"time {BARE} {REQUESTS}")["seconds"], lambda: ours(f"time {OURS} {REQUESTS}")["seconds"]
        )
        deep = later_page(ours, OURS, 999)
        row_check(ours, deep)
        g4 = ratios(
            lambda: ours(f"time {deep} {REQUESTS}")["seconds"], lambda: ours(f"time {OURS} {REQUESTS}")["seconds"]
        )
        g18 = ours("memory")["bytes"] / bare("memory")["bytes"]
    finally:
        ours.close()
        bare.close()
    return [
        ("G1", f"list page, 50 of {ROWS:,}, beside the bare page (times its rate)", g1, ">= 1.5"),
        ("G4", "page 1,000 beside page 1 (times its time)", g4, "<= 1.1"),
        ("G18", "private memory of a worker after load, beside the bare page", g18, "<= 1.15"),
    ]


def registering(folder: str) -> list[tuple[str, str, float, str]]:
    """G1, G3 and G4 for the register with 100,000 ratings, beside the same pages written by hand on its database."""
    inside = filled("register", folder, REGISTER_RATINGS)
    ours, bare = Child("register", inside), Child("bare_register", inside)

    def beside(path: str, bare_path: str, count: int) -> float:
        for child, each in ((ours, path), (bare, bare_path)):
            child(f"time {each} 5")
        return ratios(
            lambda: bare(f"time {bare_path} {count}")["seconds"], lambda: ours(f"time {path} {count}")["seconds"]
        )

    try:
        found, written = row_check(ours, REGISTER), row_check(bare, BARE)
        if found["options"] < written["options"]:
            raise SystemExit("the page has fewer values to choose from than the one written by hand")
        row_check(ours, REGISTER_JSON)
        row_check(bare, BARE_JSON)
        found, written = ours(f"get {FACETS}"), bare(f"get {BARE_FACETS}")
        if found["status"] != 200 or found["options"] < written["options"]:
            raise SystemExit(f"{FACETS}: {found['options']} values, by hand {written['options']}")
        g1 = beside(REGISTER, BARE, REQUESTS)
        facets = beside(FACETS, BARE_FACETS, 5)
        g3 = beside(REGISTER_JSON, BARE_JSON, REQUESTS)
        deep = later_page(ours, REGISTER, 150)
        row_check(ours, deep)
        g4 = ratios(
            lambda: ours(f"time {deep} {REQUESTS}")["seconds"], lambda: ours(f"time {REGISTER} {REQUESTS}")["seconds"]
        )
    finally:
        ours.close()
        bare.close()
    what = "of 10,000 with 100,000 ratings, beside the page written by hand (times its rate)"
    return [
        ("G1", f"register, 50 {what}", g1, ">= 1.5"),
        ("G1", f"register, all facets with their numbers {what}", facets, ">= 1.5"),
        ("G3", f"register, JSON of 50 {what}", g3, ">= 1"),
        ("G4", "register, page 150 beside page 1 (times its time)", g4, "<= 1.1"),
    ]


def counting(folder: str) -> list[tuple[str, str, float, str]]:
    """G15: dashboards over a million ratings as they are kept, beside a plain query; publishing, beside plainly."""
    ours = Child("register", filled("register", folder, MANY_RATINGS))
    try:
        ours("do dashboard 1")
        found = [ours("do dashboard 1") for _ in range(5)]
        written = [ours("do writing 100") for _ in range(5)]
        if not all(each["same"] for each in [*found, *written]):
            raise SystemExit("the kept counts are not those of the plain query; nothing is measured")
    finally:
        ours.close()
    themes = statistics.median(each["kept"] / each["plain"] for each in found)
    whole = statistics.median(each["all_kept"] / each["all_plain"] for each in found)
    write = statistics.median(each["counted"] / each["plain"] for each in written)
    return [
        ("G15", f"ratings by theme and goal over {MANY_RATINGS:,}, beside the plain query", themes, "<= 0.01"),
        ("G15", f"ratings by year over {MANY_RATINGS:,}, beside the plain query", whole, "<= 0.01"),
        ("G15", "publishing a rating, beside publishing it without counts", write, "<= 2"),
    ]


def filled(name: str, folder: str, rows: int) -> str:
    """A folder beside the others with *rows* of a program of its own."""
    inside = Path(folder) / f"{name}-{rows}"
    inside.mkdir()
    sys.stderr.write(f"making {rows:,} rows for {name}\n")
    subprocess.run(
        [sys.executable, "-c", f"from benchmarks.{name} import fill; fill({str(inside)!r}, {rows})"], check=True
    )
    return str(inside)


def hooking(folder: str) -> list[tuple[str, str, float, str]]:
    """G6: what twenty more modules add to six hooks of a request, beside the time of the list page."""
    ours, more = Child("ours", folder), Child("ours20", folder)
    try:
        row_check(ours, OURS)
        if more("hooks 1")["modules"] != ours("hooks 1")["modules"] + 20:
            raise SystemExit("the twenty modules did not load")
        ours(f"time {OURS} 20")
        g6 = statistics.median(
            (more("hooks 1000")["seconds"] - ours("hooks 1000")["seconds"])
            / 1000
            / (ours(f"time {OURS} {REQUESTS}")["seconds"] / REQUESTS)
            for _ in range(ROUNDS)
        )
    finally:
        ours.close()
        more.close()
    return [("G6", "six hooks of 20 empty modules, beside the list page (percent of its time)", 100 * g6, "<= 1")]


def start(name: str, folder: str, path: str) -> float:
    """Seconds from the start of a process to its first right answer."""
    begun = time.perf_counter()
    child = Child(name, folder)
    row_check(child, path)
    took = time.perf_counter() - begun
    child.close()
    return took


def command(*words: str) -> float:
    """Seconds of a command that must succeed."""
    begun = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def starting(folder: str) -> list[tuple[str, str, float, str]]:
    """G17; what a first start leaves behind (compiled templates) is there already."""
    start("ours", folder, OURS)
    start("bare", folder, BARE)
    g17 = ratios(lambda: start("ours", folder, OURS), lambda: start("bare", folder, BARE), 5)
    return [("G17", "start of a worker to its first answer, beside the bare page", g17, "<= 1.2")]


def helping(folder: str) -> list[tuple[str, str, float, str]]:
    """G16."""
    scripts = Path(sys.executable).parent
    words = [(str(scripts / name), "--help") for name in ("portal", "flask")]
    g16 = ratios(lambda: command(*words[0]), lambda: command(*words[1]))
    return [("G16", "portal --help beside flask --help", g16, "<= 1.2")]


FIGURES = {
    "G1": serving, "G1R": registering, "G3": registering, "G4": serving, "G6": hooking, "G7": filling, "G8": filling,
    "G9": filling, "G10": exporting, "G11": exporting, "G12": exporting, "G15": counting, "G16": helping,
    "G17": starting, "G18": serving,
}  # fmt: skip
ALONE = (filling, exporting, counting, registering)
"""Figures that need no list of many records."""


def main(wanted: list[str]) -> None:
    """Make the data, measure the *wanted* figures (all where none is named) in turn, print."""
    if unknown := set(wanted) - set(FIGURES):
        raise SystemExit(f"no figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        # An installed program has its bytecode; without it the compiling of all sources would be measured.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        rows_needed = ROWS if any(FIGURES[name] not in ALONE for name in wanted or FIGURES) else 1
        for name in ("ours", "bare"):
            sys.stderr.write(f"making {rows_needed:,} rows for {name}\n")
            subprocess.run(
                [sys.executable, "-c", f"from benchmarks.{name} import fill; fill({folder!r}, {rows_needed})"],
                check=True,
            )
        sys.stderr.write("measuring\n")
        rows = []
        for measure in dict.fromkeys(FIGURES[name] for name in wanted or FIGURES):
            rows += measure(folder)
    print("| # | figure | ratio | goal |\n|---|---|---|---|")
    for name, what, ratio, goal in sorted(rows, key=lambda row: int(row[0][1:])):
        print(f"| {name} | {what} | {ratio:.2f} | {goal} |")


if __name__ == "__main__":
    main(sys.argv[1:])
