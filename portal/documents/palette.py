"""Colours of ratings and series, each with a pattern and a sign, so that no meaning hangs on colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from portal.documents.model import Tone

Pattern = Literal["solid", "rising", "falling", "level", "dots", "upright"]

PATTERNS: dict[Pattern, str] = {
    "solid": "",
    "rising": "M-1,1 L1,-1 M0,8 L8,0 M7,9 L9,7",
    "falling": "M-1,7 L1,9 M0,0 L8,8 M7,-1 L9,1",
    "level": "M0,2 L8,2 M0,6 L8,6",
    "dots": "M1.5,2 L2.5,2 M5.5,6 L6.5,6",
    "upright": "M2,0 L2,8 M6,0 L6,8",
}
"""The strokes of each pattern in a field of 8 x 8."""


@dataclass(frozen=True)
class Ink:
    """How a tone is drawn: ``fill`` with ``line`` in the pattern, ``text`` upon it, ``pale`` behind words.

    Text on fill has a contrast of at least 4.5 : 1 (WCAG 1.4.3), also on the pattern's lines; ``dark`` on ``pale``
    likewise. ``sign`` stands before the words of a rating.
    """

    fill: str
    line: str
    text: str
    pale: str
    dark: str
    pattern: Pattern
    sign: str


TONES: dict[Tone, Ink] = {
    "success": Ink("#1b7340", "#135a31", "#ffffff", "#ddf0e3", "#14512d", "solid", "✓"),
    "warning": Ink("#f5b800", "#dc9c00", "#1f1700", "#fdf0c8", "#5c4200", "rising", "◐"),
    "danger": Ink("#b3261e", "#8c1a14", "#ffffff", "#f9dedc", "#7d1610", "falling", "✗"),
    "info": Ink("#1f5fa8", "#174a85", "#ffffff", "#dce9f7", "#17457a", "level", "→"),
    "neutral": Ink("#cdd3da", "#b3bbc5", "#1c2127", "#eceff2", "#3d444d", "dots", "–"),
}
"""Traffic light: green solid, amber rising lines, red falling lines; lightness differs too, for grey prints."""

SERIES: tuple[Ink, ...] = (
    Ink("#2b6fbd", "#215796", "#ffffff", "#dce9f7", "#17457a", "solid", "■"),
    Ink("#b45309", "#8f4107", "#ffffff", "#fbe7d3", "#7a3806", "rising", "▲"),
    Ink("#0f766e", "#0b5a54", "#ffffff", "#d5efec", "#0a4f4a", "falling", "◆"),
    Ink("#7c4ddb", "#6437bd", "#ffffff", "#e7dcfb", "#4a1a96", "level", "●"),
    Ink("#667080", "#4d5663", "#ffffff", "#e5e7eb", "#2f3642", "upright", "▼"),
    Ink("#b8286a", "#8f1d52", "#ffffff", "#f9d9e6", "#6e0f36", "dots", "□"),
)
"""For series and parts that are no ratings, in turn."""


def ink(tone: Tone, place: int = 0) -> Ink:
    """The ink of *tone*, or of the series at *place* (from 0) where there is none."""
    return TONES[tone] if tone else SERIES[place % len(SERIES)]


def pattern_name(fill: str) -> str:
    """The name of the pattern that belongs to *fill*, for use in an address: ``1b7340``."""
    return fill.lstrip("#")


def all_inks() -> tuple[Ink, ...]:
    """Every ink there is."""
    return (*TONES.values(), *SERIES)
