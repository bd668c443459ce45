"""From a draft to a published rating: handed over, validated or returned, published. Who may do what is told here.

``may`` is the one rule: an act needs its permission, in the rater's organisation, or as a coordinator of the same
voice; a deputy of a focal point drafts only; and who drafted does neither validate nor publish. Where the module is
set to three people, who validated does not publish either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal.api import (
    Content,
    Forbidden,
    Grant,
    Identity,
    Organisation,
    Record,
    Select,
    StaleVersion,
    User,
    and_,
    clock,
    db,
    or_,
    records,
    select,
    transaction,
)

from .. import notices
from ..models import Assessment, Step
from ..permissions import RATERS
from ..settings import THREE, setting
from . import rating
from .rating import Judgement

FROM: Final = {"submit": ("draft",), "validate": ("submitted",), "publish": ("validated",)}
"""The statuses in which an act is done."""
RIGHT: Final = {
    "submit": "recommendations.assess",
    "validate": "recommendations.validate",
    "publish": "recommendations.publish",
}
NEXT: Final = {"draft": "validate", "submitted": "publish"}
"""For whom a rating is handed over, by the status it has before."""
BEFORE: Final = {"validate": "submit", "publish": "validate"}
"""The act after which another comes."""
WORD_LIMIT: Final = 2000


class WrongState(Exception):
    """Somebody was quicker: the rating is no longer where the act begins."""


class NobodyThere(Exception):
    """The person named next may not do what comes next."""


class EvidenceMissing(Exception):
    """A rating that says "fully" or "not" without a piece of evidence (D5)."""


@dataclass(frozen=True)
class NextPerson:
    """Someone who may do the next act."""

    id: int
    name: str
    org: Content


def may(user: Identity, act: str, record: Record, row: Assessment) -> bool:
    """Whether *user* may do *act* with this rating, whatever its status."""
    if user.id is None or not user.can(RIGHT[act]) or not within(user, act, record, row):
        return False
    return act == "submit" or user.id not in excluded(act, row)


def excluded(act: str, row: Any) -> set[int | None]:
    """Who has done a step already that must be another's."""
    others = {row.drafted_by_id}
    if act == "publish" and setting("people") == THREE:
        others.add(row.validated_by_id)
    return others


def excluded_next(user: Identity, act: str, row: Any) -> set[int | None]:
    """Who may not do what comes after *user* has done *act*."""
    following = "validate" if act == "submit" else "publish"
    done = excluded(following, row)
    if following == "publish" and setting("people") == THREE:
        done = done | {user.id}
    return done


def within(user: Identity, act: str, record: Record | Any, row: Assessment | Any) -> bool:
    """Whether *user* is of the rater's organisation, or, except for drafting, a coordinator of its voice."""
    for grant in user.grants:
        if grant.role not in RATERS or (act != "submit" and grant.function == "deputy"):
            continue
        if grant.org_id == record.org_id:
            return True
        voice = select(Organisation.voice).where(Organisation.id == grant.org_id)
        if act != "submit" and grant.role == "coordinator" and db.session.scalar(voice) == row.voice:
            return True
    return False


def people(user: Identity, record: Record, row: Assessment) -> list[NextPerson]:
    """Who may do what comes next after *user* has done the present step, those of the own organisation first."""
    act = NEXT.get(record.status)
    if act is None:
        return []
    done = {each for each in excluded_next(user, BEFORE[act], row) if each is not None}
    stmt = _entitled(record, row).where(User.id.not_in(done))
    found = {each.id: NextPerson(each.id, each.name, each.org) for each in reversed(db.session.execute(stmt).all())}
    return list(reversed(found.values()))


def who_answers(record: Record, row: Assessment) -> Any:
    """Who is to answer a challenge to a rating: who drafted or published it, where they still may, else somebody.

    The account's ``id`` and the organisation (``org_id``) for which they may; None where there is nobody.
    """
    able: dict[int, Any] = {}
    for each in answerers(record, row):
        able.setdefault(each.id, each)
    first = [able[each] for each in (row.drafted_by_id, row.published_by_id) if each in able]
    return next(iter([*first, *able.values()]), None)


def answerers(record: Record | Any, row: Assessment | Any) -> list[Any]:
    """Who validates, publishes and answers today: ``id name org org_id``, the own organisation first."""
    return list(db.session.execute(_entitled(record, row)))


def _entitled(record: Record | Any, row: Assessment | Any) -> Select[*tuple[Any, ...]]:
    """Who validates and publishes a rating today, whatever they have done with it, the own organisation first."""
    return _raters(record, row).where(or_(Grant.function.is_(None), Grant.function != "deputy"))


def _drafter(user: Identity, record: Record, row: Assessment) -> int | None:
    """Whose it is after its way has ended: who drafted it, or, where they have left, *user* if of the organisation."""
    if row.drafted_by_id in {each.id for each in db.session.execute(_raters(record, row))}:
        return row.drafted_by_id
    return user.id if within(user, "submit", record, row) else None


