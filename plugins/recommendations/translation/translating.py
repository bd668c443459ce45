"""The way of a Mongolian text: written, proposed, agreed on for civil society, made official, disputed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.api import (
    Content,
    Event,
    Forbidden,
    Identity,
    Organisation,
    Record,
    Select,
    StaleVersion,
    User,
    clock,
    db,
    emit,
    func,
    nfc,
    records,
    select,
    sort_key,
    transaction,
)

from .. import notices
from ..models import Recommendation
from ..register import service
from ..register.counted import active
from ..register_models import TranslationStep
from ..register_scales import TRANSLATION
from ..wording import title_of

PERMISSIONS: Final[Mapping[str, str]] = {
    "written": "recommendations.translate",
    "proposed": "recommendations.translate",
    "agreed": "recommendations.agree_translation",
    "official": "recommendations.official_translation",
    "disputed": "recommendations.dispute_translation",
    "comment": "recommendations.translate",
}
"""Who may do which act."""
FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "written": ("none", "draft", "proposed", "disputed"),
    "proposed": ("draft",),
    "agreed": ("proposed", "disputed"),
    "official": ("proposed", "agreed", "disputed"),
    "disputed": ("proposed", "agreed", "official"),
    "comment": tuple(TRANSLATION),
}
"""In which states an act is possible; who makes texts official may also write in one that is agreed or official."""
STATE: Final[Mapping[str, str]] = {
    "written": "draft",
    "proposed": "checked",
    "agreed": "checked",
    "official": "official",
}
"""The state of the text itself after an act; a disputed text stays in force until it is another one."""
TO_DO: Final = ("none", "draft", "disputed")
"""What the list of texts to be translated begins with."""
WORD_LIMIT: Final = 2000


class NotNow(Exception):
    """The state of the text does not allow this act (any more)."""


def allowed(user: Identity, state: str) -> list[str]:
    """The acts that *user* may do with a text in *state*."""
    found = [act for act, name in PERMISSIONS.items() if user.can(name) and state in FROM[act]]
    if "written" not in found and user.can(PERMISSIONS["written"]) and user.can(PERMISSIONS["official"]):
        found.insert(0, "written")
    return found


def write(user: Identity, record: Record, text: str, *, version: int | None) -> bool:
    """Save a Mongolian text as a draft; whether it is another one. Raises Forbidden, NotNow, StaleVersion."""
    with transaction():
        row = _open(user, record, "written", version)
        text = nfc(text).strip()
        if text == row.text.texts.get("mn", ""):
            return False
        _put(user, record, row, text, "draft")
    return True


def act(user: Identity, record: Record, name: str, *, version: int | None, word: str = "") -> None:
    """Propose, agree on, make official or dispute the text, or say something about it.

    Raises Forbidden, NotNow and StaleVersion; a dispute and a comment need a word.
    """
    if name not in PERMISSIONS or name == "written" or (name in ("disputed", "comment") and not word.strip()):
        raise ValueError(name)
    with transaction():
        row = _open(user, record, name, version)
        text = row.text.texts.get("mn", "")
        if name == "disputed":
            row.translation = "disputed"
            _touch(user, record)
        elif name == "agreed" and row.text.state("mn") == "official":
            row.translation = "official"
            _touch(user, record)
        elif name != "comment":
            _put(user, record, row, text, STATE[name])
            row.translation = name
        db.session.add(
            TranslationStep(
                recommendation_id=record.id,
                act=name,
                text=text,
                word=nfc(word).strip(),
                org_id=next(iter(user.orgs), None),
                by_id=user.id,
                at=clock.now(),
            )
        )
        emit(Event("recommendations.translation", record.id))
        told = _proposers(record.id) - {user.id} if name in ("agreed", "official", "disputed") else set()
        for user_id in sorted(told):
            notices.translated(record.id, user_id, name)


def _open(user: Identity, record: Record, name: str, version: int | None) -> Recommendation:
    """The row, read anew; who may translate need not be of the body that keeps the register."""
    if not user.can(PERMISSIONS[name]):
        raise Forbidden
    db.session.refresh(record)
    if version is not None and version != record.version:
        raise StaleVersion(record)
    row = db.session.get_one(Recommendation, record.id, populate_existing=True)
    if name not in allowed(user, row.translation):
        raise NotNow(row.translation)
    return row


def _put(user: Identity, record: Record, row: Recommendation, text: str, state: str) -> None:
    states = {**row.text.states, "mn": state}
    row.text = Content.of(state=states, en=row.text.texts.get("en"), mn=text)
    record.title = title_of(row.number, row.text)
    record.sort_mn = sort_key(record.title.text("mn"))[:200]
    records.index(record, service.searched(row, row.text))
    _touch(user, record)


def _touch(user: Identity, record: Record) -> None:
    record.changed_by_id, record.changed_at = user.id, clock.now()
    db.session.flush()


def _proposers(record_id: int) -> set[int]:
    """Who proposed the text that is there now."""
    found: set[int] = set()
    for step in _steps(record_id):
        if step.act == "written":
            found = set()
        elif step.act == "proposed" and step.by_id is not None:
            found = {step.by_id}
    return found


def _steps(record_id: int) -> Sequence[TranslationStep]:
    stmt = select(TranslationStep).where(TranslationStep.recommendation_id == record_id)
    return db.session.scalars(stmt.order_by(TranslationStep.id)).all()


@dataclass(frozen=True)
class Line:
    """An act as the history shows it; ``parts`` are (same, ins or del, words) against the text before it."""

    act: str
    word: str
    at: Any
    by: str
    org: Content | None
    parts: list[tuple[str, str]]


def history(record_id: int) -> list[Line]:
    """The acts on a text, the newest first."""
    stmt = (
        select(TranslationStep, User.name.label("author"), Organisation.name.label("org"))
        .outerjoin(User, User.id == TranslationStep.by_id)
        .outerjoin(Organisation, Organisation.id == TranslationStep.org_id)
        .where(TranslationStep.recommendation_id == record_id)
        .order_by(TranslationStep.id)
    )
    found: list[Line] = []
    text = ""
    for step, author, org in db.session.execute(stmt):
        parts = differences(text, step.text) if step.act == "written" else []
        text = step.text if step.act == "written" else text
        found.append(Line(step.act, step.word, step.at, author or "", org, parts))
    return found[::-1]


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """What changed between two texts, word by word."""
    if not before:
        return [("same", after)] if after else []
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(old[a:b])))
            continue
        if a < b:
            found.append(("del", "".join(old[a:b])))
        if c < d:
            found.append(("ins", "".join(new[c:d])))
    return found


def rows(user: Identity) -> Select[Any]:
    """The active recommendations for the list of translations."""
    return (
        records.rows(
            user,
            "recommendation",
            Record.id,
            Recommendation.country,
            Recommendation.cycle,
            Recommendation.number,
            Recommendation.number_sort,
            Recommendation.text,
            Recommendation.translation,
            Record.changed_at,
        )
        .join(Recommendation, Recommendation.record_id == Record.id)
        .where(active())
    )


def progress(user: Identity) -> dict[str, int]:
    """How many active recommendations are in each state, by UN paragraph."""
    stmt = (
        select(Recommendation.translation, func.count())
        .select_from(Record)
        .join(Recommendation, Recommendation.record_id == Record.id)
        .where(Record.kind == "recommendation", records.visible(user), active())
        .group_by(Recommendation.translation)
    )
    found = {row[0]: row[1] for row in db.session.execute(stmt)}
    return {state: found.get(state, 0) for state in TRANSLATION}


def neighbour(user: Identity, row: Recommendation, states: Iterable[str] = TO_DO) -> int | None:
    """The next recommendation in one of *states*: behind this one in the order of the register, else from its start."""
    stmt = (
        rows(user)
        .with_only_columns(Record.id, maintain_column_froms=True)
        .where(Recommendation.translation.in_(list(states)), Record.id != row.record_id)
        .order_by(Recommendation.country, Recommendation.cycle.desc(), Recommendation.number_sort)
    )
    behind = stmt.where(
        Recommendation.country == row.country,
        Recommendation.cycle == row.cycle,
        Recommendation.number_sort > row.number_sort,
    )
    return db.session.scalar(behind.limit(1)) or db.session.scalar(stmt.limit(1))
