"""Pictures of charts and maps for documents: drawn once per data, kept in a cache that can be replaced.

The drawing engine (vl-convert, 84 MB) is imported only where a picture is drawn: in a child process or a worker.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Literal, Protocol

from portal.documents.charts import ChartData
from portal.documents.layout import LaidPicture, Layout, pack
from portal.documents.palette import PATTERNS, all_inks, pattern_name

PictureFormat = Literal["svg", "png"]
PER_INCH = 216
"""Pixels of a PNG per inch of the picture as drawn, some 300 at the size it has on a page."""

FONT = "Libertinus Serif"
"""The font Typst carries: it has Ө, Ү and ₮, and pictures look alike on every machine."""

_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg")"""

_VERSION = "1"
"""Part of every key: raised when pictures are drawn otherwise, so that old ones are not used again."""

_GEOMETRY = re.compile(r'(?:d|transform)="[^"]*"')


class PictureCache(Protocol):
    """Where drawn pictures are kept: any store of bytes by key; what it forgets is drawn again."""

    def get(self, key: str) -> bytes | None:
        """The picture kept under *key*, None where there is none."""

    def set(self, key: str, data: bytes) -> None:
        """Keep *data* under *key* as long as it likes."""


class MemoryCache:
    """The last *size* pictures of this process."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """The picture, None where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def set(self, key: str, data: bytes) -> None:
        """Keep the picture, forgetting the one unused for longest."""
        with self._lock:
            self._kept[key] = data
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


@dataclass(frozen=True)
class Sheaf:
    """The pictures of one document by key: those that are ready, and ``drawn`` those made on the way."""

    ready: dict[str, bytes]
    drawn: dict[str, bytes]

    def picture(self, picture: LaidPicture, format_: PictureFormat) -> bytes:
        """The picture, drawn where it is not ready."""
        key = picture_key(picture, format_)
        if key in self.ready:
            return self.ready[key]
        if key not in self.drawn:
            self.drawn[key] = draw(picture, format_)
        return self.drawn[key]


def picture_key(picture: LaidPicture, format_: PictureFormat) -> str:
    """The name of a picture in the cache: a hash of all that is drawn."""
    data = json.dumps(pack(picture.data), ensure_ascii=False, sort_keys=True)
    return f"{hashlib.sha256(f'{_VERSION}{data}'.encode()).hexdigest()}.{format_}"


def gather(layout: Layout, format_: PictureFormat, cache: PictureCache) -> dict[str, bytes]:
    """The pictures of *layout* that *cache* has, by key."""
    keys = [picture_key(each, format_) for each in layout.blocks if isinstance(each, LaidPicture)]
    return {key: data for key in keys if (data := cache.get(key)) is not None}


def draw(picture: LaidPicture, format_: PictureFormat) -> bytes:
    """Draw a chart with vl-convert or a map as squares: SVG as UTF-8, or PNG."""
    svg = _draw(picture)
    return to_png(svg) if format_ == "png" else svg.encode()


def _draw(picture: LaidPicture) -> str:
    if not isinstance(picture.data, ChartData):
        from portal.documents.web import fixed_map_svg

        return str(fixed_map_svg(picture.data, picture.title, picture.alt))
    import vl_convert

    from portal.documents.vega import FONT as MEASURED
    from portal.documents.vega import format_locale, spec

    svg = vl_convert.vegalite_to_svg(
        spec(picture.data), allowed_base_urls=[], format_locale=format_locale(picture.data.language)
    )
    return with_patterns(svg.replace(f'font-family="{MEASURED}"', f'font-family="{FONT}"'))


def to_png(svg: str) -> bytes:
    """*svg* as PNG, set by Typst with the font it carries and with the machine's where that lacks a letter."""
    import typst

    return typst.compile(_PAGE, format="png", ppi=PER_INCH, sys_inputs={"svg": svg})


def with_patterns(svg: str) -> str:
    """*svg* with the pattern of each of our flat colours laid over it, so that a grey print can be read too.

    The flat colour stays below: viewers draw hair lines between the fields of a pattern.
    """
    definitions = []
    for each in all_inks():
        surface = re.compile(rf'<path([^>]*?) fill="{each.fill}"([^>]*?)/>')
        if not PATTERNS[each.pattern] or not surface.search(svg):
            continue
        name = f"pattern-{pattern_name(each.fill)}"
        svg = surface.sub(partial(_overlaid, name), svg)
        definitions.append(
            f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<path d="{PATTERNS[each.pattern]}" stroke="{each.line}" stroke-width="1.5" fill="none"/></pattern>'
        )
    start = svg.index(">", svg.index("<svg")) + 1
    return f"{svg[:start]}<defs>{''.join(definitions)}</defs>{svg[start:]}" if definitions else svg


def _overlaid(name: str, found: re.Match[str]) -> str:
    shape = " ".join(_GEOMETRY.findall(found[1] + found[2]))
    return f'{found[0]}<path {shape} fill="url(#{name})"/>'
