"""What the operator changes without touching the source: ``instance/templates/`` and ``instance/translations/``.

A template is looked for there, then in the core, then in the module whose name its path begins with: no module
changes a page of the core or of another module. ``original/<template>`` is the one of the core or the module, for an
override that changes a block and keeps the rest. An override that cannot be used is left aside with an error in the
log; the portal is then degraded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Flask, current_app
from jinja2 import BaseLoader, Environment, TemplateNotFound, TemplateSyntaxError, nodes

import portal
from portal import health
from portal.host.host import CORE, current_host
from portal.i18n import CORE_TRANSLATIONS
from portal.i18n.compiling import fits

if TYPE_CHECKING:
    from portal.i18n.catalogues import Key

ORIGINAL: Final = "original/"
"""Before the name of a template: not the operator's."""
_COPIED = re.compile(r"\{# Copied from portal (\S+), sha256 ([0-9a-f]{64}) #\}\r?\n")

log = structlog.get_logger("portal.overrides")


class NoTemplate(LookupError):
    """There is no such template in the core or a module."""


class AlreadyThere(Exception):
    """The operator has an override of this template."""


@dataclass(frozen=True)
class Template:
    """A template that can be overridden: its unit (core or a module), and where the operator's is a copy, of what."""

    name: str
    unit: str
    overridden: bool
    copied_from: str = ""

    @property
    def mail(self) -> bool:
        """Whether it is a mail."""
        return "/mail/" in f"/{self.name}"


@dataclass(frozen=True)
class Problem:
    """An override that no longer fits: the template or text, what kind of problem, and more about it."""

    name: str
    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}{f': {self.detail}' if self.detail else ''}"


class Loader(BaseLoader):
    """The templates of an application in the operator's order."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.folder = Path(app.instance_path) / "templates"

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Any]:
        """The operator's text where it can be used, else the original; raises TemplateNotFound."""
        path = self.path(template)
        if path is not None:
            if why := self.fault(environment, template):
                log.error("override not used", template=template, cause=why)
            else:
                stamp = path.stat().st_mtime
                return _text(path), str(path), lambda: path.stat().st_mtime == stamp
        return self.original(environment, template.removeprefix(ORIGINAL))

    def path(self, template: str) -> Path | None:
        """The operator's file of *template*, None where there is none."""
        if template.startswith(ORIGINAL) or ".." in template.split("/"):
            return None
        path = self.folder / template
        return path if path.is_file() else None

    def original(self, environment: Environment, template: str) -> tuple[str, str | None, Any]:
        """The template of the core or a module; raises TemplateNotFound."""
        for unit, loader in self._units():
            if unit in (CORE, template.partition("/")[0]):
                try:
                    return loader.get_source(environment, template)
                except TemplateNotFound:
                    continue
        raise TemplateNotFound(template)

    def _units(self) -> Iterator[tuple[str, BaseLoader]]:
        """The loaders of all blueprints, those of the core first."""
        owners: Mapping[str, str] = self.app.extensions["portal_owners"]
        for blueprint in self.app.iter_blueprints():
            if blueprint.jinja_loader is not None:
                yield owners.get(blueprint.name, CORE), blueprint.jinja_loader

    def originals(self) -> dict[str, str]:
        """Every template of the core and the modules with its unit."""
        found: dict[str, str] = {}
        for unit, loader in self._units():
            for name in loader.list_templates():
                if unit == CORE or name.startswith(f"{unit}/"):
                    found.setdefault(name, unit)
        return found

    def own(self) -> list[str]:
        """Every template of the operator."""
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        return sorted(p.relative_to(self.folder).as_posix() for p in paths if p.name[0] != "." and p.name[-1] != "~")

    def list_templates(self) -> list[str]:
        """Every name there is."""
        return sorted({*self.originals(), *self.own()})

    def exists(self, environment: Environment, template: str) -> bool:
        """Whether there is a template of this name."""
        try:
            return self.path(template) is not None or bool(self.original(environment, template.removeprefix(ORIGINAL)))
        except TemplateNotFound:
            return False

    def fault(self, environment: Environment, template: str) -> str:
        """Why the operator's *template* cannot be used; empty where it can."""
        path = self.folder / template
        try:
            tree = environment.parse(_read(path), template, str(path))
            needed = list(_needed(tree))
            environment.compile(tree, template, str(path))
        except TemplateSyntaxError as error:
            return f"line {error.lineno}: {error.message}"
        except (OSError, UnicodeDecodeError) as error:
            return f"it cannot be read: {error}"
        if template.endswith(".txt") and "/mail/" in f"/{template}" and not _text(path).startswith("Subject:"):
            return "its first line does not begin with Subject:"
        if template in needed:
            return f"it needs itself; write {ORIGINAL}{template} for the original"
        missing = [name for name in needed if not self.exists(environment, name)]
        return f"it needs {', '.join(missing)}, which is not there" if missing else ""


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")


