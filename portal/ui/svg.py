"""Pictures drawn on the server, cleaned before they stand in a page."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = "http://www.w3.org/2000/svg"
_ELEMENTS = (
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs clipPath linearGradient "
    "radialGradient stop pattern mask marker symbol use"
)
_ATTRIBUTES = (
    "aria-hidden aria-label aria-labelledby aria-roledescription aria-describedby class clip-path clip-rule "
    "clipPathUnits cx cy d dominant-baseline dx dy fill fill-opacity fill-rule focusable font-family font-size "
    "font-style font-weight fx fy gradientTransform gradientUnits height href id letter-spacing marker-end "
    "marker-mid marker-start markerHeight markerUnits markerWidth mask offset opacity orient patternTransform "
    "patternUnits points preserveAspectRatio r refX refY role rotate rx ry shape-rendering stop-color "
    "stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit "
    "stroke-opacity stroke-width text-anchor text-decoration text-rendering transform vector-effect version "
    "viewBox visibility width x x1 x2 y y1 y2"
)
ELEMENTS = frozenset(_ELEMENTS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_LOCAL = ("fill", "stroke", "clip-path", "mask", "marker-start", "marker-mid", "marker-end")


class BadPicture(ValueError):
    """Text that is no SVG picture."""


@lru_cache(maxsize=128)
def inline_svg(text: str) -> Markup:
    """An SVG picture as part of a page; raises BadPicture where it is none.

    Only elements and attributes of the lists above stay: no script, no style, no reference out of the picture.
    Properties in ``style`` become attributes, because the page's policy forbids inline styles. A picture that
    is wider than its place shrinks.
    """
    from lxml import etree  # a big library, wanted by the few pages with charts

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadPicture(str(error)) from None
    if etree.QName(root).localname != "svg" or root.getroottree().docinfo.doctype:
        raise BadPicture("no SVG picture")
    _clean(root)
    root.set("class", f"{root.get('class', '')} picture".strip())
    root.set("focusable", "false")
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - cleaned by an allow-list just above


def _clean(root: _Element) -> None:
    from lxml import etree

    for element in list(root.iter()):
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name not in ELEMENTS:
            parent = element.getparent()
            if parent is None:
                raise BadPicture("no SVG picture")
            parent.remove(element)
            continue
        for pair in (element.attrib.pop("style", "") or "").split(";"):
            prop, _colon, value = pair.partition(":")
            if prop.strip() in ATTRIBUTES and prop.strip() not in element.attrib:
                element.set(prop.strip(), value.strip())
        for key in list(element.attrib):
            attribute = etree.QName(key).localname
            if attribute not in ATTRIBUTES or not _stays_inside(attribute, element.attrib[key]):
                del element.attrib[key]


def _stays_inside(attribute: str, value: str) -> bool:
    """Whether a reference points into the picture itself."""
    text = value.strip().lower()
    if attribute == "href":
        return text.startswith("#")
    return attribute not in _LOCAL or "url(" not in text or text.startswith("url(#")
