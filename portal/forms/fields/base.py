"""What a question type is, and the registry of all types.

A type is one small class with four duties: read an answer (``parser``), show it (``format``), give it to tables
(``columns``, ``cells``) and say how it travels as XLSForm (``xls``). Rules that an author writes (required,
constraint, choices) belong to the engine, not to the type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from unicodedata import is_normalized, normalize

from portal.forms.messages import Text, _l

if TYPE_CHECKING:
    from portal.i18n import LazyString

Row = Mapping[str, Any]
"""A row of the survey as the definition document has it."""
Parse = Callable[[Any], Any]
"""Turns what was typed or sent into the stored answer; raises Refused. Never called with an empty answer."""
Labels = Callable[[str], str]
"""The label of a choice, by its name, in the reader's language."""
Kind = Literal["text", "number", "date", "datetime", "flag"]


class Refused(Exception):
    """An answer that the type cannot read: a code for machines and a message that says what to write."""

    def __init__(self, code: str, message: Text | LazyString) -> None:
        super().__init__(code)
        self.code = code
        self.message: Any = message


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a table of answers: what is added to name and label, its kind, the choice it stands for."""

    suffix: str = ""
    kind: Kind = "text"
    choice: str = ""
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of a type in the ``parameters`` of a row; ``xls`` are those that XLSForm knows."""

    kind: Literal["integer", "number", "text"]
    title: Text
    xls: bool = False


class QuestionType:
    """Base of the question types; subclasses set the class variables and override what differs."""

    name: ClassVar[str] = ""
    title: ClassVar[Text | LazyString] = Text("")
    xls: ClassVar[str] = "text"
    """The type that XLSForm tools see; where it differs from ``name``, a column ``portal_type`` keeps the name."""
    xls_appearance: ClassVar[str] = ""
    """The word of the appearance that makes the type ``xls`` this one."""
    stores: ClassVar[bool] = True
    """Whether it has an answer."""
    asks: ClassVar[bool] = True
    """Whether people see it on the page."""
    fills: ClassVar[bool] = True
    """Whether people answer it, rather than the form itself."""
    file: ClassVar[bool] = False
    """Whether the answer is the id of a file."""
    multiple: ClassVar[bool] = False
    """Whether the answer is a list of choices."""
    choices: ClassVar[bool] = False
    """Whether it takes a list of choices (``list``)."""
    source: ClassVar[str] = ""
    """Where its choices come from when not from a list of the form: ``units``, ``organisations``, ``records:``."""
    index: ClassVar[Literal["text", "number", "date", ""]] = "text"
    """The column of the index that holds it, empty where it cannot be indexed."""
    appearances: ClassVar[tuple[str, ...]] = ()
    """Appearances of XLSForm that the page honours; others are kept and ignored."""
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    kind: ClassVar[Kind] = "text"
    example: ClassVar[str] = ""
    """An answer for trials of a form, where the portal could not guess one."""
    template: ClassVar[str] = ""
    """The template that draws its inputs, of a type that a module brings. It gets ``type`` (this object) and
    ``item``: inputs are named ``item.name``, the first has the id ``item.id ~ "-0"``, ``item.value`` is the answer."""

    def parser(self, row: Row) -> Parse:
        """The function that reads answers of this question; made once per compiled version."""
        return plain_text

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """The answer as people read it; never raises, whatever an older version stored."""
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        return str(value)

    def columns(self, row: Row, choices: Sequence[str] = ()) -> list[Part]:
        """The columns of a table of answers."""
        return [Part(kind=self.kind)]

    def cells(self, value: Any, row: Row, choices: Sequence[str] = ()) -> list[Any]:
        """The values for ``columns``: text, number or None."""
        return [value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None]

    def entries(self, value: Any) -> list[Any]:
        """What the index keeps of an answer: one entry, or one for each chosen choice."""
        return value if isinstance(value, list) else [value]

    def check_row(self, row: Row) -> list[tuple[str, str, Text]]:
        """Faults of the row itself: cell, code, message. Parameters of the wrong kind are found by the caller."""
        return []


class Unknown(QuestionType):
    """A type whose module is off or not installed: the answer stays as it is and is shown as text."""

    name = "unknown"
    title = _l("Question of a type that is not available")
    fills = False
    index = ""

    def parser(self, row: Row) -> Parse:
        """Keep what is there, as long as it is text, a number or a list of texts."""

        def parse(raw: Any) -> Any:
            plain = isinstance(raw, (str, int, float)) or (
                isinstance(raw, list) and all(isinstance(each, str) for each in raw)
            )
            if not plain:
                raise Refused("unknown_type", _l("This answer has a form that is not known here."))
            return raw

        return parse


LONGEST_KEPT = 20_000
"""Characters kept of a text that was refused."""
UNREADABLE = _l("This text contains characters that cannot be stored. Type it again.")


def plain_text(raw: Any) -> str:
    """One line of text: normal form, no blanks around it, numbers as people write them."""
    if type(raw) is str and raw.isprintable() and (raw.isascii() or is_normalized("NFC", raw)):
        return raw.strip()
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        raw = repr(raw)
    if not isinstance(raw, str):
        raise Refused("text", _l("Write a text."))
    if "\x00" in raw:
        raise Refused("unreadable", UNREADABLE)
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            raise Refused("unreadable", UNREADABLE) from None
        if not is_normalized("NFC", raw):
            raw = normalize("NFC", raw)
    text: str = raw.strip()
    return text


def readable(raw: Any) -> Any:
    """What may be kept of an answer that could not be read: text any database stores, numbers, lists of texts."""
    if isinstance(raw, str):
        return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in raw[:LONGEST_KEPT])
    if isinstance(raw, (int, float)):
        return raw if -1e300 < raw < 1e300 else None
    if isinstance(raw, list):
        return [readable(each) for each in raw[:1000] if isinstance(each, str)] or None
    return None


def parameter(row: Row, name: str, default: float) -> float:
    """A number from the ``parameters`` of a row, *default* where it is missing or no number."""
    raw = (row.get("parameters") or {}).get(name, default)
    try:
        return float(raw)
    except (TypeError, ValueError):
        return default


@dataclass(slots=True)
class Registry:
    """All question types by name."""

    types: dict[str, QuestionType] = field(default_factory=dict)
    unknown: QuestionType = field(default_factory=Unknown)

    def add(self, kind: QuestionType) -> None:
        """Register a type; raises ValueError for a name that is empty or taken."""
        if not kind.name or kind.name in self.types:
            raise ValueError(f"question type {kind.name!r} is unnamed or registered twice")
        self.types[kind.name] = kind

    def get(self, name: str) -> QuestionType:
        """The type of that name, ``unknown`` where there is none."""
        return self.types.get(name, self.unknown)
