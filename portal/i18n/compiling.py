"""Making ``.mo`` files; used by the application, by the build, and alone: it imports nothing of the portal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def stale(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The catalogues of *folder* (``<locale>/LC_MESSAGES/*.po``) that are newer than their ``.mo``, with it."""
    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            yield po, mo


def compile_stale(folder: Path) -> list[Path]:
    """Compile what is stale in *folder*; returns the files made. Fuzzy texts are left out.

    Raises OSError where the folder may not be written and ValueError where a catalogue cannot be read.
    """
    made: list[Path] = []
    for po, mo in stale(folder):
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        fresh = mo.with_suffix(f".{id(catalogue)}.tmp")
        with fresh.open("wb") as target:
            write_mo(target, catalogue)
        fresh.replace(mo)
        made.append(mo)
    return made
