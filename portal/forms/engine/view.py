"""What a page draws: pages of items with labels, choices, values and errors in one language. No HTML here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.forms.definition.compiler import Node
from portal.forms.engine.state import Issue
from portal.forms.messages import language, pick


@dataclass(slots=True)
class Option:
    """A choice as it is drawn; ``lang`` is the language of its label when it is not the reader's.

    ``picture`` is the name of the file that shows it. A ``hidden`` one does not fit now.
    """

    name: str
    label: str
    chosen: bool = False
    lang: str = ""
    picture: str = ""
    hidden: bool = False


@dataclass(slots=True)
class RowView:
    """A row of a repeat: its key, its place from 0, its title (of the record, in a matrix) and its items.

    ``lang`` is the language of the title when it is not the reader's; ``last`` says that answers of last time could be
    carried into it. ``at`` is what stands for its number in names and ids; a ``hidden`` row is none now.
    """

    key: str
    index: int
    title: str
    path: str
    items: list[Item]
    lang: str = ""
    last: bool = False
    at: str = ""
    hidden: bool = False

    def cell(self, name: str) -> Item | None:
        """The item of a question by its name; None where it is not drawn in this row."""
        return next((item for item in self.items if item.node.name == name), None)


@dataclass(slots=True)
class Item:
    """A question, group or repeat as it is drawn.

    ``value`` is what an input shows: text, or for several choices a list; ``text`` the answer as people read it;
    ``previous`` the answer of last time in words; ``picture`` the name of the file that is shown with it. ``lang``
    and ``hint_lang`` are the languages of label and hint when they are not the reader's. ``items`` are the rows of the
    form in a group, ``rows`` those of a repeat; ``headings`` the names, labels and languages of the columns of a
    matrix, and whether they follow the answers. For browsers that compute themselves there are also ``hidden`` items,
    the ``sample`` of a row that may be added, and marks of what follows the answers: ``speaks`` label or hint,
    ``filters`` the choices, ``locks`` whether it can be changed; ``remembered`` are samples of the next rows with the
    answers of last time.
    """

    node: Node
    path: str
    name: str
    id: str
    type: str
    label: str
    hint: str = ""
    lang: str = ""
    hint_lang: str = ""
    value: Any = ""
    text: str = ""
    previous: str = ""
    options: list[Option] = field(default_factory=list)
    required: bool = False
    read_only: bool = False
    error: Issue | None = None
    items: list[Item] = field(default_factory=list)
    rows: list[RowView] = field(default_factory=list)
    headings: list[tuple[str, str, str, bool]] = field(default_factory=list)
    can_add: bool = False
    hidden: bool = False
    picture: str = ""
    sample: RowView | None = None
    remembered: list[RowView] = field(default_factory=list)
    speaks: bool = False
    filters: bool = False
    locks: bool = False

    @property
    def shown(self) -> bool:
        """Whether people see it now: it is relevant and, if a group, something in it is seen."""
        return not self.hidden and (self.node.kind != "group" or any(item.shown for item in self.items))

    @property
    def appearance(self) -> frozenset[str]:
        """Words of the appearance cell."""
        return frozenset(str(self.node.row.get("appearance") or "").split())


@dataclass(slots=True)
class Page:
    """A page of the form: a top-level group when the form has the style ``pages``, else everything.

    ``lang`` is the language of the title when it is not the reader's; ``nodes`` are the rows of the form that stand
    on it, relevant or not. A *whole* one holds all pages, as groups under one another.
    """

    title: str
    items: list[Item]
    number: int = 1
    lang: str = ""
    nodes: list[Node] = field(default_factory=list)
    whole: bool = False


def all_items(drawn: Sequence[Item]) -> Iterator[Item]:
    """Items with everything in them, in order."""
    for item in drawn:
        yield item
        yield from all_items(item.items)
        for row in item.rows:
            yield from all_items(row.items)


def label_of(item: Mapping[str, Any], locale: str) -> str:
    """The label of a choice, whether it is one text or one per language; else its name."""
    label = item.get("label")
    name = str(item["name"])
    return pick(label, locale, name) if isinstance(label, Mapping) else str(label or name)


def own_label(item: Mapping[str, Any], locale: str) -> str:
    """The label of a choice where words of another language cannot be marked: the one in *locale*, else its name."""
    return str(item["name"]) if language_of(item, locale) else label_of(item, locale)


def language_of(item: Mapping[str, Any], locale: str) -> str:
    """The language of that label when it is not *locale*, else empty."""
    label = item.get("label")
    return language(label, locale) if isinstance(label, Mapping) else ""


def plain(value: Any) -> str:
    """A stored answer as an input shows it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)
