"""What a person reads: the texts of the interface, looked up in the catalogues as the portal does."""

from __future__ import annotations

import gettext
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]


@cache
def _catalogue(folder: Path, lang: str) -> gettext.GNUTranslations | None:
    path = folder / "translations" / lang / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return None
    with path.open("rb") as source:
        read = read_po(source, locale=lang)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class Words:
    """``t("Save")``: the text in the reader's language; ``t.of("reports")("Begin")``: as that module says it."""

    def __init__(self, lang: str, module: str = "") -> None:
        self.lang, self.module = lang, module
        folders = [ROOT / "plugins" / module] if module else []
        folders += [ROOT, *(path.parent for path in sorted((ROOT / "plugins").glob("*/plugin.py")))]
        self._catalogues = [found for each in folders if (found := _catalogue(each, lang)) is not None]

    def of(self, module: str) -> Words:
        """The same language, with the words of *module* before all others."""
        return Words(self.lang, module)

    def __call__(self, message: str, /, context: str = "", **values: Any) -> str:
        """The text of *message*, filled with *values*; English is its own text."""
        return self.raw(message, context) % values

    def raw(self, message: str, context: str = "") -> str:
        """The text of *message* with its places for values."""
        for each in self._catalogues:
            text = each.pgettext(context, message) if context else each.gettext(message)
            if text != message:
                return text
        return message

    def plural(self, one: str, many: str, number: int) -> str:
        """The text for *number*, filled with it."""
        for each in self._catalogues:
            text = each.ngettext(one, many, number)
            if text not in (one, many):
                return text % {"num": number}
        return (one if number == 1 else many) % {"num": number}

    def pattern(self, message: str, /, context: str = "") -> re.Pattern[str]:
        """What the text of *message* looks like whatever its values are."""
        pieces = re.split(r"%\(\w+\)s", self.raw(message, context))
        return re.compile(".+?".join(re.escape(piece.replace("%%", "%")) for piece in pieces))
