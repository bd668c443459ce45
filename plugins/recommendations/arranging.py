"""What the national side keeps with a recommendation: sub-points, targets, clusters, focal points; the archive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.api import (
    LOCALES,
    Content,
    Identity,
    Office,
    OfficeHolding,
    Organisation,
    Person,
    Record,
    User,
    and_,
    audit,
    clock,
    current_locale,
    db,
    delete,
    func,
    or_,
    records,
    reference,
    select,
    sort_key,
    transaction,
)

from . import notices
from .counted import active
from .models import Body, Recommendation
from .register_models import Cluster, ClusterMember, Contact, Point, Target
from .register_scales import CONTACT_ROLES, targets

_POINT = re.compile(r"\(?([a-zа-яёөү])[).]\s+(\S.*)", re.IGNORECASE)
_LETTERS = str.maketrans("абвгдежз", "abcdefgh")
"""A list that counts in Mongolian letters has the same parts in the same order."""


class BadPoints(ValueError):
    """A line that is no sub-point, or letters that do not run from a; ``line`` counts from 1."""

    def __init__(self, lang: str, line: int) -> None:
        super().__init__(f"{lang}: line {line}")
        self.lang, self.line = lang, line


def read_points(text: Content) -> dict[str, Content]:
    """The sub-points of a text with one on each line, "a) …"; raises BadPoints."""
    found: dict[str, dict[str, str]] = {}
    for lang in LOCALES:
        expected = ord("a")
        for place, line in enumerate(text.texts.get(lang, "").splitlines(), 1):
            if not line.strip():
                continue
            match = _POINT.fullmatch(line.strip())
            letter = match[1].lower().translate(_LETTERS) if match else ""
            if match is None or letter != chr(expected):
                raise BadPoints(lang, place)
            found.setdefault(letter, {})[lang] = match[2]
            expected += 1
    return {letter: Content.of(**texts) for letter, texts in sorted(found.items())}


def written_points(points: Iterable[Point]) -> Content:
    """Sub-points as the text they are edited in."""
    lines: dict[str, list[str]] = {lang: [] for lang in LOCALES}
    for point in points:
        for lang, text in point.text.texts.items():
            lines[lang].append(f"{point.letter}) {text}")
    return Content.of(**{lang: "\n".join(each) for lang, each in lines.items()})


def read_targets(text: str) -> tuple[list[str], list[str]]:
    """The targets in a text such as "16.3, 5.c", and what is none."""
    known = targets()
    given = [part.strip(".").lower() for part in re.split(r"[\s,;]+", text) if part.strip(".")]
    return [code for code in known if code in given], [code for code in given if code not in known]


def points(record_id: int) -> list[Point]:
    """The sub-points of a recommendation in their order."""
    return list(db.session.scalars(select(Point).where(Point.recommendation_id == record_id).order_by(Point.letter)))


def target_codes(record_id: int) -> list[str]:
    """Its targets, by goal."""
    found = set(db.session.scalars(select(Target.code).where(Target.recommendation_id == record_id)))
    return [code for code in targets() if code in found]


def clusters_of(record_id: int) -> list[Cluster]:
    """The clusters it is in."""
    stmt = (
        select(Cluster)
        .join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
        .where(ClusterMember.recommendation_id == record_id)
        .order_by(Cluster.code)
    )
    return list(db.session.scalars(stmt))


def arrange(
    user: Identity,
    record: Record,
    *,
    version: int,
    action: int | None,
    points: Mapping[str, Content],
    targets: Sequence[str],
    cluster_ids: Sequence[int],
) -> None:
    """Save action category, sub-points, targets and clusters; raises StaleVersion."""
    with transaction():
        records.update(user, record, version=version)
        db.session.get_one(Recommendation, record.id).action = action
        _set_points(record.id, points)
        _set_targets(record.id, targets)
        set_clusters(record.id, cluster_ids)


def _set_points(record_id: int, wanted: Mapping[str, Content]) -> None:
    there = {point.letter: point for point in points(record_id)}
    for letter, text in wanted.items():
        if letter in there:
            there.pop(letter).text = text
        else:
            db.session.add(Point(recommendation_id=record_id, letter=letter, text=text))
    for gone in there.values():
        db.session.delete(gone)


def _set_targets(record_id: int, wanted: Sequence[str]) -> None:
    there = {
        each.code: each for each in db.session.scalars(select(Target).where(Target.recommendation_id == record_id))
    }
    for code in wanted:
        if there.pop(code, None) is None:
            db.session.add(Target(recommendation_id=record_id, code=code, goal=int(code.split(".")[0])))
    for gone in there.values():
        db.session.delete(gone)


def set_clusters(record_id: int, wanted: Iterable[int]) -> None:
    """Make *wanted* the clusters of a recommendation, inside a transaction."""
    stmt = select(ClusterMember).where(ClusterMember.recommendation_id == record_id)
    there = {each.cluster_id: each for each in db.session.scalars(stmt)}
    for cluster_id in dict.fromkeys(wanted):
        if there.pop(cluster_id, None) is None:
            db.session.add(ClusterMember(recommendation_id=record_id, cluster_id=cluster_id))
    for gone in there.values():
        db.session.delete(gone)


def archive(user: Identity, record: Record, *, version: int, reason: str) -> None:
    """Take a recommendation out of lists and figures; its page, ratings and history stay. Raises StaleVersion."""
    with transaction():
        records.update(user, record, version=version)
        row = db.session.get_one(Recommendation, record.id)
        row.archived_at, row.archived_reason = clock.now(), reason


def take_back(user: Identity, record: Record) -> None:
    """Put an archived recommendation back; the history keeps why it was archived."""
    with transaction():
        records.update(user, record, version=None)
        row = db.session.get_one(Recommendation, record.id)
        row.archived_at, row.archived_reason = None, ""


def clusters() -> list[Any]:
    """All clusters with the body that leads and how many recommendations (by UN paragraph) they have."""
    members = (
        select(ClusterMember.cluster_id, func.count().label("number"))
        .join(Recommendation, Recommendation.record_id == ClusterMember.recommendation_id)
        .where(active())
        .group_by(ClusterMember.cluster_id)
        .subquery()
    )
    stmt = (
        select(
            Cluster.id,
            Cluster.code,
            Cluster.name,
            Cluster.lead_id,
            Organisation.name.label("lead"),
            func.coalesce(members.c.number, 0).label("number"),
        )
        .outerjoin(Organisation, Organisation.id == Cluster.lead_id)
        .outerjoin(members, members.c.cluster_id == Cluster.id)
        .order_by(Cluster.code)
    )
    return list(db.session.execute(stmt))


def code_is_free(code: str, cluster_id: int | None) -> bool:
    """Whether no other cluster has this code."""
    found = db.session.scalar(select(Cluster.id).where(func.lower(Cluster.code) == code.lower()))
    return found in (None, cluster_id)


def save_cluster(cluster: Cluster | None, *, code: str, name: Content, lead_id: int | None) -> Cluster:
    """Add or change a cluster."""
    with transaction():
        one = cluster or Cluster()
        one.code, one.name, one.lead_id = code, name, lead_id
        one.sort_mn, one.sort_en = sort_key(name.text("mn")), sort_key(name.text("en"))
        db.session.add(one)
    return one


def delete_cluster(cluster: Cluster) -> bool:
    """Delete a cluster that has no recommendations, archived ones included; whether it was done."""
    with transaction():
        members = select(func.count()).where(ClusterMember.cluster_id == cluster.id)
        if db.session.scalar(members):
            return False
        db.session.delete(cluster)
    return True


@dataclass(frozen=True)
class Holder:
    """Who answers for a body in a role today: the office, its holder, and whether an account gets the mails."""

    role: str
    office: Content
    name: str
    since: date | None
    user_id: int | None


def holders(org_ids: Iterable[int], on: date | None = None) -> dict[int, dict[str, Holder]]:
    """The main and deputy focal points and validators of bodies on a day (today), by body and role."""
    day = on or clock.today()
    held = and_(
        OfficeHolding.office_id == Office.id,
        OfficeHolding.valid_from <= day,
        or_(OfficeHolding.valid_to.is_(None), OfficeHolding.valid_to >= day),
    )
    stmt = (
        select(Contact.org_id, Contact.role, Office.title, Person, OfficeHolding.valid_from, User.id.label("user_id"))
        .join(Office, Office.id == Contact.office_id)
        .outerjoin(OfficeHolding, held)
        .outerjoin(Person, Person.id == OfficeHolding.person_id)
        .outerjoin(User, and_(User.person_id == Person.id, User.disabled_at.is_(None)))
        .where(Contact.org_id.in_(list(org_ids)))
        .order_by(OfficeHolding.valid_from)
    )
    found: dict[int, dict[str, Holder]] = {}
    for row in db.session.execute(stmt):
        name = row.Person.display if row.Person else ""
        one = Holder(row.role, row.title, name, row.valid_from, row.user_id)
        found.setdefault(row.org_id, {})[row.role] = one
    return found


def accounts(org_id: int, *roles: str) -> list[int]:
    """The accounts of those who hold *roles* of a body today, each once."""
    there = holders([org_id]).get(org_id, {})
    return list(dict.fromkeys(one.user_id for role in roles if (one := there.get(role)) and one.user_id is not None))


def responsible_orgs() -> list[Any]:
    """The bodies that lead or support an active recommendation, and those with a focal point: ``id name number``."""
    sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
    number = (
        select(Body.org_id, func.count().label("number"))
        .join(Recommendation, Recommendation.record_id == Body.recommendation_id)
        .where(active())
        .group_by(Body.org_id)
        .subquery()
    )
    stmt = (
        select(Organisation.id, Organisation.name, func.coalesce(number.c.number, 0).label("number"))
        .outerjoin(number, number.c.org_id == Organisation.id)
        .where(or_(number.c.number > 0, Organisation.id.in_(select(Contact.org_id))))
        .order_by(sort)
    )
    return list(db.session.execute(stmt))


def offices(org_id: int) -> list[tuple[int, Content]]:
    """The offices of a body that are not closed."""
    stmt = select(Office).where(Office.org_id == org_id, Office.closed_on.is_(None)).order_by(Office.id)
    return [(office.id, office.title) for office in db.session.scalars(stmt)]


def chosen_offices(org_id: int) -> dict[str, int]:
    """The office of each role of a body."""
    return {each.role: each.office_id for each in db.session.scalars(select(Contact).where(Contact.org_id == org_id))}


def set_contacts(org_id: int, wanted: Mapping[str, int | None]) -> None:
    """Say which office is main focal point, deputy and validator of a body."""
    with transaction():
        before = chosen_offices(org_id)
        db.session.execute(delete(Contact).where(Contact.org_id == org_id))
        chosen = {role: office_id for role, office_id in wanted.items() if role in CONTACT_ROLES and office_id}
        db.session.add_all([Contact(org_id=org_id, role=role, office_id=each) for role, each in chosen.items()])
        if before != chosen:
            changes = {role: [before.get(role), chosen.get(role)] for role in CONTACT_ROLES}
            audit.note("contacts", entity=Contact.__tablename__, entity_id=org_id, **changes)


def tell_responsible(before: Mapping[int, str], record_id: int) -> None:
    """Write to the focal points of the bodies that became responsible for a recommendation."""
    stmt = select(Body.org_id).where(Body.recommendation_id == record_id)
    for org_id in db.session.scalars(stmt).all():
        if org_id not in before:
            for user_id in accounts(org_id, "main", "deputy"):
                notices.responsible(record_id, user_id)


@dataclass(frozen=True)
class Around:
    """What stands around a recommendation on its page; ``holders`` are empty for those who may not see them."""

    points: list[Point]
    targets: list[str]
    clusters: list[Cluster]
    holders: dict[int, dict[str, Holder]]
    cycle: Any


def around(user: Identity, row: Recommendation, org_ids: Sequence[int]) -> Around:
    """Sub-points, targets, clusters, focal points and the review of a recommendation."""
    return Around(
        points=points(row.record_id),
        targets=target_codes(row.record_id),
        clusters=clusters_of(row.record_id),
        holders=holders(org_ids) if org_ids and user.can("recommendations.contacts") else {},
        cycle=reference.find_cycle(row.cycle, row.country),
    )
