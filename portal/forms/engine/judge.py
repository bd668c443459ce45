"""Second half of an evaluation: what is required, which answers are not possible, in the order of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.forms.definition.compiler import Compiled, Node
from portal.forms.engine.place import Place
from portal.forms.engine.settle import MOST_ROWS, Evaluation
from portal.forms.engine.state import Answers, Context, Issue, Mode, Result
from portal.forms.expressions import MESSAGES
from portal.forms.messages import Own, Text, _l

REQUIRED = _l("Answer this question.")
CONSTRAINT = _l("This answer is not possible here.")
CHOICE = _l("Choose from the list.")
FILTERED = _l("This choice does not fit the other answers any more. Choose again.")
NO_SOURCE = _l("The list of this question cannot be read now. Try again later.")
NO_FILE = _l("This file is not among the files that were sent. Choose it again.")
SHAPE = _l("These rows have a form that cannot be read.")
TOO_MANY = _l("There are too many rows; at most %(limit)s are possible.", limit=MOST_ROWS)


def evaluate(
    compiled: Compiled, answers: Mapping[str, Any], context: Context, mode: Mode = "submit", *, fresh: bool = False
) -> Result:
    """Evaluate *answers* against a form.

    *answers* may hold what was typed (text) or what was stored before (typed); names the form does not have are
    dropped. A ``draft`` keeps the answers of questions that are not relevant and asks for nothing; on ``submit`` they
    are left out and required questions must be answered. With ``fresh`` unanswered questions take their defaults.
    Never raises for answers of any form: what is wrong with them is in ``Result.errors``.
    """
    evaluation = Evaluation(compiled, answers, context, mode, fresh)
    evaluation.settle()
    judge = _Judge(evaluation)
    judge.rows(compiled.top, evaluation.top)
    return Result(
        evaluation.top.out, judge.errors, judge.hidden, judge.required, judge.calculations, judge.counts, evaluation.top
    )


def start(compiled: Compiled, context: Context) -> Answers:
    """The answers of a form nobody has touched: defaults, the rows of matrices, one empty row of other repeats."""
    return evaluate(compiled, {}, context, "draft", fresh=True).values


class _Judge:
    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.errors: list[Issue] = []
        self.hidden: set[str] = set()
        self.required: set[str] = set()
        self.calculations: dict[str, Any] = {}
        self.counts: dict[str, int] = {}

    def rows(self, nodes: Sequence[Node], place: Place) -> None:
        """Judge rows of the form in their order, going into groups and repeats."""
        hidden, bad, faults = place.hidden, place.bad, place.faults
        for node in nodes:
            if hidden and node.name in hidden:
                self.hide(node, place)
            elif node.kind == "question":
                if node.judged or node.name in bad or node.name in faults:
                    self.question(node, place)
            elif node.kind == "group":
                self.rows(node.children, place)
            else:
                inner = place.rows.get(node.name, ())
                self.counts[place.prefix + node.name] = len(inner)
                self.fault(node, place)
                for row in inner:
                    self.rows(node.children, row)

    def hide(self, node: Node, place: Place) -> None:
        """Note a row of the form that is not relevant, with what stands in it."""
        self.hidden.add(place.prefix + node.name)
        if node.kind == "group":
            for child in node.children:
                self.hide(child, place)

    def add(self, node: Node, place: Place, code: str, message: Text | Own) -> None:
        """Note an error."""
        self.errors.append(Issue(place.prefix + node.name, node.id, code, message))

    def fault(self, node: Node, place: Place) -> None:
        """Note that an expression reached a limit or that rows could not be read."""
        if place.faults and (code := place.faults.get(node.name)):
            messages = {"shape": SHAPE, "too_many_rows": TOO_MANY}
            self.add(node, place, code, messages[code] if code in messages else MESSAGES[code])

    def question(self, node: Node, place: Place) -> None:
        """Judge one relevant question."""
        name = node.name
        evaluation = self.evaluation
        required = node.required
        if required is not False and node.field.fills:
            if required is not True:
                required = evaluation.true(required, node, place, True)
            if required:
                self.required.add(place.prefix + name)
        if place.faults:
            self.fault(node, place)
        if place.bad and name in place.bad:
            refused = place.bad[name]
            self.add(node, place, refused.code, refused.message)
            return
        value = place.out.get(name)
        if node.calculation is not None:
            self.calculations[place.prefix + name] = value
        if value is None:
            if required and node.field.fills and not evaluation.draft:
                self.add(node, place, "required", own(node, "required_message", REQUIRED))
            return
        if node.allowed is not None and node.filter is None and type(value) is str:
            if value not in node.allowed:
                self.add(node, place, "choice", CHOICE)
                return
        elif (node.allowed is not None or node.source) and not self.chosen(node, place, value):
            return
        if node.constraint is not None:
            place.dot = place.seen[name]
            if not evaluation.true(node.constraint, node, place, False):
                self.add(node, place, "constraint", own(node, "constraint_message", CONSTRAINT))
                return
        files = evaluation.context.files
        if files is not None and node.field.file and value not in files:
            self.add(node, place, "file_unknown", NO_FILE)

    def chosen(self, node: Node, place: Place, value: Any) -> bool:
        """Whether the answer is among the choices; notes an error where it is not."""
        names = value if type(value) is list else (value,)
        evaluation = self.evaluation
        if node.allowed is not None and node.filter is None:
            if all(name in node.allowed for name in names):
                return True
            self.add(node, place, "choice", CHOICE)
            return False
        index = evaluation.index(node)
        if index is None:
            if not evaluation.draft:
                self.add(node, place, "source_missing", NO_SOURCE)
            return False
        if not all(name in index for name in names):
            self.add(node, place, "choice", CHOICE)
            return False
        if not all(any(evaluation.fits(node, place, item) for item in index[name]) for name in names):
            self.add(node, place, "choice_filtered", FILTERED)
            return False
        return True


def own(node: Node, cell: str, otherwise: Text) -> Text | Own:
    """The author's message, else the portal's."""
    texts = node.row.get(cell)
    return Own(texts) if texts and any(texts.values()) else otherwise
