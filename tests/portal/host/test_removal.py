"""A module's data is exported whole and removed whole, its code there or not; everything else stays."""

from __future__ import annotations

import json
import uuid
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from plugins.subcommittees.models import Task, TaskReport
from portal import clock, demo, migrations, storage
from portal.audit import HistoryEntry
from portal.cli import main
from portal.commands.database import upgrade_all
from portal.db import db, transaction
from portal.demo.models import DemoRow
from portal.forms.definition import empty
from portal.forms.filling.files import purposes
from portal.forms.models import Draft, Form, FormVersion, Submission
from portal.host import removal, service
from portal.host.host import current_host
from portal.host.load import Plugin
from portal.host.models import PluginChoice, PluginState
from portal.jobs.models import Schedule
from portal.records import service as records
from portal.records.models import Comment, File, Link, Record, SearchText, Share
from portal.text import Content

NAME = "subcommittees"


@pytest.fixture(autouse=True)
def tables_back(app):
    """What a test dropped is there again for the next one: on PostgreSQL only rows are put back."""
    yield
    db.session.rollback()
    upgrade_all()
    with db.engine.begin() as connection:
        migrations.drop(connection, [t for t in inspect(connection).get_table_names() if t.startswith("ghost")])


def header(user, plugin=NAME, kind="task", parent_id=None, title="Words"):
    record = Record(
        kind=kind,
        plugin=plugin,
        title=Content.of(mn="Үг", en=title),
        status="open",
        org_id=user.orgs[0],
        parent_id=parent_id,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    db.session.add(record)
    db.session.flush()
    records.index(record)
    return record


def stored(record, words, purpose="attachment"):
    row = File(
        record_id=record.id if record else None,
        stored_as=storage.keep(words),
        name="a.txt",
        mime="text/plain",
        size=len(words),
        sha256="0" * 64,
        purpose=purpose,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def form(user, parent_id):
    """A published form on a record, or on none."""
    record = header(user, "core", "form", parent_id, "Form")
    made = Form(record_id=record.id, slot=f"{NAME}.progress", definition=empty({"en": "F"}, "f"))
    db.session.add(made)
    db.session.flush()
    version = FormVersion(form_id=record.id, number=1, definition={}, digest="d", published_at=clock.now())
    db.session.add(version)
    db.session.flush()
    made.published_id = version.id
    return record, version


def answer(user, form_record, version, subject_id):
    sent = Submission(
        uid=str(uuid.uuid4()),
        form_id=form_record.id,
        version_id=version.id,
        subject_id=subject_id,
        answers={"a": 1},
        digest="d",
        language="en",
        receipt=uuid.uuid4().hex[:12],
        received_at=clock.now(),
    )
    draft = Draft(
        form_id=form_record.id,
        user_id=user.id,
        subject_id=subject_id,
        version_id=version.id,
        place=uuid.uuid4().hex,
        uid=str(uuid.uuid4()),
        answers={},
        saved_at=clock.now(),
    )
    db.session.add_all([sent, draft])
    db.session.flush()
    return sent, stored(None, b"sent", purposes(sent.uid)[1]), stored(None, b"typed", purposes(draft.uid)[0])


@pytest.fixture
def filled(identity, org):
    """Two tasks with all that can hang on them, and beside them what must stay."""
    user = identity("coordinator", org=org("mojha"))
    with transaction():
        task, other = header(user, title="First task"), header(user)
        for each in (task, other):
            words = Content.of(mn="Тайлбар", en="Meaning")
            db.session.add(Task(record_id=each.id, description=words, outcome=Content()))
        db.session.flush()
        db.session.add(TaskReport(task_id=task.id, text="Done", progress=5, created_at=clock.now()))
        outside = header(user, "agreements", "clause", task.id, "Clause")
        stays, gone = form(user, None), form(user, task.id)
        alone = answer(user, *stays, outside.id)
        theirs = answer(user, *stays, task.id)
        answer(user, *gone, None)
        now = clock.now()
        db.session.add_all(
            [
                Link(source_id=outside.id, target_id=task.id, relation="follows", created_at=now),
                Link(source_id=stays[0].id, target_id=outside.id, relation="related", created_at=now),
                Share(record_id=task.id, user_id=user.id, level="read", created_at=now),
                Comment(record_id=task.id, text="Remark", created_at=now),
                PluginState(name=NAME, enabled=False, settings={"days": 3}, changed_at=now),
                PluginChoice(org_id=user.orgs[0], plugin=NAME, enabled=False, changed_at=now),
                PluginChoice(org_id=user.orgs[0], plugin="reports", enabled=False, changed_at=now),
                Schedule(name=f"{NAME}.remind", slot=now),
                DemoRow(entity="portal_record", entity_id=str(task.id)),
                DemoRow(entity="portal_record", entity_id=str(outside.id)),
                DemoRow(entity="subcommittees_task", entity_id=str(task.id)),
            ]
        )
        mine, lost, beside = stored(task, b"mine"), stored(task, b"lost"), stored(outside, b"beside")
    storage.current().delete(lost.stored_as)
    return {
        "user": user,
        "task": task.id,
        "other": other.id,
        "outside": outside.id,
        "stays": stays[0].id,
        "gone": gone[0].id,
        "kept": [alone[1].stored_as, alone[2].stored_as, beside.stored_as],
        "files": [mine.stored_as, theirs[1].stored_as, theirs[2].stored_as],
        "submission": alone[0].id,
    }


def rows(model):
    return db.session.scalar(select(func.count()).select_from(model))


def read(path: Path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        lines = {
            name.removesuffix(".jsonl"): [json.loads(line) for line in archive.read(name).splitlines()]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }
        return json.loads(archive.read("README.json")), lines, set(archive.namelist())


def test_the_export_holds_all_that_will_be_gone(app, filled, tmp_path):
    path = tmp_path / "out.zip"
    counts = removal.export(current_host(), NAME, path)
    about, lines, names = read(path)
    assert path.stat().st_mode & 0o077 == 0
    assert (about["module"], about["version"], about["portal"]) == (NAME, "0.1.0", "0.1.0")
    assert about["revision"] == "017a07a430fc"
    assert about["rows"] == counts == {name: len(found) for name, found in lines.items()}
    assert {row["record_id"] for row in lines["subcommittees_task"]} == {filled["task"], filled["other"]}
    assert lines["subcommittees_task"][0]["description"]["en"]
    assert [row["text"] for row in lines["subcommittees_task_report"]] == ["Done"]
    assert lines["subcommittees_task_report"][0]["created_at"].endswith("+00:00")
    assert {row["id"] for row in lines["portal_record"]} == {filled["task"], filled["other"], filled["gone"]}
    assert len(lines["portal_submission"]) == 2
    assert len(lines["portal_form_version"]) == 2
    assert lines["portal_plugin_state"][0]["settings"] == {"days": 3}
    assert (len(lines["portal_link"]), len(lines["portal_share"]), len(lines["portal_comment"])) == (1, 1, 1)
    told = {(row["entity"], row["action"]) for row in lines["portal_history"]}
    assert {("portal_record", "created"), ("subcommittees_task", "created"), ("portal_submission", "created")} <= told
    assert {f"files/{key}" for key in filled["files"]} <= names
    assert not {f"files/{key}" for key in filled["kept"]} & names
    assert len(about["files_missing"]) == 1
    with pytest.raises(FileExistsError):
        removal.export(current_host(), NAME, path)
    assert [each.name for each in tmp_path.glob("out*")] == ["out.zip"]


def test_what_was_removed_is_gone_and_everything_else_stays(app, filled, as_role):
    before = rows(HistoryEntry)
    removed = removal.remove(current_host(), NAME)
    assert (removed.records, removed.tables, removed.files, removed.code) == (2, 2, 6, True)
    with db.engine.connect() as connection:
        assert migrations.tables(connection, NAME, []) == []
        assert migrations.current(connection, NAME) is None
    assert set(db.session.scalars(select(Record.id))) == {filled["outside"], filled["stays"]}
    assert db.session.get(Record, filled["outside"]).parent_id is None
    assert [db.session.scalars(select(Submission.id)).all(), rows(Draft)] == [[filled["submission"]], 1]
    assert (rows(Link), rows(Share), rows(Comment), rows(Form), rows(Schedule)) == (1, 0, 0, 1, 0)
    assert set(db.session.scalars(select(File.stored_as))) == set(filled["kept"])
    assert all(storage.current().exists(key) for key in filled["kept"])
    assert not any(storage.current().exists(key) for key in filled["files"])
    assert [row.entity_id for row in db.session.scalars(select(DemoRow))] == [str(filled["outside"])]
    assert [row.plugin for row in db.session.scalars(select(PluginChoice))] == ["reports"]
    assert not set(db.session.scalars(select(SearchText.record_id))) - {filled["outside"], filled["stays"]}
    assert rows(HistoryEntry) > before
    noted = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "removed")).one()
    assert (noted.entity_id, noted.changes) == (NAME, {"records": 2, "tables": 2})
    admin = as_role("administrator")
    assert admin.get(f"/{NAME}/").status_code == 404
    assert admin.get("/modules/").status_code == 200
    assert "data removed, records: 2" in admin.get("/modules/").text
    assert admin.get("/readyz").json["checks"]["migrations"] == "ok"


def test_the_code_that_is_still_there_stays_off_and_can_begin_anew(app, filled):
    host = current_host()
    removal.remove(host, NAME)
    state = db.session.get(PluginState, NAME)
    assert (state.enabled, state.settings, NAME in host.offered(), removal.due(host)) == (False, {}, False, [])
    with pytest.raises(service.CannotSwitch), transaction():
        service.switch(host, NAME, True, user_id=None)
    assert upgrade_all() == [NAME]
    with transaction():
        service.switch(host, NAME, True, user_id=None)
        fresh = header(filled["user"])
    assert fresh.id > max(filled["task"], filled["other"], filled["gone"])


def test_a_module_that_is_on_is_not_removed(app, runner, filled):
    with transaction():
        service.switch(current_host(), NAME, True, user_id=None)
    done = runner.invoke(main, ["plugins", "remove", NAME, "--no-export", "--yes", NAME])
    assert done.exit_code == 1
    assert f"{NAME} is on; `portal plugins off {NAME}` switches it off" in done.output
    assert rows(Task) == 2


def test_nothing_is_removed_without_the_name(app, runner, filled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    taken = tmp_path / "taken.zip"
    taken.touch()
    for words, typed, said in [
        (["--no-export", "--yes", "reports"], "", "is not"),
        (["--no-export"], "reports\n", "another name"),
        (["--no-export"], "", "Aborted"),
        (["--export", str(taken), "--yes", NAME], "", "exists"),
        (["--export", str(tmp_path / "no" / "a.zip"), "--yes", NAME], "", "No such file"),
        (["--export", str(taken), "--no-export"], "", "exclude"),
    ]:
        done = runner.invoke(main, ["plugins", "remove", NAME, *words], input=typed)
        assert (done.exit_code, said in done.output) == (1, True), done.output
    assert "there is no module nobody" in runner.invoke(main, ["plugins", "remove", "nobody"]).output
    assert "there is no module portal" in runner.invoke(main, ["plugins", "remove", "portal"]).output
    assert rows(Task) == 2


def test_the_export_is_offered_and_the_name_asked_for(app, runner, filled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = runner.invoke(main, ["plugins", "remove", NAME], input=f"\n\n{NAME}\n")
    assert done.exit_code == 0, done.output
    (written,) = tmp_path.glob("*.zip")
    assert read(written)[0]["module"] == NAME
    assert f"{NAME}: 2 records, 2 tables, 6 files are gone" in done.output


def ghost(identity, org, extra=()):
    """Tables of a module that never was there, in a circle, a neighbour of a longer name, and a record."""
    user = identity("coordinator", org=org("mojha"))
    with db.engine.begin() as connection:
        for statement in [
            "CREATE TABLE ghost_house (record_id INTEGER PRIMARY KEY REFERENCES portal_record (id) ON DELETE CASCADE)",
            "CREATE TABLE ghost_room (id INTEGER PRIMARY KEY, at TIMESTAMP,"
            " house_id INTEGER NOT NULL REFERENCES ghost_house (record_id))",
            "CREATE TABLE ghost_alembic (version_num VARCHAR(32) NOT NULL)",
            "INSERT INTO ghost_alembic VALUES ('abc')",
            "CREATE TABLE ghost_town_house (id INTEGER PRIMARY KEY)",
            "CREATE TABLE ghost_town_alembic (version_num VARCHAR(32) NOT NULL)",
            *extra,
        ]:
            connection.execute(text(statement))
    with transaction():
        record = header(user, "ghost", "house")
        db.session.execute(text("INSERT INTO ghost_house VALUES (:id)"), {"id": record.id})
        rooms = text("INSERT INTO ghost_room VALUES (1, '2026-01-02 03:04:05', :id)")
        db.session.execute(rooms, {"id": record.id})
    return record.id


def test_a_module_whose_code_is_gone_is_listed_and_removed(app, runner, identity, org, tmp_path, as_role):
    ghost(identity, org)
    host = current_host()
    assert removal.orphans(host) == ["ghost", "ghost_town"]
    listed = json.loads(runner.invoke(main, ["plugins", "list", "--json"]).stdout)
    row = next(row for row in listed if row["name"] == "ghost")
    assert (row["state"], row["records"]) == ("orphan", 1)
    assert "1 records wait" in runner.invoke(main, ["plugins", "list"]).output
    page = as_role("administrator").get("/modules/").text
    assert "portal plugins remove ghost" in page
    path = tmp_path / "ghost.zip"
    done = runner.invoke(main, ["plugins", "remove", "ghost", "--export", str(path), "--yes", "ghost"])
    assert (done.exit_code, "ghost: 1 records, 2 tables, 0 files are gone" in done.output) == (0, True), done.output
    about, lines, _names = read(path)
    assert (about["version"], about["revision"]) == (None, "abc")
    assert lines["ghost_room"][0]["at"] == "2026-01-02T03:04:05+00:00"
    left = [t for t in inspect(db.engine).get_table_names() if t.startswith("ghost")]
    assert sorted(left) == ["ghost_town_alembic", "ghost_town_house"]
    assert (removal.orphans(host), rows(Record)) == (["ghost_town"], 0)


def test_records_without_any_table_are_an_orphan_too(app, runner, identity, org):
    with transaction():
        header(identity("coordinator", org=org("mojha")), "ghost", "house")
    assert removal.orphans(current_host()) == ["ghost"]
    assert runner.invoke(main, ["plugins", "remove", "ghost", "--no-export", "--yes", "ghost"]).exit_code == 0
    db.session.rollback()
    assert (removal.orphans(current_host()), rows(Record)) == ([], 0)


def test_nothing_is_gone_where_something_else_holds_on_to_it(app, runner, identity, org):
    record_id = ghost(
        identity,
        org,
        ["CREATE TABLE ghost_town_note (id INTEGER PRIMARY KEY, record_id INTEGER REFERENCES portal_record (id))"],
    )
    with transaction():
        db.session.execute(text("INSERT INTO ghost_town_note VALUES (1, :id)"), {"id": record_id})
        kept = stored(db.session.get(Record, record_id), b"kept")
    with pytest.raises(IntegrityError):
        removal.remove(current_host(), "ghost")
    db.session.rollback()
    done = runner.invoke(main, ["plugins", "remove", "ghost", "--no-export", "--yes", "ghost"])
    assert (done.exit_code, "so nothing was removed" in done.output) == (1, True)
    assert db.session.scalar(text("SELECT count(*) FROM ghost_room")) == 1
    assert (rows(Record), storage.current().exists(kept.stored_as)) == (1, True)


def test_check_names_stage_cause_and_line(app, runner, monkeypatch):
    done = runner.invoke(main, ["plugins", "check"])
    assert (done.exit_code, set(done.output.split())) == (0, {*current_host().plugins, "ok"})
    broken = Plugin("broken", "x.broken", Path("/x/broken"), state="failed", stage="hooks")
    broken.error = "ValueError: no such thing (hooks.py, line 12)"
    monkeypatch.setitem(current_host().plugins, "broken", broken)
    done = runner.invoke(main, ["plugins", "check"])
    assert done.exit_code == 1
    assert "failed at hooks: ValueError: no such thing (hooks.py, line 12)" in done.output
    done = runner.invoke(main, ["plugins", "check", "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"]) == (1, False)
    row = next(row for row in told["modules"] if row["name"] == "broken")
    assert (row["stage"], row["file"], row["line"], row["wrong"]) == ("hooks", "hooks.py", 12, True)
    refused = runner.invoke(main, ["plugins", "remove", "broken", "--no-export", "--yes", "broken"])
    assert "broken is on" in refused.output


def test_check_says_whose_tables_are_behind(app, runner):
    unit = next(u for u in migrations.units(current_host().units()) if u.name == NAME)
    migrations.downgrade(unit)
    done = runner.invoke(main, ["plugins", "check"])
    assert (done.exit_code, "its tables are behind: run `portal db upgrade`" in done.output) == (1, True)
    told = json.loads(runner.invoke(main, ["plugins", "check", "--json"]).stdout)
    assert [row["name"] for row in told["modules"] if row["tables"] == "behind"] == [NAME]


def test_demo_data_can_be_cleared_after_a_module_went(app, filled):
    with transaction():
        real = header(filled["user"], "agreements", "clause")
        db.session.query(DemoRow).filter(DemoRow.entity_id == str(filled["outside"])).delete()
    removal.remove(current_host(), NAME)
    demo.clear()
    assert db.session.get(Record, real.id) is not None


def test_a_removal_does_not_wait_for_ever(app, runner, filled, monkeypatch):
    """Somebody else reads (PostgreSQL) or writes (SQLite) all the time: it gives up in words."""
    sqlite = db.engine.dialect.name == "sqlite"
    monkeypatch.setattr(removal, "PATIENCE", 1)
    db.session.rollback()
    with db.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as other:
        other.execute(select(Task.record_id))
        if sqlite:
            db.session.execute(text("PRAGMA busy_timeout=200"))
        with pytest.raises(removal.CannotRemove, match="nothing was removed"):
            removal.remove(current_host(), NAME)
        other.rollback()
    assert rows(Task) == 2
