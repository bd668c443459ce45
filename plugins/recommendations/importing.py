"""Importing a file: read it, show what would happen, carry it out once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from flask import current_app

from portal.api import (
    ChildFailed,
    Content,
    Event,
    Identity,
    InputRefused,
    Organisation,
    Record,
    _,
    audit,
    clock,
    db,
    emit,
    ensure_cycle,
    ensure_term,
    jobs,
    reference,
    run_limited,
    select,
    transaction,
)

from . import entering, importers, planning
from .importers import Parsed
from .models import ImportRun, Recommendation
from .planning import Plan, RowPlan, Values

JOB_FROM: Final = 600
"""New and changed rows from which an import runs in the background: more take longer than five seconds."""

Outcome = Literal["done", "stale", "already", "running"]


class FileRefused(Exception):
    """A file that cannot be imported, in words for the person who sent it; ``code`` for machines."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Choice:
    """What the sender says of a file: all may be left to the file where it speaks."""

    cycle: int | None = None
    session: int | None = None
    country: str = ""


def own_country() -> str:
    """The State this portal follows (ISO, two letters)."""
    return str(current_app.config["COUNTRY"])


def read(data: bytes, file_name: str, choice: Choice) -> tuple[Parsed, str, int]:
    """The rows of a file, the code of its country and its cycle; raises FileRefused.

    A CSV file with several countries is read for the portal's own, one with several sessions for that of the
    chosen cycle, unless the sender says otherwise.
    """
    parsed = _parsed(data, file_name, choice)
    named = reference.find_state(parsed.country) if parsed.country else None
    if parsed.country and named is None:
        raise FileRefused("country", _("The file is about “%(name)s”, which is no State.", name=parsed.country))
    cycle = choice.cycle or parsed.cycle
    if cycle is None:
        raise FileRefused("cycle", _("The file does not say of which cycle it is. Choose the cycle."))
    return parsed, named.iso2 if named else own_country(), cycle


def _parsed(data: bytes, file_name: str, choice: Choice) -> Parsed:
    session, country = choice.session, choice.country or None
    while True:
        try:
            return Parsed.load(run_limited(importers.READ, data, file_name, session, country))
        except InputRefused as refused:
            found = refused.where.get("found") or ()
            if refused.code == "several_countries" and country is None and (ours := _own_name()) in found:
                country = ours
            elif refused.code == "several_sessions" and session is None and (known := _session(choice.cycle)) in found:
                session = known
            else:
                raise FileRefused(refused.code, importers.message(refused.code, refused.where, _)) from None
        except ChildFailed as failed:
            raise FileRefused(failed.code, importers.message(failed.code, {}, _)) from None


def _own_name() -> str:
    """The portal's State as UN files write it."""
    return next((state.name.text("en") for state in reference.states() if state.iso2 == own_country()), "")


def _session(cycle: int | None) -> int | None:
    """The session of the portal's own review *cycle*, where it is known."""
    found = reference.find_cycle(cycle, own_country()) if cycle else None
    return found.session if found else None


def start(
    user: Identity, org_id: int | None, data: bytes, file_name: str, parsed: Parsed, country: str, cycle: int
) -> ImportRun:
    """Keep what was read with its comparison, to be shown and confirmed."""
    plan = planning.compare(parsed, country, cycle, {})
    with transaction():
        run = ImportRun(
            file_name=file_name[-200:],
            sha256=hashlib.sha256(data).hexdigest(),
            country=country,
            cycle=cycle,
            counts=plan.counts,
            plan={"parsed": parsed.dump(), "chosen": {}, "shown": plan.dump()},
            org_id=org_id,
            created_by_id=user.id,
            created_at=clock.now(),
        )
        db.session.add(run)
        db.session.flush()
    return run


def choose(run: ImportRun, chosen: Mapping[str, int]) -> None:
    """Take *chosen* (name as written → State id) for names that were not known, and compare again."""
    known = {state.id for state in reference.states()}
    kept = {**run.plan["chosen"], **{name: state for name, state in chosen.items() if state in known}}
    with transaction():
        _compare_again(_locked(run.id), kept)


def _locked(run_id: int) -> ImportRun:
    """The run as it is now, held against a second click until the transaction ends."""
    stmt = select(ImportRun).where(ImportRun.id == run_id).with_for_update()
    return db.session.execute(stmt, execution_options={"populate_existing": True}).scalar_one()


def _compare_again(run: ImportRun, chosen: Mapping[str, int]) -> Plan:
    parsed = Parsed.load(run.plan["parsed"])
    plan = planning.compare(parsed, run.country, run.cycle, chosen)
    run.plan = {**run.plan, "chosen": dict(chosen), "shown": plan.dump()}
    run.counts = plan.counts
    return plan


