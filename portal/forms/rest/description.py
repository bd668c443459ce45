"""The interface for programs as an OpenAPI 3.1 document; a test holds it against the routes and their answers."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

_TEXTS: Final[Schema] = {
    "type": "object",
    "description": "A text by language (mn, en, or what the form has).",
    "additionalProperties": {"type": "string"},
}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _or_null(kind: str, **more: Any) -> Schema:
    return {"type": [kind, "null"], **more}


def _object(required: str, **properties: Schema) -> Schema:
    """An object with exactly these *properties*; *required* names those that are always there (``*``: all)."""
    names = list(properties) if required == "*" else required.split()
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_INT: Final[Schema] = {"type": "integer"}
_TEXT: Final[Schema] = {"type": "string"}
_FLAG: Final[Schema] = {"type": "boolean"}
_ANSWERS: Final[Schema] = {
    "type": "object",
    "description": "Answers by the names of the questions: texts, numbers, lists of choice names; a repeat is a list "
    "of such objects, each with its _key. Groups add no level.",
}
_FORM: Final[dict[str, Schema]] = {
    "id": _INT,
    "title": _TEXTS,
    "state": {"enum": ["draft", "published", "closed"]},
    "version": _or_null("integer", description="The published version, or the one that was asked for."),
    "languages": _list(_TEXT),
    "default_language": _or_null("string"),
    "slot": _or_null("string", description="What a module uses the form for."),
    "subject": _or_null("integer", description="The record the form hangs on."),
    "subject_kind": _or_null("string", description="The kind of record an answer is about; name one by ?subject=."),
    "anonymous": _FLAG,
    "once": _FLAG,
    "opens": _or_null("string"),
    "closes": _or_null("string"),
    "may_send": _FLAG,
    "may_read": _FLAG,
    "href": _TEXT,
}
_FILE: Final = _object("*", id=_TEXT, name=_TEXT, type=_TEXT, size=_INT, href=_TEXT)
_WHEN: Final[Schema] = {
    "type": "string",
    "description": "The moment; of an anonymous answer the day.",
}
_STATE: Final[Schema] = {"enum": ["submitted", "approved", "returned"]}

SCHEMAS: Final[dict[str, Schema]] = {
    "Form": _object("*", **_FORM),
    "WholeForm": _object(
        " ".join((*_FORM, "versions")),
        **_FORM,
        versions=_list(_INT),
        digest=_TEXT,
        definition={
            "type": "object",
            "description": (
                "The document of the form, with the names of XLSForm; to whoever may only fill it without what its"
                " filling does not need."
            ),
        },
    ),
    "Choices": _object(
        "*",
        version=_INT,
        sources={"type": "object", "additionalProperties": _list({"type": "object"})},
        rows={
            "type": "object",
            "additionalProperties": _list(_object("*", key=_TEXT, label=_TEXTS, values={"type": "object"})),
        },
    ),
    "Sent": _object(
        "uid answers", uid={"type": "string", "format": "uuid"}, version=_INT, language=_TEXT, answers=_ANSWERS
    ),
    "Receipt": _object("*", uid=_TEXT, id=_or_null("integer"), receipt=_TEXT, received=_WHEN, state=_STATE),
    "Answer": _object(
        "*",
        id=_INT,
        uid=_or_null("string", description="None of an anonymous answer."),
        form=_INT,
        version=_INT,
        receipt=_TEXT,
        received=_WHEN,
        state=_STATE,
        note=_TEXT,
        period=_or_null("string"),
        language=_or_null("string"),
        subject=_or_null("integer", description="The record it is about, where its owner sees that."),
        organisation={"oneOf": [{"type": "null"}, _object("*", code=_TEXT, name=_TEXTS)]},
        person=_or_null("string"),
        revision=_INT,
        answers=_ANSWERS,
        now=_ANSWERS,
        files=_list(_FILE),
        href=_TEXT,
    ),
    "Change": _object(
        "*",
        change={"enum": ["submitted", "edited", "approved", "reopened", "returned", "removed"]},
        id=_INT,
        answer={
            "oneOf": [{"type": "null"}, _ref("Answer")],
            "description": "As it is now; null where it is removed, or a later entry of this page is about it too.",
        },
    ),
    "Forms": _object("*", items=_list(_ref("Form")), next=_or_null("string")),
    "Answers": _object("*", items=_list(_ref("Answer")), next=_or_null("string")),
    "Changes": _object("*", items=_list(_ref("Change")), since=_TEXT, more=_FLAG),
    "Kept": _object("*", id=_TEXT),
    "Problem": {
        "type": "object",
        "description": "RFC 9457; code is stable, title and detail are in the language of Accept-Language.",
        "properties": {
            "status": _INT,
            "code": _TEXT,
            "title": _TEXT,
            "detail": _TEXT,
            "errors": _list(_object("*", path=_TEXT, code=_TEXT, message=_TEXT)),
            "reference": _TEXT,
            "when": _TEXT,
            "first": _TEXT,
        },
        "required": ["status", "code", "title"],
        "additionalProperties": False,
    },
}

_FORM_ID: Final[Schema] = {"name": "form_id", "in": "path", "required": True, "schema": _INT}
_ANSWER_ID: Final[Schema] = {"name": "answer_id", "in": "path", "required": True, "schema": _INT}
_FILE_ID: Final[Schema] = {"name": "file_id", "in": "path", "required": True, "schema": _TEXT}


def _query(name: str, about: str, schema: Schema = _TEXT) -> Schema:
    return {"name": name, "in": "query", "description": about, "schema": schema}


_SUBJECT: Final = _query("subject", "The record the answer is about, for forms of a module.", _INT)
_LIMIT: Final = _query("limit", "Entries of one page, at most 100.", _INT)


def _body(schema: Schema, kind: str = "application/json") -> Schema:
    return {"required": True, "content": {kind: {"schema": schema}}}


def _does(
    about: str, good: dict[int, str], bad: tuple[int, ...], *parameters: Schema, body: Schema | None = None
) -> Schema:
    """An operation: what it does, its good answers (status → schema, "" for a file), its errors."""
    answers: dict[str, Any] = {}
    for status, name in good.items():
        file = {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "*/*"}}}
        content = {"application/json": {"schema": _ref(name)}} if name else file
        answers[str(status)] = {"description": "Done.", "content": content}
    for status in (*bad, 401, 403, 429):
        answers[str(status)] = {
            "description": "Not done; code says why.",
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
        }
    operation: Schema = {"summary": about, "responses": answers}
    if parameters:
        operation["parameters"] = list(parameters)
    if body is not None:
        operation["requestBody"] = body
    return operation


_FILE_FORM: Final = _object("*", uid=_TEXT, question=_TEXT, file={"type": "string", "format": "binary"})
_FILTERS: Final = (
    _query("since", "Empty or a place of an earlier answer: what happened after it, in order (schema Changes)."),
    _LIMIT | {"description": "With since: entries of one page, at most 100."},
    _query("size", "Without since: 25, 50 or 100 answers on a page.", {"enum": [25, 50, 100]}),
    _query("after", "The page after a place of an earlier answer (next names it)."),
    _query("before", "The page before such a place."),
    _query("sort", "received_at, state or period; a minus before it for the latest first.", _TEXT),
    _query("q", "Words in the answers."),
    _query("state", "Status.", _STATE),
    _query("period", "Period."),
    _query("version", "Version of the form.", _INT),
    _query("a_{question}", "An answer of a question of choices that is marked for filters."),
)

PATHS: Final[dict[str, Schema]] = {
    "/openapi.json": {
        "get": {
            "summary": "This document.",
            "security": [],
            "responses": {
                "200": {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
            },
        }
    },
    "/forms": {
        "get": _does(
            "The forms that one may read or fill.",
            {200: "Forms"},
            (422,),
            _query("after", "Forms with a greater number only.", _INT),
            _LIMIT,
        )
    },
    "/forms/{form_id}": {
        "get": _does(
            "One form with its questions.",
            {200: "WholeForm"},
            (404, 422),
            _FORM_ID,
            _query("version", "An earlier version than the published one.", _INT),
        )
    },
    "/forms/{form_id}/choices": {
        "get": _does(
            "What its questions choose from in the portal, and the rows of its matrices.",
            {200: "Choices"},
            (404,),
            _FORM_ID,
            _SUBJECT,
        )
    },
    "/forms/{form_id}/files": {
        "post": _does(
            "Keep a file for an answer that is sent afterwards with the same uid; its id is the answer.",
            {201: "Kept"},
            (404, 410, 413, 422, 507),
            _FORM_ID,
            _SUBJECT,
            body=_body(_FILE_FORM, "multipart/form-data"),
        )
    },
    "/forms/{form_id}/answers": {
        "get": _does(
            "The answers, or with since what happened to them.", {200: "Answers"}, (404, 410, 422), _FORM_ID, *_FILTERS
        ),
        "post": _does(
            "Send an answer. The same uid with the same answers gives the same receipt (200).",
            {201: "Receipt", 200: "Receipt"},
            (400, 404, 409, 410, 413, 415, 422),
            _FORM_ID,
            _SUBJECT,
            body=_body(_ref("Sent")),
        ),
    },
    "/forms/{form_id}/answers/{answer_id}": {
        "get": _does("One answer.", {200: "Answer"}, (404,), _FORM_ID, _ANSWER_ID)
    },
    "/forms/{form_id}/answers/{answer_id}/files/{file_id}": {
        "get": _does("A file of an answer.", {200: ""}, (404,), _FORM_ID, _ANSWER_ID, _FILE_ID)
    },
}
PATHS["/forms/{form_id}/answers"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {
    "oneOf": [_ref("Answers"), _ref("Changes")]
}


def description(base: str) -> dict[str, Any]:
    """The document, for the portal at *base*."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "UPR Portal: forms",
            "version": "1",
            "description": "Forms, answers in and out, and what changed since. See docs/api.md.",
        },
        "servers": [{"url": base}],
        "security": [{"token": []}, {"basic": []}],
        "paths": PATHS,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The token of an account."},
                "basic": {"type": "http", "scheme": "basic", "description": "Any name, the token as password."},
            },
        },
    }
