"""portal.testing lends a module for one test, and leaves nothing of it."""

from __future__ import annotations

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
