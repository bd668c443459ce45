"""Walking the portal as a reader does: from link to link, reading what a page says and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml import html as parser

SILENT = frozenset(("script", "style", "code", "textarea", "svg", "pre"))
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")


@dataclass
class Page:
    """A page: its links, and its pieces of text with the language each is in."""

    html: str
    links: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._read(parser.document_fromstring(self.html), "", silent=False)

    def _read(self, element: Any, around: str, *, silent: bool) -> None:
        given = element.attrib
        lang = given.get("lang", around) or "und"  # lang="": what a person typed, in whatever language
        silent = silent or element.tag in SILENT
        if "id" in given:
            self.ids.append(given["id"])
        if element.tag == "a" and "href" in given:
            self.links.append(given["href"])
        if not silent:
            self.texts += [(given[name], lang) for name in SPOKEN if given.get(name)]
            self._say(element.text, lang)
        for child in element:
            if isinstance(child.tag, str):  # else a comment
                self._read(child, lang, silent=silent)
            if not silent:
                self._say(child.tail, lang)

    def _say(self, text: str | None, lang: str) -> None:
        if words := " ".join((text or "").split()):
            self.texts.append((words, lang))


class Turns:
    """Which addresses are worth opening: two pages of one shape are one page for a crawl.

    A page is opened as it is, and again for each name its query has that was not in one before. A file is made of
    what its page shows, so one for each path is enough.
    """

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}
        self._files: set[str] = set()

    def take(self, url: str) -> bool:
        """Whether *url* shows something new; it then counts as shown."""
        path, parts = shape(url), urlsplit(url)
        names = {name for name, _ in parse_qsl(parts.query)}
        if path in self._files or (path in self._names and names <= self._names[path]):
            return False
        self._names.setdefault(path, set()).update(names)
        return True

    def is_file(self, url: str) -> None:
        """What came from *url* was no page."""
        self._files.add(shape(url))


SUBJECTS = re.compile(r"(/recommendations/(?:themes|groups|goals|states|bodies|[a-z]{2}/N))/[^/]+")
"""Pages of one kind whose addresses end in a code."""


def shape(url: str) -> str:
    """The path of an address without its ids and codes."""
    return SUBJECTS.sub(r"\1/N", re.sub(r"/\d+(?=/|$)", "/N", urlsplit(url).path))


def crawl(browser: Any, start: str = "/", most: int = 500) -> Iterator[tuple[str, Any, Page | None]]:
    """Every page that can be reached by links from *start*, one of each shape: address, answer, what a page says.

    Raises AssertionError where *most* are not enough.
    """
    queue, seen, turns = [start], {start}, Turns()
    for url in queue:  # grows while it is read
        if not turns.take(url):
            continue
        assert most, f"more pages than the crawl looks at: {url}"
        most -= 1
        answer = browser.get(url, buffered=True)
        page = Page(answer.text) if answer.mimetype == "text/html" and answer.data else None
        yield url, answer, page
        found = [answer.headers["Location"]] if answer.status_code in (301, 302, 303) else []
        if page is None and not found:
            turns.is_file(url)
        for href in [*found, *(page.links if page else ())]:
            target = urlsplit(urljoin(url, href))
            if target.netloc or target.scheme or target.path.startswith("/static/"):
                continue
            query = [(name, value) for name, value in parse_qsl(target.query) if name != "lang"]
            address = target.path + (f"?{urlencode(query)}" if query else "")
            if address not in seen:
                seen.add(address)
                queue.append(address)
