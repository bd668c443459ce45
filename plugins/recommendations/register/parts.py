"""Parts of many recommendations, read together: themes, groups and goals, responsible bodies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.api import Content, Organisation, Term, Vocabulary, aliased, db, select

from ..models import Body, RecommendationTerm


@dataclass(frozen=True)
class PartTerm:
    """A theme, group or goal: the national ``name``, and ``source`` as written in the list ``vocabulary``."""

    code: str
    name: Content
    source: str
    vocabulary: str


def terms(ids: Sequence[int]) -> dict[int, dict[str, list[PartTerm]]]:
    """The terms of each recommendation by scheme, in the order of their lists."""
    national = aliased(Term)
    stmt = (
        select(
            RecommendationTerm.recommendation_id,
            RecommendationTerm.label.label("written"),
            Vocabulary.scheme,
            Vocabulary.code.label("vocabulary"),
            Term.code,
            Term.label,
            Term.name,
            national.name.label("national"),
        )
        .join(Term, Term.id == RecommendationTerm.term_id)
        .join(Vocabulary, Vocabulary.id == Term.vocabulary_id)
        .outerjoin(national, national.id == Term.mapped_to_id)
        .where(RecommendationTerm.recommendation_id.in_(ids))
        .order_by(Term.position, Term.id)
    )
    found: dict[int, dict[str, list[PartTerm]]] = defaultdict(lambda: {"theme": [], "group": [], "sdg": []})
    for row in db.session.execute(stmt):
        term = PartTerm(row.code, row.national or row.name, row.written or row.label, row.vocabulary)
        found[row.recommendation_id][row.scheme].append(term)
    for each in found.values():
        each["sdg"].sort(key=lambda term: int(term.code))
    return found


def bodies(ids: Sequence[int]) -> dict[int, list[Any]]:
    """The responsible organisations, the one that leads first: ``role code name``."""
    stmt = (
        select(Body.recommendation_id, Body.role, Organisation.code, Organisation.name)
        .join(Organisation, Organisation.id == Body.org_id)
        .where(Body.recommendation_id.in_(ids))
        .order_by(Body.role, Organisation.sort_mn)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(stmt):
        found[row.recommendation_id].append(row)
    return found
