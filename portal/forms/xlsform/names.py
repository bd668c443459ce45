"""What XLSForm calls things: columns, types, languages, with the other spellings found in real files."""

from __future__ import annotations

import re
from typing import NamedTuple

SURVEY_COLUMNS = {
    "type": "type",
    "command": "type",
    "name": "name",
    "tag": "name",
    "value": "name",
    "label": "label",
    "caption": "label",
    "hint": "hint",
    "guidance_hint": "guidance_hint",
    "required": "required",
    "required_message": "required_message",
    "requiredmsg": "required_message",
    "relevant": "relevant",
    "relevance": "relevant",
    "constraint": "constraint",
    "constraint_message": "constraint_message",
    "constraining_message": "constraint_message",
    "calculation": "calculation",
    "calculate": "calculation",
    "default": "default",
    "appearance": "appearance",
    "parameters": "parameters",
    "read_only": "read_only",
    "readonly": "read_only",
    "choice_filter": "choice_filter",
    "repeat_count": "repeat_count",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "trigger": "trigger",
    "image": "image",
    "portal_id": "portal_id",
    "portal_type": "portal_type",
    "portal_parameters": "portal_parameters",
    "portal_rows_from": "portal_rows_from",
    "portal_list": "portal_list",
    "portal_use": "portal_use",
    "portal_made": "portal_made",
    "kobo__matrix_list": "matrix_list",
    "kobo--matrix_list": "matrix_list",
}
CHOICE_COLUMNS = {
    "list_name": "list_name",
    "list": "list_name",
    "name": "name",
    "value": "name",
    "label": "label",
    "caption": "label",
}
SETTINGS_COLUMNS = {
    "form_title": "form_title",
    "title": "form_title",
    "set_form_title": "form_title",
    "form_id": "form_id",
    "id_string": "form_id",
    "set_form_id": "form_id",
    "version": "version",
    "default_language": "default_language",
    "style": "style",
    "instance_name": "instance_name",
    "allow_choice_duplicates": "allow_choice_duplicates",
    "portal_settings": "portal_settings",
}
TRANSLATED = {"label", "hint", "guidance_hint", "required_message", "constraint_message"}

SELECTS = {
    "select_one": "select_one",
    "select one": "select_one",
    "select1": "select_one",
    "select one from": "select_one",
    "add select one prompt using": "select_one",
    "select_multiple": "select_multiple",
    "select multiple": "select_multiple",
    "select all that apply": "select_multiple",
    "select all that apply from": "select_multiple",
    "add select multiple prompt using": "select_multiple",
    "rank": "rank",
    "select_one_from_file": "select_one",
    "select one from file": "select_one",
    "select_multiple_from_file": "select_multiple",
    "select multiple from file": "select_multiple",
}
TYPES = {
    "text": "text",
    "string": "text",
    "integer": "integer",
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "note": "note",
    "range": "range",
    "image": "image",
    "photo": "image",
    "add image prompt": "image",
    "add photo prompt": "image",
    "geopoint": "geopoint",
    "gps": "geopoint",
    "location": "geopoint",
    "q location": "geopoint",
    "q geopoint": "geopoint",
    "add location prompt": "geopoint",
    "file": "file",
    "add file prompt": "file",
    "acknowledge": "acknowledge",
    "trigger": "acknowledge",
    "add acknowledge prompt": "acknowledge",
    "calculate": "calculate",
    "add calculate prompt": "calculate",
    "hidden": "hidden",
    "start": "start",
    "end": "end",
    "today": "today",
    "username": "username",
    "deviceid": "deviceid",
    "imei": "deviceid",
    "phonenumber": "phonenumber",
    "email": "useremail",
    "add text prompt": "text",
    "add note prompt": "note",
    "add integer prompt": "integer",
    "add decimal prompt": "decimal",
    "add date prompt": "date",
    "add time prompt": "time",
    "add date time prompt": "dateTime",
    "q string": "text",
    "q int": "integer",
}
"""XLSForm type → type of the portal."""
UNAVAILABLE = frozenset(
    {
        "audio", "audit", "background-audio", "barcode", "csv-external", "geoshape", "geotrace", "osm",
        "simserial", "start-geopoint", "subscriberid", "uri:deviceid", "video", "xml-external",
    }
)  # fmt: skip
"""Types of XLSForm that are kept and exported again, but not asked here."""
_LANGUAGE_NAMES = {
    "en": ("english", "англи", "англи хэл", "eng"),
    "mn": ("mongolian", "монгол", "монгол хэл", "mon"),
    "ru": ("russian", "русский", "орос", "орос хэл"),
    "fr": ("french", "français", "francais"),
    "es": ("spanish", "español", "espanol"),
    "kk": ("kazakh", "қазақша", "казах"),
    "zh": ("chinese", "中文", "хятад"),
    "ar": ("arabic", "العربية"),
    "de": ("german", "deutsch"),
    "pt": ("portuguese", "português"),
}
LANGUAGE_CODES = {name: code for code, names in _LANGUAGE_NAMES.items() for name in (code, *names)}
_CODE = re.compile(r"^(.*?)\s*\(\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*\)\s*$", re.DOTALL)
_BEGIN = re.compile(r"^begin[ _]+(group|repeat|lgroup|looped group|kobomatrix)$")
_END = re.compile(r"^end[ _]+(group|repeat|lgroup|looped group|kobomatrix)$")


class Heading(NamedTuple):
    """A heading: the column it means (empty: unknown) and the language written after ``::`` (None: none)."""

    column: str
    language: str | None


def heading(text: str, known: dict[str, str]) -> Heading:
    """What a heading means: ``label::Монгол (mn)``, ``Constraint Message``, ``hint:English``."""
    name, colons, language = text.partition("::")
    if not colons and ":" in text and text.partition(":")[0].strip().lower() in TRANSLATED:
        name, _colon, language = text.partition(":")
    key = re.sub(r"[\s]+", "_", name.strip().lower())
    if key == "media" and language.strip().lower() == "image":
        return Heading(known.get("image", ""), None)
    column = known.get(key, known.get(name.strip().lower(), ""))
    if language.strip() and column not in TRANSLATED:
        return Heading("", None)
    return Heading(column, language.strip() or None)


def language_code(text: str) -> tuple[str, bool]:
    """The code of a language as a heading names it, and whether it was written in brackets; empty where unknown."""
    if found := _CODE.match(text):
        return found[2].lower() if "-" not in found[2] else found[2], True
    return LANGUAGE_CODES.get(" ".join(text.lower().split()), ""), False


def begins(kind: str) -> str:
    """``group``, ``repeat`` or ``kobomatrix`` for a row that opens one, else empty."""
    return _opened(_BEGIN.match(kind))


def ends(kind: str) -> str:
    """The same for a row that closes one."""
    return _opened(_END.match(kind))


def _opened(found: re.Match[str] | None) -> str:
    if not found:
        return ""
    return {"lgroup": "repeat", "looped group": "repeat"}.get(found[1], found[1])