def confirm(user: Identity, run_id: int, *, in_background: bool = True) -> Outcome:
    """Carry out what was shown.

    ``stale``: the register changed since, the new comparison is kept and nothing is written; ``already``: done
    before; ``running``: a job does it, since there are many rows and *in_background* allows it.
    """
    with transaction():
        run = _locked(run_id)
        if run.state in ("done", "running"):
            return "already"
        shown = run.plan["shown"]
        plan = _compare_again(run, run.plan["chosen"])
        if plan.dump() != shown:
            return "stale"
        if in_background and plan.counts["new"] + plan.counts["changed"] >= JOB_FROM:
            job = jobs.start(
                user.id,
                "recommendations.import",
                title=run.file_name,
                permission="recommendations.import",
                run_id=run.id,
            )
            run.state, run.job_uid = "running", job.uid
            return "running"
        carry_out(user, run, plan)
    return "done"


def carry_out_in_background(user: Identity, run_id: int, progress: Any) -> bool:
    """What ``confirm`` handed to a job: False where the register changed since, and nothing is written."""
    with transaction():
        run = _locked(run_id)
        if run.state != "running":
            return True
        shown = run.plan["shown"]
        plan = _compare_again(run, run.plan["chosen"])
        if plan.dump() != shown:
            run.state = "preview"
            return False
        carry_out(user, run, plan, progress)
    return True


def carry_out(user: Identity, run: ImportRun, plan: Plan, progress: Any = None) -> None:
    """Write the new and the changed rows of *plan* and close the run, inside a transaction."""
    parsed = Parsed.load(run.plan["parsed"])
    ensure_cycle(run.cycle, run.country, parsed.session)
    todo = [row for row in plan.rows if row.state != "same"]
    terms = _terms(parsed, [plan.values[row.number] for row in todo])
    entries = {row.number: _entry(row, plan.values[row.number], terms) for row in todo}
    names = entering.Names.read(term for entry in entries.values() for term in entry.terms)
    later: list[Any] = []
    for done, row in enumerate(todo, 1):
        if row.id is None:
            entering.enter(user, run.org_id, run.country, run.cycle, entries[row.number], names, later)
        else:
            _change(user, row, entries[row.number], names)
        if progress is not None:
            progress.step(done, len(todo))
    db.session.flush()
    db.session.add_all(later)
    run.state, run.done_at = "done", clock.now()
    audit.note("imported", entity=ImportRun.__tablename__, entity_id=run.id, **run.counts, file=run.file_name)
    emit(Event("recommendations.imported", ids={"run": run.id}))


def _change(user: Identity, row: RowPlan, entry: entering.Entry, names: entering.Names) -> None:
    """Change a recommendation; what its source does not carry stays."""
    record = db.session.get_one(Record, row.id)
    stored = db.session.get_one(Recommendation, row.id)
    fields = {name for name, _, _ in row.changes}
    if not fields & {"source", "position"}:
        entry = replace(entry, document=stored.source_document, paragraph=stored.source_paragraph)
    entry = replace(entry, heading=entry.heading or stored.heading, action=entry.action or stored.action)
    entering.change(user, record, entry, names, row.changes)


def _terms(parsed: Parsed, wanted: list[Values]) -> dict[tuple[str, str], int]:
    """The ids of all labels of *wanted*; a label that its list lacks is added to it."""
    found = {("sdg", term.code): term.id for term in reference.terms("sdg")}
    for scheme in ("theme", "group"):
        code = planning.vocabulary(parsed, scheme)
        index = reference.term_index(scheme, vocabulary=code)
        for label in sorted({label for values in wanted for label in values.get(scheme, ())}):
            known = index.find(label) or ensure_term(scheme, label[:300], vocabulary=code)
            found[scheme, label] = known.id
    return found


def _entry(row: RowPlan, values: Values, terms: Mapping[tuple[str, str], int]) -> entering.Entry:
    document, paragraph = values.get("source", ("", ""))
    labels = [(scheme, label) for scheme in ("theme", "group", "sdg") for label in values.get(scheme, ())]
    return entering.Entry(
        number=row.number,
        text=Content.of(en=values["text"], state={"en": "official"}),
        wordings=[(text, states) for text, states in values["states"]],
        position=values["position"],
        document=document,
        paragraph=paragraph,
        heading=values.get("heading", ""),
        action=values.get("action"),
        terms=list(dict.fromkeys(terms[label] for label in labels)),
    )


def run_of(user: Identity, run_id: int) -> ImportRun | None:
    """The run, where it is of an organisation of *user* or their own."""
    run = db.session.get(ImportRun, run_id)
    if run is None:
        return None
    own = run.org_id in user.orgs if run.org_id is not None else run.created_by_id == user.id
    return run if own else None


def recent(user: Identity, limit: int = 20) -> list[Any]:
    """The newest runs of the organisations of *user*, without their plans."""
    stmt = (
        select(
            ImportRun.id,
            ImportRun.file_name,
            ImportRun.country,
            ImportRun.cycle,
            ImportRun.state,
            ImportRun.counts,
            ImportRun.created_at,
        )
        .where(ImportRun.org_id.in_(user.orgs))
        .order_by(ImportRun.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(stmt))


def organisation(user: Identity) -> int | None:
    """The organisation a coordinator imports for: the first of those they coordinate."""
    mine = [grant.org_id for grant in user.grants if grant.role == "coordinator" and grant.org_id is not None]
    if not mine:
        return None
    return db.session.scalar(select(Organisation.id).where(Organisation.id == mine[0]))