def _raters(record: Record | Any, row: Assessment | Any) -> Select[*tuple[Any, ...]]:
    """Who rates for the organisation today, deputies among them, and who coordinates its voice."""
    today = clock.today()
    return (
        select(User.id, User.name, User.name_key, Organisation.name.label("org"), Grant.org_id)
        .join(Grant, Grant.user_id == User.id)
        .join(Organisation, Organisation.id == Grant.org_id)
        .where(
            User.disabled_at.is_(None),
            Grant.role.in_(RATERS),
            Grant.valid_from <= today,
            or_(Grant.valid_to.is_(None), Grant.valid_to >= today),
            or_(
                Grant.org_id == record.org_id,
                and_(Grant.role == "coordinator", Organisation.voice == row.voice),
            ),
        )
        .order_by(Grant.org_id != record.org_id, User.name_key, User.id)
    )


def submit(user: Identity, record: Record, to_id: int, *, version: int | None = None, tell: bool = True) -> None:
    """Hand a draft over to the one who validates; raises NobodyThere and what ``publish`` raises."""
    _pass_on(user, record, "submit", to_id, "", version, tell)


def validate(
    user: Identity, record: Record, to_id: int, word: str = "", *, version: int | None = None, tell: bool = True
) -> None:
    """Say that it is right, and hand it to the one who publishes; raises what ``submit`` raises."""
    _pass_on(user, record, "validate", to_id, word, version, tell)


def _pass_on(user: Identity, record: Record, act: str, to_id: int, word: str, version: int | None, tell: bool) -> None:
    with transaction():
        row = _begin(user, record, act)
        if to_id not in {each.id for each in people(user, record, row)}:
            raise NobodyThere
        status = "submitted" if act == "submit" else "validated"
        records.update(user, record, version=version, status=status, owner_id=to_id)
        if act == "validate":
            row.validated_at, row.validated_by_id = clock.now(), user.id
        _note(user, row, status, word, to_id)
        if tell and to_id != user.id:
            notices.waits(record.id, to_id, status)


def publish(user: Identity, record: Record, *, version: int | None = None, tell: bool = True) -> None:
    """Show a validated rating to everyone; raises EvidenceMissing, Archived, WrongState and Forbidden.

    With the *version* that was looked at also StaleVersion.
    """
    with transaction():
        row = _begin(user, record, "publish")
        if version not in (None, record.version):
            raise StaleVersion(record)
        drafter = _drafter(user, record, row)
        rating.make_public(user, record, row, drafter)
        _note(user, row, "published", "", drafter)
        if tell and drafter not in (None, user.id):
            notices.waits(record.id, drafter, "published")


def may_return(user: Identity, record: Record, row: Assessment) -> bool:
    """Whether *user* may give it back to the one who drafted it: who validates or publishes, or the drafter."""
    if record.status not in ("submitted", "validated"):
        return False
    act = "validate" if record.status == "submitted" else "publish"
    return (user.id == row.drafted_by_id and may(user, "submit", record, row)) or may(user, act, record, row)


def send_back(user: Identity, record: Record, word: str) -> None:
    """Make it a draft again, with a word why (the drafter takes it back without); raises WrongState and Forbidden."""
    with transaction():
        row = _locked(record)
        if record.status not in ("submitted", "validated"):
            raise WrongState
        if not may_return(user, record, row) or not (word or user.id == row.drafted_by_id):
            raise Forbidden
        drafter = _drafter(user, record, row)
        records.update(user, record, version=None, status="draft", owner_id=drafter)
        row.validated_at = row.validated_by_id = None
        _note(user, row, "returned", word, drafter)
        if drafter not in (None, user.id):
            notices.waits(record.id, drafter, "returned")


def enter(
    drafter: Identity, publisher: Identity, recommendation: Record, org: Organisation | Any, judgement: Judgement
) -> Record:
    """A rating with all its steps, for data that comes with its people: drafted by one, published by another."""
    with transaction():
        record = rating.rate(drafter, recommendation, org, judgement)
        submit(drafter, record, publisher.id or 0, tell=False)
        validate(publisher, record, publisher.id or 0, tell=False)
        publish(publisher, record, tell=False)
    return record


def _locked(record: Record) -> Assessment:
    """The rating, of which nobody else changes the status meanwhile."""
    row = db.session.scalar(
        select(Assessment)
        .where(Assessment.record_id == record.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert row is not None
    db.session.refresh(record)
    return row


def _begin(user: Identity, record: Record, act: str) -> Assessment:
    row = _locked(record)
    if record.status not in FROM[act]:
        raise WrongState
    if not may(user, act, record, row):
        raise Forbidden
    rating.in_register(row.recommendation_id)
    if rating.lacks_evidence(row):
        raise EvidenceMissing
    return row


def _note(user: Identity, row: Assessment, act: str, word: str, to_id: int | None) -> None:
    db.session.add(
        Step(
            assessment_id=row.record_id,
            act=act,
            word=word[:WORD_LIMIT],
            by_id=user.id,
            to_id=to_id,
            at=clock.now(),
        )
    )
    db.session.flush()
