"""Makers of small files as the UN and UPR Info issue them, and of broken ones."""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date

import docx
import openpyxl

HEADERS = {
    2: ("Recommendation", "Position", "Full list of themes", "Assessment/comments on level of implementation"),
    3: ("Recommendation", "Position", "Full list of themes", "Assessment/comments on level of implementation"),
    4: (
        "Recommendation and recommending State",
        "Position of the State under review",
        "Human rights themes and groups of persons",
        "Relevant SDGs",
    ),
}
PAGE_HEADERS = {
    2: "UPR of Mongolia (2nd Cycle – 22nd Session)\tThematic list of recommendations",
    3: "UPR of Mongolia (3rd Cycle - 36th Session)\tThematic list of recommendations",
    4: "UPR of Mongolia (4th Cycle - 50th Session)\tThematic list of recommendations",
}
COLUMNS = ("To", "To-Rgrp", "To-Org", "Text", "From", "From-Rgrp", "From-Org", "Response", "Action", "Issue", "Session")


@dataclass
class Row:
    """A recommendation as it stands in a list; ``text`` includes number and States."""

    text: str
    position: str = "Supported"
    themes: list[str] = field(default_factory=lambda: ["Right to health"])
    groups: list[str] = field(default_factory=list)
    sdgs: list[str] = field(default_factory=list)
    source: str = "A/HRC/46/9 - Para. 116"
    comment: str = ""


def word(layout, rows, *, header=None, page_header=None):
    """A DOCX list; a str among *rows* is a heading."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = PAGE_HEADERS[layout] if page_header is None else page_header
    names = header or HEADERS[layout]
    table = document.add_table(rows=1, cols=len(names))
    for cell, name in zip(table.rows[0].cells, names, strict=True):
        cell.text = name
    for row in rows:
        cells = table.add_row().cells
        if isinstance(row, str):
            cells[0].merge(cells[-1]).text = row
            continue
        values = _cells(layout, row)
        for cell, value in zip(cells, values, strict=False):
            cell.text = value
    return saved(document)


def _cells(layout, row):
    goals = [f"- {goal}" for goal in row.sdgs]
    lines = [f"- {theme}" for theme in row.themes]
    if layout != 4 and goals:
        lines += ["SDGs: ", *goals]
    if row.groups:
        lines += ["Groups of Persons:" if layout == 4 else "Affected persons: ", *(f"- {each}" for each in row.groups)]
    first = f"{row.text}\nSource of Position: {row.source}" if row.source else row.text
    return [first, row.position, "\n".join(lines), "\n".join(goals) if layout == 4 else row.comment]


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_parts(data, **parts):
    """The archive with parts added or replaced; names are given with ``__`` for "/" and ``_dot_`` for "."."""
    changed = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in changed:
                new.writestr(info.filename, old.read(info.filename))
        for name, content in changed.items():
            new.writestr(name, content)
    return out.getvalue()


def export(rows, *, columns=COLUMNS, ends="\r\n", encoding="utf-8", delimiter=","):
    """A CSV file of UPR Info; *rows* are dicts by column."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator=ends, delimiter=delimiter)
    writer.writeheader()
    writer.writerows({**dict.fromkeys(columns, ""), **row} for row in rows)
    return out.getvalue().encode(encoding)


def answer(text="Abolish the death penalty", state="Norway", response="Accepted", **other):
    """One row of an export."""
    named = {name.capitalize(): value for name, value in other.items()}
    defaults = {"To": "Mongolia", "Action": "5", "Issue": "Death penalty", "Session": "9"}
    return {**defaults, "Text": text, "From": state, "Response": response, **named}


UHRI_HEADERS = (
    "OHCHR Annotation Id",
    "Document Symbol",
    "Document Publication Date",
    "Reccomending Body",
    "Type",
    "Countries Concerned",
    "Regions Concerned",
    "Themes",
    "Affected Persons",
    "Sdgs",
    "Text",
    "UPR Session",
    "UPR Reccomending States",
    "UPR Position",
)
"""As the export misspells them."""


def uhri_row(text="116.1 Abolish the death penalty (Norway);", states=("Norway",), **other):
    """A row of UHRI's export by its right headers; lists have one entry per line after a dash, "-" is nothing."""
    values = {
        "OHCHR Annotation Id": "a-1",
        "Document Symbol": "A/HRC/46/9",
        "Document Publication Date": 44187,
        "Recommending Body": "- UPR",
        "Type": "- Recommendations",
        "Countries Concerned": "- Mongolia",
        "Regions Concerned": "- Asia",
        "Themes": "- Death penalty",
        "Affected Persons": "-",
        "Sdgs": "- 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS",
        "Text": text,
        "UPR Session": "36",
        "UPR Recommending States": "\n".join(f"- {state}" for state in states) or "-",
        "UPR Position": "- Supported",
    }
    return {**values, **other}


def uhri(rows, *, headers=UHRI_HEADERS, above=()):
    """UHRI's export; *above* are rows over the header."""
    book = openpyxl.Workbook()
    for row in above:
        book.active.append(list(row))
    book.active.append(list(headers))
    for row in rows:
        book.active.append([row.get(name.replace("Reccomending", "Recommending"), "-") for name in headers])
    return saved(book)


def sheet(head, rows, *, name="Sheet1"):
    """A workbook of one sheet; *rows* are lists."""
    book = openpyxl.Workbook()
    book.active.title = name
    for row in (head, *rows):
        book.active.append(list(row))
    return saved(book)


def several_hundred(number=240):
    """Rows as UHRI gives them of all mechanisms and two countries, for counting again."""
    states = ("Norway", "Peru", "Chile", "Viet Nam", "Iran (Islamic Republic of)")
    for place in range(number):
        named = states[place % 5 : place % 5 + 1 + place % 2]
        session, cycle = ((22, 2), (36, 3), (9, 1))[place % 3]
        yield uhri_row(
            f"{100 + cycle}.{place + 1} Do the thing {place} {' '.join(f'({name})' for name in named)};",
            named,
            **{
                "OHCHR Annotation Id": f"id-{place}",
                "UPR Session": str(session),
                "UPR Position": "- Noted" if place % 7 == 0 else "- Supported",
                "Document Publication Date": date(2020, 12, 22) if place % 2 else 44187,
                "Countries Concerned": "- Nepal" if place % 11 == 0 else "- Mongolia",
                "Recommending Body": "- CEDAW" if place % 13 == 0 else "- UPR",
            },
        )