def _text(path: Path) -> str:
    """An override without the line that tells of what it is a copy."""
    text = _read(path)
    copied = _COPIED.match(text)
    return text[copied.end() :] if copied else text


def _needed(tree: nodes.Template) -> Iterator[str]:
    """Names of templates without which *tree* cannot be drawn."""
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        name = getattr(node, "template", None)
        if isinstance(name, nodes.Const) and isinstance(name.value, str) and not getattr(node, "ignore_missing", False):
            yield name.value


def init_overrides(app: Flask) -> None:
    """Let the operator's templates go before all others; after the blueprints are mounted."""
    app.jinja_env.loader = Loader(app)
    app.extensions["portal_overrides"] = (None, [])
    with app.app_context():
        for why in broken():
            log.error("override not used", cause=why)

    @health.check("overrides")
    def used() -> str | None:
        return "; ".join(broken()) or None


def _loader() -> Loader:
    found = current_app.jinja_env.loader
    assert isinstance(found, Loader)  # init_overrides
    return found


def broken() -> list[str]:
    """What of the operator cannot be used, and why; looked at again when a file has changed."""
    loader = _loader()
    paths = [*map(loader.folder.joinpath, loader.own()), *_catalogues()]
    state = [(path, path.stat().st_mtime_ns) for path in paths]
    if current_app.extensions["portal_overrides"][0] != state:
        faults = [(name, loader.fault(current_app.jinja_env, name)) for name in loader.own()]
        found = [f"{name}: {why}" for name, why in faults if why]
        found += [str(problem) for path in _catalogues() for problem in _unusable(path)]
        current_app.extensions["portal_overrides"] = (state, found)
    told: list[str] = current_app.extensions["portal_overrides"][1]
    return told


def templates() -> list[Template]:
    """Every template that can be overridden, core first, then by module and name."""
    loader = _loader()
    own = set(loader.own())
    found = [
        Template(name, unit, name in own, _copied(loader, name)[0] if name in own else "")
        for name, unit in loader.originals().items()
    ]
    return sorted(found, key=lambda each: (each.unit != CORE, each.unit, each.name))


def _copied(loader: Loader, name: str) -> tuple[str, str]:
    """Version of the portal and checksum in the first line of an override; empty where it has none."""
    try:
        line = _COPIED.match(_read(loader.folder / name))
    except UnicodeDecodeError:
        return "", ""
    return (line[1], line[2]) if line else ("", "")


def _checksum(loader: Loader, name: str) -> tuple[str, str]:
    """Text and checksum of an original; raises NoTemplate."""
    try:
        source = loader.original(current_app.jinja_env, name)[0].replace("\r\n", "\n")
    except TemplateNotFound:
        raise NoTemplate(name) from None
    return source, hashlib.sha256(source.encode()).hexdigest()


