"""What the national side keeps with a recommendation: sub-points, targets, clusters, focal points; the archive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import cast, literal, null, union_all

from portal.api import (
    LOCALES,
    Content,
    Forbidden,
    Grant,
    Identity,
    Organisation,
    Record,
    User,
    clock,
    current_locale,
    db,
    func,
    or_,
    records,
    reference,
    select,
    sort_key,
    transaction,
)

from .. import notices
from ..models import Body, Recommendation
from ..register_models import Cluster, ClusterMember, Point, Target
from ..register_scales import CONTACT_ROLES, targets
from .counted import active

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
    return {letter: Content.of(mn=texts.get("mn"), en=texts.get("en")) for letter, texts in sorted(found.items())}


def written_points(points: Iterable[Point]) -> Content:
    """Sub-points as the text they are edited in."""
    lines: dict[str, list[str]] = {lang: [] for lang in LOCALES}
    for point in points:
        for lang, text in point.text.texts.items():
            lines[lang].append(f"{point.letter}) {text}")
    return Content.of(mn="\n".join(lines["mn"]), en="\n".join(lines["en"]))


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
    """Save action category, sub-points, targets and clusters; raises Forbidden and StaleVersion."""
    _ask(user, "recommendations.edit")
    with transaction():
        records.update(user, record, version=version)
        db.session.get_one(Recommendation, record.id).action = action
        set_points(record.id, points)
        set_targets(record.id, targets)
        set_clusters(record.id, cluster_ids)


def set_points(record_id: int, wanted: Mapping[str, Content]) -> None:
    """Make *wanted* (letter → text) the sub-points of a recommendation, inside a transaction."""
    there = {point.letter: point for point in points(record_id)}
    for letter, text in wanted.items():
        if letter in there:
            there.pop(letter).text = text
        else:
            db.session.add(Point(recommendation_id=record_id, letter=letter, text=text))
    for gone in there.values():
        db.session.delete(gone)


def set_targets(record_id: int, wanted: Sequence[str]) -> None:
    """Make *wanted* the targets of a recommendation, inside a transaction."""
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
    """Take a recommendation out of lists and figures; its page, ratings and history stay.

    Raises Forbidden and StaleVersion.
    """
    _ask(user, "recommendations.archive")
    with transaction():
        records.update(user, record, version=version)
        row = db.session.get_one(Recommendation, record.id)
        row.archived_at, row.archived_reason = clock.now(), reason


def take_back(user: Identity, record: Record) -> None:
    """Put an archived recommendation back; the history keeps why it was archived. Raises Forbidden."""
    _ask(user, "recommendations.archive")
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


def _ask(user: Identity, permission: str) -> None:
    """Raise Forbidden for those without the permission; whether the record is theirs is asked when it is saved."""
    if not user.can(permission):
        raise Forbidden


def save_cluster(user: Identity, cluster: Cluster | None, *, code: str, name: Content, lead_id: int | None) -> Cluster:
    """Add or change a cluster; raises Forbidden."""
    _ask(user, "recommendations.arrange")
    with transaction():
        one = cluster or Cluster()
        one.code, one.name, one.lead_id = code, name, lead_id
        one.sort_mn, one.sort_en = sort_key(name.text("mn")), sort_key(name.text("en"))
        db.session.add(one)
        db.session.flush()
    return one


def delete_cluster(user: Identity, cluster: Cluster) -> bool:
    """Delete a cluster that has no recommendations, archived ones included; whether it was done. Raises Forbidden."""
    _ask(user, "recommendations.arrange")
    with transaction():
        members = select(func.count()).where(ClusterMember.cluster_id == cluster.id)
        if db.session.scalar(members):
            return False
        db.session.delete(cluster)
    return True


@dataclass(frozen=True)
class Holder:
    """Who answers for a body, from when to when; ``role`` is one of CONTACT_ROLES."""

    role: str
    user_id: int
    name: str
    since: date
    until: date | None


def holders(org_ids: Iterable[int], on: date | None = None) -> dict[int, list[Holder]]:
    """The main and deputy focal points and validators of bodies on a day (today), by body, the main ones first.

    They are the roles of accounts as administrators give them, with their first and last days.
    """
    day = on or clock.today()
    stmt = (
        select(Grant.org_id, Grant.function, Grant.valid_from, Grant.valid_to, User.id, User.name)
        .join(User, User.id == Grant.user_id)
        .where(
            Grant.role == "focal_point",
            Grant.org_id.in_(list(org_ids)),
            User.disabled_at.is_(None),
            Grant.valid_from <= day,
            or_(Grant.valid_to.is_(None), Grant.valid_to >= day),
        )
        .order_by(Grant.valid_from, User.name)
    )
    found: dict[int, list[Holder]] = {}
    for row in db.session.execute(stmt):
        one = Holder(row.function or "", row.id, row.name, row.valid_from, row.valid_to)
        found.setdefault(row.org_id, []).append(one)
    order = list(CONTACT_ROLES)
    return {org_id: sorted(each, key=lambda one: order.index(one.role)) for org_id, each in found.items()}


def accounts(org_id: int) -> list[int]:
    """Who hears of what a body is made responsible for: its focal points, not its validators."""
    return list(dict.fromkeys(one.user_id for one in holders([org_id]).get(org_id, []) if one.role != "validator"))


def responsible_orgs() -> list[Any]:
    """The bodies that lead or support an active recommendation: ``id name number``."""
    sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
    number = (
        select(Body.org_id, func.count().label("number"))
        .join(Recommendation, Recommendation.record_id == Body.recommendation_id)
        .where(active())
        .group_by(Body.org_id)
        .subquery()
    )
    stmt = (
        select(Organisation.id, Organisation.name, number.c.number)
        .join(number, number.c.org_id == Organisation.id)
        .order_by(sort)
    )
    return list(db.session.execute(stmt))


def tell_responsible(before: Mapping[int, str], record_id: int) -> None:
    """Write to the focal points of the bodies that became responsible for a recommendation."""
    stmt = select(Body.org_id).where(Body.recommendation_id == record_id)
    for org_id in db.session.scalars(stmt).all():
        if org_id not in before:
            for user_id in accounts(org_id):
                notices.responsible(record_id, user_id)


@dataclass(frozen=True)
class Around:
    """What stands around a recommendation on its page; ``holders`` are empty for those who may not see them.

    ``clusters`` are rows with ``id``, ``code`` and ``name``; ``cycle`` is the review it comes from.
    """

    points: list[Point]
    targets: list[str]
    clusters: list[Any]
    holders: dict[int, list[Holder]]
    cycle: Any


def around(user: Identity, row: Recommendation, org_ids: Sequence[int]) -> Around:
    """Sub-points, targets, clusters, focal points and the review of a recommendation."""
    target = select(Target.code, literal(0).label("id"), cast(null(), Cluster.name.type).label("name"))
    cluster = select(Cluster.code, Cluster.id, Cluster.name).join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
    both = union_all(
        target.where(Target.recommendation_id == row.record_id),
        cluster.where(ClusterMember.recommendation_id == row.record_id),
    ).subquery()
    found = db.session.execute(select(both.c.code, both.c.id, both.c.name).order_by(both.c.code)).all()
    served = {each.code for each in found if not each.id}
    return Around(
        points=points(row.record_id),
        targets=[code for code in targets() if code in served] if served else [],
        clusters=[each for each in found if each.id],
        holders=holders(org_ids) if org_ids and user.can("recommendations.contacts") else {},
        cycle=reference.find_cycle(row.cycle, row.country),
    )


def around_many(ids: Sequence[int]) -> tuple[dict[int, list[Point]], dict[int, list[str]], dict[int, list[Cluster]]]:
    """Sub-points, targets and clusters of many recommendations, each by recommendation."""
    points_of: dict[int, list[Point]] = {one: [] for one in ids}
    targets_of: dict[int, list[str]] = {one: [] for one in ids}
    clusters_of_each: dict[int, list[Cluster]] = {one: [] for one in ids}
    stmt = select(Point).where(Point.recommendation_id.in_(ids)).order_by(Point.letter)
    for point in db.session.scalars(stmt):
        points_of[point.recommendation_id].append(point)
    served = select(Target).where(Target.recommendation_id.in_(ids)).order_by(Target.goal, Target.code)
    for target in db.session.scalars(served):
        targets_of[target.recommendation_id].append(target.code)
    members = (
        select(ClusterMember.recommendation_id, Cluster)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(ClusterMember.recommendation_id.in_(ids))
        .order_by(Cluster.code)
    )
    for record_id, cluster in db.session.execute(members):
        clusters_of_each[record_id].append(cluster)
    return points_of, targets_of, clusters_of_each
