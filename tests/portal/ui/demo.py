"""A small application with the look of the portal and nothing behind it: `python -m tests.portal.ui.demo`."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template_string, request
from flask_wtf.csrf import CSRFProtect

from portal import ui
from portal.db import db
from portal.i18n import init_babel
from portal.routing import PUBLIC, Blueprint
from portal.ui.samples import SampleForm


@dataclass(frozen=True)
class Reader:
    """Stands for an Identity."""

    name: str = "Б. Ганбаатар"
    signed_in: bool = True
    grants: tuple[str, ...] = ("coordinator",)

    def can(self, permission: str, **scope: Any) -> bool:
        return self.signed_in


EDIT = """{% extends "layout.html" %}{% import "components.html" as ui with context %}{% set page_form = "edit" %}
{% block title %}Edit{% endblock %}{% block content %}{{ ui.open_form(form, "edit") }}
{% for each in form if ui_kind_of(each) != "hidden" %}{{ ui.field(each) }}{% endfor %}
{{ ui.close_form(cancel="/style") }}{% endblock %}"""
JOB = """{% import "components.html" as ui with context %}{% if whole %}{% extends "layout.html" %}{% endif %}
{% block title %}Job{% endblock %}{% block content %}{{ ui.progress(job, url="/job", pause=0) }}{% endblock %}"""

MENU = (
    ("Зөвлөмж", "Recommendations", "/recommendations", "flag", ""),
    ("Хэлэлцүүлэг", "Consultations", "/consultations", "users-group", ""),
    ("Дэд хороо", "Sub-committees", "/subcommittees", "sitemap", ""),
    ("Гэрээ", "Agreements", "/agreements", "writing-sign", ""),
    ("Тайлан", "Reports", "/reports", "report-analytics", ""),
    ("Загвар", "Components", "/style", "apps", ("Удирдлага", "Administration")),
)


def menu() -> list[dict[str, Any]]:
    from portal.i18n import current_locale

    place = 0 if current_locale() == "mn" else 1
    return [
        {"title": item[place], "url": item[2], "icon": item[3], "group": item[4][place] if item[4] else ""}
        for item in MENU
    ]


def make_app(reader: Reader | None = None, **config: Any) -> Flask:
    """The application; *reader* is who looks at it."""
    app = Flask("portal", static_folder=None, instance_path=tempfile.mkdtemp())
    app.config.update({"SECRET_KEY": secrets.token_hex(16), "SQLALCHEMY_DATABASE_URI": "sqlite://"} | config)
    db.init_app(app)
    init_babel(app)
    CSRFProtect(app)
    ui.init_ui(app)
    who = reader or Reader()
    home = Blueprint("home", __name__)
    account = Blueprint("account", __name__)

    @home.get("/", permission=PUBLIC)
    def index() -> str:
        return ""

    @home.get("/search", permission=PUBLIC)
    def search() -> str:
        return ""

    @home.get("/work", permission=PUBLIC)
    def work() -> str:
        return ""

    @home.route("/edit", methods=["GET", "POST"], permission=PUBLIC)
    def edit() -> tuple[str, int]:
        form = SampleForm()
        if form.validate_on_submit():
            return "saved", 200
        return render_template_string(EDIT, form=form), 422 if form.errors else 200

    steps = iter(range(1, 100))

    @home.get("/job", permission=PUBLIC)
    def job() -> str:
        place = next(steps)
        state = {"open": place < 3, "state": "running" if place < 3 else "done", "percent": place * 30}
        shown = SimpleNamespace(uid="j", title="Report", message="", error=None, file=None, url=None, **state)
        return render_template_string(JOB, job=shown, whole="HX-Request" not in request.headers)

    @account.get("/account", permission=PUBLIC, endpoint="index")
    def account_index() -> str:
        return ""

    @account.get("/sign-in", permission=PUBLIC)
    def sign_in() -> str:
        return ""

    @account.post("/sign-out", permission=PUBLIC)
    def sign_out() -> str:
        return ""

    app.register_blueprint(home)
    app.register_blueprint(account)
    for blueprint, prefix in ui.BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    app.context_processor(lambda: {"portal_menu": menu, "user": who, "draw_panel": lambda panel: ""})

    @app.errorhandler(404)
    def missing(error: Any) -> Any:
        return ui.error_page(404), 404

    return app


if __name__ == "__main__":
    make_app().run(port=5055)
