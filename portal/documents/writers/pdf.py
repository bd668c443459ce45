"""PDF with Typst: tagged, PDF/UA-1. The text goes in as data; the template is ours and never changes with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from portal.documents.layout import LaidPicture, Layout, pack
from portal.documents.pictures import Sheaf
from portal.documents.vega import WIDTH

_TEMPLATE = Path(__file__).with_name("document.typ")
_MISSING = re.compile(r'the text `"([^`]*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_SIZE = re.compile(r'<svg[^>]*? width="([0-9.]+)')
_UNKNOWN = "\u25a1"
"""What stands for a letter that neither Typst's nor the machine's fonts have; PDF/UA forbids an empty box."""

_ROUNDS = 6


def write_pdf(layout: Layout, pictures: Sheaf) -> bytes:
    """*layout* as an accessible PDF (PDF/UA-1)."""
    shown = []
    for block in layout.blocks:
        if isinstance(block, LaidPicture):
            svg = pictures.picture(block, "svg").decode()
            found = _SIZE.search(svg)
            shown.append({"svg": svg, "width": min(1.0, float(found[1]) / WIDTH) if found else 1.0})
    inputs = {
        "layout": json.dumps(pack(layout), ensure_ascii=False, default=str),
        "pictures": json.dumps(shown, ensure_ascii=False),
    }
    return _compile(inputs)


def _compile(inputs: dict[str, str]) -> bytes:
    """First with Typst's fonts alone, alike on every machine; for other scripts with the machine's fonts too."""
    import typst

    for attempt in range(_ROUNDS):
        try:
            return typst.compile(
                _TEMPLATE.read_bytes(),
                format="pdf",
                pdf_standards=["ua-1"],
                sys_inputs=inputs,
                ignore_system_fonts=attempt == 0,
            )
        except typst.TypstError as error:
            missing = _letters(f"{error.message}\n{error.diagnostic}")
            if not missing or attempt == _ROUNDS - 1:
                raise
            if attempt:
                inputs = {
                    key: text.translate(dict.fromkeys(map(ord, missing), _UNKNOWN)) for key, text in inputs.items()
                }
    raise AssertionError("unreachable")


def _letters(message: str) -> set[str]:
    """The letters a compiler message says no font has."""
    text = "".join(_MISSING.findall(message))
    return set(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
