"""Texts for people, made in the engine and translated where they are shown.

The engine runs in requests, in jobs, in child processes and in tests without an application. It therefore never
translates: it returns a Text (an English msgid with named placeholders), which becomes words of the reader's
language when it is turned into ``str`` inside the application, and stays English elsewhere. A Text can be pickled,
compared and put in JSON by ``str``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def _words() -> Any:
    """The room ``i18n``; None where no application runs and everything stays English."""
    flask: Any = sys.modules.get("flask")
    return sys.modules.get("portal.i18n") if flask is not None and flask.has_app_context() else None


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence of the portal: ``msgid`` in English and the values of its ``%(name)s`` placeholders.

    A value may be another Text or an Own, which then speak the reader's language too.
    """

    msgid: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        room = _words()
        words: str = room.gettext(self.msgid) if room else self.msgid
        return words % {key: str(value) for key, value in self.params.items()} if self.params else words

    def speak(self, locale: str) -> str:
        """The sentence in *locale*, whoever reads; English where no application runs."""
        room = _words()
        if room is None:
            return str(self)
        with room.force_locale(locale):
            return str(self)


@dataclass(frozen=True, slots=True)
class Own:
    """A text written by the author of a form: one text per language, the first where the reader's is missing."""

    texts: Mapping[str, str] = field(hash=False)

    def __str__(self) -> str:
        room = _words()
        return pick(self.texts, room.current_locale() if room else "en")


def _l(msgid: str, /, **params: object) -> Text:
    """A Text; the name is the one that message extraction looks for."""
    return Text(msgid, params)


def pick(texts: Mapping[str, str] | None, locale: str, fallback: str = "") -> str:
    """The text for a reader of *locale*, else the first that is not empty, else *fallback*."""
    if not texts:
        return fallback
    if text := texts.get(locale):
        return text
    for text in texts.values():
        if text:
            return text
    return fallback


def language(texts: Mapping[str, str] | None, locale: str) -> str:
    """The language of what ``pick`` gives a reader of *locale*; empty where it is theirs, or nothing is there."""
    if not texts or texts.get(locale):
        return ""
    return next((code for code, text in texts.items() if text), "")


def dump(text: Text | Own) -> dict[str, Any]:
    """A text as JSON, to be sent to another process and spoken there."""
    if isinstance(text, Own):
        return {"texts": dict(text.texts)}
    return {
        "msgid": text.msgid,
        "params": {
            key: dump(value) if isinstance(value, (Text, Own)) else value if isinstance(value, int) else str(value)
            for key, value in text.params.items()
        },
    }


def restore(raw: Mapping[str, Any]) -> Text | Own:
    """The text that ``dump`` wrote."""
    if "texts" in raw:
        return Own(raw["texts"])
    return Text(
        raw["msgid"],
        {key: restore(value) if isinstance(value, dict) else value for key, value in raw["params"].items()},
    )
