"""Which subsets of our modules the matrix walks, and how it walks one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from portal.testing.plugin import DATABASE
from tests.contract.crawling import Page

MODULES = ("agreements", "consultations", "recommendations", "reports", "subcommittees")
LANGUAGES = ("mn", "en")


def subsets() -> list[tuple[str, ...]]:
    """None, each alone, each missing, all; on PostgreSQL none and each missing; PORTAL_MATRIX=full: every one of 32."""
    sizes: Iterable[int] = (0, 4) if DATABASE == "postgres" else (0, 1, 4, 5)
    if os.environ.get("PORTAL_MATRIX") == "full":
        sizes = range(len(MODULES) + 1)
    return [subset for size in sizes for subset in combinations(MODULES, size)]


def name(subset: tuple[str, ...]) -> str:
    """For the test's id."""
    return "+".join(subset) or "none"


def addresses(app: Any) -> list[str]:
    """Every page that needs nothing in its address."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return sorted(rule.rule for rule in rules if rule.endpoint != "static")


def faults(app: Any, browsers: dict[str, Any], there: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What is wrong where only *there* may show: pages that break, that should be gone, links that lead nowhere."""
    gone = {f"/{module}" for module in set(MODULES) - set(there)}
    for role, browser in browsers.items():
        for language in LANGUAGES:
            browser.set_cookie("portal_lang", language)
            for path in [*addresses(app), *(f"{prefix}/" for prefix in gone)]:
                answer = browser.get(path, buffered=True)
                first = f"/{path.split('/')[1]}"
                off, module = first in gone, first[1:] in MODULES
                if answer.status_code >= 500 or (module and off != (answer.status_code == 404)):
                    yield role, language, path, str(answer.status_code)
                if answer.mimetype != "text/html" or answer.status_code >= 300:
                    continue
                page = Page(answer.text)
                if f'<html lang="{language}"' not in answer.text:
                    yield role, language, path, "another language"
                if dead := sorted(link for link in page.links if f"/{link.lstrip('/').partition('/')[0]}" in gone):
                    yield role, language, path, f"links to {dead[0]}"
