"""The catalogues of a source tree: collected from the code, kept up to date, and checked.

A unit is the core or one plugin; each has ``messages.pot`` and ``mn/LC_MESSAGES/messages.po`` in a folder of its
own. English needs no catalogue: the msgid is the English text. WTForms' messages are one more catalogue of the core.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

LANGUAGE = "mn"
APART = "portal_modules"
"""Where the modules of a distribution of its own stand."""
KEYWORDS: dict[str, Any] = DEFAULT_KEYWORDS | {
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}

Key = tuple[str | None, str]
"""Context and (first) msgid of a message."""

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)[sd]|%|\((\w+)\)|(.?))")
_KEPT_HEADERS = ("Language:", "Plural-Forms:", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:")
_HEADER = re.compile(r'^"([^"]*)\\n"\n', re.MULTILINE)


class NoSourceTree(Exception):
    """The command was started from an installed package, which has no sources to collect texts from."""


@dataclass(frozen=True)
class Unit:
    """The core or a plugin: where its code is and where its catalogues are."""

    name: str
    code: Path
    folder: Path

    @property
    def template(self) -> Path:
        """The list of its texts, untranslated."""
        return self.folder / "messages.pot"

    @property
    def catalogue(self) -> Path:
        """Its texts in Mongolian."""
        return self.folder / LANGUAGE / "LC_MESSAGES" / "messages.po"


@dataclass(frozen=True)
class Problem:
    """Something wrong with one text; ``str()`` names unit, kind and text."""

    unit: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.unit}: {self.kind}: {self.text!r}"


def units(root: Path) -> list[Unit]:
    """The units of the source tree *root*, core first, plugins by name; raises NoSourceTree.

    In the tree of a distribution of its own (``portal_modules/<name>``) they are its modules, without the core.
    """
    if not (root / "babel.cfg").exists():
        raise NoSourceTree(f"{root} is not a source tree: babel.cfg is not there")
    apart = is_apart(root)
    plugins = sorted(path.parent for path in root.glob(f"{APART if apart else 'plugins'}/[a-z]*/plugin.py"))
    core = [] if apart else [Unit("core", root / "portal", root / "translations")]
    return [*core, *(Unit(path.name, path, path / "translations") for path in plugins)]


def is_apart(root: Path) -> bool:
    """Whether *root* is the source tree of a distribution that brings modules and not the portal."""
    return (root / APART).is_dir() and (root / "babel.cfg").exists()


def collect(unit: Unit, root: Path) -> Catalog:
    """The texts in the code of *unit*, with the files they stand in."""
    with (root / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = _empty(unit, None)
    for name, _line, message, comments, context in extract_from_dir(
        unit.code, methods, options, KEYWORDS, ("TRANSLATORS:",), strip_comment_tags=True
    ):
        place = (unit.code / name).relative_to(root).as_posix()
        found.add(message, None, [(place, None)], auto_comments=comments, context=context)  # type: ignore[list-item]
    return found


def _empty(unit: Unit, locale: str | None) -> Catalog:
    return Catalog(
        locale=locale,
        header_comment=f"# Texts of {unit.name}, written by `portal i18n update`.",
        fuzzy=False,
        charset="utf-8",
    )


def load(path: Path, locale: str | None = LANGUAGE) -> Catalog:
    """The catalogue in *path*, empty where there is none; raises ValueError where it cannot be read."""
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as source:
        return read_po(source, locale=locale, abort_invalid=True)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Its messages without the header."""
    return (message for message in catalogue if message.id)


def key(message: Message) -> Key:
    """What tells *message* apart within a catalogue."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> tuple[str, ...]:
    """Its translations: one, or one for each plural form; empty strings where there is none."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(form or "" for form in string)


def rendered(catalogue: Catalog) -> bytes:
    """The file of *catalogue*: sorted, without line numbers, dates and placeholders of the header, so that it
    only changes when a text does."""
    out = BytesIO()
    write_po(out, catalogue, width=110, sort_output=True, include_lineno=False)
    header, blank, body = out.getvalue().decode().partition("\n\n")
    header = _HEADER.sub(lambda line: line[0] if line[1].startswith(_KEPT_HEADERS) else "", header + "\n")
    return (header.rstrip("\n") + blank + body).encode()


def translated(unit: Unit, template: Catalog, elsewhere: dict[Key, Message]) -> Catalog:
    """The Mongolian catalogue of *unit* for the texts of *template*.

    Kept are its translations, also those of texts that are gone (as obsolete, revived when the text returns);
    a text without one takes it from *elsewhere* where the same text is translated there.
    """
    old = load(unit.catalogue)
    known = {key(message): message for message in (*old.obsolete.values(), *messages(old))}
    fresh = _empty(unit, LANGUAGE)
    for message in messages(template):
        found = known.pop(key(message), None)
        plural = not isinstance(message.id, str)
        source = found if found and any(forms(found)) else elsewhere.get(key(message), found)
        fits = source is not None and (not isinstance(source.id, str)) == plural
        fresh.add(
            message.id,
            source.string if source is not None and fits else None,
            message.locations,
            flags=["fuzzy"] if source is not None and fits and source.fuzzy else [],
            auto_comments=message.auto_comments,
            user_comments=found.user_comments if found else (),
            context=message.context,
        )
    for gone in known.values():
        if any(forms(gone)):
            fresh.obsolete[repr(key(gone))] = gone
    return fresh


