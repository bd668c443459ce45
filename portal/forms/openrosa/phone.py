"""A form in the words that ODK Collect and Enketo know: what they lack becomes what they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms import fields
from portal.forms.definition import Compiled, Definition, walk
from portal.forms.definition.model import CONTAINERS, EXPRESSION_CELLS, Row, languages, list_source
from portal.forms.definition.outgoing import asked, media
from portal.forms.fields import Refused
from portal.forms.fields.text import Meta
from portal.forms.messages import Text, _l, pick
from portal.forms.xlsform import matrix
from portal.forms.xlsform.names import UNAVAILABLE

FILLED_AT = "portal_filled_at"
"""The question that says when the form was filled; it is not stored."""
TEXTS_ONLY = frozenset({"barcode", "geoshape", "geotrace"})
"""Types the portal does not ask for, whose answers are texts and are kept."""
_TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
_PHONE = r"regex(., '^([0-9]{8}|\+[0-9]{7,15})$')"
_EMAIL = r"""regex(., '^[^\s@,;<>]{1,64}@([^\s@.,;<>]+\.)+[^\s@.,;<>]{2,}$')"""
_REGISTER = "regex(., '^[А-ЯЁӨҮа-яёөү]{2}[0-9]{2}(0[1-9]|1[0-2]|2[1-9]|3[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{2}$')"
_NOT_EVERYWHERE = frozenset({"ceiling", "floor", "property", "pulldata"})
_EMPTY = re.compile(r"(?<![\w-])(string|number|string-length|normalize-space)\(\s*\)")
"""Calls that mean the question's own answer, which these programs want in writing."""
_RULES = {"phone": (_PHONE, "?"), "email": (_EMAIL, "?"), "register_number": (_REGISTER, "?")}
"""Type → the rule a phone can check, and an answer that breaks it."""


