"""The scale of ratings as a kind of question in forms."""

from __future__ import annotations

from typing import Any

from portal.api import _l, force_locale, question_types

from ..scales import RATINGS


class RatingType(question_types.QuestionType):
    """How far something is implemented, on the scale of the register; the answer is its code."""

    name = "recommendations_rating"
    title = _l("Rating of implementation")
    template = "recommendations/_rating_question.html"
    example = "partially"
    scale = RATINGS

    def parser(self, row: question_types.Row) -> question_types.Parse:
        """One of the codes."""

        def parse(raw: Any) -> str:
            code = question_types.plain_text(raw)
            if code not in RATINGS:
                raise question_types.Refused("rating", _l("Choose one of the ratings."))
            return code

        return parse

    def format(self, value: Any, locale: str, label: question_types.Labels) -> str:
        """The words of the scale."""
        with force_locale(locale):
            return str(RATINGS.get(str(value), value))
