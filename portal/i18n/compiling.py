"""Making ``.mo`` files; used by the application, by the build, and alone: it imports nothing of the portal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_PLACEHOLDER = re.compile(r"%\((\w+)\)")


def stale(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The catalogues of *folder* (``<locale>/LC_MESSAGES/*.po``) that are newer than their ``.mo``, with it."""
    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            yield po, mo


def fits(message: Any) -> bool:
    """Whether every form of a translated *message* can be filled with what the original is filled with."""
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    values = {name: 0 for text in ids for name in _PLACEHOLDER.findall(text)}
    return not all(_fills(text, values) for text in ids) or all(_fills(text or "", values) for text in strings)


def _fills(text: str, values: dict[str, int]) -> bool:
    try:
        _ = text % values
    except (KeyError, TypeError, ValueError):
        return False
    return True


def compile_stale(folder: Path, keep: Callable[[Any], bool] | None = None) -> list[Path]:
    """Compile what is stale in *folder*; returns the files made. Fuzzy texts, and those *keep* refuses, are left out.

    Raises OSError where the folder may not be written and ValueError where a catalogue cannot be read.
    """
    made: list[Path] = []
    for po, mo in stale(folder):
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        for message in [each for each in catalogue if keep is not None and each.id and not keep(each)]:
            catalogue.delete(message.id, message.context)
        fresh = mo.with_suffix(f".{id(catalogue)}.tmp")
        with fresh.open("wb") as target:
            write_mo(target, catalogue)
        fresh.replace(mo)
        made.append(mo)
    return made