class NotForPhones(Exception):
    """A form that these programs cannot show: ``reason`` says why, to its editor."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Phoned:
    """A form for phones: its definition, the files of lists (name → source), what names the row of a matrix."""

    definition: Definition
    lists: Mapping[str, str]
    keys: Mapping[str, str]
    unasked: tuple[str, ...]
    """Names of the questions that phones do not ask, because the portal cannot keep their answers."""
    own: frozenset[str]
    """Names in the XForm that are no questions of the form."""


def for_phones(compiled: Compiled, form_id: str, version: str) -> Phoned:
    """The form as these programs can have it; made once for each compiled form. Raises NotForPhones."""
    found = compiled.memo.get("phone")
    if not isinstance(found, tuple) or found[0] != (form_id, version):
        found = compiled.memo["phone"] = ((form_id, version), _Phone(compiled, form_id, version).made())
    result: Phoned = found[1]
    return result


class _Phone:
    def __init__(self, compiled: Compiled, form_id: str, version: str) -> None:
        self.given, self.trees = compiled.definition, compiled.trees
        self.form_id, self.version = form_id, version
        self.languages = languages(self.given)
        self.anonymous = bool((self.given["settings"].get("access") or {}).get("anonymous"))
        self.choices: dict[str, Any] = dict(self.given.get("choices") or {})
        self.names = {str(row["name"]) for row, _parents in walk(self.given)}
        self.unasked: list[str] = []

    def made(self) -> Phoned:
        """The whole."""
        self.check()
        survey = [*self.rows(self.given["survey"], None), self.moment()]
        definition = {**self.given, "settings": self.settings(), "choices": self.choices, "survey": survey}
        definition = {**asked(definition), "x": {"survey": media(self.given)}}
        files: dict[str, str] = {}
        keys: dict[str, str] = {}
        own = {FILLED_AT}
        names = {str(row["name"]) for row, _parents in walk(definition)}
        for row, _parents in walk(definition):
            own.add(f"{row['name']}_count")
            if row.get("rows_from"):
                source = str(row["rows_from"]["source"])
                number, about = (line["name"] for line in matrix.lines(row, names))
                own |= {number, about}
                keys[str(row["name"])] = about
                if not source.startswith("choices:"):
                    files[f"{matrix.file_of(source)}.csv"] = f"rows:{source}"
            elif row.get("list") and (source := list_source(definition, row["list"])):
                files[source.removeprefix("file:") if source.startswith("file:") else f"{row['list']}.csv"] = source
        return Phoned(definition, files, keys, tuple(self.unasked), frozenset(own - self.names))

    def check(self) -> None:
        """Refuse what no phone can show; raises NotForPhones."""
        for row, _parents in walk(self.given):
            kind = row["type"]
            if kind not in CONTAINERS and fields.NAMED.fullmatch(kind) and not fields.is_known(kind):
                raise NotForPhones(_l("The module of the question “%(name)s” is off.", name=row["name"]))
            for tree in self.trees.get(row["id"], {}).values():
                if wrong := next(_unknown(tree), ""):
                    said = _l(
                        "The question “%(name)s” uses %(function)s(), which other programs do not know like that.",
                        name=row["name"],
                        function=wrong,
                    )
                    raise NotForPhones(said)

    def settings(self) -> dict[str, Any]:
        """The settings: who, which version, how pages are turned; nothing that sends answers elsewhere."""
        given = self.given["settings"]
        wanted = ("form_title", "default_language", "languages", "language_names", "style", "allow_choice_duplicates")
        found = {key: given[key] for key in wanted if given.get(key)}
        if given.get("instance_name") and not self.anonymous:
            found["instance_name"] = given["instance_name"]
        return {**found, "form_id": self.form_id, "version": self.version}

    def moment(self) -> Row:
        """A question of the form's own: when it was filled, of an anonymous form only the day."""
        return {"id": "-filled-at", "type": "today" if self.anonymous else "end", "name": FILLED_AT}

    def rows(self, rows: list[Row], within: Row | None) -> Iterator[Row]:
        """Rows of the form; *within* is the matrix around them, if its rows come from a file."""
        for row in rows:
            if row["type"] in CONTAINERS:
                made = self.container(row, within)
                if made["children"]:
                    yield made
            else:
                yield self.question(dict(row), within)

    def container(self, row: Row, within: Row | None) -> Row:
        """A group or a repeat."""
        made = self.spoken(dict(row), ("label",))
        words = [word for word in str(row.get("appearance") or "").split() if word != "matrix"]
        made["appearance"] = " ".join(words)
        source = str((row.get("rows_from") or {}).get("source") or "")
        if source:
            made.pop("repeat_count", None)
        if row["type"] == "repeat":
            within = made if source and not source.startswith("choices:") else None
        made["children"] = list(self.rows(row.get("children") or [], within))
        return made

    def question(self, row: Row, within: Row | None) -> Row:
        """A question; its ``parameters`` are those that XLSForm knows."""
        kind = row["type"]
        row.pop("or_other", None)
        for cell in EXPRESSION_CELLS:
            if isinstance(text := row.get(cell), str):
                row[cell] = _EMPTY.sub(r"\1(.)", text)
        if kind in UNAVAILABLE - TEXTS_ONLY or (self.anonymous and isinstance(fields.get(kind), Meta)):
            if kind in UNAVAILABLE:
                self.unasked.append(str(row["name"]))
            return {"id": row["id"], "type": "hidden", "name": row["name"]}
        field = fields.get(kind)
        known = {key for key, parameter in field.parameters.items() if parameter.xls}
        given = row.pop("parameters", None) or {}
        if longest := given.get("max_length"):
            limit = int(float(longest))
            self.rule(row, f"string-length(.) <= {limit}", _l("At most %(limit)s characters.", limit=limit))
        if kept := {key: value for key, value in given.items() if key in known}:
            row["parameters"] = kept
        if kind in _RULES:
            rule, wrong = _RULES[kind]
            self.rule(row, rule, _refusal(row, wrong))
        elif kind == "hidden" and within is not None and not row.get("calculation"):
            key = matrix.lines(within, self.names | {FILLED_AT})[1]["name"]
            listed = matrix.file_of(str(within["rows_from"]["source"]))
            row |= {
                "type": "calculate",
                "calculation": f"instance('{listed}')/root/item[name = ${{{key}}}]/{row['name']}",
            }
        elif field.source:
            row |= self.listed(field.source, given)
        return self.spoken(row, _TEXTS) if field.asks else row

    def listed(self, source: str, parameters: Mapping[str, Any]) -> Row:
        """A choice of what the portal knows: the choices come as a file."""
        if source.endswith(":"):
            source += str(parameters.get("kind") or "")
        name = "portal_" + source.replace(":", "_")
        self.choices[name] = {"source": source}
        return {"type": "select_one", "list": name, "appearance": "minimal autocomplete"}

    def rule(self, row: Row, rule: str, message: Text) -> None:
        """One more condition, with what to say where it is not met."""
        author = str(row.get("constraint") or "")
        own = row.get("constraint_message") or {}
        row["constraint"] = f"({author}) and {rule}" if author else rule
        row["constraint_message"] = {
            code: " ".join(filter(None, (pick(own, code), message.speak(code)))) for code in self.languages
        }

    def spoken(self, row: Row, cells: tuple[str, ...]) -> Row:
        """The row with its texts in every language of the form: what is missing is taken from another one."""
        for cell in cells:
            if texts := {code: text for code, text in (row.get(cell) or {}).items() if text}:
                row[cell] = {code: pick(texts, code) for code in {**dict.fromkeys(self.languages), **texts}}
        if row["type"] != "group" and not any((row.get("label") or {}).values()):
            row["label"] = dict.fromkeys(self.languages, str(row["name"]))
        return row


def _unknown(tree: Any) -> Iterator[str]:
    """Functions in an expression that not all of these programs have."""
    if not isinstance(tree, list):
        return
    if tree[:1] == ["call"] and (tree[1] in _NOT_EVERYWHERE or (tree[1] == "coalesce" and len(tree) != 4)):
        yield tree[1]
    for part in tree:
        yield from _unknown(part)


def _refusal(row: Row, wrong: str) -> Text:
    try:
        fields.get(row["type"]).parser(row)(wrong)
    except Refused as refused:
        message: Text = refused.message
        return message
    raise ValueError(row["type"])
