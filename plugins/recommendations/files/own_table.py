"""The portal's own table: its columns in the reader's words, empty as a template or filled from the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from portal.api import (
    Identity,
    Select,
    _,
    _l,
    current_locale,
    lazy_pgettext,
    reference,
    run_limited,
)

from .. import datasets, writers
from ..register import arranging, queries
from ..register_scales import TRANSLATION
from ..scales import POSITIONS, RATING_VOICES, RATINGS, TEXT_STATES, VOICES
from . import exporting
from .exporting import Entry

SECONDS, MEGABYTES = 120, 1500
"""For writing a workbook of the whole register."""
ROWS: Final = 20_000
"""Recommendations of one workbook; more would not be a table that somebody edits."""


class TooMany(Exception):
    """More than ROWS recommendations."""


@dataclass(frozen=True)
class OwnColumn:
    """A column: its title, what belongs there, an example, and how it looks."""

    name: str
    title: Any
    help: Any
    example: str = ""
    kind: str = "text"
    width: int = 16
    choose: str = ""
    strict: bool = False


COLUMNS: Final = (
    OwnColumn(
        "number",
        _l("Number"),
        _l("The number of the paragraph, as text: 116.10 is another one than 116.1. Known by it and the cycle."),
        "116.10",
    ),
    OwnColumn(
        "country",
        _l("State under review"),
        _l("Two letters or the name; empty: the State of this portal."),
        "MN",
        choose="states",
    ),
    OwnColumn("cycle", _l("Cycle"), _l("The number of the review, 1 to 20."), "3", kind="number", width=8),
    OwnColumn(
        "text_en",
        _l("Text in English"),
        _l("The text of the United Nations, without number and States."),
        "Abolish the death penalty",
        kind="long",
        width=60,
    ),
    OwnColumn("text_mn", _l("Text in Mongolian"), _l("Its translation."), "…", kind="long", width=60),
    OwnColumn(
        "text_mn_state",
        _l("State of the Mongolian text"),
        _l("How far the translation is. Say it anew where you change the English text."),
        choose="text_states",
        strict=True,
    ),
    OwnColumn(
        "states",
        _l("Recommended by"),
        _l("One State per line. With several wordings put the number of the wording before each: “2: Peru”."),
        "Norway",
        kind="long",
        width=24,
    ),
    OwnColumn(
        "wordings",
        _l("Wordings"),
        _l("Only where a paragraph has several: each on a line with its number, “1: …”."),
        kind="long",
        width=30,
    ),
    OwnColumn("position", _l("Position"), _l("What the State under review answered."), choose="positions", strict=True),
    OwnColumn("position_date", _l("Date of the decision"), _l("The day of the answer, as 2021-03-16."), kind="date"),
    OwnColumn("position_document", _l("Source of the position"), _l("The document."), "A/HRC/46/9/Add.1", width=24),
    OwnColumn("position_paragraph", lazy_pgettext("source", "Paragraph"), _l("The paragraph in that document."), "3"),
    OwnColumn("heading", _l("Heading"), _l("The heading it stands under in the list of the UN."), width=30),
    OwnColumn("symbol", _l("Document"), _l("The report that has the recommendation."), "A/HRC/46/9", width=20),
    OwnColumn("symbol_date", _l("Date of the document"), _l("The day it was published, as 2020-12-22."), kind="date"),
    OwnColumn(
        "action",
        _l("Action category"),
        _l("UPR Info's category: 1 minimal action, 2 continuing, 3 considering, 4 general, 5 specific action."),
        "5",
        kind="number",
        width=10,
        choose="actions",
        strict=True,
    ),
    OwnColumn(
        "themes",
        _l("Themes"),
        _l("One per line, from the list of themes or as a list of the UN writes them."),
        kind="long",
        width=34,
    ),
    OwnColumn(
        "groups",
        _l("Groups of persons"),
        _l("One per line, from the list of groups or as a list of the UN writes them."),
        kind="long",
        width=34,
    ),
    OwnColumn(
        "sdgs", _l("Goals"), _l("The Sustainable Development Goals, one number per line, 1 to 17."), "16", kind="long"
    ),
    OwnColumn("lead", _l("Leading body"), _l("Name, short name or code of one body."), choose="bodies", width=34),
    OwnColumn("support", _l("Supporting bodies"), _l("One body per line."), kind="long", width=34),
    OwnColumn(
        "targets",
        _l("Targets"),
        _l("The targets of the goals, one per line, as 16.3 or 5.c."),
        "16.3",
        kind="long",
        width=12,
    ),
    OwnColumn(
        "clusters",
        _l("Clusters"),
        _l("One per line, by its code; a cluster is added in the register first."),
        choose="clusters",
        kind="long",
        width=24,
    ),
    OwnColumn(
        "points_en",
        _l("Sub-points in English"),
        _l("One per line, with its letter from a: “a) Adopt a law”."),
        "a) …",
        kind="long",
        width=34,
    ),
    OwnColumn(
        "points_mn",
        _l("Sub-points in Mongolian"),
        _l("One per line, with its letter from a: “a) …”."),
        "a) …",
        kind="long",
        width=34,
    ),
)
"""The columns that are read back, in the order of importers.NAMES."""

TITLES: Final = {column.name: column.title for column in COLUMNS}


def template(user: Identity) -> bytes:
    """The empty table with its explanations and lists, in the reader's language."""
    return _written(user, [])


