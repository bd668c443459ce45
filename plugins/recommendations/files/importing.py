"""Importing a file: read it, show what would happen, carry it out once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from portal.api import (
    ChildFailed,
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

from .. import importers
from ..importers import Parsed
from ..models import ImportRun
from ..register import entering, service
from ..settings import own_country
from . import arranged, existing, kept_files, planning
from .existing import Pick, Values
from .planning import Plan, RowPlan

JOB_FROM: Final = 600
"""New and changed rows from which an import runs in the background: more take longer than five seconds."""

BATCH: Final = 500
"""Rows that are written together."""

BY_ROW: Final = frozenset({"uhri", "own_table"})
"""Formats whose rows say the cycle they are of."""

Outcome = Literal["done", "stale", "already", "running", "refused"]


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


def read(data: bytes, file_name: str, choice: Choice) -> tuple[Parsed, str, int | None]:
    """The rows of a file, the code of its country and its cycle (None: the rows say several); raises FileRefused.

    A file with several countries is read for the portal's own, a CSV file with several sessions for that of the
    chosen cycle, unless the sender says otherwise.
    """
    parsed = _parsed(data, file_name, choice)
    named = _state(parsed.country) if parsed.country else None
    if parsed.country and named is None:
        raise FileRefused("country", _("The file is about “%(name)s”, which is no State.", name=parsed.country))
    asked = _state(choice.country)
    if choice.country and named is not None and named != asked:
        raise FileRefused("no_rows", importers.message("no_rows", {}, _))
    code = str((named or asked).iso2) if named or asked else own_country()
    if parsed.format in BY_ROW:
        said = {row.cycle for row in parsed.rows}
        return parsed, code, choice.cycle or (said.pop() if len(said) == 1 else None)
    cycle = choice.cycle or parsed.cycle
    if cycle is None:
        raise FileRefused("cycle", _("The file does not say of which cycle it is. Choose the cycle."))
    return parsed, code, cycle


def _parsed(data: bytes, file_name: str, choice: Choice) -> Parsed:
    session: int | None = choice.session
    country: str | None = None
    while True:
        try:
            return Parsed.load(run_limited(importers.READ, data, file_name, session, country, choice.cycle))
        except InputRefused as refused:
            found = refused.where.get("found") or ()
            if refused.code == "several_countries" and country is None and (ours := _asked(found, choice.country)):
                country = ours
            elif refused.code == "several_sessions" and session is None and (known := _session(choice.cycle)) in found:
                session = known
            else:
                raise FileRefused(refused.code, importers.message(refused.code, refused.where, _)) from None
        except ChildFailed as failed:
            raise FileRefused(failed.code, importers.message(failed.code, {}, _)) from None


def _asked(found: Sequence[str], asked: str) -> str:
    """The name among *found* that means the State asked for, the portal's own where none is; "" without one."""
    wanted = _state(asked) if asked else _state(own_country())
    return next((name for name in found if wanted is not None and _state(name) == wanted), "")


def _state(name: str) -> Any:
    """The State of a name or a two-letter code, or None."""
    by_code = {state.iso2: state for state in reference.states()}
    return by_code.get(name.strip()) or reference.find_state(name)


def _session(cycle: int | None) -> int | None:
    """The session of the portal's own review *cycle*, where it is known."""
    found = reference.find_cycle(cycle, own_country()) if cycle else None
    return found.session if found else None


