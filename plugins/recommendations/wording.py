"""Numbers, titles and sources of recommendations as texts."""

from __future__ import annotations

import re
from typing import Any

from portal.api import Content, reference

TITLE_LENGTH = 200
"""Characters of a recommendation's title, its number included: enough to know it by in a list of links."""

_DIGITS = re.compile(r"\d+")
_PARAGRAPH = re.compile(r"\s*[-–—,]?\s*\bpara(?:graph|s)?\b\.?\s*", re.IGNORECASE)


def number_key(number: str) -> str:
    """A text that sorts numbers naturally: 116.2 before 116.10."""
    return _DIGITS.sub(lambda found: found[0].zfill(8), number)[:120]


def title_of(number: str, text: Content) -> Content:
    """The title of a recommendation: its number and the beginning of its text, in the languages there are."""
    texts = {lang: _shortened(f"{number} {words}") for lang, words in text.texts.items()}
    return Content(texts, {lang: state for lang, state in text.states.items() if lang in texts})


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= TITLE_LENGTH:
        return text
    cut = text[: TITLE_LENGTH - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[TITLE_LENGTH // 2 :] else cut).rstrip(" ,;:") + "…"


def take_source(source: str) -> tuple[str, str]:
    """Document and paragraph of "A/HRC/43/15/Add.1 - Para. 3"; the paragraph is empty where none is named."""
    found = _PARAGRAPH.search(source)
    if found is None:
        return source.strip()[:300], ""
    return source[: found.start()].strip(" -–—,")[:300], source[found.end() :].strip()[:300]


def joined(contents: list[Content], separator: str = ", ") -> Content:
    """Names as one text in each language that all of them, or another language of theirs, can give."""
    langs = [lang for lang in ("mn", "en") if any(lang in each.texts for each in contents)]
    return Content({lang: separator.join(each.text(lang) for each in contents) for lang in langs})


def state_name(country: str) -> Any:
    """The name of a State by its ISO code, the code where it is none."""
    return next((state.name for state in reference.states() if state.iso2 == country), country)


def name_of_state(state_id: int) -> Any:
    """The name of a State by its id."""
    return next((state.name for state in reference.states() if state.id == state_id), str(state_id))