def filled(user: Identity, stmt: Select[Any]) -> bytes:
    """The recommendations of a statement of ``register.rows`` as the table that can be edited and imported again.

    Columns without a name in brackets, and the sheets behind the lists, are for reading only. Raises TooMany.
    """
    found = list(islice(exporting.entries(user, stmt), ROWS + 1))
    if len(found) > ROWS:
        raise TooMany
    return _written(user, found)


def _written(user: Identity, entries: list[Entry]) -> bytes:
    locale = current_locale()
    more = [_explained(), *(_read_only(entries) if entries else ())]
    payload = {
        "main": {
            "name": _("Recommendations"),
            "columns": [_head(column) for column in COLUMNS] + [_plain(*each) for each in _extra_heads()],
            "rows": [[*_row(entry, locale), *_extra(entry)] for entry in entries],
        },
        "lists_name": _("Lists"),
        "lists": _lists(),
        "more": more,
    }
    made: bytes = run_limited(writers.WRITE_OWN_TABLE, payload, seconds=SECONDS, megabytes=MEGABYTES)
    return made


def _head(column: OwnColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "title": str(column.title),
        "help": str(column.help),
        "kind": column.kind,
        "width": column.width,
        "choose": column.choose and _list_titles()[column.choose],
        "strict": column.strict,
    }


def _plain(title: Any, kind: str = "text", width: int = 20) -> dict[str, Any]:
    return {"title": str(title), "kind": kind, "width": width}


def _list_titles() -> dict[str, str]:
    return {
        "positions": _("Position"),
        "text_states": _("State of the Mongolian text"),
        "states": _("States"),
        "themes": _("Themes"),
        "groups": _("Groups of persons"),
        "goals": _("Goals"),
        "bodies": _("Bodies"),
        "actions": _("Action category"),
        "clusters": _("Clusters"),
    }


def _lists() -> list[list[Any]]:
    values = {
        "positions": [str(label) for label in POSITIONS.values()],
        "text_states": [str(label) for label in TEXT_STATES.values()],
        "states": [str(state.name) for state in reference.states()],
        "themes": [str(term.name) for term in reference.terms("theme")],
        "groups": [str(term.name) for term in reference.terms("group")],
        "goals": [f"{term.code}. {term.name}" for term in reference.terms("sdg")],
        "bodies": [str(row.name) for row in queries.possible_bodies([])],
        "actions": [str(number) for number in range(1, 6)],
        "clusters": [f"{row.code} {row.name}" for row in arranging.clusters()],
    }
    return [[title, values[name]] for name, title in _list_titles().items()]


def _explained() -> dict[str, Any]:
    """The sheet that says what each column is for."""
    intro = [
        _("Each row is one numbered paragraph of the UN. A column is known by the name in brackets in its head."),
        _("Columns may be moved or left out: a file changes only what its columns carry. An empty cell empties."),
        _("Columns whose head has no name in brackets are for reading and are not read back."),
        _("Nothing is written before you have seen what will happen. A recommendation that is not in the file stays."),
    ]
    rows: list[list[Any]] = [["", text, ""] for text in intro]
    rows += [[f"{column.title} [{column.name}]", str(column.help), column.example] for column in COLUMNS]
    return {
        "name": _("Explanations"),
        "columns": [
            _plain(lazy_pgettext("table", "Column"), "long", 34),
            _plain(_("What belongs there"), "long", 90),
            _plain(_("Example"), "text", 30),
        ],
        "rows": rows,
    }


