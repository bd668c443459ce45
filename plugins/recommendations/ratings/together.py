"""Handing over, validating or publishing many ratings at once: what can go on, what cannot and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.api import (
    Forbidden,
    Identity,
    NotFound,
    Organisation,
    Record,
    Select,
    StaleVersion,
    User,
    _,
    _l,
    db,
    func,
    or_,
    records,
    select,
    transaction,
)

from .. import notices
from ..models import Assessment, Evidence, Recommendation
from ..permissions import RATERS
from ..scales import NEED_EVIDENCE
from . import publishing, rating

LIMIT: Final = 200
"""Ratings that go on at once."""
STATUS: Final = {"submit": "draft", "validate": "submitted", "publish": "validated"}
WHY: Final[dict[str, Any]] = {
    "right": _l("You may not do this with a rating of this organisation."),
    "own": _l("You drafted it: another person validates and publishes it."),
    "second": _l("You validated it: a third person publishes it."),
    "evidence": _l("It needs evidence: add at least one piece."),
    "archived": _l("The recommendation is archived."),
    "nobody": _l("The person chosen may not take this one: they worked on it, or have no role for it. Choose another."),
    "changed": _l("It was changed or went on after this page was shown. Look at it again."),
}
"""Why a rating cannot go on, for the reader."""


def rows(user: Identity, act: str) -> Select[Any]:
    """The ratings with which *act* comes next, of the own organisations and those that wait for *user*."""
    own = [grant.org_id for grant in user.grants if grant.role in RATERS and grant.org_id is not None]
    pieces = select(func.count()).where(Evidence.assessment_id == Assessment.record_id).scalar_subquery()
    return (
        records.rows(
            user,
            "assessment",
            Record.id,
            Record.version,
            Record.org_id,
            Assessment.voice,
            Assessment.rating,
            Assessment.rated_on,
            Assessment.rationale,
            Assessment.drafted_by_id,
            Assessment.validated_by_id,
            Recommendation.number,
            Recommendation.number_sort,
            Recommendation.cycle,
            Recommendation.text,
            Recommendation.archived_at,
            User.name.label("drafter"),
            Organisation.name.label("org"),
            pieces.label("pieces"),
        )
        .join(Assessment, Assessment.record_id == Record.id)
        .join(Recommendation, Recommendation.record_id == Assessment.recommendation_id)
        .outerjoin(User, User.id == Assessment.drafted_by_id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
        .where(Record.status == STATUS[act], or_(Record.org_id.in_(own), Record.owner_id == user.id))
    )


def counts(user: Identity) -> dict[str, int]:
    """How many ratings wait for each act."""
    return {act: db.session.scalar(select(func.count()).select_from(rows(user, act).subquery())) or 0 for act in STATUS}


@dataclass
class Waiting:
    """Ratings of a page: those that can go on, and those that cannot, by id, with a key of WHY.

    ``people`` are those who may take at least one of the first.
    """

    ready: list[Any] = field(default_factory=list)
    hindered: list[tuple[Any, str]] = field(default_factory=list)
    people: list[publishing.NextPerson] = field(default_factory=list)


def sorted_out(user: Identity, act: str, found: list[Any]) -> Waiting:
    """What of *found*, rows of ``rows``, can go on now, and who may take it."""
    waiting = Waiting()
    reach: dict[tuple[Any, str], bool] = {}
    for row in found:
        place = (row.org_id, row.voice)
        if place not in reach:
            reach[place] = user.can(publishing.RIGHT[act]) and publishing.within(user, act, row, row)
        why = "" if reach[place] else "right"
        why = why or _hindrance(user, act, row)
        if why:
            waiting.hindered.append((row, why))
        else:
            waiting.ready.append(row)
    if act != "publish":
        people: dict[int, publishing.NextPerson] = {}
        for one in {(row.org_id, row.voice): row for row in waiting.ready}.values():
            for each in publishing.answerers(one, one):
                people.setdefault(each.id, publishing.NextPerson(each.id, each.name, each.org))
        taken = [publishing.excluded_next(user, act, row) for row in waiting.ready]
        waiting.people = [each for each in people.values() if not all(each.id in ids for ids in taken)]
    return waiting


def _hindrance(user: Identity, act: str, row: Any) -> str:
    if person := _did_before(user, act, row):
        return person
    if row.archived_at is not None:
        return "archived"
    if row.rating in NEED_EVIDENCE and not row.pieces:
        return "evidence"
    return ""


@dataclass
class Outcome:
    """How many went on, and which did not: number and a key of WHY."""

    done: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


def go_on(user: Identity, act: str, picked: Mapping[int, int], to_id: int = 0, word: str = "") -> Outcome:
    """Do *act* with each rating *picked* (id and the version that was looked at), each by itself with its history.

    Who they wait for gets one mail for all of them; of published ones each drafter one.
    """
    outcome = Outcome()
    told: Counter[int] = Counter()
    last = 0
    for record_id, version in list(picked.items())[:LIMIT]:
        why = _one(user, act, record_id, version, to_id, word)
        if why:
            outcome.left.append((_number(user, record_id), why))
            continue
        outcome.done, last = outcome.done + 1, record_id
        owner = db.session.get_one(Record, record_id).owner_id
        if owner is not None and owner != user.id:
            told[owner] += 1
    with transaction():
        for user_id, number in told.items():
            status = {"submit": "submitted", "validate": "validated", "publish": "published"}[act]
            if outcome.done == 1:
                notices.waits(last, user_id, status)
            else:
                notices.many_wait(user_id, status, number)
    return outcome


def _one(user: Identity, act: str, record_id: int, version: int, to_id: int, word: str) -> str:
    """Do it with one rating; why not, where it cannot go on."""
    try:
        record = records.get(user, record_id, "assessment", "edit")
        if act == "submit":
            publishing.submit(user, record, to_id, version=version, tell=False)
        elif act == "validate":
            publishing.validate(user, record, to_id, word, version=version, tell=False)
        else:
            publishing.publish(user, record, version=version, tell=False)
    except (NotFound, publishing.WrongState, StaleVersion):
        return "changed"
    except publishing.NobodyThere:
        return "nobody"
    except publishing.EvidenceMissing:
        return "evidence"
    except rating.Archived:
        return "archived"
    except Forbidden:
        row = db.session.get(Assessment, record_id)
        return (row is not None and _did_before(user, act, row)) or "right"
    return ""


def _did_before(user: Identity, act: str, row: Any) -> str:
    """Whether *user* has done a step with it that must be another's."""
    if act == "submit" or user.id not in publishing.excluded(act, row):
        return ""
    return "own" if user.id == row.drafted_by_id else "second"


def _number(user: Identity, record_id: int) -> str:
    """The number of the recommendation of a rating *user* sees."""
    stmt = (
        records.rows(user, "assessment", Recommendation.number)
        .join(Assessment, Assessment.record_id == Record.id)
        .join(Recommendation, Recommendation.record_id == Assessment.recommendation_id)
        .where(Record.id == record_id)
    )
    return db.session.scalar(stmt) or _("a rating that is not there any more")


def reasons(outcome: Outcome) -> list[str]:
    """What did not go on and why, a line each."""
    return [f"{number}: {WHY[why]}" for number, why in outcome.left]
