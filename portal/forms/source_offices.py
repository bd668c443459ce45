"""Offices as choices of a question, each with the person who holds it.

An answer names office and person (``12-34``; ``12`` while it is vacant), so that it says later too who held the office
on the day of the answer. Former holders are ``past``: an answer may name them, a new one does not offer them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from portal import clock
from portal.forms.messages import _l
from portal.people.identity import Identity
from portal.people.queries import Rows, all_offices
from portal.text import LOCALES

READ = "people.read_directory"
VACANT = _l("vacant")


def offices(user: Identity) -> list[Mapping[str, Any]]:
    """The choices, the holders by name only for those who read the directory.

    Columns for filters: ``office`` (its number), ``organisation`` (code), ``kind`` (of the organisation), ``from``
    and ``to`` (days of the term).
    """
    rows = all_offices()
    found = list(_held(rows, user.can(READ)))
    held = {choice["office"] for choice in found if not choice.get("past")}
    return [*found, *_vacant(rows, held)]


def _held(rows: Rows, named: bool) -> Iterator[dict[str, Any]]:
    today = clock.today()
    current: set[int] = set()
    for office, org, term, person in rows:
        if person is None:
            continue
        choice = _choice(office, org, f"{office.id}-{person.id}")
        choice |= {"from": term.valid_from.isoformat(), "to": term.valid_to.isoformat() if term.valid_to else ""}
        holds = term.valid_from <= today and (term.valid_to is None or term.valid_to >= today)
        if not holds or office.id in current or _closed(office):
            choice["past"] = True
        else:
            current.add(office.id)
        if named:
            choice["label"] = {code: f"{text}: {person.display}" for code, text in choice["label"].items()}
        yield choice


def _vacant(rows: Rows, held: Collection[str]) -> Iterator[dict[str, Any]]:
    """Each office without a holder: as it is offered, or as an older answer may have it."""
    for office, org in {office.id: (office, org) for office, org, _term, _person in rows}.values():
        choice = _choice(office, org, str(office.id))
        choice["label"] = {code: f"{text} ({VACANT.speak(code)})" for code, text in choice["label"].items()}
        if _closed(office) or choice["office"] in held:
            choice["past"] = True
        yield choice


def _choice(office: Any, org: Any, name: str) -> dict[str, Any]:
    label = {code: f"{office.title.text(code)}, {org.name.text(code)}" for code in LOCALES}
    return {"name": name, "label": label, "office": str(office.id), "organisation": org.code, "kind": org.kind}


def _closed(office: Any) -> bool:
    return office.closed_on is not None and office.closed_on < clock.today()
