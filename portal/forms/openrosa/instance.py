"""What a program sent: an XForms instance, read within limits and turned into answers. Pure; sees no database."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY, Answers
from portal.forms.fields.text import Meta
from portal.forms.messages import Text, _l
from portal.forms.openrosa.phone import FILLED_AT, Phoned
from portal.text import UnreadableText, nfc

LARGEST = 4_000_000
"""Bytes of an instance."""
MOST_ELEMENTS = 200_000
MOST_LEVELS = 40
XFORMS = "http://www.w3.org/2002/xforms"
OPENROSA = "http://openrosa.org/xforms"
_MALFORMED = _l("What was sent is no XML document that can be read.")
_TOO_LARGE = _l("What was sent is too large to be read.")


class BadInstance(Exception):
    """What was sent is no answer to a form: ``message`` says why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.msgid)
        self.message = message


class _Limited(TreeBuilder):
    """Builds the tree and stops where it grows too deep or too wide."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = self.elements = 0

    def start(self, tag: Any, attrs: Any) -> Any:
        self.levels += 1
        self.elements += 1
        if self.levels > MOST_LEVELS or self.elements > MOST_ELEMENTS:
            raise BadInstance(_TOO_LARGE)
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Any:
        self.levels -= 1
        return super().end(tag)


@dataclass(frozen=True, slots=True)
class Instance:
    """A filled form as it was sent: ``form_id`` and ``version`` as its root says, ``uid`` made of its instanceID."""

    form_id: str
    version: str
    uid: str
    corrects: bool
    """Whether it says that it replaces one sent before."""
    root: Element


def read(raw: bytes) -> Instance:
    """Read an instance; raises BadInstance. No document type, no entities, nothing from outside."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    if len(raw) > LARGEST:
        raise BadInstance(_TOO_LARGE)
    parser = DefusedXMLParser(target=_Limited(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(raw)
        root: Element = parser.close()
    except DefusedXmlException:
        raise BadInstance(_l("What was sent declares a document type. That is not read.")) from None
    except (ParseError, LookupError, ValueError, UnicodeError):
        raise BadInstance(_MALFORMED) from None
    meta = {_local(each): (each.text or "").strip() for parent in root if _is_meta(parent) for each in parent}
    given = meta.get("instanceID") or root.get("instanceID", "").strip()
    if not given or len(given) > 255:
        raise BadInstance(_l("What was sent has no instanceID."))
    return Instance(
        root.get("id", "").strip(), root.get("version", "").strip(), _uid(given), bool(meta.get("deprecatedID")), root
    )


def _uid(given: str) -> str:
    """The id of the submission; an instanceID need not be a UUID, though those of all known programs are."""
    try:
        return str(uuid.UUID(given.removeprefix("uuid:")))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, given))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _space(element: Element) -> str:
    return str(element.tag)[1:].partition("}")[0] if str(element.tag).startswith("{") else ""


def _is_meta(element: Element) -> bool:
    return _local(element) == "meta" and _space(element) in ("", XFORMS, OPENROSA)


def file_id(uid: str, name: str) -> str:
    """The id of the file *name* of the submission *uid*: known before the file is there, so that it may come later."""
    digest = hashlib.sha256(f"{uid}\n{name}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


@dataclass(slots=True)
class Read:
    """The answers of an instance, the files it names (name → question), and when it was filled, where it says so."""

    answers: Answers = field(default_factory=dict)
    files: dict[str, Node] = field(default_factory=dict)
    filled_at: datetime | None = None


def answers(compiled: Compiled, phoned: Phoned, instance: Instance, zone: tzinfo) -> Read:
    """The answers of an instance to a version of a form; raises BadInstance for what the form does not have."""
    reader = _Reader(compiled, phoned, instance.uid, zone)
    reader.made.answers = reader.inside(instance.root, compiled.top)
    return reader.made


class _Reader:
    def __init__(self, compiled: Compiled, phoned: Phoned, uid: str, zone: tzinfo) -> None:
        self.keys, self.uid, self.zone = phoned.keys, uid, zone
        self.anonymous = bool((compiled.definition["settings"].get("access") or {}).get("anonymous"))
        self.ignored = phoned.own
        self.made = Read()

    def inside(self, parent: Element, nodes: Any) -> Answers:
        """The answers of the rows *nodes*, which stand directly in *parent*; groups add no level."""
        known: Mapping[str, Node] = {node.name: node for node in nodes}
        found: Answers = {}
        seen: set[str] = set()
        for element in parent:
            if _is_meta(element):
                continue
            name = self.name(element)
            node = known.get(name)
            if node is None:
                self.other(name, element)
            elif node.kind == "repeat":
                rows = found.setdefault(name, [])
                rows.append(self.row(node, element, len(rows)))
            elif name in seen:
                raise BadInstance(_l("The question %(name)s stands twice in what was sent.", name=name))
            elif node.kind == "group":
                found |= self.inside(element, node.children)
            else:
                self.answer(node, element, found)
            seen.add(name)
        return found

    def name(self, element: Element) -> str:
        """The name of a question."""
        if _space(element) not in ("", XFORMS):
            raise BadInstance(_l("The element %(name)s belongs to another language than forms.", name=_local(element)))
        try:
            return nfc(_local(element))
        except UnreadableText:
            raise BadInstance(_MALFORMED) from None

    def other(self, name: str, element: Element) -> None:
        """An element that is no question: the form's own, or empty. Anything else would be lost."""
        if name == FILLED_AT:
            self.made.filled_at = self.moment((element.text or "").strip())
        elif name not in self.ignored and any((each.text or "").strip() for each in element.iter()):
            raise BadInstance(_l("The form has no question named %(name)s.", name=name))

    def row(self, node: Node, element: Element, index: int) -> Answers:
        """One row of a repeat; that of a matrix is known by its choice or record."""
        row = self.inside(element, node.children)
        key = str(index + 1)
        if marker := self.keys.get(node.name):
            key = next(((each.text or "").strip() for each in element if _local(each) == marker), "")
        return {KEY: key, **row}

    def answer(self, node: Node, element: Element, found: Answers) -> None:
        """One answer, as text; the engine reads it."""
        if len(element):
            raise BadInstance(_l("The question %(name)s contains other questions in what was sent.", name=node.name))
        text = element.text or ""
        if not text.strip() or not node.field.stores or (self.anonymous and isinstance(node.field, Meta)):
            return
        if node.field.file:
            name = text.strip()
            self.made.files[name] = node
            text = file_id(self.uid, name)
        found[node.name] = text

    def moment(self, text: str) -> datetime | None:
        """When it was filled, in the zone of the device; of an anonymous form noon of the day."""
        try:
            found = datetime.fromisoformat(text)
            if len(text) == 10:
                found = datetime.combine(found.date(), time(12))
            found = found if found.tzinfo else found.replace(tzinfo=self.zone)
            return found if found.astimezone(self.zone).year > 1 else None
        except (OverflowError, ValueError):
            return None
