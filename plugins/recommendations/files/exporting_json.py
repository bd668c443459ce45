"""The register as JSON: everything with codes and both languages."""

from __future__ import annotations

import json
from typing import Any

from portal.api import Identity, Select

from .. import datasets
from .exporting import Counted, Entry, entries


def as_json(user: Identity, stmt: Select[Any]) -> bytes:
    """The recommendations with all their parts, in both languages and with codes, and how many there are by rule."""
    counted = Counted()
    pieces = ['{"recommendations": [']
    for entry in entries(user, stmt):
        pieces.append(f"{',' if counted.by_paragraph else ''}\n{json.dumps(_whole(entry), ensure_ascii=False)}")
        counted.add(entry)
    pieces.append(f'\n], "counting": {json.dumps(counted.dump())}}}\n')
    return "".join(pieces).encode()


def _whole(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "country": entry.country,
        "cycle": entry.cycle,
        "number": entry.number,
        "text": dict(entry.text.texts),
        "text_state": {lang: entry.text.state(lang) for lang in ("mn", "en")},
        "states": [
            {"code": state.iso2, "name": dict(state.name.texts), "regional_group": state.un_group, "wording": place}
            for place, (_text, states) in enumerate(entry.wordings, 1)
            for state in states
        ],
        "state_count": entry.state_count,
        "wordings": [text for text, _states in entry.wordings],
        "position": entry.position,
        "position_source": {"document": entry.document, "paragraph": entry.paragraph},
        "position_history": [
            {
                "position": each.position,
                "decided_on": _iso(each.decided_on),
                "document": each.document,
                "paragraph": each.paragraph,
                "note": each.note,
                "entered_at": _iso(each.created_at),
            }
            for each in entry.positions
        ],
        "heading": entry.heading,
        "symbol": entry.symbol,
        "published_on": _iso(entry.published_on),
        "action": entry.action,
        "translation": entry.translation,
        "points": [{"letter": point.letter, "text": dict(point.text.texts)} for point in entry.points],
        "targets": list(entry.targets),
        "clusters": [{"code": each.code, "name": dict(each.name.texts)} for each in entry.clusters],
        **{
            name: [
                {"code": t.code, "name": dict(t.name.texts), "source": t.source, "list": t.vocabulary}
                for t in entry.terms[scheme]
            ]
            for scheme, name in (("theme", "themes"), ("group", "groups"), ("sdg", "sdgs"))
        },
        "bodies": [{"code": body.code, "role": body.role, "name": dict(body.name.texts)} for body in entry.bodies],
        "ratings": {
            voice: {
                "rating": rated.rating,
                "rated_on": _iso(rated.rated_on),
                "organisation": dict(rated.org.texts),
                "rationale": dict(rated.rationale.texts),
                "evidence": dict(datasets.evidence_text(rated.evidence).texts),
                "next_step": dict(rated.next_step.texts),
                "methods": list(rated.methods),
                "challenges": [
                    {
                        "rating": each.rating,
                        "organisation": dict(each.org.texts),
                        "voice": each.voice,
                        "argument": dict(each.argument.texts),
                        "source": each.source,
                        "source_address": each.source_url,
                        "challenged_on": _iso(each.challenged_on),
                        "due_on": _iso(each.due_on),
                        "state": each.status,
                        "answer": dict(each.answer.texts),
                        "answered_at": _iso(each.answered_at),
                    }
                    for each in rated.challenges
                ],
            }
            for voice, rated in entry.ratings.items()
        },
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
