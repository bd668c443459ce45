"""Rating by spreadsheet: a table of recommendations that is filled in elsewhere and comes back as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.api import (
    LOCALES,
    ChildFailed,
    Content,
    Identity,
    InputRefused,
    Record,
    Select,
    StaleVersion,
    _,
    _l,
    current_locale,
    db,
    force_locale,
    records,
    run_limited,
    transaction,
)

from .. import importers, writers
from ..models import Recommendation
from ..ratings import grid, rating
from ..ratings.rating import Judgement, Piece
from ..scales import EVIDENCE_KINDS, METHODS, RATINGS
from . import fixing
from .importing import FileRefused

SECONDS, MEGABYTES = 60, 1000
ROWS: Final = 5_000
"""Recommendations of one table."""

TITLES: Final[dict[str, Any]] = {
    "recommendation": _l("Record number"),
    "draft": _l("Draft (leave as it is)"),
    "rating": _l("Rating"),
    "rated_on": _l("Date of the rating"),
    "reasons_mn": _l("Reasons in Mongolian"),
    "reasons_en": _l("Reasons in English"),
    "next_mn": _l("Next step in Mongolian"),
    "next_en": _l("Next step in English"),
    "methods": _l("Method"),
    "evidence_kind": _l("Kind of evidence"),
    "evidence": _l("Evidence"),
    "evidence_url": _l("Address of the evidence"),
}
_HELP: Final[dict[str, Any]] = {
    "recommendation": _l("By this number the row is known again."),
    "draft": _l("Says which draft the row was made from; empty where there was none."),
    "rating": _l("One of the list. A row without a rating is passed over."),
    "rated_on": _l("The day whose state of affairs is rated, as 2026-03-31."),
    "reasons_mn": _l("Why this rating is right. One language is enough."),
    "methods": _l("How it was assessed; several on a line each."),
    "evidence": _l("What it is; it is added to the pieces that are there."),
}


@dataclass
class Line:
    """A row of a table that was sent: what becomes of it (new, changed, same), or its errors by column."""

    row: int
    number: str = ""
    state: str = ""
    rating: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    record_id: int = 0
    draft: int = 0
    version: int = 0
    judgement: Judgement | None = None


def template(user: Identity, org: Any, stmt: Select[Any]) -> bytes:
    """The table with the recommendations of a statement of ``register.rows`` and the drafts of the organisation."""
    found = list(db.session.execute(stmt.limit(ROWS)))
    drafts = _drafts(org.id, [row.id for row in found])
    locale = current_locale()
    rows = []
    for each in found:
        draft = drafts.get(each.id)
        rows.append(
            [
                each.id,
                each.number,
                each.text.text(locale),
                _published(each, org),
                *(_filled(draft) if draft else _EMPTY),
            ]
        )
    head = _column
    columns = [
        head("recommendation", "number", 10),
        {"title": _("Number"), "kind": "text", "width": 12},
        {"title": _("Recommendation"), "kind": "long", "width": 60},
        {"title": _("Published rating"), "kind": "text", "width": 20},
        head("draft", "text", 10),
        head("rating", "text", 22, _("Rating")),
        head("rated_on", "date", 14),
        *(head(name, "long", 44) for name in ("reasons_mn", "reasons_en", "next_mn", "next_en")),
        head("methods", "long", 24),
        head("evidence_kind", "text", 18, _("Kind of evidence")),
        head("evidence", "long", 34),
        head("evidence_url", "text", 30),
    ]
    payload = {
        "main": {"name": _("Ratings"), "columns": columns, "rows": rows},
        "lists_name": _("Lists"),
        "lists": [
            [_("Rating"), [str(label) for label in RATINGS.values()]],
            [_("Kind of evidence"), [str(label) for label in EVIDENCE_KINDS.values()]],
            [_("Method"), [str(label) for label in METHODS.values()]],
        ],
        "more": [],
    }
    made: bytes = run_limited(writers.WRITE_OWN_TABLE, payload, seconds=SECONDS, megabytes=MEGABYTES)
    return made


_EMPTY: Final[list[Any]] = [""] * (len(TITLES) - 1)


def _column(name: str, kind: str, width: int, choose: str = "") -> dict[str, Any]:
    help_text = str(_HELP.get(name, ""))
    return {
        "name": name,
        "title": str(TITLES[name]),
        "kind": kind,
        "width": width,
        "help": help_text,
        "choose": choose,
        "strict": bool(choose),
    }


def _published(row: Any, org: Any) -> str:
    return str(RATINGS.get(getattr(row, str(org.voice), None) or "", ""))


def _filled(row: Any) -> list[Any]:
    reasons, step = row.rationale.texts, row.next_step.texts
    return [
        f"{row.id}/{row.version}",
        str(RATINGS[row.rating]),
        row.rated_on,
        reasons.get("mn", ""),
        reasons.get("en", ""),
        step.get("mn", ""),
        step.get("en", ""),
        "\n".join(str(METHODS[code]) for code in row.methods if code in METHODS),
        "",
        "",
        "",
    ]


def _drafts(org_id: int, ids: Iterable[int]) -> dict[int, Any]:
    """The newest unpublished rating of the organisation on each recommendation."""
    return {row.recommendation_id: row for row in grid.drafts_of(org_id, ids)}


def read(user: Identity, org: Any, data: bytes) -> list[Line]:
    """What would become of each row of a table; nothing is written. Raises FileRefused."""
    try:
        table = run_limited(importers.READ_RATED, data, seconds=SECONDS, megabytes=MEGABYTES)
    except InputRefused as refused:
        if refused.code == "columns_unknown":
            said = _("This is not the table of ratings: download it here, fill it in and send it.")
            raise FileRefused(refused.code, said) from None
        raise FileRefused(refused.code, importers.message(refused.code, refused.where, _)) from None
    except ChildFailed as failed:
        raise FileRefused(failed.code, importers.message(failed.code, {}, _)) from None
    wanted = [int(texts["recommendation"]) for _row, texts in table["rows"] if _is_number(texts.get("recommendation"))]
    stmt = records.rows(user, "recommendation", Recommendation).join(
        Recommendation, Recommendation.record_id == Record.id
    )
    known = {row.record_id: row for row in db.session.scalars(stmt.where(Recommendation.record_id.in_(wanted)))}
    drafts = _drafts(org.id, known)
    seen: set[int] = set()
    lines = []
    for number, texts in table["rows"]:
        if texts.get("rating") or texts.get("reasons_mn") or texts.get("reasons_en") or "_characters" in texts:
            lines.append(_line(number, texts, known, drafts, seen))
    return lines


def _is_number(text: str | None) -> bool:
    return bool(text) and str(text).isdecimal() and len(str(text)) < 10


def _line(
    number: int, texts: Mapping[str, str], known: Mapping[int, Any], drafts: Mapping[int, Any], seen: set[int]
) -> Line:
    line = Line(number)
    if "_characters" in texts:
        line.errors[texts["_characters"]] = _("This cell has characters that are no text.")
        return line
    named = texts.get("recommendation", "")
    found = known.get(int(named)) if _is_number(named) else None
    if found is None:
        line.errors["recommendation"] = _("There is no recommendation with this record number.")
        return line
    line.number, line.record_id = found.number, found.record_id
    if found.archived_at is not None:
        line.errors["recommendation"] = rating.archived_words()
    if found.record_id in seen:
        line.errors["recommendation"] = _("This recommendation stands in the table twice.")
    seen.add(found.record_id)
    draft = drafts.get(found.record_id)
    _check_draft(line, texts.get("draft", ""), draft)
    line.judgement = _judgement(line, texts, found)
    if line.judgement is None or line.errors:
        return line
    line.rating = line.judgement.rating
    line.state = "new" if draft is None else "same" if _same(line.judgement, draft) else "changed"
    return line


def _check_draft(line: Line, said: str, draft: Any) -> None:
    """The row was made from the draft that is there now, or it would overwrite what somebody wrote since."""
    now = f"{draft.id}/{draft.version}" if draft is not None else ""
    if draft is not None and draft.status != "draft":
        line.errors["draft"] = _("This rating was handed over meanwhile and cannot be changed.")
    elif said != now:
        line.errors["draft"] = _(
            "The draft in the portal has changed since this table was made. Download the table anew for this row."
        )
    elif draft is not None:
        line.draft, line.version = draft.id, draft.version


def _judgement(line: Line, texts: Mapping[str, str], found: Recommendation) -> Judgement | None:
    errors = line.errors
    code = _code(texts.get("rating", ""), RATINGS)
    if code is None:
        errors["rating"] = _("Choose one of: %(found)s.", found=", ".join(str(label) for label in RATINGS.values()))
    day = grid.check_date(texts.get("rated_on", ""), found, errors, "rated_on")
    reasons = {lang: texts[f"reasons_{lang}"] for lang in LOCALES if texts.get(f"reasons_{lang}")}
    steps = {lang: texts[f"next_{lang}"] for lang in LOCALES if texts.get(f"next_{lang}")}
    if not reasons:
        errors["reasons_mn"] = _("Say why, in one language at least.")
    for name, parts, limit in (("reasons", reasons, grid.WHY_LIMIT), ("next", steps, 3000)):
        for lang, text in parts.items():
            if len(text) > limit:
                errors[f"{name}_{lang}"] = _("At most %(limit)s characters.", limit=limit)
    methods = []
    for each in filter(None, (part.strip() for part in texts.get("methods", "").replace(";", "\n").split("\n"))):
        method = _code(each, METHODS)
        if method is None:
            known = ", ".join(str(label) for label in METHODS.values())
            errors["methods"] = _(
                "There is no method “%(name)s”. Choose among: %(found)s.", name=each[:80], found=known
            )
        elif method not in methods:
            methods.append(method)
    piece = _piece(texts, errors)
    if errors or code is None or day is None:
        return None
    return Judgement(code, day, _content(reasons), _content(steps), [piece] if piece else [], methods)


def _content(texts: dict[str, str]) -> Content:
    return Content(texts, dict.fromkeys(texts, "draft"))


def _code(text: str, labels: Mapping[str, Any]) -> str | None:
    """The code that a word of any language, or the code itself, names."""
    wanted = " ".join(text.split()).casefold()
    for code in labels:
        if wanted == code:
            return code
    for locale in LOCALES:
        with force_locale(locale):
            for code, label in labels.items():
                if wanted == str(label).casefold():
                    return code
    return None


def _piece(texts: Mapping[str, str], errors: dict[str, str]) -> Piece | None:
    kind = texts.get("evidence_kind", "")
    code = _code(kind, EVIDENCE_KINDS) if kind else ""
    names = {"title": "evidence", "url": "evidence_url", "kind": "evidence_kind"}
    wrong: dict[str, str] = {}
    values = {"title": texts.get("evidence", ""), "url": texts.get("evidence_url", ""), "kind": code or ""}
    piece = grid.evidence_of(values, wrong)
    if code is None:
        wrong["kind"] = _("Choose a kind of evidence.")
    errors.update({names[name]: text for name, text in wrong.items()})
    return piece


def _same(said: Judgement, draft: Any) -> bool:
    return (
        said.rating == draft.rating
        and said.rated_on == draft.rated_on
        and said.rationale.texts == draft.rationale.texts
        and said.next_step.texts == draft.next_step.texts
        and sorted(said.methods) == sorted(draft.methods)
        and not said.evidence
    )


def save(user: Identity, org: Any, data: bytes) -> list[Line]:
    """Write every row without an error as a draft, all in one; the lines as they were read."""
    with transaction():
        lines = read(user, org, data)
        for line in lines:
            if line.errors or line.state == "same" or line.judgement is None:
                continue
            if not line.draft:
                rating.rate(user, db.session.get_one(Record, line.record_id), org, line.judgement)
                continue
            record = records.get(user, line.draft, "assessment", "edit")
            said = line.judgement
            pieces = [*grid.kept_pieces(user, record.id), *said.evidence]
            whole = Judgement(said.rating, said.rated_on, said.rationale, said.next_step, pieces, said.methods)
            try:
                rating.edit_draft(user, record, whole, version=line.version)
            except (StaleVersion, rating.NotDraft):
                line.errors["draft"] = _("The draft in the portal has changed since this table was made.")
    return lines


def with_errors(data: bytes, lines: Iterable[Line]) -> bytes:
    """The table that was sent, with what is wrong written into it; raises fixing.CannotMark."""
    marks = [[line.row, name, str(TITLES[name]), text] for line in lines for name, text in line.errors.items()]
    return fixing.marked(data, "xlsx", marks)
