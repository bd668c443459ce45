"""The bare register: the page of recommendations as a Flask developer writes it by hand, on the same database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, render_template_string, request
from flask_babel import Babel, get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from wtforms import SelectField, StringField, SubmitField

from benchmarks.bare import LAYOUT

db = SQLAlchemy()
VOICES = {"government": _l("Government"), "nhri": _l("Commission"), "civil_society": _l("Civil society")}
RATINGS = {"fully": _l("Fully"), "partially": _l("Partially"), "not": _l("Not implemented")}
POSITIONS = {"supported": _l("Supported"), "noted": _l("Noted"), "examined": _l("Under examination")}
GAPS = {"unrated": _l("No rating"), "evidence": _l("No evidence"), "body": _l("No responsible body")}
FILTERS = ("cycle", "position", "theme", "group", "sdg", "state", "body", "voice", "rating", "gap")

PAGE = """{% extends "layout.html" %}{% block title %}{{ _('Recommendations') }}{% endblock %}{% block main %}
<h1>{{ _('Recommendations') }}</h1><form method="get">{{ form.csrf_token }}
{% for field in form if field.name != 'csrf_token' %}<p>{{ field.label }} {{ field }}</p>{% endfor %}</form>
<p>{{ totals[0] }} {{ _('by UN paragraph') }}, {{ totals[1] }} {{ _('by recommending State') }},
{{ totals[2] }} {{ _('supported') }}, {{ totals[3] }} {{ _('noted') }}</p><table><thead><tr>
<th>{{ _('No.') }}</th><th>{{ _('Recommendation') }}</th><th>{{ _('States') }}</th><th>{{ _('Position') }}</th>
{% for name in VOICES.values() %}<th>{{ name }}</th>{% endfor %}</tr></thead><tbody>
{% for r in rows %}<tr class="row"><td><a href="{{ url_for('record', key=r.record_id) }}">{{ r.number }}</a></td>
<td><a href="{{ url_for('record', key=r.record_id) }}">{{ r.text.mn or r.text.en }}</a></td>
<td>{{ r.states_text.mn or r.states_text.en }}</td><td>{{ POSITIONS[r.position] }}</td>
{% for voice in VOICES %}<td>{{ RATINGS[r.by_voice[voice]] if voice in r.by_voice else _('Not rated') }}</td>
{% endfor %}</tr>
{% endfor %}</tbody></table>{% endblock %}"""


FACETS = """{% extends "layout.html" %}{% block title %}{{ _('Choose') }}{% endblock %}{% block main %}
<form method="get">{% for field in form if field.choices %}<fieldset><legend>{{ field.label.text }}</legend>
{% set known = found.get('theme' if field.name in ('group', 'sdg') else field.name, {}) %}
{% for value, label in field.choices if known.get(value) %}<label>
<input type="checkbox" name="{{ field.name }}" value="{{ value }}"> {{ label }} ({{ known[value] }})</label>
{% endfor %}</fieldset>{% endfor %}</form>{% endblock %}"""


class User(UserMixin, db.Model):  # type: ignore[misc,name-defined]
    """Who is signed in."""

    __tablename__ = "portal_user"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    locale = db.Column(db.String)


class State(db.Model):  # type: ignore[misc,name-defined]
    """A State."""

    __tablename__ = "portal_state"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.JSON)
    sort_mn = db.Column(db.String)


class Vocabulary(db.Model):  # type: ignore[misc,name-defined]
    """A list of terms."""

    __tablename__ = "portal_vocabulary"
    id = db.Column(db.Integer, primary_key=True)
    scheme = db.Column(db.String)


class Term(db.Model):  # type: ignore[misc,name-defined]
    """A theme, a group of persons or a goal."""

    __tablename__ = "portal_term"
    id = db.Column(db.Integer, primary_key=True)
    vocabulary_id = db.Column(db.ForeignKey("portal_vocabulary.id"))
    name = db.Column(db.JSON)
    sort_mn = db.Column(db.String)


class Organisation(db.Model):  # type: ignore[misc,name-defined]
    """A responsible body."""

    __tablename__ = "portal_organisation"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.JSON)
    sort_mn = db.Column(db.String)


class Rating(db.Model):  # type: ignore[misc,name-defined]
    """A published rating."""

    __tablename__ = "recommendations_assessment"
    record_id = db.Column(db.Integer, primary_key=True)
    recommendation_id = db.Column(db.ForeignKey("recommendations_recommendation.record_id"))
    voice = db.Column(db.String)
    rating = db.Column(db.String)
    rated_on = db.Column(db.Date)
    is_latest = db.Column(db.Boolean)


class Recommendation(db.Model):  # type: ignore[misc,name-defined]
    """A row of the list."""

    __tablename__ = "recommendations_recommendation"
    record_id = db.Column(db.Integer, primary_key=True)
    cycle = db.Column(db.Integer)
    number = db.Column(db.String)
    number_sort = db.Column(db.String)
    text = db.Column(db.JSON)
    states_text = db.Column(db.JSON)
    state_count = db.Column(db.Integer)
    position = db.Column(db.String)
    archived_at = db.Column(db.DateTime)
    latest = db.relationship(
        Rating,
        primaryjoin=lambda: (
            (Rating.recommendation_id == Recommendation.record_id) & Rating.is_latest.is_(True)  # type: ignore[attr-defined]
        ),
        viewonly=True,
    )

    @property
    def by_voice(self) -> dict[str, str]:
        """The latest rating of each voice."""
        return {each.voice: each.rating for each in self.latest}


def used(table: str, column: str) -> Any:
    """What occurs in the register."""
    return db.select(db.column(column)).select_from(db.table(table))


class Search(FlaskForm):
    """The filters, with what occurs in the register."""

    q = StringField(_l("Words or number"))
    cycle = SelectField(_l("Cycle"))
    position = SelectField(_l("Position"), choices=list(POSITIONS.items()))
    theme = SelectField(_l("Theme"))
    group = SelectField(_l("Group"))
    sdg = SelectField(_l("Goal"))
    state = SelectField(_l("Recommending State"))
    body = SelectField(_l("Responsible body"))
    voice = SelectField(_l("Rated by"), choices=list(VOICES.items()))
    rating = SelectField(_l("Rating"), choices=list(RATINGS.items()))
    gap = SelectField(_l("What is missing"), choices=list(GAPS.items()))
    go = SubmitField(_l("Filter"))

    def fill(self) -> None:
        """Read the choices."""
        cycles = db.session.scalars(db.select(Recommendation.cycle).distinct().order_by(Recommendation.cycle))
        self.cycle.choices = [(str(each), str(each)) for each in cycles]
        for scheme in ("theme", "group", "sdg"):
            stmt = db.select(Term).join(Vocabulary).where(Vocabulary.scheme == scheme)
            self[scheme].choices = named(stmt.where(Term.id.in_(used("recommendations_term", "term_id"))), Term)
        self.state.choices = named(
            db.select(State).where(State.id.in_(used("recommendations_state", "state_id"))), State
        )
        self.body.choices = named(
            db.select(Organisation).where(Organisation.id.in_(used("recommendations_body", "org_id"))), Organisation
        )
        for name in FILTERS:
            self[name].choices = [("", gettext("All")), *self[name].choices]


def named(stmt: Any, model: Any) -> list[tuple[str, str]]:
    """Ids and names in alphabetical order."""
    found = db.session.scalars(stmt.order_by(model.sort_mn))
    return [(str(each.id), each.name.get("mn") or each.name.get("en", "")) for each in found]


def numbers() -> dict[str, dict[str, int]]:
    """How many recommendations each value of each filter leaves."""
    count = db.func.count(db.distinct(Recommendation.record_id))
    active = Recommendation.archived_at.is_(None)
    rated = (Rating.recommendation_id == Recommendation.record_id) & Rating.is_latest.is_(True)
    values = {
        "cycle": (Recommendation.cycle, None),
        "position": (Recommendation.position, None),
        "rating": (Rating.rating, rated),
        "year": (db.func.strftime("%Y", Rating.rated_on), rated),
    }
    found = {}
    for name, (value, join) in values.items():
        stmt = db.select(value, count).select_from(Recommendation).where(active).group_by(value)
        found[name] = stmt if join is None else stmt.outerjoin(Rating, join)
    for name, table, column in (
        ("theme", "recommendations_term", "term_id"),
        ("body", "recommendations_body", "org_id"),
        ("state", "recommendations_state", "state_id"),
    ):
        part = db.table(table, db.column("recommendation_id"), db.column(column))
        stmt = db.select(part.c[column], count).select_from(Recommendation)
        found[name] = (
            stmt.join(part, part.c.recommendation_id == Recommendation.record_id).where(active).group_by(part.c[column])
        )
    return {name: {str(key): number for key, number in db.session.execute(stmt).all()} for name, stmt in found.items()}


def make_app(folder: str) -> Flask:
    """The application on the register's database in *folder*."""
    app = Flask(__name__)
    database = next((Path(folder) / "instance").glob("*.db"))
    app.config.update(SECRET_KEY="bench", SQLALCHEMY_DATABASE_URI=f"sqlite:///{database}")
    app.jinja_loader = DictLoader({"layout.html": LAYOUT})
    db.init_app(app)
    Babel(app, locale_selector=lambda: current_user.locale if current_user.is_authenticated else "en")
    login = LoginManager(app)
    login.user_loader(lambda key: db.session.get(User, int(key)))
    app.jinja_env.globals.update(_=gettext, get_locale=get_locale, VOICES=VOICES, RATINGS=RATINGS, POSITIONS=POSITIONS)

    @app.get("/login")
    def sign_in() -> str:
        login_user(db.session.get(User, 1))
        return "ok"

    @app.get("/record/<int:key>")
    @login_required
    def record(key: int) -> str:
        return str(db.get_or_404(Recommendation, key).number)

    def chosen(stmt: Any) -> Any:
        stmt = stmt.where(Recommendation.archived_at.is_(None))
        for name in ("cycle", "position"):
            if value := request.args.get(name):
                stmt = stmt.where(getattr(Recommendation, name) == value)
        return stmt

    def totals() -> Any:
        total = db.func.sum
        return db.session.execute(
            chosen(
                db.select(
                    db.func.count(),
                    total(Recommendation.state_count),
                    total(db.case((Recommendation.position == "supported", 1), else_=0)),
                    total(db.case((Recommendation.position == "noted", 1), else_=0)),
                )
            )
        ).one()

    @app.get("/list")
    @login_required
    def listing() -> str:
        form = Search(request.args, meta={"csrf": True})
        form.fill()
        rows = chosen(db.select(Recommendation)).options(db.selectinload(Recommendation.latest))
        rows = rows.order_by(Recommendation.number_sort, Recommendation.record_id).limit(50)
        return render_template_string(PAGE, rows=db.session.scalars(rows).all(), form=form, totals=totals())

    @app.get("/facets")
    @login_required
    def facets() -> str:
        form = Search(meta={"csrf": True})
        form.fill()
        return render_template_string(FACETS, form=form, found=numbers())

    @app.get("/list.json")
    @login_required
    def listing_json() -> Any:
        rows = chosen(db.select(Recommendation)).options(db.selectinload(Recommendation.latest))
        rows = rows.order_by(Recommendation.number_sort, Recommendation.record_id).limit(50)
        return {
            "rows": [
                {
                    "id": each.record_id,
                    "cycle": each.cycle,
                    "number": each.number,
                    "text": each.text,
                    "states": each.states_text,
                    "state_count": each.state_count,
                    "position": each.position,
                    "ratings": each.by_voice,
                }
                for each in db.session.scalars(rows)
            ],
            "counting": list(totals()),
        }

    return app
