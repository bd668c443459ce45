"""Rating many recommendations in a table: the rows of a page, and saving each of them as a draft by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from wtforms.validators import ValidationError

from portal.api import (
    Content,
    Cycle,
    Identity,
    Organisation,
    Record,
    StaleVersion,
    User,
    _,
    and_,
    current_locale,
    db,
    func,
    nfc,
    records,
    select,
)

from ..models import Assessment, Evidence, Recommendation
from ..register.forms import check_day
from ..scales import EVIDENCE_KINDS, RATINGS, UNPUBLISHED
from . import queries, rating
from .rating import Judgement, Piece

FIELDS: Final = ("rating", "rated_on", "why", "kind", "title", "url")
"""What is entered in a row; the last three are one more piece of evidence."""
WHY_LIMIT, TITLE_LIMIT, URL_LIMIT = 5000, 500, 2000


@dataclass
class Row:
    """A row of the table: the draft there is (``draft``, 0 for none) at its ``version``, and what is in its fields.

    ``waiting`` is the status of a rating that was handed over: such a row is only read. ``was`` are the fields as
    they were shown, by which a row knows that somebody has written in it.
    """

    id: int
    draft: int = 0
    version: int = 0
    values: dict[str, str] = field(default_factory=dict)
    was: str = ""
    pieces: int = 0
    waiting: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    saved: bool = False

    def remember(self) -> None:
        """Take the fields as those that were shown."""
        self.was = json.dumps([self.values.get(name, "") for name in FIELDS], ensure_ascii=False)

    @property
    def changed(self) -> bool:
        """Whether somebody has written in it."""
        return self.was != json.dumps([self.values.get(name, "") for name in FIELDS], ensure_ascii=False)

    def dump(self) -> dict[str, Any]:
        """As plain data, for the page."""
        return {
            "draft": self.draft,
            "version": self.version,
            "was": self.was,
            "values": self.values,
            "pieces": self.pieces,
            "errors": self.errors,
            "saved": self.saved,
        }


def drafts_of(org_id: int, ids: Iterable[int]) -> list[Any]:
    """The unpublished ratings of an organisation on recommendations, newest last; ``pieces``: how much evidence."""
    counted = select(func.count()).where(Evidence.assessment_id == Assessment.record_id).scalar_subquery()
    stmt = (
        select(
            Record.id,
            Record.version,
            Record.status,
            Assessment.recommendation_id,
            Assessment.rating,
            Assessment.rated_on,
            Assessment.rationale,
            Assessment.next_step,
            Assessment.methods,
            counted.label("pieces"),
        )
        .join(Assessment, Assessment.record_id == Record.id)
        .where(Assessment.recommendation_id.in_(list(ids)), Record.org_id == org_id, Record.status.in_(UNPUBLISHED))
        .order_by(Record.id)
    )
    return list(db.session.execute(stmt))


def kept_pieces(user: Identity, record_id: int) -> list[Piece]:
    """The evidence a rating has, as what is entered of it when the rating is changed in a table."""
    kept = queries.evidence(user, [record_id]).get(record_id, [])
    return [Piece(each.kind, each.title, each.url, each.dated, each.linked_id, None, each.file_id) for each in kept]


def own_rows(org_id: int, ids: Iterable[int]) -> dict[int, Row]:
    """The row of each recommendation, with the newest unpublished rating of the organisation where it has one."""
    rows = {record_id: Row(record_id) for record_id in ids}
    for each in drafts_of(org_id, rows):
        row = rows[each.recommendation_id]
        row.draft, row.version, row.pieces = each.id, each.version, each.pieces
        row.waiting = "" if each.status == "draft" else each.status
        row.values = {
            "rating": each.rating,
            "rated_on": each.rated_on.isoformat(),
            "why": each.rationale.texts.get(current_locale(), ""),
        }
    for row in rows.values():
        row.remember()
    return rows


def sent_rows(form: Mapping[str, str]) -> dict[int, Row]:
    """The rows that a page sent, with what was written in them."""
    rows = {}
    for name in form:
        if not name.endswith("-was") or not name[:-4].isdecimal():
            continue
        record_id = int(name[:-4])
        values = {key: nfc(form.get(f"{record_id}-{key}", "")).strip().replace("\r\n", "\n") for key in FIELDS}
        row = Row(record_id, values={key: text for key, text in values.items() if text}, was=form[name])
        row.draft, row.version = (_whole(form.get(f"{record_id}-{key}", "")) for key in ("draft", "version"))
        rows[record_id] = row
    return rows


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def save(user: Identity, org: Organisation | Any, row: Row) -> None:
    """Save what was written in a row as a draft of the organisation, or say in ``row.errors`` why not.

    Where somebody else saved it meanwhile nothing is lost: what is written stays in the row, what stands there now
    is told, and saving once more replaces it.
    """
    found = db.session.get(Recommendation, row.id)
    if found is None or not db.session.scalar(
        records.rows(user, "recommendation", Record.id).where(Record.id == row.id)
    ):
        row.errors["row"] = _("This recommendation is not there any more.")
        return
    if found.archived_at is not None:
        row.errors["row"] = rating.archived_words()
        return
    judgement = _judgement(row, found)
    if judgement is None:
        return
    now = own_rows(org.id, [row.id])[row.id]
    if now.waiting:
        row.errors["row"] = _("This rating was handed over meanwhile and cannot be changed.")
        return
    if now.draft != row.draft:
        _conflict(row, now)
        return
    if row.draft:
        _change(user, row, judgement, now)
    else:
        recommendation = db.session.get_one(Record, row.id)
        row.draft = rating.rate(user, recommendation, org, judgement).id
        row.saved = True
    if row.saved:
        fresh = own_rows(org.id, [row.id])[row.id]
        row.version, row.values, row.was, row.pieces = fresh.version, fresh.values, fresh.was, fresh.pieces


def _change(user: Identity, row: Row, judgement: Judgement, now: Row) -> None:
    record = records.get(user, row.draft, "assessment", "edit")
    stored = db.session.get_one(Assessment, record.id)
    pieces = [*kept_pieces(user, record.id), *judgement.evidence]
    locale = current_locale()
    old = stored.rationale
    same = old.texts.get(locale, "") == judgement.rationale.texts.get(locale, "")
    texts = {**old.texts, **judgement.rationale.texts}
    rationale = old if same else Content(texts, {**old.states, **judgement.rationale.states})
    whole = Judgement(
        judgement.rating, judgement.rated_on, rationale, stored.next_step, pieces, tuple(map(str, stored.methods))
    )
    try:
        rating.edit_draft(user, record, whole, version=row.version)
    except StaleVersion:
        _conflict(row, now)
    except rating.NotDraft:
        row.errors["row"] = _("This rating was handed over meanwhile and cannot be changed.")
    else:
        row.saved = True


def _conflict(row: Row, now: Row) -> None:
    """Tell who saved it meanwhile and what stands there; the row goes on from that version."""
    by = None
    if now.draft:
        stmt = select(User.name).join(Record, Record.changed_by_id == User.id).where(Record.id == now.draft)
        by = db.session.scalar(stmt)
    row.draft, row.version = now.draft, now.version
    if not now.draft:
        row.errors["row"] = _("The draft was put aside meanwhile. Save once more to make a new one.")
        return
    row.errors["row"] = _(
        "%(name)s saved this row meanwhile: %(rating)s, %(day)s. %(why)s Yours stands here; save again to replace it.",
        name=by or _("The portal"),
        rating=RATINGS[now.values["rating"]],
        day=now.values["rated_on"],
        why=now.values.get("why", "")[:300],
    )


def _judgement(row: Row, found: Recommendation) -> Judgement | None:
    """What the row says, or None with ``row.errors``."""
    values = row.values
    if values.get("rating") not in RATINGS:
        row.errors["rating"] = _("Choose a rating.")
    day = check_date(values.get("rated_on", ""), found, row.errors, "rated_on")
    why = values.get("why", "")
    if not why:
        row.errors["why"] = _("Say why.")
    elif len(why) > WHY_LIMIT:
        row.errors["why"] = _("At most %(limit)s characters.", limit=WHY_LIMIT)
    piece = evidence_of(values, row.errors)
    if row.errors or day is None:
        return None
    return Judgement(values["rating"], day, _said(why), evidence=[piece] if piece else [])


def _said(text: str) -> Content:
    return Content({current_locale(): text}, {current_locale(): "draft"})


def check_date(text: str, found: Recommendation, errors: dict[str, str], name: str) -> date | None:
    """The day that *text* names, between the review and today, or None with an error."""
    try:
        day = date.fromisoformat(text)
        check_day(day, reviewed_on(found))
    except ValidationError as wrong:
        errors[name] = str(wrong)
    except ValueError:
        errors[name] = _("Enter a day, as 2026-03-31.")
    else:
        return day
    return None


def reviewed_on(found: Recommendation) -> date | None:
    """The day of the review a recommendation was made at, where it is known."""
    same = and_(Cycle.country == found.country, Cycle.number == found.cycle)
    day: date | None = db.session.scalar(select(Cycle.reviewed_on).where(same))
    return day


def evidence_of(values: Mapping[str, str], errors: dict[str, str]) -> Piece | None:
    """The piece of evidence in ``kind``, ``title`` and ``url``; None where there is none or it is wrong."""
    title, url, kind = values.get("title", ""), values.get("url", ""), values.get("kind", "")
    if not title and not url:
        return None
    if not title:
        errors["title"] = _("Say what this piece of evidence is.")
    elif len(title) > TITLE_LIMIT:
        errors["title"] = _("At most %(limit)s characters.", limit=TITLE_LIMIT)
    if url and (len(url) > URL_LIMIT or not _is_address(url)):
        errors["url"] = _("Enter an address that begins with https:// or http://.")
    if kind and kind not in EVIDENCE_KINDS:
        errors["kind"] = _("Choose a kind of evidence.")
    if errors.keys() & {"title", "url", "kind"}:
        return None
    return Piece(kind or "other", _said(title), url)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in url)
