"""HTML of questions is made once for each state and never holds what somebody typed."""

from __future__ import annotations

import random
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.forms.engine import parse_html
from portal.forms.filling.filling import Filling
from portal.forms.filling.shelf import LONGEST, MOST, shelf_of
from portal.forms.filling.words import TOOLS
from portal.people.identity import Identity
from tests.portal.forms.build import row
from tests.portal.forms.test_fill_browser import QUESTIONS

MORE = [
    row("decimal", "share"),
    row("phone", "phone", required=True),
    row("email", "mail", required=True),
    row("text", "short", parameters={"max_length": 5}),
    row("text", "told", label={"mn": "${name}", "en": "Of ${name}"}, relevant="${name} != ''"),
    row("select_one", "other", list="light", choice_filter="name != ${light}"),
]
TYPED = {
    "text": ["", "Бат", "<b>&\"'", "a\nb", "\ue000answer\ue001", "x" * 200],
    "select_one": ["", "red", "green", "none", "y" * 90],
    "select_multiple": ["red", "green"],
    "rank": ["red"],
    "integer": ["", "5", "x", "<i>"],
    "range": ["", "5", "11"],
}


def test_what_is_kept_looks_like_what_is_drawn_anew(app: Any, publish: Any) -> None:
    made = publish([*QUESTIONS, *MORE])
    chance = random.Random(7)
    questions = app.jinja_env.get_template("forms/fill_questions.html")
    for lang in ("mn", "en", "mn"):
        with app.test_request_context(f"/?lang={lang}"):
            shared: dict[str, Any] = {}
            app.update_template_context(shared)
            for browser in (False, True) * 4:
                fill = Filling(Identity.anonymous(), made.record, made.form, made.version, public=True, browser=browser)
                posted = MultiDict(
                    (f"q.{node.name}", chance.choice(TYPED.get(node.row["type"], ["", "?"])))
                    for node in fill.compiled.questions
                    if not node.path and not node.field.file
                )
                fill.answers = parse_html(fill.compiled, posted)
                more = {
                    **shared,
                    **TOOLS,
                    "fill": fill,
                    "drafts": False,
                    "drawn": fill.draw(judged=chance.random() < 0.5),
                }
                anew = questions.render(more, remarks={})
                assert questions.render(more) == anew
                assert questions.render(more) == anew
            shelf = shelf_of(fill.compiled, fill.context.locale)
            assert 10 < len(shelf.kept) < MOST
            assert not any("Бат" in part or "y" * LONGEST in part for parts in shelf.kept.values() for part in parts)
