"""The register and the ratings as tables; reports read them by these names and keys (README.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from portal.api import (
    LOCALES,
    Content,
    DataColumn,
    Dataset,
    Identity,
    Organisation,
    Record,
    Select,
    _,
    _l,
    aliased,
    db,
    force_locale,
    format_date,
    records,
    select,
)

from .figures import figures
from .models import Assessment, Challenge, Recommendation
from .ratings import challenging
from .ratings import queries as rating_queries
from .register import finding, parts, promise_rows
from .scales import CHALLENGE_STATUSES, EVIDENCE_KINDS, METHODS, NOT_RATED, POSITIONS, RATING_VOICES, RATINGS, VOICES
from .settings import own_country
from .wording import joined

BATCH = 500
"""Rows whose parts are read together."""

COLUMNS = (
    DataColumn("id", _l("Record number"), "integer"),
    DataColumn("country", _l("State under review")),
    DataColumn("cycle", _l("Cycle"), "integer"),
    DataColumn("number", _l("Number")),
    DataColumn("text", _l("Recommendation"), "content"),
    DataColumn("states", _l("Recommended by"), "content"),
    DataColumn("state_count", _l("Recommending States"), "integer"),
    DataColumn("position", _l("Position"), "select", POSITIONS),
    DataColumn("position_source", _l("Source of the position")),
    DataColumn("themes", _l("Themes"), "content"),
    DataColumn("groups", _l("Groups of persons"), "content"),
    DataColumn("sdgs", _l("Sustainable Development Goals")),
    DataColumn("bodies", _l("Responsible bodies"), "content"),
)
LIST_COLUMNS = (
    *COLUMNS,
    *(DataColumn(voice, VOICES[voice], "select", RATINGS) for voice in RATING_VOICES),
)
"""What the export of a list has: the recommendation and its ratings of today."""


def whole(user: Identity, cycle: str | int = "", position: str = "", country: str = "") -> Select[Any]:
    """The statement of the register, narrowed; a cycle means that of the portal's own State where it has one."""
    stmt = finding.rows(user)
    if cycle not in ("", None):
        number = int(cycle)
        stmt = stmt.where(Recommendation.cycle == number)
        if not country:
            stmt = stmt.where(Recommendation.country == _country(number))
    if country:
        stmt = stmt.where(Recommendation.country == country)
    if position:
        stmt = stmt.where(Recommendation.position == position)
    return stmt.order_by(Recommendation.country, Recommendation.cycle, Recommendation.number_sort, Record.id)


def _country(cycle: int) -> Any:
    """The portal's State where it has recommendations of the cycle, else the first other one, as a subquery."""
    other = aliased(Recommendation)
    return (
        select(other.country)
        .where(other.cycle == cycle)
        .order_by(other.country != own_country(), other.country)
        .limit(1)
        .scalar_subquery()
    )


def recommendation_rows(
    user: Identity, cycle: str | int = "", position: str = "", country: str = ""
) -> Iterator[dict[str, Any]]:
    """A row per recommendation, by cycle and number."""
    return list_rows(whole(user, cycle, position, country))


