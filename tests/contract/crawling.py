"""Walking the portal as a reader does: from link to link, reading what a page says and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
SILENT = frozenset(("script", "style", "code", "textarea", "svg", "pre"))
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")


@dataclass
class Page(HTMLParser):
    """A page: its links, and its pieces of text with the language each is in."""

    html: str
    links: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)
        self._open: list[tuple[str, str, bool]] = []
        self.feed(self.html)

    @property
    def _lang(self) -> str:
        return self._open[-1][1] if self._open else ""

    @property
    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][2]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        lang = given.get("lang", self._lang) or "und"  # lang="": what a person typed, in whatever language
        silent = self._silent or tag in SILENT
        if not silent:
            self.texts += [(given[name], lang) for name in SPOKEN if given.get(name)]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in VOID:
            self._open.append((tag, lang, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.texts.append((" ".join(data.split()), self._lang))


def shape(url: str) -> str:
    """An address without its ids and values: two pages of one shape are one page for a crawl."""
    parts = urlsplit(url)
    names = sorted({name for name, _ in parse_qsl(parts.query)})
    return re.sub(r"/\d+", "/N", parts.path) + "?" + "&".join(names)


def crawl(browser: Any, start: str = "/", each_shape: int = 1, most: int = 150) -> Iterator[tuple[str, Any]]:
    """Every page that can be reached by links from *start*, *each_shape* of each shape: address and answer."""
    queue, seen, count = [start], {start}, dict[str, int]()
    while queue and most:
        url = queue.pop(0)
        if (done := count.get(shape(url), 0)) >= each_shape:
            continue
        count[shape(url)] = done + 1
        most -= 1
        answer = browser.get(url, buffered=True)
        yield url, answer
        if answer.mimetype != "text/html":
            continue
        for href in Page(answer.text).links:
            target = urlsplit(urljoin(url, href))
            if target.netloc or target.scheme or target.path.startswith("/static/"):
                continue
            query = [(name, value) for name, value in parse_qsl(target.query) if name != "lang"]
            address = target.path + (f"?{urlencode(query)}" if query else "")
            if address not in seen:
                seen.add(address)
                queue.append(address)
        if answer.status_code in (301, 302, 303):
            queue.append(answer.headers["Location"])
