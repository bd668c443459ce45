"""The words of reports: kinds, states, parts and ratings."""

from __future__ import annotations

from typing import Any, Final

from portal.api import LOCALES, VOICES, Content, _l, documents, force_locale, lazy_pgettext

RECORD_KIND: Final = "report"

KINDS: Final[dict[str, Any]] = {
    "midterm": _l("Mid-term report"),
    "national": _l("National report"),
    "annual": _l("Annual report"),
}
STATUSES: Final[dict[str, Any]] = {
    "draft": lazy_pgettext("report", "Draft"),
    "final": lazy_pgettext("report", "Final"),
}
TONES: Final = {"draft": "warning", "final": "success"}

REPORTING_VOICES: Final = ("government", "nhri", "civil_society")
VOICE_NAMES: Final = {voice: VOICES[voice] for voice in REPORTING_VOICES}
"""Those who write reports, each with its own ratings only."""

VISIBILITY: Final[dict[str, Any]] = {
    "org": _l("Our organisation, and those it is shared with"),
    "site": _l("Everyone who works with the portal"),
    "public": _l("Everyone, also without an account"),
}

SLOTS: Final[dict[str, Any]] = {
    "summary": _l("Summary"),
    "methodology": _l("How the report was made"),
    "conclusions": _l("Conclusions and next steps"),
}
"""Parts that every report has once; all others are chapters."""
CHAPTER: Final = "chapter"

CYCLES: Final[dict[int, Any]] = {
    1: _l("the first cycle"),
    2: _l("the second cycle"),
    3: _l("the third cycle"),
    4: _l("the fourth cycle"),
    5: _l("the fifth cycle"),
}
"""As in "recommendations of the third cycle"; a language with cases writes them so here."""

TITLES: Final[dict[str, Any]] = {
    "midterm": _l("Mid-term report on the recommendations of %(cycle)s (%(voice)s)"),
    "national": _l("National report after %(cycle)s (%(voice)s)"),
    "annual": _l("Annual report %(year)s on the recommendations of %(cycle)s (%(voice)s)"),
}

OUTLINES: Final[dict[str, tuple[Any, ...]]] = {
    "midterm": (_l("Progress by theme"), _l("Challenges")),
    "national": (
        _l("Developments since the last review"),
        _l("Promotion and protection of human rights on the ground"),
        _l("Follow-up to the previous review"),
        _l("Achievements, good practice and challenges"),
        _l("National priorities, initiatives and commitments"),
        _l("Expectations for capacity-building"),
    ),
    "annual": (_l("What was done this year"), _l("Challenges"), _l("Plans for the next year")),
}
"""Chapters that a new report begins with, to be filled, renamed or taken away (decision 17/119, upr.md 6.3)."""

RATING_TONES: Final[dict[str, documents.Tone]] = {"fully": "success", "partially": "warning", "not": "danger"}
"""The traffic light, the best first; its words come with the ratings."""


def in_all(text: Any, **variables: Any) -> Content:
    """A lazy *text* in every language of the portal; a lazy or bilingual variable is put in that language."""
    texts = {}
    for locale in LOCALES:
        with force_locale(locale):
            given = {
                key: value.text(locale) if isinstance(value, Content) else str(value)
                for key, value in variables.items()
            }
            texts[locale] = str(text) % given if given else str(text)
    return Content(texts)


def cycle_words(number: int) -> Any:
    """A cycle in words, for the middle of a sentence."""
    return CYCLES.get(number) or _l("cycle %(number)s", number=number)
