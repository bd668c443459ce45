"""Publishing a form: its draft becomes a version that never changes."""

from __future__ import annotations

from contextlib import nullcontext

from sqlalchemy import func, select

from portal import audit, clock, records
from portal.db import db, transaction
from portal.forms import mapping, steps
from portal.forms.definition import Definition, Missing, Problem, compile, digest, missing_translations
from portal.forms.models import FormVersion
from portal.forms.service import form_of, problems
from portal.people.identity import Identity
from portal.records import Record, StaleVersion


class NotPublishable(Exception):
    """A form that cannot be published: ``problems`` of the definition, or ``missing`` translations."""

    def __init__(self, problems: list[Problem], missing: list[Missing]) -> None:
        super().__init__(f"{len(problems)} problems, {len(missing)} texts missing")
        self.problems, self.missing = problems, missing


def faults(definition: Definition) -> tuple[list[Problem], list[Missing]]:
    """What stands in the way of publishing: errors of the definition and texts missing in a language."""
    found = [problem for problem in problems(definition) if problem.level == "error"]
    return found, missing_translations(definition)


def publish(
    user: Identity, record: Record, *, version: int | None, waived: str = "", decision: mapping.Decision | None = None
) -> FormVersion:
    """Freeze the draft as the next version and open it; *decision* says what becomes of answers already there.

    Raises NotPublishable where the definition has errors, or texts are missing and *waived* gives no reason why
    that is accepted; StaleVersion; ``mapping.NotMappable`` for a decision that does not fit. Publishing an unchanged
    draft again without a decision gives the version there is.
    """
    form = form_of(record)
    if version is not None and version != record.version:
        raise StaleVersion(record)
    problems, missing = faults(form.definition)
    if problems or (missing and not waived.strip()):
        raise NotPublishable(problems, missing)
    mark = digest(form.definition)
    decided = mapping.check(form.record_id, compile(form.definition), decision).dump() if decision else None
    last = db.session.get(FormVersion, form.published_id) if form.published_id else None
    why = nullcontext() if decided is None else audit.acting(audit.actor(), decided["why"])
    with why, transaction():
        records.update(user, record, version=version, status="published")
        if last is not None and last.digest == mark and decided is None:
            return last
        number = db.session.scalar(select(func.max(FormVersion.number)).where(FormVersion.form_id == form.record_id))
        made = FormVersion(
            form_id=form.record_id,
            number=(number or 0) + 1,
            definition=form.definition,
            digest=mark,
            waived=waived.strip() if missing else "",
            mapping=decided,
            published_at=clock.now(),
            published_by_id=user.id,
        )
        db.session.add(made)
        db.session.flush()
        form.published_id = made.id
        db.session.flush()
        steps.note(user, form, record.version, form.definition, "publish")
    mapping.refresh(user.id, form.record_id)
    return made
