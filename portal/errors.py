"""What is answered when something goes wrong: a page to people, a problem document to programs."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, NotFound

from portal import logs, ui
from portal.db import db
from portal.host.host import current_host
from portal.records.service import StaleVersion
from portal.storage import StorageFull


class ModuleOff(NotFound):
    """A page of a module that is switched off; ``plugin`` names it."""

    def __init__(self, plugin: str) -> None:
        super().__init__()
        self.plugin = plugin


def of_program() -> bool:
    """Whether a program asks: it gets errors as JSON."""
    return request.endpoint in current_app.extensions["portal_api"] or request.path.startswith("/api/")


def answer_errors(app: Flask) -> None:
    """Errors in the reader's language, without a trace of the inside; to programs as JSON."""

    def page(status: int, name: str = "", headers: Any = (), **said: Any) -> ResponseReturnValue:
        if not of_program():
            return ui.error_page(name or status, **said), status, headers
        detail = ui.own_words(status, said.get("description"))
        answer = ui.problem(status, detail, code=name, reference=said.get("reference"))
        answer.headers.extend(headers)
        return answer

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
        if isinstance(error, ui.Problem) and of_program():
            return ui.problem(error.code, error.description or "", code=error.kind, **error.more)
        return page(error.code, headers=headers, description=error.description)

    @app.errorhandler(ModuleOff)
    def module_off(error: ModuleOff) -> ResponseReturnValue:
        if of_program():
            return ui.problem(404)
        host = current_host()
        offered = error.plugin in host.offered()
        return render_template("errors/module_off.html", module=host.plugins[error.plugin].title, offered=offered), 404

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> ResponseReturnValue:
        return page(400, "csrf")

    @app.errorhandler(StaleVersion)
    @app.errorhandler(StaleDataError)
    def stale(error: Exception) -> ResponseReturnValue:
        db.session.rollback()
        return page(409)

    @app.errorhandler(StorageFull)
    def no_room(error: StorageFull | OperationalError) -> ResponseReturnValue:
        db.session.rollback()
        reference = logs.report(error)
        return page(507, reference=reference)

    @app.errorhandler(OperationalError)
    def unavailable(error: OperationalError) -> ResponseReturnValue:
        if (
            getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL"
            or getattr(error.orig, "sqlstate", "") == "53100"
        ):
            return no_room(error)
        db.session.rollback()
        reference = logs.report(error)
        return page(503, headers={"Retry-After": "10"}, reference=reference)

    @app.errorhandler(500)
    def broken(error: Exception) -> ResponseReturnValue:
        db.session.rollback()
        reference = logs.report(getattr(error, "original_exception", None) or error)
        return page(500, reference=reference)
