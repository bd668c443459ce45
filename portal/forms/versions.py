"""The versions of a form, and its answers as the newest of them reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.forms import service
from portal.forms.engine.lineage import Lineage, Rule, Rules, Stage
from portal.forms.models import FormVersion


def rules_of(mapping: Mapping[str, Any] | None) -> Rules:
    """The rules that were published with a version."""
    rules = [Rule.load(each) for each in (mapping or {}).get("rules", ())]
    return {(rule.source, rule.type): rule for rule in rules}


def stages(versions: Sequence[Any]) -> list[Stage]:
    """*versions*, oldest first, with the rules that hold now: a later version may have taken earlier ones back."""
    back = {number for version in versions for number in (version.mapping or {}).get("without", ())}
    return [
        Stage(version.number, service.compiled(version), {} if version.number in back else rules_of(version.mapping))
        for version in versions
    ]


class Versions:
    """The versions of one form, oldest first: ``id number digest mapping``, and how answers of each are read now."""

    def __init__(self, form_id: int) -> None:
        stmt = select(FormVersion.id, FormVersion.number, FormVersion.digest, FormVersion.mapping)
        self.rows = list(db.session.execute(stmt.where(FormVersion.form_id == form_id).order_by(FormVersion.number)))
        self._places = {version.id: place for place, version in enumerate(self.rows)}
        self._stages: list[Stage] = []
        self._made: dict[int, Lineage] = {}

    @property
    def stages(self) -> list[Stage]:
        """The versions as the engine knows them."""
        if not self._stages:
            self._stages = stages(self.rows)
        return self._stages

    def is_newest(self, version_id: int) -> bool:
        """Whether no later version was published."""
        return bool(self.rows) and self.rows[-1].id == version_id

    def of(self, version_id: int) -> Lineage:
        """How answers sent in with that version are read; raises KeyError for a version of another form."""
        if version_id not in self._made:
            place = self._places[version_id]
            last = place == len(self.rows) - 1
            self._made[version_id] = Lineage(stages(self.rows[place:]) if last else self.stages[place:])
        return self._made[version_id]

    def now(self, version_id: int, answers: dict[str, Any]) -> dict[str, Any]:
        """Answers by the names of the newest version."""
        return answers if self.is_newest(version_id) else self.of(version_id).now(answers)
