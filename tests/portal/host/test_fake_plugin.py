"""portal.testing lends a module for one test, and leaves nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys

from sqlalchemy import inspect

from portal.api import Dataset, MenuItem, Permission
from portal.db import db, metadata
from portal.documents.registry import registry
from portal.people import rights

MODELS = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import Mapped, mapped_column
    from portal.api import DeclarativeBase, PluginModels


    class Base(PluginModels, DeclarativeBase):
        pass


    class Barn(Base):
        __tablename__ = "barns_barn"
        record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id"), primary_key=True)
"""
VIEWS = """
    from portal.api import Blueprint, db, hookimpl, render_template, select
    from .models import Barn

    bp = Blueprint("barns", __name__, template_folder="templates")


    @bp.get("/", permission="barns.read")
    def index():
        return render_template("barns/index.html", barns=db.session.scalars(select(Barn)).all())


    @hookimpl
    def portal_blueprints():
        return [bp]
"""
PAGE = '{% extends "layout.html" %}{% block title %}Barns: {{ barns|length }}{% endblock %}'


def made(fake_plugin):
    return fake_plugin(
        "barns",
        {"models.py": MODELS, "hooks.py": VIEWS, "templates/barns/index.html": PAGE},
        portal_permissions=[Permission("barns.read", "Read", ("coordinator",))],
        portal_datasets=lambda: [Dataset("barns.all", "Barns", (), lambda user: [])],
        portal_menu=lambda user: [MenuItem("All barns", "barns.index", permission="barns.read")],
    )


def test_a_module_of_files_and_functions_runs_in_an_application_of_its_own(fake_plugin, as_role, org, client):
    app = made(fake_plugin)
    page = as_role("coordinator", org=org("mojha"), on=app).get("/barns/")
    assert page.status_code == 200
    assert "Barns: 0" in page.text
    assert "All barns" in page.text
    assert app.test_client().get("/barns/").status_code == 303
    assert client.get("/barns/").status_code == 404
    assert "barns.all" in registry._datasets


def test_nothing_of_it_is_left(app):
    assert not rights.registry.known("barns.read")
    assert "barns.all" not in registry._datasets
    assert "barns_barn" not in metadata.tables
    assert "barns_barn" not in inspect(db.engine).get_table_names()
    assert not [name for name in sys.modules if name.startswith("portal_fake_")]


def test_an_error_is_raised_or_isolated_as_one_wishes(fake_plugin):
    app = fake_plugin("barns", raising=False, portal_menu=lambda user: 1 / 0, portal_jobs=lambda: "no list")
    plugin = app.extensions["portal_host"].plugins["barns"]
    assert (plugin.state, plugin.stage) == ("failed", "portal_jobs")
    assert app.test_client().get("/").status_code == 200


def test_the_fixtures_come_with_the_portal_as_a_plugin_of_pytest(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_home(client):\n    assert client.get('/').status_code == 200\n")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "portal.testing", "-p", "no:cacheprovider", "--basetemp=own", "."],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_the_commands_of_a_module_of_another_distribution_stand_under_its_name(tmp_path):
    info, package = tmp_path / "site" / "orchards-1.dist-info", tmp_path / "site" / "groves" / "orchards"
    info.mkdir(parents=True)
    package.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: orchards\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text("[portal.plugins]\norchards = groves.orchards\n", "utf-8")
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(
        "from portal.api import Manifest\nmanifest = Manifest('orchards', '1', 'O', 'O', '>=0.1', 'Nobody')\n", "utf-8"
    )
    (package / "commands.py").write_text(
        "import click\n@click.command()\ndef count():\n    click.echo('seven trees')\n", "utf-8"
    )
    (package / "hooks.py").write_text(
        "from portal.api import Command, hookimpl\n@hookimpl\ndef portal_commands():\n"
        "    from .commands import count\n    return [Command('count', count)]\n",
        "utf-8",
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PORTAL_INSTANCE": str(tmp_path / "instance")}

    def portal(*words):
        program = [sys.executable, "-m", "portal.cli", *words]
        return subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout

    assert "Commands of the module orchards." in portal("--help")
    assert portal("orchards", "count") == "seven trees\n"
