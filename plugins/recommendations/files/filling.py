"""The lists of the UN with our assessments in them: a list that was sent, filled; the register as such a list."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from portal.api import (
    ChildFailed,
    Content,
    Identity,
    InputRefused,
    Record,
    Select,
    _,
    and_,
    clock,
    db,
    force_locale,
    format_date,
    records,
    reference,
    run_limited,
)

from .. import datasets, importers, writers
from ..models import Recommendation
from ..ratings import queries as rating_queries
from ..ratings.queries import Rating
from ..register.counted import active
from ..scales import RATINGS
from . import exporting
from .exporting import Counted, Entry
from .importing import Choice, FileRefused, read

SECONDS, MEGABYTES = 60, 1000
"""For writing a list of the UN."""
ROWS: Final = 5000
"""Recommendations of one list; the longest reviews have some four hundred."""
POSITION_WORDS: Final = {"supported": "Supported", "noted": "Noted", "examined": "To be examined"}
"""As OHCHR writes them."""

Line = list[str]


@dataclass(frozen=True)
class Filled:
    """A list with assessments written into it, and the numbers of its paragraphs by what became of them.

    ``kept`` were filled already, ``unrated`` have no published rating of the voice, ``unknown`` are not in the
    register; ``untranslated`` are those filled with a text that is not in the language asked for.
    """

    data: bytes
    country: str
    cycle: int
    filled: list[str]
    kept: list[str]
    unrated: list[str]
    unknown: list[str]
    untranslated: list[str]


def fill(user: Identity, data: bytes, file_name: str, *, voice: str, language: str, overwrite: bool = False) -> Filled:
    """Write the latest published assessments of *voice* into the empty column of a list; raises FileRefused.

    Drafts never go in, whoever asks. Nothing but these cells of the file changes.
    """
    parsed, country, cycle = read(data, file_name, Choice())
    if parsed.format != "thematic_list" or cycle is None:
        raise FileRefused("fill_docx", _("Only a thematic list of the UN (DOCX) can be filled."))
    if parsed.layout == 4:
        raise _refused("layout_no_comments", {})
    known = _known(user, country, cycle)
    ratings = _ratings(user, list(known.values()), voice)
    by_number = {number: ratings[one] for number, one in known.items() if one in ratings}
    pairs = [(number, lines(rated, language)) for number, rated in by_number.items()]
    try:
        done = run_limited(writers.FILL, data, pairs, overwrite, seconds=SECONDS, megabytes=MEGABYTES)
    except InputRefused as refused:
        raise _refused(refused.code, refused.where) from None
    except ChildFailed as failed:
        raise _refused(failed.code, {}) from None
    return Filled(
        data=done["data"],
        country=country,
        cycle=cycle,
        filled=done["filled"],
        kept=done["kept"],
        unrated=[number for number in done["without"] if number in known],
        unknown=[number for number in done["without"] if number not in known],
        untranslated=[number for number in done["filled"] if not _is_in(by_number[number], language)],
    )


def _refused(code: str, where: dict[str, Any]) -> FileRefused:
    return FileRefused(code, importers.message(code, where, _))


def _known(user: Identity, country: str, cycle: int) -> dict[str, int]:
    """The visible recommendations of a review: number → id."""
    stmt = (
        records.rows(user, "recommendation", Record.id, Recommendation.number)
        .join(
            Recommendation,
            and_(
                Recommendation.record_id == Record.id, Recommendation.country == country, Recommendation.cycle == cycle
            ),
        )
        .where(active())
    )
    return {row.number: row.id for row in db.session.execute(stmt)}


def _ratings(user: Identity, ids: list[int], voice: str) -> dict[int, Rating]:
    """The latest published rating of a voice by recommendation."""
    found: dict[int, Rating] = {}
    for start in range(0, len(ids), exporting.BATCH):
        part = rating_queries.latest_ratings(user, ids[start : start + exporting.BATCH], voice)
        found |= {record_id: by_voice[voice] for record_id, by_voice in part.items()}
    return found


def _is_in(rated: Rating, language: str) -> bool:
    """Whether all that a rating says is there in a language."""
    said = [rated.rationale, rated.next_step, *(piece.title for piece in rated.evidence)]
    return all(language in each.texts for each in said if each)


def lines(rated: Rating, language: str) -> list[Line]:
    """An assessment as lines of a cell: rating and day, reasons, evidence, next step."""
    with force_locale(language):
        found = [["bold", f"{RATINGS[rated.rating]} ({format_date(rated.rated_on)})"]]
        found += _paragraphs(rated.rationale, language)
        if rated.evidence:
            found.append(["bold", _("Evidence")])
            for piece in rated.evidence:
                found.append(["item", datasets.evidence_line(piece, _one_line(piece.title, language))])
        if rated.next_step:
            found.append(["bold", _("Next step")])
            found += _paragraphs(rated.next_step, language)
    return found


def _paragraphs(text: Content, language: str) -> list[Line]:
    return [["text", line.strip()] for line in text.text(language).splitlines() if line.strip()]


def _one_line(text: Content, language: str) -> str:
    return " ".join(text.text(language).split())


# the register as a list of the UN ---------------------------------------------


class NotOneReview(Exception):
    """Recommendations of several reviews, or of none: a list of the UN is of one."""


def un_list(user: Identity, stmt: Select[Any], *, voice: str = "", language: str = "en") -> bytes:
    """The recommendations of a statement of ``register.rows`` in the table form of OHCHR's list of the third cycle.

    With *voice* its latest published assessments stand in the last column. Raises NotOneReview.
    """
    found = list(islice(exporting.entries(user, stmt), ROWS + 1))
    reviews = {(entry.country, entry.cycle) for entry in found}
    if len(reviews) != 1 or len(found) > ROWS:
        raise NotOneReview
    ((country, cycle),) = reviews
    made: bytes = run_limited(
        writers.WRITE_UN_LIST,
        {**_page(country, cycle, found), "rows": _rows(found, voice, language)},
        seconds=SECONDS,
        megabytes=MEGABYTES,
    )
    return made


def _page(country: str, cycle: int, found: list[Entry]) -> dict[str, str]:
    """Header, title and counting rule; the document is in English like the lists of the UN."""
    name = next((state.name.text("en") for state in reference.states() if state.iso2 == country), country)
    review = reference.find_cycle(cycle, country)
    session = f" - {_ordinal(review.session)} Session" if review and review.session else ""
    with force_locale("en"):
        counted = "; ".join(f"{rule}: {number}" for rule, number in Counted.of(found).lines())
        day = format_date(clock.today())
    return {
        "header": f"UPR of {name} ({_ordinal(cycle)} Cycle{session})",
        "title": "Thematic list of recommendations",
        "counted": f"{counted}. {day}",
    }


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def _rows(found: list[Entry], voice: str, language: str) -> list[dict[str, Any]]:
    """Under each heading its recommendations, headings in the order of their first one."""
    headings = dict.fromkeys(entry.heading for entry in found)
    rows: list[dict[str, Any]] = []
    for heading in headings:
        if heading:
            rows.append({"heading": heading})
        for entry in (each for each in found if each.heading == heading):
            rated = entry.ratings.get(voice)
            rows.append(
                {
                    "first": _first(entry),
                    "position": POSITION_WORDS[entry.position],
                    "third": _third(entry),
                    "fourth": lines(rated, language) if rated else [],
                }
            )
    return rows


def _first(entry: Entry) -> list[str]:
    """Number, wordings with their States, source of the position."""
    english = entry.text.text("en")
    wordings = entry.wordings if len(entry.wordings) > 1 else [(english, states) for _text, states in entry.wordings]
    texts = "; ".join(
        " ".join([text, *(f"({state.name.text('en')})" for state in states)]) for text, states in wordings
    )
    found = [f"{entry.number} {texts or english};"]
    if entry.document:
        found.append(f"Source of Position: {entry.document}{f' - Para. {entry.paragraph}' if entry.paragraph else ''}")
    return found


def _third(entry: Entry) -> list[str]:
    """Themes, goals and groups in the words of the source."""
    found = [f"- {term.source}" for term in entry.terms["theme"]]
    for title, scheme in (("SDGs: ", "sdg"), ("Affected persons: ", "group")):
        if entry.terms[scheme]:
            found += [title, *(f"- {term.source}" for term in entry.terms[scheme])]
    return found
