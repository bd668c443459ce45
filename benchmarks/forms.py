"""A filled form beside WTForms: 100 questions checked and drawn, a repeat of 100 rows checked and stored.

``python -m benchmarks.forms FOLDER`` prints a JSON line; ``filling`` runs it in a process of its own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

QUESTIONS = 100
REPEAT_ROWS, REPEAT_QUESTIONS = 100, 8
ROUNDS = 31
KINDS = ("text", "integer", "select_one", "rating", "yes_no")
CHOICES = [(str(number), f"Сонголт {number}") for number in range(1, 6)]
YES_NO = [("yes", "Тийм"), ("no", "Үгүй")]


def question(number: int, prefix: str = "q") -> dict[str, Any]:
    """A fifth each of text, number, choice of 5, rating of 5 and yes/no; two of five required, one with a condition."""
    kind = KINDS[number % 5]
    name = f"{prefix}{number}"
    row: dict[str, Any] = {
        "id": f"-{name}",
        "name": name,
        "type": "select_one" if kind in ("rating", "yes_no") else kind,
        "label": {"mn": f"{number}. Асуулт хэрэгжилт", "en": f"{number}. Question"},
        "required": number % 5 < 2,
    }
    if kind == "text":
        row["parameters"] = {"max_length": 200}
    elif kind == "integer":
        row |= {"constraint": ". >= 0 and . <= 1000", "constraint_message": {"mn": "0–1000", "en": "0–1000"}}
    else:
        row["list"] = "yes_no" if kind == "yes_no" else "five"
        row["appearance"] = "minimal" if kind == "select_one" else ""
    if kind == "rating":
        row["relevant"] = f"${{{prefix}{number - 4}}} != ''" if number % 5 == 3 and number >= 8 else ""
    return {key: value for key, value in row.items() if value != ""}


def definition(rows: list[dict[str, Any]], form_id: str) -> dict[str, Any]:
    """A form of those questions."""
    lists = {"five": CHOICES, "yes_no": YES_NO}
    return {
        "format": 1,
        "settings": {
            "form_id": form_id,
            "form_title": {"mn": "Хэмжилт", "en": "Measure"},
            "default_language": "mn",
            "languages": ["mn", "en"],
            "access": {"mode": "public"},
        },
        "choices": {
            name: [{"name": code, "label": {"mn": text, "en": text}} for code, text in found]
            for name, found in lists.items()
        },
        "survey": rows,
    }


def typed(number: int, wrong: bool) -> str:
    """What is typed; *wrong*: every tenth answer is missing or none of its type."""
    kind = KINDS[number % 5]
    if wrong and number % 10 == 0:
        return ""
    if wrong and number % 10 == 6:
        return "олон"
    return {"text": "Биелэлт", "integer": "42", "select_one": "2", "rating": "5", "yes_no": "yes"}[kind]


def wtforms_class(count: int, prefix: str = "q", base: Any = None) -> Any:
    """The same questions as WTForms, with its own translations."""
    from wtforms import Form, IntegerField, RadioField, SelectField, StringField
    from wtforms.validators import InputRequired, Length, NumberRange, Optional

    class Base(Form):
        class Meta:
            locales = ("en",)

    def field(number: int) -> Any:
        kind, label = KINDS[number % 5], f"{number}. Асуулт хэрэгжилт"
        must: list[Any] = [InputRequired() if number % 5 < 2 else Optional()]
        if kind == "text":
            return StringField(label, [*must, Length(max=200)])
        if kind == "integer":
            return IntegerField(label, [*must, NumberRange(0, 1000)])
        if kind == "select_one":
            return SelectField(label, must, choices=CHOICES)
        return RadioField(label, must, choices=CHOICES if kind == "rating" else YES_NO)

    return type("Dynamic", (base or Base,), {f"{prefix}{number}": field(number) for number in range(count)})


def median(*cases: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    """The median ratio of each case to the last one, in turn."""
    for case in cases:
        case()
    found: list[list[float]] = [[] for _case in cases]
    for _round in range(rounds):
        for took, case in zip(found, cases, strict=True):
            begun = time.perf_counter()
            case()
            took.append(time.perf_counter() - begun)
    return [statistics.median(a / b for a, b in zip(each, found[-1], strict=True)) for each in found[:-1]]


def measure(folder: str) -> dict[str, float]:
    """G7, G8 and G9 in this process."""
    from werkzeug.datastructures import MultiDict

    from benchmarks import ours
    from portal.db import db, transaction
    from portal.forms import publishing, service
    from portal.forms.engine import evaluate, pages, parse_html
    from portal.forms.filling.filling import Filling
    from portal.forms.filling.words import TOOLS
    from portal.forms.submissions import submit
    from portal.people.identity import Identity, of_email

    app = ours.make_app(folder)
    with app.test_request_context("/?lang=mn"):
        user = of_email("a@b.example")
        assert user is not None

        def published(rows: list[dict[str, Any]], form_id: str) -> Filling:
            record = service.create(user, definition=definition(rows, form_id))
            version = publishing.publish(user, record, version=None, waived="bench")
            anybody = Identity.anonymous()
            return Filling(anybody, record, service.form_of(record), version, public=True)

        def post(wrong: bool) -> Any:
            return MultiDict([(f"q.q{number}", typed(number, wrong)) for number in range(QUESTIONS)])

        fill = published([question(number) for number in range(QUESTIONS)], "bench_100")
        compiled, context = fill.compiled, fill.context
        theirs = wtforms_class(QUESTIONS)
        good, bad = post(False), post(True)
        plain_good, plain_bad = (
            MultiDict([(name.removeprefix("q."), text) for name, text in each.items()]) for each in (good, bad)
        )
        expected = {number for number in range(QUESTIONS) if number % 10 in (0, 6)}

        def check_ours() -> None:
            assert evaluate(compiled, parse_html(compiled, good), context).ok
            result = evaluate(compiled, parse_html(compiled, bad), context)
            said = {int(issue.path[1:]): str(issue.message) for issue in result.errors}
            assert set(said) == expected
            assert all(said.values())

        def check_theirs() -> None:
            assert theirs(plain_good).validate()
            form = theirs(plain_bad)
            assert not form.validate()
            assert {int(name[1:]) for name in form.errors} == expected

        (g7,) = median(check_ours, check_theirs)

        questions = app.jinja_env.get_template("forms/fill_questions.html")
        widgets = app.jinja_env.from_string(
            "{% for f in form %}<p>{{ f.label }} {{ f }}"
            "{% for e in f.errors %}<b>{{ e }}</b>{% endfor %}</p>\n{% endfor %}"
        )
        fill.answers = parse_html(compiled, bad)
        drawn = fill.draw(judged=True)
        result = evaluate(compiled, fill.answers, context, "submit")
        filled = theirs(plain_bad)
        filled.validate()
        app.update_template_context(shared := {})
        more = {**shared, **TOOLS, "fill": fill, "drawn": drawn, "send_text": "", "cancel": "", "drafts": False}

        def draw_ours() -> None:
            drawn.page.items[:] = pages(compiled, result, context)[0].items
            text = questions.render(more)
            assert text.count('name="q.q') >= QUESTIONS
            assert text.count('value="олон"') == QUESTIONS // 10

        def draw_theirs() -> None:
            text = widgets.render(form=filled)
            assert text.count('name="q') >= QUESTIONS
            assert text.count('value="олон"') == QUESTIONS // 10

        (g8,) = median(draw_ours, draw_theirs)

        from wtforms import FieldList, Form, FormField

        children = [question(number, "r") | {"relevant": ""} for number in range(REPEAT_QUESTIONS)]
        children = [{key: value for key, value in row.items() if value != ""} for row in children]
        label = {"mn": "Мөр", "en": "Row"}
        rows = [{"id": "-rep", "type": "repeat", "name": "rep", "label": label, "children": children}]
        repeat = published(rows, "bench_repeat")
        cells = [(row, number) for row in range(REPEAT_ROWS) for number in range(REPEAT_QUESTIONS)]
        posted = MultiDict([(f"q.rep.{row}.r{number}", typed(number, False)) for row, number in cells])
        plain = MultiDict([(f"rep-{row}-r{number}", typed(number, False)) for row, number in cells])
        listed = type("Whole", (Form,), {"rep": FieldList(FormField(wtforms_class(REPEAT_QUESTIONS, "r")))})

        def rows_ours() -> None:
            answers = parse_html(repeat.compiled, posted)
            row = submit(
                repeat.user, repeat.record, repeat.form, repeat.version,
                uid=str(uuid.uuid4()), answers=answers, language="mn", context=repeat.context,
            )  # fmt: skip
            assert len(row.answers["rep"]) == REPEAT_ROWS
            assert len(row.answers["rep"][0]) == REPEAT_QUESTIONS + 1

        from sqlalchemy import text as sql

        def rows_theirs() -> None:
            form = listed(plain)
            assert form.validate()
            assert len(form.data["rep"]) == REPEAT_ROWS
            with transaction():
                db.session.execute(
                    sql("INSERT INTO bench_rows (answers) VALUES (:answers)"),
                    {"answers": json.dumps(form.data, ensure_ascii=False)},
                )

        with transaction():
            db.session.execute(sql("CREATE TABLE IF NOT EXISTS bench_rows (answers TEXT NOT NULL)"))
        (g9,) = median(rows_ours, rows_theirs, rounds=11)
    return {"G7": g7, "G8": g8, "G9": g9}


def filling(folder: str) -> list[tuple[str, str, float, str]]:
    """G7, G8 and G9."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.forms", folder], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    what = {
        "G7": (f"a POST of {QUESTIONS} questions with conditions and errors in words, beside WTForms", "<= 0.15"),
        "G8": (f"{QUESTIONS} questions drawn, filled, with errors, beside WTForms' widgets", "<= 0.12"),
        "G9": (
            f"a repeat of {REPEAT_ROWS} rows of {REPEAT_QUESTIONS} questions checked and stored, beside a FieldList",
            "<= 0.10",
        ),
    }
    return [(name, text, found[name], goal) for name, (text, goal) in what.items()]


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