def list_rows(stmt: Select[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a statement of ``register.rows``, with themes, groups, goals and bodies read BATCH at a time."""
    stmt = stmt.add_columns(Recommendation.source_document, Recommendation.source_paragraph)
    for rows in db.session.execute(stmt.execution_options(yield_per=BATCH)).partitions(BATCH):
        ids = [row.id for row in rows]
        terms, bodies = parts.terms(ids), parts.bodies(ids)
        for row in rows:
            named = terms[row.id]
            yield {
                "id": row.id,
                "country": row.country,
                "cycle": row.cycle,
                "number": row.number,
                "text": row.text,
                "states": row.states,
                "state_count": row.state_count,
                "position": row.position,
                "position_source": ", ".join(filter(None, (row.source_document, row.source_paragraph))),
                "themes": _names(named["theme"]),
                "groups": _names(named["group"]),
                "sdgs": ", ".join(dict.fromkeys(term.code for term in named["sdg"])),
                "bodies": joined([body.name for body in bodies[row.id]], "; "),
                **{voice: getattr(row, voice) for voice in RATING_VOICES},
            }


def _names(terms: Iterable[parts.PartTerm]) -> Content:
    """The names of terms, each once, as one text."""
    found: list[Content] = []
    for term in terms:
        if term.name not in found:
            found.append(term.name)
    return joined(found, "; ")


def assessment_rows(
    user: Identity, cycle: str | int = "", voice: str = "", latest: str | int = "", country: str = ""
) -> Iterator[dict[str, Any]]:
    """A row per published rating, by number and day; ``latest=1`` keeps the latest of each voice."""
    recommendation = whole(user, cycle, "", country).order_by(None).subquery()
    stmt = (
        records.rows(
            user,
            "assessment",
            Record.id,
            recommendation.c.id.label("recommendation_id"),
            recommendation.c.country,
            recommendation.c.cycle,
            recommendation.c.number,
            Assessment.voice,
            Organisation.name.label("organisation"),
            Assessment.rating,
            Assessment.rated_on,
            Assessment.rationale,
            Assessment.next_step,
            Assessment.methods,
            Assessment.is_latest,
        )
        .join(Assessment, Assessment.record_id == Record.id)
        .join(recommendation, recommendation.c.id == Assessment.recommendation_id)
        .join(Organisation, Organisation.id == Record.org_id)
        .where(Record.status == "published")
        .order_by(recommendation.c.number_sort, recommendation.c.id, Assessment.voice, Assessment.rated_on, Record.id)
    )
    if voice:
        stmt = stmt.where(Assessment.voice == voice)
    if str(latest) in ("1", "True", "true"):
        stmt = stmt.where(Assessment.is_latest.is_(True))
    for rows in db.session.execute(stmt.execution_options(yield_per=BATCH)).partitions(BATCH):
        ids = [row.id for row in rows]
        pieces, challenges = rating_queries.evidence(user, ids), challenging.of_ratings(user, ids)
        for row in rows:
            yield {
                **row._mapping,
                "evidence": evidence_text(pieces.get(row.id, [])),
                "challenges": challenges_text(challenges.get(row.id, [])),
            }


def challenges_text(lines: Iterable[challenging.Line]) -> Content:
    """What was said against a rating and the answers to that as one text, in every language."""
    texts = {}
    found = list(lines)
    for locale in LOCALES if found else ():
        with force_locale(locale):
            said = []
            for line in found:
                one = _(
                    "%(org)s, %(day)s: %(rating)s. %(argument)s (%(source)s)",
                    org=line.org.text(locale),
                    day=format_date(line.challenged_on),
                    rating=RATINGS[line.rating],
                    argument=line.argument.text(locale),
                    source=", ".join(filter(None, (line.source, line.source_url))),
                )
                answer = f": {line.answer.text(locale)}" if line.answer else ""
                said.append(f"{one} {CHALLENGE_STATUSES[line.status]}{answer}")
            texts[locale] = "\n".join(said)
    return Content(texts)


def challenge_rows(
    user: Identity, cycle: str | int = "", status: str = "", country: str = ""
) -> Iterator[dict[str, Any]]:
    """A row per challenge, by number and day."""
    recommendation = whole(user, cycle, "", country).order_by(None).subquery()
    stmt = (
        challenging.rows(user)
        .join(recommendation, recommendation.c.id == Challenge.recommendation_id)
        .join(Assessment, Assessment.record_id == Challenge.assessment_id)
        .add_columns(
            recommendation.c.country,
            recommendation.c.cycle,
            recommendation.c.number,
            Assessment.voice.label("rated_by"),
            Assessment.rating.label("rated"),
            Assessment.rated_on,
        )
        .order_by(recommendation.c.number_sort, Challenge.challenged_on, Record.id)
    )
    if status:
        stmt = stmt.where(Record.status == status)
    for row in db.session.execute(stmt.execution_options(yield_per=BATCH)):
        answered_on = row.answered_at.date() if row.answered_at else None
        yield {**row._mapping, "answered_on": answered_on}


def evidence_line(piece: Any, title: str) -> str:
    """A piece of evidence in the reader's language: kind, *title*, day and address."""
    detail = ", ".join(filter(None, (format_date(piece.dated) if piece.dated else "", piece.url)))
    line = f"{EVIDENCE_KINDS.get(piece.kind, piece.kind)}: {title}"
    return f"{line} ({detail})" if detail else line


def evidence_text(pieces: Iterable[Any]) -> Content:
    """The pieces of evidence as one text: kind, title, day and address.

    It is there in the languages in which every piece has its title, so that whoever shows it says which language it
    is. Where there is none, it is there in all, and a piece that has no title in one is not named in it.
    """
    texts = {}
    found = list(pieces)
    whole = [locale for locale in LOCALES if all(locale in piece.title.texts for piece in found)]
    for locale in (whole or LOCALES) if found else ():
        with force_locale(locale):
            lines = []
            for piece in found:
                title = piece.title.texts.get(locale) or _("named in the other language only")
                lines.append(evidence_line(piece, title))
            texts[locale] = "; ".join(lines)
    return Content(texts)


def summary_rows(user: Identity, cycle: str | int = "", country: str = "") -> Iterator[dict[str, Any]]:
    """Counts of each cycle: of positions, and of the latest ratings by voice; all by UN paragraph."""
    for one in figures.all_figures():
        if (cycle not in ("", None) and one.cycle != int(cycle)) or (country and one.country != country):
            continue
        base = {"country": one.country, "cycle": one.cycle, "rule": "paragraph"}
        for position, number in one.positions.items():
            yield base | {"measure": "position", "voice": None, "value": position, "count": number}
        for voice in one.voices:
            for rating in RATINGS:
                number = one.ratings.get(voice, {}).get(rating, 0)
                yield base | {"measure": "rating", "voice": voice, "value": rating, "count": number}
            yield base | {"measure": "rating", "voice": voice, "value": "none", "count": one.not_rated(voice)}
        yield base | {"rule": "state", "measure": "mentions", "voice": None, "value": None, "count": one.by_state}


CHALLENGE_COLUMNS = (
    DataColumn("id", _l("Record number"), "integer"),
    DataColumn("assessment_id", _l("Record number of the rating"), "integer"),
    DataColumn("recommendation_id", _l("Record number of the recommendation"), "integer"),
    DataColumn("country", _l("State under review")),
    DataColumn("cycle", _l("Cycle"), "integer"),
    DataColumn("number", _l("Number")),
    DataColumn("rated_by", _l("Rated by"), "select", VOICES),
    DataColumn("rated", _l("Rating"), "select", RATINGS),
    DataColumn("rated_on", _l("Date of the rating"), "date"),
    DataColumn("voice", _l("Voice that challenges"), "select", VOICES),
    DataColumn("org", _l("Challenged by"), "content"),
    DataColumn("rating", _l("Says"), "select", RATINGS),
    DataColumn("argument", _l("Argument"), "content"),
    DataColumn("source", _l("Source")),
    DataColumn("source_url", _l("Address of the source")),
    DataColumn("challenged_on", _l("Challenged on"), "date"),
    DataColumn("due_on", _l("Answer due"), "date"),
    DataColumn("status", _l("State"), "select", CHALLENGE_STATUSES),
    DataColumn("answer", _l("Answer"), "content"),
    DataColumn("answered_on", _l("Answered on"), "date"),
)

DATASETS = [
    Dataset(
        "recommendations.challenges",
        _l("Challenges to ratings"),
        CHALLENGE_COLUMNS,
        challenge_rows,
        filters=("cycle", "status", "country"),
        permission="recommendations.read",
    ),
    Dataset(
        "recommendations.recommendations",
        _l("Recommendations"),
        COLUMNS,
        recommendation_rows,
        filters=("cycle", "position", "country"),
        permission="recommendations.read",
    ),
    Dataset(
        "recommendations.assessments",
        _l("Published ratings"),
        (
            DataColumn("id", _l("Record number"), "integer"),
            DataColumn("recommendation_id", _l("Record number of the recommendation"), "integer"),
            DataColumn("country", _l("State under review")),
            DataColumn("cycle", _l("Cycle"), "integer"),
            DataColumn("number", _l("Number")),
            DataColumn("voice", _l("Voice"), "select", VOICES),
            DataColumn("organisation", _l("Rated by"), "content"),
            DataColumn("rating", _l("Rating"), "select", RATINGS),
            DataColumn("rated_on", _l("Date of the rating"), "date"),
            DataColumn("rationale", _l("Reasons"), "content"),
            DataColumn("evidence", _l("Evidence"), "content"),
            DataColumn("next_step", _l("Next step"), "content"),
            DataColumn("methods", _l("Method"), "list", METHODS),
            DataColumn("challenges", _l("Challenges and answers"), "content"),
            DataColumn("is_latest", _l("Latest of its voice")),
        ),
        assessment_rows,
        filters=("cycle", "voice", "latest", "country"),
        permission="recommendations.read",
    ),
    Dataset(
        "recommendations.summary",
        _l("Recommendations and ratings in numbers"),
        (
            DataColumn("country", _l("State under review")),
            DataColumn("cycle", _l("Cycle"), "integer"),
            DataColumn(
                "rule",
                _l("Rule of counting"),
                "select",
                {"paragraph": _l("by UN paragraph"), "state": _l("by recommending State")},
            ),
            DataColumn(
                "measure",
                _l("What is counted"),
                "select",
                {"position": _l("Position"), "rating": _l("Rating"), "mentions": _l("Recommending States")},
            ),
            DataColumn("voice", _l("Voice"), "select", VOICES),
            DataColumn("value", _l("Value"), "select", {**POSITIONS, **RATINGS, "none": NOT_RATED}),
            DataColumn("count", _l("Count"), "integer"),
        ),
        summary_rows,
        filters=("cycle", "country"),
        permission="recommendations.read",
    ),
    Dataset(
        "recommendations.pledges",
        _l("Voluntary pledges"),
        promise_rows.PLEDGE_COLUMNS,
        promise_rows.pledge_rows,
        filters=("cycle", "status", "country"),
        permission="recommendations.read",
    ),
    Dataset(
        "recommendations.concerns",
        _l("Concerns"),
        promise_rows.CONCERN_COLUMNS,
        promise_rows.concern_rows,
        filters=("cycle", "status", "country"),
        permission="recommendations.read",
    ),
]
