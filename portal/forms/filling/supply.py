"""What the rules of a page read besides answers: lists, labels, answers of last time, who fills it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY, Context
from portal.forms.engine.settle import Evaluation
from portal.forms.expressions import seen
from portal.forms.filling.reads import columns, free
from portal.forms.messages import Text, _l, language, pick

LONGEST = 400
"""Items of a list that goes along with a page; longer ones stay with the server."""
LONGEST_WHOLE = 5_000
"""The same where there is no server to ask."""


class Beyond(Exception):
    """The page needs something that the browser cannot do; the message says what, for people."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


class Supply:
    """Gathers what the trees of a plan read, and gives it out at the end."""

    def __init__(self, compiled: Compiled, context: Context, evaluation: Evaluation, whole: bool) -> None:
        self.compiled, self.context, self.evaluation = compiled, context, evaluation
        self.most = LONGEST_WHOLE if whole else LONGEST
        self.lists: dict[str, set[str]] = {}
        self.choices: dict[str, str] = {}
        self.last: set[str] = set()
        self.known: dict[str, str] = {}
        self.offered = {str(node.row.get("list")) for node in compiled.nodes if node.field.choices and node.field.asks}

    def part(self, part: list[Any]) -> None:
        """Note what a part of a tree reads; raises Beyond for a list that does not go along."""
        if part[0] == "last":
            self.last.add(part[1])
        elif part[0] == "items":
            self.listed(part[1], {part[3] or "name", *columns(part[2])})
        elif part[0] == "call" and part[1] == "pulldata":
            self.listed(part[2][1], {part[3][1], part[4][1]})
        elif part[0] == "call" and part[1] == "jr:choice-name":
            self.labels(part[3][1])
        elif part[0] == "call" and part[1] == "property":
            self.known[part[2][1]] = self.context.user.get(part[2][1], "")

    def labels(self, question: str) -> None:
        """The labels of a question's choices."""
        node = self.compiled.by_name.get(question)
        key = self.key(node) if node is not None else ""
        if node is not None and key:
            self.choices[question] = key
            self.listed(key, {"name", "label"})

    def key(self, node: Node) -> str:
        """Under which key a plan holds the choices of a question; "" where it has none."""
        if node.source:
            return f":{node.source}"
        return str(node.row.get("list") or "") if node.field.choices else ""

    def options(self, node: Node, tree: Any) -> str:
        """The key of the list that a question offers, with the columns that its filter reads."""
        key = self.key(node)
        self.listed(key, {"name", "label", "lang", "past", *columns(tree)})
        return key

    def found(self, key: str) -> Sequence[Mapping[str, Any]]:
        """The items of a list, or of a source (``:units``)."""
        if key.startswith(":"):
            return self.context.sources.get(key[1:], ())
        return self.evaluation.items(key)

    def listed(self, key: str, wanted: set[str]) -> None:
        """Columns of a list that a question of the form offers; other lists are nobody's to read."""
        if not key.startswith(":") and key not in self.offered:
            raise Beyond(_l("A rule reads the list “%(name)s”, which people do not see.", name=key))
        if len(self.found(key)) > self.most:
            raise Beyond(_l("The list “%(name)s” is too long to go along with the page.", name=key.lstrip(":")))
        self.lists.setdefault(key, set()).update(wanted)

    def items(self) -> dict[str, list[dict[str, Any]]]:
        """The lists, in the reader's language and with the columns that are read."""
        return {key: [self.item(item, wanted) for item in self.found(key)] for key, wanted in self.lists.items()}

    def item(self, item: Mapping[str, Any], wanted: set[str]) -> dict[str, Any]:
        """The columns of an item that are read, texts in the reader's language."""
        speak = self.context.locale
        found = {
            key: pick(item[key], speak) if isinstance(item[key], dict) else item[key]
            for key in sorted(wanted & item.keys())
        }
        if "lang" in wanted and isinstance(item.get("label"), dict) and (code := language(item["label"], speak)):
            found[" lang"] = code
        return found

    def carry(self) -> None:
        """Take all of last time's answers in rows along, so that they can be carried forward without the server."""
        self.last |= {node.name for node in self.compiled.questions if node.path and free(node) and not node.field.file}

    def before(self) -> dict[str, Any]:
        """The answers of last time that are read, rows in rows."""
        names = set(self.last)
        around = {each for name in names for each in self.compiled.by_name[name].path}

        def of(values: Mapping[str, Any]) -> dict[str, Any]:
            out: dict[str, Any] = {}
            for name, value in values.items():
                if name in around and isinstance(value, list):
                    out[name] = [of(row) for row in value if isinstance(row, dict)]
                elif name in names:
                    out[name] = seen(value)
                elif name == KEY:
                    out[name] = str(value)
            return out

        found = of(self.context.previous) if isinstance(self.context.previous, Mapping) else {}
        return {name: value for name, value in found.items() if name != KEY}