def update(root: Path, names: Iterable[str] = (), *, forget: bool = False) -> list[Path]:
    """Bring the catalogues of the units *names* (all by default) up to date; returns the files that changed.

    With *forget* translations of texts that are gone are dropped. Raises KeyError for an unknown unit.
    """
    every = {unit.name: unit for unit in units(root)}
    elsewhere: dict[Key, Message] = {}
    for unit in every.values():
        for message in messages(load(unit.catalogue)):
            if all(forms(message)) and not message.fuzzy:
                elsewhere.setdefault(key(message), message)
    changed: list[Path] = []
    for unit in [every[name] for name in names] or every.values():
        template = collect(unit, root)
        catalogue = translated(unit, template, elsewhere)
        if forget:
            catalogue.obsolete.clear()
        for path, content in ((unit.template, template), (unit.catalogue, catalogue)):
            data = rendered(content)
            if not path.exists() or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                changed.append(path)
    return changed


def check(root: Path, names: Iterable[str] = ()) -> list[Problem]:
    """What is wrong with the catalogues of the units *names* (all by default) and with WTForms'."""
    every = {unit.name: unit for unit in units(root)}
    chosen = [every[name] for name in names] or list(every.values())
    problems: list[Problem] = []
    for unit in chosen:
        template, catalogue = collect(unit, root), load(unit.catalogue)
        problems += _stale(unit.name, template, catalogue)
        if {key(m) for m in messages(load(unit.template, None))} != {key(m) for m in messages(template)}:
            problems.append(Problem(unit.name, "stale", "messages.pot (portal i18n update)"))
        problems += composed(unit, root)
        for message in messages(catalogue):
            problems += faults(unit.name, message)
    if every.get("core") in chosen:
        problems += _check_wtforms(root)
    return [*problems, *clashes((unit.name, load(unit.catalogue)) for unit in every.values())]


def _stale(unit: str, template: Catalog, catalogue: Catalog) -> list[Problem]:
    """Texts of the code that the catalogue lacks, and the other way round."""
    wanted = {key(message) for message in messages(template)}
    there = {key(message) for message in messages(catalogue)}
    return [
        *(Problem(unit, "stale: not in the catalogue", text) for _, text in sorted(wanted - there, key=repr)),
        *(Problem(unit, "stale: no longer in the code", text) for _, text in sorted(there - wanted, key=repr)),
    ]


def composed(unit: Unit, root: Path) -> list[Problem]:
    """Calls whose text is put together before it is looked up (``_(f"…")``, ``_("…" % x)``): never found."""
    problems: list[Problem] = []
    for path in sorted(unit.code.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                for argument in node.args[:2]:
                    if isinstance(argument, ast.JoinedStr) or (
                        isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Mod)
                    ):
                        place = f"{path.relative_to(root).as_posix()}:{node.lineno}"
                        problems.append(Problem(unit.name, "text put together before it is looked up", place))
    return problems


def _check_wtforms(root: Path) -> list[Problem]:
    from wtforms.i18n import messages_path

    template = load(Path(messages_path()) / "wtforms.pot", None)
    catalogue = load(root / "translations" / LANGUAGE / "LC_MESSAGES" / "wtforms.po")
    problems = _stale("wtforms", template, catalogue)
    for message in messages(catalogue):
        problems += faults("wtforms", message, positional=True)
    return problems


def faults(unit: str, message: Message, *, positional: bool = False) -> list[Problem]:
    """What is wrong with one message; *positional* allows ``%s``, which no order of words can move."""
    text = key(message)[1]
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    strings = forms(message)
    kinds: list[str] = []
    if not all(form.strip() for form in strings):
        return [Problem(unit, "missing", text)]
    if message.fuzzy:
        kinds.append("fuzzy")
    if len(strings) > 1 and len(set(strings)) > 1:
        kinds.append("plural forms differ: after a number Mongolian has one")
    if re.search("[А-яЁёӨөҮү]", "".join(ids)):
        kinds.append("the msgid is not English")
    wanted = _placeholders(ids[-1])
    if not positional and "" in wanted:
        kinds.append("a placeholder needs a name, as in %(name)s")
    if any(_placeholders(form) != wanted for form in strings):
        kinds.append("placeholders differ")
    if any(_edges(form) != _edges(text) for form in strings):
        kinds.append("begins or ends with other blanks")
    return [Problem(unit, kind, text) for kind in kinds]


def _placeholders(text: str) -> set[str]:
    """Names of the placeholders; ``""`` for one without a name or without a type, ``%%`` is none."""
    if "%" not in text:
        return set()
    found = set()
    for match in _PLACEHOLDER.finditer(text):
        if match[0] != "%%" and not (match[3] is not None and match[3] in " ,.;:)"):
            found.add(match[1] or "")
    return found


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def clashes(catalogues: Iterable[tuple[str, Catalog]]) -> list[Problem]:
    """Texts that two units translate differently: all share one catalogue, so one of the two is never shown."""
    seen: dict[Key, tuple[str, tuple[str, ...]]] = {}
    problems: list[Problem] = []
    for unit, catalogue in catalogues:
        for message in messages(catalogue):
            if not all(forms(message)):
                continue
            first, strings = seen.setdefault(key(message), (unit, forms(message)))
            if strings != forms(message):
                problems.append(Problem(unit, f"translated otherwise in {first} (use pgettext)", key(message)[1]))
    return problems