def _row(entry: Entry, locale: str) -> list[Any]:
    several = len(entry.wordings) > 1
    numbered = [(f"{place}: " if several else "", states) for place, (_text, states) in enumerate(entry.wordings, 1)]
    return [
        entry.number,
        entry.country,
        entry.cycle,
        entry.text.texts.get("en", ""),
        entry.text.texts.get("mn", ""),
        str(TEXT_STATES[entry.text.state("mn")]),
        "\n".join(f"{mark}{state.name.text(locale)}" for mark, states in numbered for state in states),
        "\n".join(f"{place}: {text}" for place, (text, _states) in enumerate(entry.wordings, 1)) if several else "",
        str(POSITIONS[entry.position]),
        entry.decided_on,
        entry.document,
        entry.paragraph,
        entry.heading,
        entry.symbol,
        entry.published_on,
        entry.action,
        "\n".join(dict.fromkeys(term.name.text(locale) for term in entry.terms["theme"])),
        "\n".join(dict.fromkeys(term.name.text(locale) for term in entry.terms["group"])),
        "\n".join(f"{term.code}. {term.name.text(locale)}" for term in entry.terms["sdg"]),
        "\n".join(body.name.text(locale) for body in entry.bodies if body.role == "lead"),
        "\n".join(body.name.text(locale) for body in entry.bodies if body.role == "support"),
        "\n".join(entry.targets),
        "\n".join(f"{each.code} {each.name.text(locale)}" for each in entry.clusters),
        *(arranging.written_points(entry.points).texts.get(lang, "") for lang in ("en", "mn")),
    ]


def _extra_heads() -> list[tuple[Any, str, int]]:
    return [
        (_l("Regional groups of the UN"), "long", 24),
        (_l("Recommending States (for counting by State)"), "number", 12),
        (_l("Themes in the words of the source"), "long", 34),
        (_l("Groups of persons in the words of the source"), "long", 34),
        (_l("Goals in the words of the source"), "long", 24),
        *((VOICES[voice], "text", 20) for voice in RATING_VOICES),
        (_l("Record number"), "number", 12),
        (_l("Translation"), "text", 20),
    ]


def _extra(entry: Entry) -> list[Any]:
    return [
        "\n".join(exporting.group_counts(entry)),
        entry.state_count,
        *("\n".join(term.source for term in entry.terms[scheme]) for scheme in ("theme", "group", "sdg")),
        *(str(RATINGS[rated.rating]) if (rated := entry.ratings.get(voice)) else "" for voice in RATING_VOICES),
        entry.id,
        str(TRANSLATION[entry.translation]),
    ]


def _read_only(entries: Sequence[Entry]) -> Iterable[dict[str, Any]]:
    """The sheets of an export that are for reading: what has happened, what is said, how it is counted."""
    locale = current_locale()
    known = [_plain(_("Number")), _plain(_("Cycle"), "number", 8), _plain(_("State under review"))]
    yield {
        "name": _("History of the position"),
        "columns": [
            *known,
            _plain(_("Position")),
            _plain(_("Date of the decision"), "date"),
            _plain(_("Document"), width=24),
            _plain(lazy_pgettext("source", "Paragraph")),
            _plain(_("Note"), "long", 40),
        ],
        "rows": [
            [
                *_known(entry),
                str(POSITIONS[each.position]),
                each.decided_on,
                each.document,
                each.paragraph,
                each.note,
            ]
            for entry in entries
            for each in entry.positions
        ],
    }
    yield {
        "name": _("Ratings"),
        "columns": [
            *known,
            _plain(_("Voice")),
            _plain(_("Rating"), width=24),
            _plain(_("Date of the rating"), "date"),
            _plain(_("Rated by"), width=34),
            _plain(_("Reasons"), "long", 60),
            _plain(_("Evidence"), "long", 60),
            _plain(_("Next step"), "long", 40),
            _plain(_("Challenges and answers"), "long", 60),
        ],
        "rows": [
            [
                *_known(entry),
                str(VOICES[voice]),
                str(RATINGS[rated.rating]),
                rated.rated_on,
                rated.org.text(locale),
                rated.rationale.text(locale),
                datasets.evidence_text(rated.evidence).text(locale),
                rated.next_step.text(locale),
                datasets.challenges_text(rated.challenges).text(locale),
            ]
            for entry in entries
            for voice, rated in entry.ratings.items()
        ],
    }
    yield {
        "name": _("Counting"),
        "columns": [_plain(_("Rule of counting"), "long", 60), _plain(_("Count"), "number", 12)],
        "rows": [list(each) for each in exporting.Counted.of(entries).lines()],
    }


def _known(entry: Entry) -> list[Any]:
    return [entry.number, entry.cycle, entry.country]