def copy(name: str) -> Path:
    """Copy an original to the operator's folder; its first line tells of what it is a copy.

    Raises NoTemplate and AlreadyThere.
    """
    loader = _loader()
    source, checksum = _checksum(loader, name)
    path = loader.folder / name
    if path.exists():
        raise AlreadyThere(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{{# Copied from portal {portal.__version__}, sha256 {checksum} #}}\n{source}", "utf-8")
    return path


def check() -> list[Problem]:
    """Every override that no longer fits."""
    loader = _loader()
    problems = [problem for name in loader.own() for problem in _unfit(loader, name)]
    for path in _catalogues():
        problems += [*_unusable(path), *_gone(path)]
    return problems


def _unfit(loader: Loader, name: str) -> Iterator[Problem]:
    environment = current_app.jinja_env
    if why := loader.fault(environment, name):
        yield Problem(name, "cannot be used", why)
    copied = _copied(loader, name)
    try:
        if _checksum(loader, name)[1] != copied[1] != "":
            yield Problem(name, "the original has changed", f"this is a copy from portal {copied[0]}")
    except NoTemplate:
        if copied[1] or name not in _used(loader):
            yield Problem(name, "there is no such template in the portal")
    if not why and (dead := _dead_blocks(loader, name)):
        yield Problem(name, "blocks that nothing shows", ", ".join(dead))


def _used(loader: Loader) -> set[str]:
    """Templates that other overrides need."""
    found: set[str] = set()
    for name in loader.own():
        if not loader.fault(current_app.jinja_env, name):
            found |= {*_needed(current_app.jinja_env.parse(_read(loader.folder / name)))} - {name}
    return found


def _dead_blocks(loader: Loader, name: str) -> list[str]:
    """Blocks of an override that extends another template, which that one does not have (any more)."""
    environment = current_app.jinja_env
    tree = environment.parse(_read(loader.folder / name))
    outer, known, seen = list(_outer_blocks(tree)), set[str](), {name}
    while (parent := _parent(tree)) and parent not in seen:
        seen.add(parent)
        tree = environment.parse(loader.get_source(environment, parent)[0])
        known |= {block.name for block in tree.find_all(nodes.Block)}
    return [block for block in outer if block not in known] if len(seen) > 1 else []


def _parent(tree: nodes.Template) -> str:
    extends = tree.find(nodes.Extends)
    name = extends.template if extends is not None else None
    return str(name.value) if isinstance(name, nodes.Const) else ""


def _outer_blocks(node: nodes.Node) -> Iterator[str]:
    """Names of the blocks that stand in no other block."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block):
            yield child.name
        else:
            yield from _outer_blocks(child)


def _catalogues() -> list[Path]:
    """The operator's catalogues."""
    return sorted((Path(current_app.instance_path) / "translations").glob("*/LC_MESSAGES/*.po"))


def _language(path: Path) -> str:
    return path.parent.parent.name


def texts() -> list[dict[str, str]]:
    """The operator's texts: language, context, English text and what is shown instead."""
    from portal.i18n import catalogues

    found = []
    for path in _catalogues():
        for message in _messages(path):
            context, text = catalogues.key(message)
            shown = " | ".join(catalogues.forms(message))
            found.append({"language": _language(path), "context": context or "", "text": text, "shown": shown})
    return found


def _messages(path: Path) -> list[Any]:
    """The messages of a catalogue; none where it cannot be read."""
    from babel.messages.pofile import PoFileError

    from portal.i18n import catalogues

    try:
        return list(catalogues.messages(catalogues.load(path, _language(path))))
    except (OSError, ValueError, PoFileError):
        return []


def _unusable(path: Path) -> Iterator[Problem]:
    """Texts that are left aside: of a file that cannot be read, or that would break a page."""
    from babel.messages.pofile import PoFileError

    from portal.i18n import catalogues

    try:
        catalogue = catalogues.load(path, _language(path))
    except (OSError, ValueError, PoFileError) as error:
        yield Problem(_named(path), "cannot be read", str(error))
        return
    for message in catalogues.messages(catalogue):
        if not fits(message):
            yield Problem(_named(path, catalogues.key(message)[1]), "placeholders differ")


def _gone(path: Path) -> Iterator[Problem]:
    """Texts that the portal does not ask for (any more), or not so."""
    from portal.i18n import catalogues

    known = _known(path.stem)
    for message in _messages(path):
        key = catalogues.key(message)
        name = _named(path, f"{key[0]}: {key[1]}" if key[0] else key[1])
        if (original := known.get(key)) is None:
            yield Problem(name, "there is no such text in the portal")
        elif isinstance(original.id, str) != isinstance(message.id, str):
            yield Problem(name, "not used", "the original has forms for one and for many")
        elif message.fuzzy or not all(catalogues.forms(message)):
            yield Problem(name, "not used", "it is fuzzy or empty")


def _named(path: Path, text: str = "") -> str:
    return f"{_language(path)}/{path.name}{f' {text!r}' if text else ''}"


def _known(domain: str) -> dict[Key, Any]:
    """Every text of the core and the modules that loaded."""
    from babel.messages.mofile import read_mo

    from portal.i18n import catalogues

    found: dict[Key, Any] = {}
    for folder in [CORE_TRANSLATIONS, *(each.folder / "translations" for each in current_host().installed())]:
        stem = folder / catalogues.LANGUAGE / "LC_MESSAGES" / domain
        if stem.with_suffix(".po").exists():
            catalogue = catalogues.load(stem.with_suffix(".po"))
        elif stem.with_suffix(".mo").exists():
            with stem.with_suffix(".mo").open("rb") as source:
                catalogue = read_mo(source)
        else:
            continue
        found |= {catalogues.key(message): message for message in catalogues.messages(catalogue)}
    return found
