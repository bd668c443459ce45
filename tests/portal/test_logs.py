"""Logs: one object per line, no secrets, nothing of an anonymous reader."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from flask import Flask, abort, g
from flask.testing import FlaskClient

from portal import logs
from portal.routing import PUBLIC, Blueprint

MARKED = {
    "User-Agent": "Marked-Agent/7",
    "Referer": "https://marked.example/page",
    "Accept-Language": "kk-marked",
    "X-Forwarded-For": "198.51.100.77",
    "Cookie": "marked=cookie",
}
ADDRESS = {"REMOTE_ADDR": "203.0.113.99"}


def make_app() -> Flask:
    app = Flask("portal", static_folder=None)
    logs.init_logs(app)
    bp = Blueprint("forms", __name__)

    @bp.route("/f/<token>/", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
    def fill(token: str) -> str:
        g.portal_identity = (None, SimpleNamespace(id=42))
        structlog.get_logger("portal.test").warning("inside", text="marked testimony"[:6])
        if token == "broken":
            raise ValueError("marked testimony of Dorj")
        return "ok"

    @bp.get("/open/<token>", permission=PUBLIC)
    def ordinary(token: str) -> str:
        g.portal_identity = (None, SimpleNamespace(id=42))
        if token == "broken":
            raise ValueError("ordinary mistake")
        if token == "404":
            abort(404)
        return "ok"

    app.register_blueprint(bp)

    @app.errorhandler(500)
    def broken(error: Any) -> tuple[str, int]:
        return logs.report(error.original_exception), 500

    return app


@pytest.fixture
def client(capsys: pytest.CaptureFixture[str]) -> Iterator[FlaskClient]:
    before = list(logging.getLogger().handlers)
    yield make_app().test_client()
    logging.getLogger().handlers = before
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.err == ""
    return [json.loads(line) for line in captured.out.splitlines()]


def test_an_ordinary_request_is_one_line_with_who_what_when(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/open/7?q=secret+search", headers=MARKED, environ_base=ADDRESS)
    (line,) = lines(capsys)
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/open/7", 200)
    assert (line["address"], line["agent"], line["referer"]) == ("203.0.113.99", "Marked-Agent/7", "marked.example")
    assert (line["user_id"], line["plugin"]) == (42, "forms")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT.*Z", line["timestamp"])
    assert "secret" not in json.dumps(line)


def test_a_secret_link_is_cut_out_of_the_path(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/open/abcdefghij0123456789abcdefghij")
    client.get("/nowhere/abcdefghij0123456789abcdefghij")
    assert [line["path"] for line in lines(capsys)] == ["/open/…", "/nowhere/…"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/f/abc/", 200),
        ("POST", "/f/abc/", 200),
        ("GET", "/f/abc", 308),
        ("DELETE", "/f/abc/", 405),
        ("GET", "/f/broken/", 500),
        ("HEAD", "/f/abc/", 200),
    ],
)
def test_an_anonymous_route_leaves_nothing_of_the_reader(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, headers=MARKED, environ_base=ADDRESS, data={"text": "marked"})
    assert answer.status_code == status
    text = capsys.readouterr().out
    assert text
    for word in ("203.0.113", "198.51.100", "Marked-Agent", "marked.example", "kk-marked", "cookie", "testimony"):
        assert word not in text
    for line in map(json.loads, text.splitlines()):
        assert re.fullmatch(r"2\d{3}-\d\d-\d\d", line["timestamp"]), "the day, not the moment"
        assert not {"user_id", "request_id", "path", "address", "agent", "referer", "ms"} & set(line)
    last = json.loads(text.splitlines()[-1])
    assert (last["event"], last["status"], last["method"]) == ("anonymous request", status, method)
    assert "X-Request-ID" not in answer.headers


def test_an_error_on_an_anonymous_route_tells_the_place_only(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = client.get("/f/broken/").text
    (line,) = [line for line in lines(capsys) if line.get("reference") == reference]
    assert line["exception"].startswith("ValueError at ")
    assert "test_logs.py" in line["exception"]
    assert "Dorj" not in json.dumps(line)


def test_the_number_on_the_error_page_stands_once_in_the_log(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = client.get("/open/broken").text
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", reference)
    errors = [line for line in lines(capsys) if line["level"] == "error"]
    assert [line["reference"] for line in errors] == [reference]
    assert "ordinary mistake" in errors[0]["exception"]
    assert errors[0]["path"] == "/open/broken"


def test_one_request_leaves_nothing_for_the_next(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/open/7")
    structlog.get_logger("portal.test").info("afterwards")
    assert "request_id" not in lines(capsys)[-1]


@pytest.mark.parametrize(
    "values",
    [
        {"password": "hidden-7"},
        {"new_password_again": "hidden-7"},
        {"csrf_token": "hidden-7"},
        {"Authorization": "Basic hidden-7"},
        {"set_cookie": "a=hidden-7"},
        {"url": "postgresql://portal:hidden-7@db/portal"},
        {"url": "https://x.example/reset?token=hidden-7&a=b"},
        {"text": 'form {"password": hidden-7}'.replace('"', "")},
    ],
)
def test_secrets_are_taken_out(client: FlaskClient, capsys: pytest.CaptureFixture[str], values: dict[str, str]) -> None:
    structlog.get_logger("portal.test").info("something", **values)
    logging.getLogger("other.library").warning("said %s", values.get("url", "token=hidden-7"))
    text = capsys.readouterr().out
    assert text.count(logs.REMOVED) == 2
    assert "hidden-7" not in text


def test_values_of_a_database_error_are_taken_out(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    from sqlalchemy.exc import IntegrityError

    error = IntegrityError("INSERT INTO t VALUES (?)", ("told in confidence\n",), Exception("DETAIL:  Key (a)=(told)"))
    logs.report(error)
    text = capsys.readouterr().out
    assert "INSERT INTO t" in text
    assert "confidence" not in text


def test_a_line_break_in_a_value_makes_no_second_line(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("portal.test").info('a\n{"event": "forged"}\r\x1b[31m\u2028')
    logging.getLogger("other").warning('b\n{"event": "forged"}')
    assert len(lines(capsys)) == 2


def test_mongolian_stays_readable(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("portal.test").info("зөвлөмж")
    assert "зөвлөмж" in capsys.readouterr().out


def test_lines_of_libraries_take_the_same_form(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("some.library").error("broke %s", "down")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("broke down", "error", "some.library")


@pytest.mark.parametrize("name", ["waitress", "waitress.queue", "werkzeug", "huey"])
def test_servers_and_limits_do_not_log_requests_themselves(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    logging.getLogger(name).info('203.0.113.99 - "GET / HTTP/1.1" 200')
    assert capsys.readouterr().out == ""


def test_commands_send_logs_to_standard_error(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(stream="stderr")
    structlog.get_logger("portal.test").info("working")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["event"] == "working"


def test_configuring_twice_doubles_nothing(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.configure()
    structlog.get_logger("portal.test").info("once")
    assert len(lines(capsys)) == 1


def test_the_level_is_obeyed(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning")
    structlog.get_logger("portal.test").info("quiet")
    structlog.get_logger("portal.test").warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]
