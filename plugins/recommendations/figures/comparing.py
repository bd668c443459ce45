"""Voices side by side: where they agree and where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

from sqlalchemy import ColumnElement

from portal.api import (
    DataColumn,
    Identity,
    Record,
    Select,
    _,
    _l,
    case,
    db,
    documents,
    func,
    lazy_pgettext,
    lists,
    or_,
    records,
    select,
)

from ..models import Recommendation
from ..register.counted import active
from ..register.finding import latest, rated_by
from ..scales import POSITIONS, RATING_TONES, RATING_VOICES, RATINGS, SHORT_RATINGS, SHORT_VOICES

AGREEMENTS: Final[dict[str, Any]] = {
    "agree": _l("They agree"),
    "near": _l("They differ by one step"),
    "opposed": _l("Fully against not"),
    "single": _l("Only one has rated"),
    "none": _l("Nobody has rated"),
}
TONES: Final[dict[str, documents.Tone]] = {
    "agree": "success",
    "near": "warning",
    "opposed": "danger",
    "single": "neutral",
    "none": "neutral",
}


def rows(user: Identity) -> Select[Any]:
    """The visible recommendations with the latest rating of each voice and how these agree."""
    voices = {voice: latest(voice) for voice in RATING_VOICES}
    stmt = records.rows(
        user,
        "recommendation",
        Record.id,
        Recommendation.country,
        Recommendation.cycle,
        Recommendation.number,
        Recommendation.number_sort,
        Recommendation.text,
        Recommendation.position,
        *(one.rating.label(voice) for voice, one in voices.items()),
        agreement([one.rating for one in voices.values()]).label("agreement"),
    ).join(Recommendation, Recommendation.record_id == Record.id)
    for voice, one in voices.items():
        stmt = stmt.outerjoin(one, rated_by(one, voice))
    return stmt.where(active())


def agreement(ratings: list[Any]) -> ColumnElement[str]:
    """One of AGREEMENTS for the ratings of a recommendation, None where a voice has not rated."""
    given: Any = sum(case((rating.is_not(None), 1), else_=0) for rating in ratings)

    def any_is(code: str) -> ColumnElement[bool]:
        return or_(*(func.coalesce(rating, "") == code for rating in ratings))

    return case(
        (given == 0, "none"),
        (given == 1, "single"),
        (any_is("fully") & any_is("not"), "opposed"),
        (any_is("partially") & (any_is("fully") | any_is("not")), "near"),
        else_="agree",
    )


@dataclass
class Agreement:
    """How often the voices of each pair agree, by UN paragraph, in a cycle of a country."""

    country: str
    cycle: int
    pairs: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def chart(self) -> documents.Chart:
        """A bar for each pair."""
        names = [f"{SHORT_VOICES[one]} – {SHORT_VOICES[other]}" for one, other in self.pairs]
        shown = [code for code in AGREEMENTS if any(counts[code] for counts in self.pairs.values())]
        return documents.Chart(
            "stacked",
            _("Agreement between voices, by UN paragraph"),
            names,
            [
                documents.Series(
                    AGREEMENTS[code],
                    [counts[code] for counts in self.pairs.values()],
                    "" if code == "none" else TONES[code],
                )
                for code in shown or ["none"]
            ],
            unit=_("recommendations"),
            category_title=_("Two voices"),
        )


def agreements(user: Identity) -> list[Agreement]:
    """The agreement in every cycle of the register, the latest first, in one query."""
    each = rows(user).subquery()
    pairs = list(combinations(RATING_VOICES, 2))
    said = [agreement([each.c[voice] for voice in pair]).label(f"pair{place}") for place, pair in enumerate(pairs)]
    paired = select(each.c.country, each.c.cycle, *said).subquery()
    stmt = select(*paired.c, func.count()).group_by(*paired.c)
    found: dict[tuple[str, int], Agreement] = {}
    for country, cycle, *agreed, number in db.session.execute(stmt):
        one = found.setdefault((country, cycle), Agreement(country, cycle))
        for pair, code in zip(pairs, agreed, strict=True):
            one.pairs.setdefault(pair, dict.fromkeys(AGREEMENTS, 0))[code] += number
    return sorted(found.values(), key=lambda each: (-each.cycle, each.country))


EXPORT: Final = (
    DataColumn("country", _l("State under review")),
    DataColumn("cycle", _l("Cycle"), "integer"),
    DataColumn("number", _l("Number")),
    DataColumn("text", _l("Recommendation"), "content"),
    DataColumn("position", _l("Position"), "select", POSITIONS),
    *(DataColumn(voice, SHORT_VOICES[voice], "select", RATINGS) for voice in RATING_VOICES),
    DataColumn("agreement", lazy_pgettext("voices", "Agreement"), "select", AGREEMENTS),
)
"""What the comparison has as a file."""


def columns() -> list[lists.Column]:
    """The columns of the comparison."""
    link = "/recommendations/{id}"
    return [
        lists.Column("number", lazy_pgettext("column", "No."), sort="number_sort", link=link),
        lists.Column("text", _l("Recommendation"), link=link, format="content"),
        *(
            lists.Column(voice, SHORT_VOICES[voice], format="status", labels=SHORT_RATINGS, tones=RATING_TONES)
            for voice in RATING_VOICES
        ),
        lists.Column(
            "agreement",
            lazy_pgettext("voices", "Agreement"),
            sort=True,
            format="status",
            labels=AGREEMENTS,
            tones=TONES,
        ),
    ]


def filters(stmt: Select[Any], known: Mapping[int, Any]) -> list[lists.Filter]:
    """By cycle, by agreement, by position."""
    return [
        lists.Filter("cycle", _l("Cycle"), choices=known, where=Recommendation.cycle),
        lists.Filter("agreement", lazy_pgettext("voices", "Agreement"), choices=AGREEMENTS),
        lists.Filter("position", _l("Position"), choices=POSITIONS, where=Recommendation.position),
    ]
