"""Which forms may be filled without a network: those whose office says so, and of which a browser computes all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from portal import clock
from portal.forms.definition import Compiled, Definition, Problem
from portal.forms.engine import Context, evaluate, pages, start
from portal.forms.filling.plan import planned
from portal.forms.filling.reads import timed
from portal.forms.messages import Own, Text, _l, pick
from portal.i18n import current_locale

SETTING = "offline"
"""The name of the setting among those of access; off where it is not there."""


def offered(definition: Definition) -> bool:
    """Whether a form may be filled without a network."""
    access: Any = definition["settings"].get("access") or {}
    return access.get(SETTING) is True


def obstacles(compiled: Compiled, context: Context) -> Iterator[Text | Own]:
    """What of a form a browser cannot do alone, naming the questions; nothing where it may be filled so."""
    for node in compiled.questions:
        tree = compiled.trees.get(node.id, {}).get("default")
        if timed(tree) and node.name not in firsts(compiled):
            yield _l(
                "The first answer of “%(question)s” is made of the day or the time in a way that only the server"
                " computes. Take today() or now() alone, or a calculation.",
                question=pick(node.row.get("label"), context.locale, node.name),
            )
    result = evaluate(compiled, start(compiled, context), context, "draft")
    page = pages(compiled, result, context, everything=True, whole=True)[0]
    if beyond := planned(compiled, page, result, context, result.values).beyond:
        yield Own({context.locale: beyond})


def problems(compiled: Compiled) -> list[Problem]:
    """The same as faults of a definition, on the settings page."""
    now = clock.now().astimezone(clock.zone())
    context = Context(today=now.date(), now=now, locale=current_locale())
    return [
        Problem("offline", _l("Not without a network: %(why)s", why=why), cell="access")
        for why in obstacles(compiled, context)
    ]


def firsts(compiled: Compiled) -> dict[str, str]:
    """Names of questions whose first answer is the day or the moment of filling: ``today`` or ``now``."""
    found = {}
    for node in compiled.questions:
        tree: Any = compiled.trees.get(node.id, {}).get("default")
        if tree in (["call", "today"], ["call", "now"]):
            found[node.name] = tree[1]
    return found


def firsts_json(compiled: Compiled) -> str:
    """The same for the page."""
    return json.dumps(firsts(compiled))
