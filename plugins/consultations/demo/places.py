"""Where and when: the campaign of this year, and what was held the year before."""

from __future__ import annotations

from typing import NamedTuple


class Held(NamedTuple):
    """A provincial consultation of the campaign: unit, month, day, how far it is, participants by category."""

    unit: str
    month: int
    day: int
    status: str
    counts: tuple[int, int, int, int, int]
    women: int


CATEGORIES = ("government", "local_government", "civil_society", "citizen", "nhri")

CAMPAIGN = (
    Held("MN-046", 2, 5, "approved", (6, 21, 7, 9, 1), 25),
    Held("MN-071", 2, 6, "approved", (4, 18, 9, 14, 1), 22),
    Held("MN-057", 2, 10, "approved", (5, 24, 6, 5, 1), 21),
    Held("MN-065", 2, 11, "minutes_in", (3, 17, 8, 11, 1), 23),
    Held("MN-041", 2, 12, "approved", (7, 16, 12, 13, 1), 30),
    Held("MN-067", 2, 13, "approved", (4, 15, 9, 12, 1), 24),
    Held("MN-073", 2, 17, "approved", (5, 19, 10, 8, 1), 22),
    Held("MN-055", 2, 18, "held", (6, 22, 8, 10, 1), 26),
    Held("MN-069", 2, 19, "approved", (3, 20, 7, 12, 1), 20),
    Held("MN-037", 2, 24, "approved", (8, 13, 14, 9, 1), 27),
    Held("MN-049", 2, 25, "approved", (4, 17, 11, 10, 1), 25),
    Held("MN-047", 2, 26, "approved", (6, 25, 5, 4, 1), 19),
    Held("MN-059", 3, 3, "minutes_in", (3, 16, 8, 13, 1), 22),
    Held("MN-063", 3, 4, "approved", (5, 18, 9, 9, 1), 23),
    Held("MN-053", 3, 5, "approved", (7, 19, 13, 15, 1), 31),
    Held("MN-039", 3, 10, "approved", (4, 20, 8, 7, 1), 21),
    Held("MN-051", 3, 11, "held", (3, 18, 6, 12, 1), 20),
    Held("MN-061", 3, 12, "approved", (5, 17, 11, 13, 1), 26),
)
"""Eighteen aimags; Khovd is the nineteenth, Orkhon and Govisümber are missing."""


class Other(NamedTuple):
    """Another meeting of the year before: unit, month, day, level, kind, titles, venue, counts."""

    unit: str
    month: int
    day: int
    level: str
    kind: str
    mn: str
    en: str
    venue_mn: str
    venue_en: str
    counts: tuple[int, int, int, int, int]
    covered: tuple[str, ...] = ()


LAST_YEAR = (
    Other(
        "MN-1",
        12,
        4,
        "national",
        "training",
        "Аймаг дахь ажилтнуудын сургалт",
        "Training of the officers in the aimags",
        "ХЭҮК-ийн хурлын танхим",
        "Conference hall of the Commission",
        (2, 0, 3, 0, 21),
    ),
    Other(
        "MN-043",
        3,
        21,
        "regional",
        "consultation",
        "Баруун бүсийн хэлэлцүүлэг",
        "Consultation of the western region",
        "Ховд аймгийн театр",
        "Theatre of Khovd aimag",
        (12, 28, 16, 11, 3),
        ("MN-071", "MN-065", "MN-057", "MN-046", "MN-043"),
    ),
    Other(
        "MN-039",
        3,
        28,
        "regional",
        "consultation",
        "Зүүн бүсийн хэлэлцүүлэг",
        "Consultation of the eastern region",
        "Хэнтий аймгийн ЗДТГ-ын хурлын танхим",
        "Assembly hall of the Governor's Office of Khentii aimag",
        (9, 22, 14, 10, 2),
        ("MN-061", "MN-051", "MN-039"),
    ),
    Other(
        "MN-1",
        5,
        17,
        "national",
        "validation",
        "Дунд хугацааны тайлангийн баталгаажуулах хэлэлцүүлэг",
        "Validation meeting of the mid-term report",
        "Төрийн ордон, Их эзэн Чингис хаан танхим",
        "State Palace, Chinggis Khaan hall",
        (40, 0, 42, 6, 8),
    ),
)
"""Held by the Ministry, except the training of the Commission's own officers."""
