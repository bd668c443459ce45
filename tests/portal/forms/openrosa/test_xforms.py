"""XForms of real forms: valid for ODK's own validator, and answers come back through them as they were."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

import pytest

from portal.db import db
from portal.forms import publishing, service, sources
from portal.forms.builder import samples
from portal.forms.definition import Compiled, Definition, Node, compile
from portal.forms.engine import KEY, evaluate
from portal.forms.expressions.names import FUNCTIONS, SELF_WHEN_EMPTY
from portal.forms.openrosa import xforms
from portal.forms.openrosa.convert import to_xforms
from portal.forms.openrosa.models import FormXForm
from portal.forms.openrosa.phone import NotForPhones, for_phones
from portal.forms.shipped import NAMES, shipped
from portal.forms.xlsform import read_xlsform, write_xlsform
from tests.portal.forms.books import workbook
from tests.portal.forms.build import form, made, row
from tests.portal.forms.openrosa.help import Phone, instance
from tests.portal.forms.test_fill_public import stored
from tests.portal.forms.test_xlsform_round_trip import FORMS

CALLS = {
    "count": "${r}", "count-non-empty": "${c}", "coalesce": "${a}, 1", "date": "'2020-01-01'",
    "date-time": "'2020-01-01T00:00:00'", "decimal-time": "now()", "format-date": "today(), '%Y'",
    "format-date-time": "now(), '%Y'", "if": "1, 2, 3", "indexed-repeat": "${c}, ${r}, 1",
    "jr:choice-name": "${l}, '${l}'", "property": "'username'", "regex": "${a}, 'x'", "selected": "${a}, 'x'",
    "sum": "${c}", "translate": "'a', 'b', 'c'",
}  # fmt: skip
"""Arguments that suit a function; others take answers."""


def every_form() -> dict[str, Definition]:
    """The forms of the portal and those of the tests of XLSForm."""
    found = {name: shipped(name) for name in NAMES}
    for name, sheets in FORMS.items():
        definition = read_xlsform(workbook(sheets), f"{name}.xlsx").definition
        assert definition is not None
        found[name] = definition
    return found


def texts(definitions: dict[str, Definition]) -> dict[str, str]:
    """Their XForms."""
    books = [write_xlsform(for_phones(compile(each), "f", "0001").definition) for each in definitions.values()]
    answers = dict(zip(definitions, to_xforms(books), strict=True))
    assert [answer for answer in answers.values() if "xform" not in answer] == []
    return {name: answer["xform"] for name, answer in answers.items()}


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_the_validator_of_odk_accepts_every_form_and_every_function(tmp_path: Path) -> None:
    import pyxform

    forms = every_form()
    rows = [
        row("integer", "a"),
        row("select_one", "l", list="light"),
        row("repeat", "r", children=[row("integer", "c")]),
    ]
    for number, name in enumerate(sorted(FUNCTIONS.keys() - {"ceiling", "floor", "property", "pulldata", "position"})):
        call = f"{name}({CALLS.get(name, ', '.join(['${a}'] * FUNCTIONS[name].low))})"
        cell = "constraint" if name in SELF_WHEN_EMPTY else "calculation"
        rows.append(row("text", f"x{number}", **{cell: f"{call} != ''"}))
    forms["every function"] = form(*rows)
    cells = [row("hidden", "code"), row("text", "why", relevant="${code} != ''"), row("signature", "signed")]
    records = {"source": "records:clause", "filter": "code != 'x' and name != ${a}"}
    inner = row(
        "repeat", "inner", appearance="matrix", rows_from={"source": "choices:light"}, children=[row("text", "t")]
    )
    forms["matrices"] = form(
        row("text", "a"), row("repeat", "outer", appearance="matrix", rows_from=records, children=[*cells, inner])
    )
    paths = []
    for name, text in texts(forms).items():
        paths.append(tmp_path / f"{name}.xml")
        paths[-1].write_text(text, "utf-8")
    program = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
    ended = subprocess.run(["java", "-jar", program, *paths], capture_output=True, text=True, check=False)
    assert (ended.stdout + ended.stderr).count("Xform is valid!") == len(paths), ended.stdout + ended.stderr


@pytest.mark.parametrize("call", ["ceiling(${a})", "coalesce(${a}, 1, 2)", "1 + floor(${a})", "property('email')"])
def test_a_function_that_not_all_programs_have_keeps_the_form_from_them(call: str) -> None:
    with pytest.raises(NotForPhones) as refused:
        for_phones(made(row("decimal", "a"), row("calculate", "b", calculation=call)), "f", "0001")
    assert f"uses {call.removeprefix('1 + ').partition('(')[0]}()" in str(refused.value.reason)


def inside(nodes: Sequence[Node], values: dict[str, Any], keys: Any) -> str:
    """Answers as a program writes them."""
    out = ""
    for node in nodes:
        value = values.get(node.name)
        if node.kind == "group":
            out += f"<{node.name}>{inside(node.children, values, keys)}</{node.name}>"
        elif node.kind == "repeat":
            for each in value or []:
                key = f"<{keys[node.name]}>{each[KEY]}</{keys[node.name]}>" if node.name in keys else ""
                out += f"<{node.name}>{key}{inside(node.children, each, keys)}</{node.name}>"
        elif value is None:
            out += f"<{node.name}/>"
        else:
            text = " ".join(value) if isinstance(value, list) else str(value)
            out += f"<{node.name}>{escape(text)}</{node.name}>"
    return out


def plain(compiled: Compiled, values: Any) -> Any:
    """Answers without what is calculated anew and without the keys of rows that nobody named."""
    if isinstance(values, list):
        return [plain(compiled, each) for each in values] if values and isinstance(values[0], dict) else values
    if not isinstance(values, dict):
        return values
    return {
        name: plain(compiled, value)
        for name, value in values.items()
        if name != KEY and compiled.by_name[name].calculation is None
    }


def test_answers_of_every_form_arrive_as_the_engine_has_them(app: Any, client: Any, publish: Any) -> None:
    owner = publish([row("text", "name")]).owner
    for name, definition in every_form().items():
        definition["settings"]["access"] = {"mode": "public"}
        record = service.create(owner, definition=definition)
        version = publishing.publish(owner, record, version=None, waived="test")
        compiled, form_row = service.compiled(version), service.form_of(record)
        with app.test_request_context():
            context = sources.context(owner, form_row, compiled, None)
            values = samples.fill(compiled, context)
            result = evaluate(compiled, values, context, "submit")
        if not result.ok:  # a file is required, or a list that only the phone has
            assert {issue.code for issue in result.errors} <= {"required", "choice"}, name
            continue
        phoned = xforms.phoned(version)
        phone = Phone(client, f"/forms/f/{form_row.token}/openrosa")
        known = {"formID": xforms.form_id(version), "version": xforms.number(version)}
        sent = phone.send(instance(known, inside(compiled.top, result.values, phoned.keys)))
        assert sent.status_code == 201, (name, sent.text)
        one = next(each for each in stored() if each.form_id == record.id)
        assert plain(compiled, one.answers) == plain(compiled, result.values), name
    assert len(stored()) >= 20


def test_an_xform_is_made_once_and_anew_by_a_newer_writer(app: Any, publish: Any, monkeypatch: Any) -> None:
    first, second = publish([row("text", "name")]), publish([row("text", "name")])
    started: list[Any] = []
    real = xforms.run_limited
    monkeypatch.setattr(xforms, "run_limited", lambda *given, **more: started.append(given) or real(*given, **more))
    found = xforms.of_all([first.version, second.version])
    assert len(started) == 1
    assert xforms.of(first.version) == found[first.version.id]
    assert len(started) == 1
    monkeypatch.setattr(xforms, "WRITER", xforms.WRITER + 1)
    assert xforms.of(first.version) == found[first.version.id]
    assert len(started) == 2
    db.session.rollback()
    assert db.session.get(FormXForm, first.version.id).writer == xforms.WRITER


def test_a_child_that_gives_up_costs_only_the_form_it_gave_up_on(publish: Any, monkeypatch: Any) -> None:
    good, bad = publish([row("text", "name")]), publish([row("text", "slow")])
    real, calls = xforms.run_limited, []

    def limited(target: str, books: list[bytes], **more: Any) -> Any:
        calls.append(len(books))
        if len(calls) in (1, 3):  # both together, then the second alone
            return real("time:sleep", 5, seconds=0.5)
        return real(target, books, **more)

    monkeypatch.setattr(xforms, "run_limited", limited)
    found = xforms.of_all([good.version, bad.version])
    assert found[good.version.id].reason is None
    reason = found[bad.version.id].reason
    assert reason is not None
    assert "too much time" in reason.msgid
    assert xforms.of(bad.version).reason == reason
    assert len(calls) == 3
    assert xforms.of(bad.version, again=True).reason is None


def test_a_text_with_characters_that_xml_has_not_is_written_without_them() -> None:
    fromstring(texts({"odd": form(row("text", "a", hint={"mn": "a\x0bb", "en": "\ufffe"}))})["odd"])
