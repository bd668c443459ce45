"""Return for correction question by question: which answers a sender may change, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from portal.audit import HistoryEntry
from portal.db import db
from portal.forms.answers import reading as answers
from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY, Answers, Context, Item, Page, all_items, evaluate, pages

LONGEST = 500
"""Letters of the remark on one question."""


@dataclass(frozen=True)
class Asked:
    """A question that can go back: its path, label (with that of its row), the answer as people read it."""

    path: str
    label: str
    lang: str
    text: str
    level: int
    heading: bool = False


def asked(compiled: Compiled, stored: Answers, context: Context) -> list[Asked]:
    """The questions that stood in the form when it was sent, answered or not, rows of repeats among them."""
    result = evaluate(compiled, stored, context, "draft")
    found: list[Asked] = []
    for page in pages(compiled, result, context, whole=True):
        _list(page.items, 0, found)
    return found


def _list(items: Sequence[Item], level: int, found: list[Asked]) -> None:
    for item in items:
        kind = item.node.kind
        if kind == "question":
            if item.type != "note" and not item.read_only:
                found.append(Asked(item.path, item.label, item.lang, item.text, level))
        elif kind == "group":
            if item.label and any(True for _each in all_items(item.items)):
                found.append(Asked(item.path, item.label, item.lang, "", level, heading=True))
            _list(item.items, level + 1, found)
        else:
            found.append(Asked(item.path, item.label, item.lang, "", level, heading=not item.can_add))
            for row in item.rows:
                title = row.title or f"{item.label} {row.index + 1}"
                found.append(Asked(row.path, title, row.lang or item.lang, "", level + 1, heading=True))
                _list(row.items, level + 2, found)


class Locks:
    """What of stored answers may be changed by who got them back: the marked questions, and what follows from them.

    A question that was not asked before (a marked answer made it relevant), rows that a marked answer adds, and an
    answer that is not right any more beside the new ones are open too.
    """

    def __init__(self, compiled: Compiled, stored: Answers, context: Context, marks: Mapping[str, Any]) -> None:
        self.compiled, self.stored, self.context = compiled, stored, context
        self.open = set(marks)
        self.before = evaluate(compiled, stored, context, "draft")

    def may(self, path: str) -> bool:
        """Whether the answer at *path* may be changed."""
        at = path
        while at:
            if at in self.open:
                return True
            at = at.rpartition(".")[0].rpartition("[")[0] if "." in at else ""
        return not self.before.visible(path)

    def within(self, typed: Answers, files: frozenset[str]) -> Answers:
        """The stored answers with what was typed where that is allowed; *files* are those that were sent."""
        context = replace(self.context, files=files)
        made = self._merged(self.compiled.top, self.stored, typed, "")
        errors = evaluate(self.compiled, made, context, "submit").errors
        wrong = {issue.path for issue in errors if not self.may(issue.path)}
        if wrong:
            self.open |= wrong
            made = self._merged(self.compiled.top, self.stored, typed, "")
        return made

    def _merged(self, nodes: Sequence[Node], stored: Mapping[str, Any], typed: Mapping[str, Any], at: str) -> Answers:
        found: Answers = {}
        for node in nodes:
            path = f"{at}{node.name}"
            if node.kind == "group":
                found |= self._merged(node.children, stored, typed, at)
                continue
            given = typed if self.may(path) else stored
            if node.kind == "repeat" and given is stored:
                found[node.name] = self._rows(node, stored.get(node.name), typed.get(node.name), path)
            elif node.name in given:
                found[node.name] = given[node.name]
        return found

    def _rows(self, node: Node, stored: Any, typed: Any, path: str) -> list[Answers]:
        """The stored rows, none more and none less but where the form itself adds some."""
        kept = [row for row in stored if isinstance(row, dict)] if isinstance(stored, list) else []
        given = [row for row in typed if isinstance(row, dict)] if isinstance(typed, list) else []
        by_key = {str(row.get(KEY)): row for row in given}
        found = []
        for index, row in enumerate(kept):
            mine = by_key.get(str(row.get(KEY)), {})
            found.append({KEY: row.get(KEY), **self._merged(node.children, row, mine, f"{path}[{index}].")})
        if node.source or node.count is not None:
            known = {str(row.get(KEY)) for row in kept}
            found += [row for row in given if str(row.get(KEY)) not in known]
        return found


def locked(drawn: Sequence[Page], may: Callable[[str], bool], files: Mapping[str, Any]) -> None:
    """Make what may not be changed read-only on drawn pages."""
    for page in drawn:
        for item in all_items(page.items):
            if may(item.path):
                continue
            item.can_add = False
            if item.node.kind == "question":
                item.read_only = True
                if item.node.field.file and (kept := files.get(str(item.value))):
                    item.text = kept.name


@dataclass(frozen=True)
class Came:
    """What became of a question: label, the remark (None: it was not marked), the former and the new answer."""

    label: str
    remark: str | None
    old: str
    new: str

    @property
    def changed(self) -> bool:
        """Whether the answer is another one."""
        return self.old != self.new


def came_back(read: answers.Read) -> list[Came]:
    """The marked questions of what was last sent back, and all else that changed since; empty where nothing was."""
    if read.row.state == "returned":
        return []
    stmt = (
        select(HistoryEntry.changes)
        .where(HistoryEntry.entity == answers.TABLE, HistoryEntry.entity_id == str(read.row.id))
        .order_by(HistoryEntry.id)
    )
    marks: Mapping[str, Any] | None = None
    old: Mapping[str, Any] | None = None
    for changes in db.session.scalars(stmt):
        if (changes.get("state") or ["", ""])[1] == "returned":
            marks, old = (changes.get("marks") or [{}, {}])[1] or {}, None
        elif marks is not None and "answers" in changes and old is None:
            old = changes["answers"][0] or {}
    if marks is None or old is None:
        return []
    before, after = answers.texts_of(read, old), answers.texts_of(read, read.row.answers)
    found = []
    for path in [*marks, *(path for path in {**after, **before} if path not in marks)]:
        label = (after.get(path) or before.get(path) or (path.rpartition(".")[2], ""))[0]
        texts = before.get(path, ("", ""))[1], after.get(path, ("", ""))[1]
        if path in marks or texts[0] != texts[1]:
            found.append(Came(label, str(marks[path]) if path in marks else None, *texts))
    return found
