"""A name that is typed as a signature, made a picture like one that is drawn."""

from __future__ import annotations

import io
from html import escape

from werkzeug.datastructures import FileStorage

from portal.forms.fields import Refused, plain_text
from portal.forms.messages import _l

SIGN = "sign:"
"""What the name of the input for a typed name begins with."""
LONGEST = 80
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="100" viewBox="0 0 320 100"><text x="160" y="60"'
    ' text-anchor="middle" font-family="Libertinus Serif" font-style="italic" font-size="{size}"'
    ' fill="#111">{name}</text></svg>'
)


def picture(typed: str) -> FileStorage:
    """The picture of a typed name, a PNG named after it; raises Refused for what is no name."""
    from portal.documents.pictures import to_png

    name = " ".join(plain_text(typed).split())
    if len(name) > LONGEST or not name.isprintable() or not any(each.isalpha() for each in name):
        raise Refused("signature", _l("Write your name, of at most %(limit)s letters, or draw it.", limit=LONGEST))
    svg = _SVG.format(size=min(36, 540 // max(len(name), 1)), name=escape(name))
    return FileStorage(io.BytesIO(to_png(svg)), f"{name}.png")
