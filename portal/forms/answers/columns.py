"""How answers become cells, quickly: what can be known of a column is worked out once, not for each row.

A Dress says how a file writes a text, a moment and a day; labels of choices are dressed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.forms.definition import Node
from portal.forms.fields import QuestionType
from portal.forms.fields.choice import Reference, SelectOne

Text = Callable[[str], Any]
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Dress:
    """How one kind of file writes what is no number; moments come in the portal's zone."""

    text: Text
    moment: Callable[[datetime], Any]
    day: Callable[[date], Any]


class Labels(dict[Any, Any]):
    """Code → dressed label; what is in no list keeps its code."""

    def __init__(self, label: Callable[[str], str], text: Text) -> None:
        super().__init__()
        self.label, self.text = label, text

    def __missing__(self, code: Any) -> Any:
        made = self.text(self.label(str(code)))
        if len(self) < 10_000:
            self[code] = made
        return made


@dataclass(slots=True)
class Maker:
    """Turns the answers of one version into rows of one table; ``inner`` are the repeats in it by name."""

    key: str
    singles: list[tuple[str, int, Text]] = field(default_factory=list)
    several: list[tuple[str, list[int], Convert]] = field(default_factory=list)
    inner: list[tuple[str, Maker]] = field(default_factory=list)
    width: int = 0

    def cells(self, answers: Mapping[str, Any]) -> list[Any]:
        """The cells of a row; None where nothing was answered."""
        cells: list[Any] = [None] * self.width
        get = answers.get
        for name, place, dress in self.singles:
            value = get(name)
            if type(value) is str:
                cells[place] = dress(value)
            elif type(value) is int or type(value) is float:
                cells[place] = value
        for name, places, make in self.several:
            value = get(name)
            if value is not None:
                for place, cell in zip(places, make(value), strict=True):
                    cells[place] = cell
        return cells

    def add(
        self,
        node: Node,
        places: Sequence[int],
        choices: Sequence[str],
        label: Callable[[str], str] | None,
        text: Text,
        *,
        name: str = "",
        split: bool = False,
    ) -> None:
        """Add a question whose columns stand at *places*; *label* where labels are written instead of codes.

        *name*: under which its answers stand, where that is not its own. *split*: of several
        choices only the columns of 0 and 1.
        """
        kind, name = node.field, name or node.name
        chooses = label is not None and (kind.choices or bool(node.source))
        if (
            label is not None
            and chooses
            and len(places) == 1
            and type(kind).format in (SelectOne.format, Reference.format)
        ):
            self.singles.append((name, places[0], Labels(label, text).__getitem__))
        elif not chooses and len(places) == 1 and type(kind).cells is QuestionType.cells:
            self.singles.append((name, places[0], text))
        else:
            first = 1 if split and kind.multiple else 0
            made = _several(node, choices, label if chooses else None, text, slice(first, first + len(places)))
            self.several.append((name, list(places), made))


def _several(
    node: Node, choices: Sequence[str], label: Callable[[str], str] | None, text: Text, wanted: slice
) -> Convert:
    kind, row = node.field, node.row

    def dressed(cell: Any) -> Any:
        if isinstance(cell, str):
            return text(cell)
        return cell if type(cell) in (int, float) else None

    def make(value: Any) -> list[Any]:
        cells = list(kind.cells(value, row, choices))
        if label is not None:
            cells[0] = kind.format(value, "", label)
        return [dressed(cell) for cell in cells[wanted]]

    return make
