"""The bare page: what a Flask developer writes by hand for the same list, with the same guards and nothing else."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from flask import Flask, render_template_string, request
from flask_babel import Babel, format_date, get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from wtforms import SelectField, StringField, SubmitField

db = SQLAlchemy()
STATUS = {"open": _l("Open"), "in_progress": _l("In progress"), "done": _l("Done"), "cancelled": _l("Cancelled")}

LAYOUT = """<!doctype html>
<html lang="{{ get_locale() }}"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title></head>
<body><header><a href="/">{{ _('Portal') }}</a><nav><ul>
{% for label in ['Recommendations', 'Consultations', 'Tasks', 'Agreements', 'Reports', 'Forms', 'Users'] %}
<li><a href="/{{ loop.index }}">{{ _(label) }}</a></li>{% endfor %}</ul></nav>
<span>{{ _('Signed in as %(name)s', name=current_user.name) }}</span> <a href="/logout">{{ _('Sign out') }}</a></header>
{% with messages = get_flashed_messages() %}{% for m in messages %}<p>{{ m }}</p>{% endfor %}{% endwith %}
<main>{% block main %}{% endblock %}</main><footer>{{ _('Help') }} | {{ _('Contact') }}</footer></body></html>"""
PAGE = """{% extends "layout.html" %}{% block title %}{{ _('Tasks') }}{% endblock %}{% block main %}
<h1>{{ _('Tasks') }}</h1><form method="get">{{ form.csrf_token }}<p>{{ form.q.label }} {{ form.q }}</p>
<p>{{ form.status.label }} {{ form.status }}</p><p>{{ form.go }}</p></form><table><thead><tr>
<th>{{ _('Title') }}</th><th>{{ _('Theme') }}</th><th>{{ _('Status') }}</th><th>{{ _('Owner') }}</th>
<th>{{ _('Score') }}</th><th>{{ _('Date') }}</th></tr></thead><tbody>
{% for r in rows %}<tr class="row"><td><a href="{{ url_for('record', key=r.id) }}">{{ r.title }}</a></td>
<td>{{ r.theme }}</td><td>{{ STATUS[r.status] }}</td><td>{{ r.owner }}</td><td>{{ r.score }}</td>
<td>{{ format_date(r.due) }}</td></tr>
{% endfor %}</tbody></table>{% endblock %}"""


class User(UserMixin, db.Model):  # type: ignore[misc,name-defined]
    """Who is signed in."""

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
    locale = db.Column(db.String(5), nullable=False)


class Task(db.Model):  # type: ignore[misc,name-defined]
    """A row of the list."""

    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(300), nullable=False)
    theme = db.Column(db.String(80), nullable=False)
    status = db.Column(db.String(20), nullable=False)
    owner = db.Column(db.String(80), nullable=False)
    score = db.Column(db.Integer, nullable=False)
    due = db.Column(db.Date, nullable=False, index=True)


class Search(FlaskForm):
    """The filters."""

    q = StringField(_l("Search"))
    status = SelectField(_l("Status"), choices=list(STATUS.items()))
    go = SubmitField(_l("Find"))


def make_app(folder: str) -> Flask:
    """The application on the database in *folder*."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="bench", SQLALCHEMY_DATABASE_URI=f"sqlite:///{Path(folder) / 'bare.db'}")
    app.jinja_loader = DictLoader({"layout.html": LAYOUT})
    db.init_app(app)
    Babel(app, locale_selector=lambda: current_user.locale if current_user.is_authenticated else "en")
    login = LoginManager(app)
    login.user_loader(lambda key: db.session.get(User, int(key)))
    app.jinja_env.globals.update(_=gettext, get_locale=get_locale, format_date=format_date, STATUS=STATUS)

    @app.get("/login")
    def sign_in() -> str:
        login_user(db.session.get(User, 1))
        return "ok"

    @app.get("/record/<int:key>")
    @login_required
    def record(key: int) -> str:
        return str(db.get_or_404(Task, key).title)

    @app.get("/list")
    @login_required
    def listing() -> str:
        rows = db.select(Task).order_by(Task.due, Task.id)
        if status := request.args.get("status"):
            rows = rows.where(Task.status == status)
        return render_template_string(PAGE, rows=db.session.scalars(rows.limit(50)), form=Search())

    return app


def fill(folder: str, rows: int) -> None:
    """Make the database with *rows* rows."""
    app = make_app(folder)
    chance = random.Random(1)
    with app.app_context():
        db.create_all()
        db.session.add(User(id=1, name="Г.Бямбадорж", locale="mn"))
        start = date(2024, 1, 1)
        db.session.execute(
            db.insert(Task),
            [
                {
                    "title": f"Зөвлөмж {number}-ийг хэрэгжүүлэх арга хэмжээ",
                    "theme": f"Дэд хороо {number % 9}",
                    "status": chance.choice(list(STATUS)),
                    "owner": f"Ажилтан {number % 40}",
                    "score": number % 101,
                    "due": start + timedelta(days=number % 1500),
                }
                for number in range(1, rows + 1)
            ],
        )
        db.session.commit()