def start(
    user: Identity,
    org_id: int | None,
    data: bytes,
    file_name: str,
    parsed: Parsed,
    country: str,
    cycle: int | None,
    *,
    whole: bool = False,
) -> ImportRun:
    """Keep what was read with its comparison, to be shown and confirmed.

    With *whole* the file is refused where one of its rows is. The file itself is kept where rows are refused, to
    be given back with its errors.
    """
    plan = planning.compare(parsed, country, cycle, {})
    with transaction():
        run = ImportRun(
            file_name=file_name[-200:],
            sha256=hashlib.sha256(data).hexdigest(),
            country=country,
            cycle=cycle,
            counts=plan.counts,
            plan={"parsed": parsed.dump(), "chosen": {}, "shown": plan.dump(), "whole": whole},
            org_id=org_id,
            created_by_id=user.id,
            created_at=clock.now(),
            file_id=kept_files.keep(user, data, file_name, "import").id if plan.refused else None,
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
    before; ``running``: a job does it, since there are many rows and *in_background* allows it; ``refused``: rows
    have errors and the sender wants all of the file or nothing.
    """
    with transaction():
        run = _locked(run_id)
        if run.state in ("done", "running"):
            return "already"
        shown = run.plan["shown"]
        plan = _compare_again(run, run.plan["chosen"])
        if plan.dump() != shown:
            return "stale"
        if plan.refused and run.plan.get("whole"):
            return "refused"
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
    sessions = {row.cycle: row.session for row in parsed.rows if row.session}
    for cycle in sorted({row.cycle for row in plan.rows}):
        ensure_cycle(cycle, run.country, sessions.get(cycle) or (parsed.session if cycle == run.cycle else None))
    todo = [row for row in plan.rows if row.state != "same"]
    ids = _terms(plan, todo)
    codes = _organisations(plan, todo)
    entries = {row.key: _entry(row, plan.values[row.key], plan.picks[row.key], ids, codes) for row in todo}
    names = entering.Names.read(term for entry in entries.values() for term in entry.terms)
    later: list[Any] = []
    fresh: list[tuple[Record, entering.Entry]] = []
    for start in range(0, len(todo), BATCH):
        part = todo[start : start + BATCH]
        new = [(row.cycle, entries[row.key]) for row in part if row.id is None]
        made = entering.enter_all(user, run.org_id, run.country, new, names, later)
        fresh += [(record, entry) for record, (_cycle, entry) in zip(made, new, strict=True)]
        for row in part:
            if row.id is not None:
                _change(user, row, entries[row.key], names)
        if progress is not None:
            progress.step(start + len(part), len(todo))
    db.session.flush()
    db.session.add_all(later)
    for record, entry in fresh:
        if entry.bodies:
            service.set_bodies(user, record, dict(entry.bodies))
    _arrange(plan, todo, [record.id for record, _entry in fresh])
    run.state, run.done_at = "done", clock.now()
    audit.note("imported", entity=ImportRun.__tablename__, entity_id=run.id, **run.counts, file=run.file_name)
    emit(Event("recommendations.imported", ids={"run": run.id}))


def _arrange(plan: Plan, todo: list[RowPlan], made: list[int]) -> None:
    """Write targets, clusters and sub-points; *made* are the ids of the new rows in their order."""
    clusters = arranged.ids()
    new = iter(made)
    for row in todo:
        values = plan.values[row.key]
        if row.id is None:
            arranged.write(next(new), values, [name for name in arranged.FIELDS if values[name]], clusters)
        else:
            arranged.write(row.id, values, [name for name, _, _ in row.changes], clusters)


def _change(user: Identity, row: RowPlan, entry: entering.Entry, names: entering.Names) -> None:
    """Change a recommendation to what the plan says."""
    record = db.session.get_one(Record, row.id)
    fields = {name for name, _, _ in row.changes}
    entering.change(user, record, entry, names, row.changes)
    if entry.bodies is not None and fields & {"lead", "support"}:
        service.set_bodies(user, record, dict(entry.bodies))


def _terms(plan: Plan, todo: list[RowPlan]) -> dict[tuple[str, str, str], int]:
    """The ids of labels that no list has, by scheme, list and label: they are added to their lists."""
    lacking = {
        (scheme, pick.vocabulary, pick.label[:300])
        for row in todo
        for scheme, picks in plan.picks[row.key].items()
        for pick in picks
        if pick.id is None
    }
    return {each: ensure_term(each[0], each[2], vocabulary=each[1]).id for each in sorted(lacking)}


def _organisations(plan: Plan, todo: list[RowPlan]) -> dict[str, int]:
    """The ids of the bodies that are named."""
    if not any(plan.values[row.key]["lead"] or plan.values[row.key]["support"] for row in todo):
        return {}
    return {row.code: row.id for row in db.session.execute(select(Organisation.code, Organisation.id))}


def _entry(
    row: RowPlan,
    values: Values,
    picks: Mapping[str, list[Pick]],
    added: Mapping[tuple[str, str, str], int],
    bodies: Mapping[str, int],
) -> entering.Entry:
    document, paragraph = values["source"]
    terms = {
        pick.id or added[scheme, pick.vocabulary, pick.label[:300]]: pick.written
        for scheme in existing.SCHEMES
        for pick in picks.get(scheme, ())
    }
    responsible = {bodies[code]: "support" for code in values["support"] if code in bodies}
    if values["lead"] in bodies:
        responsible[bodies[values["lead"]]] = "lead"
    return entering.Entry(
        number=row.number,
        text=existing.text_of(values),
        wordings=[(text, states) for text, states in values["states"]],
        position=values["position"],
        document=document,
        paragraph=paragraph,
        heading=values["heading"],
        symbol=values["symbol"],
        action=values["action"],
        terms=list(terms),
        labels=terms,
        published_on=_day(values["published_on"]),
        decided_on=_day(values["decided_on"]),
        bodies=responsible,
    )


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


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
