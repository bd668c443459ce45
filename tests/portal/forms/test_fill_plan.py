"""What the browser computes of a page by its plan is what the engine computes: shows, needs, calculates, refuses."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from portal.forms import fields
from portal.forms.definition import Compiled
from portal.forms.engine import Result, all_items, evaluate, pages
from portal.forms.fields import Refused
from portal.forms.filling.plan import MOST, plan, planned, settled
from portal.forms.filling.reads import PROBES
from portal.forms.filling.supply import LONGEST
from tests.portal.forms import engines
from tests.portal.forms.build import context, made, row

TYPED: dict[str, list[Any]] = {
    "text": [
        "",
        "а",
        " Бат  Дорж ",
        "a\r\nb",
        "х" * 30,
        "😀",
        "e\u0301",
        "5",
        "\u3000Ү\u00a0",
        "\ufeffa",
        "2026-01-01",
    ],
    "integer": [
        "",
        "0",
        "7",
        "007",
        "-3",
        "+5",
        "1.5",
        "x",
        "1 234",
        "1,234",
        "12,5",
        "9" * 17,
        "1e3",
        "\u22125",
        "'5",
    ],
    "decimal": [
        "",
        "0.1",
        "1.005",
        "1,5",
        "1.234,5",
        "1,234.5",
        "1 234 567,5",
        "5.",
        ".5",
        "--5",
        "٣",
        "9" * 400,
        "-0",
    ],
    "money": ["", "100₮", "1,500 төг.", "0.125", "0.375", "2.675", "-0.125", "₮", "9" * 16, "10.999", "1.5.", "12 төг"],
    "range": ["", "1", "10", "11", "2.5", "0", "x", "3.0000001", "3.00001", "1e1"],
    "date": [
        "",
        "2026-12-31",
        "2026.1.5",
        "2026/01/05.",
        "2026-02-30",
        "1799-12-31",
        "2200-12-31",
        "0000-01-01",
        "x",
        " 2024-02-29 ",
    ],
    "time": ["", "9:05", "09:05:00", "23:59:59", "24:00", "12:60", "08:00Z", "08:00+08:00", "x"],
    "dateTime": [
        "",
        "2026-12-31T23:59",
        "2026.12.31 9:05",
        "2026-12-31",
        "2026-02-30T10:00",
        "2026-01-01T25:00",
        "2026-01-01T10:00+0800",
    ],
    "email": ["", "bat@example.mn", "bat@", "a b@c.mn", "БАТ@ЖИШЭЭ.МН", f"{'a' * 65}@b.mn", "a@b.c", "a@b.c.mn"],
    "phone": ["", "9911 2233", "+976 99112233", "(99) 11-22-33", "0097699112233", "123", "+12345678"],
    "register_number": ["", "уб90010112", "УБ 90010112", "УБ90023012", "ӨҮ04222912", "ӨҮ03222912", "x", "UB90010112"],
    "select_one": ["", "green", "red"],
    "select_multiple": [[], ["green"], ["red", "green"], ["amber", "red", "red"]],
    "acknowledge": ["", "OK"],
    "geopoint": [
        "",
        "47.918470, 106.9177",
        "47.9 106.9 1300 12.5",
        "47,9; 106,9",
        "47.9°, 106.9°",
        "91 0",
        "0 181",
        "1 2 3 -4",
        "1 2 200000",
        "0.00390625 -0.00390625 -0.00000001",
        "1 2 3 4 5",
    ],
    "image": ["", "0d0d-1", "a" * 65],
    "unit": ["", "62"],
}


def read_here(kind: str, parse: Any, raw: Any) -> Any:
    try:
        return parse(raw)
    except Refused as refused:
        return {"refused": refused.code}


def test_what_is_typed_is_read_alike() -> None:
    """Every type reads every text of every type as the server does."""
    rows: dict[str, dict[str, Any]] = {kind: row(kind, "q") for kind in PROBES}
    rows["text"] = row("text", "q", parameters={"max_length": 20})
    texts = sorted({text for many in TYPED.values() for text in many if isinstance(text, str) and text})
    texts += [
        " ".join(texts[:5]),
        "\x1c5\x1f",
        "5\u200b",
        "12:00:30.5",
        "2026-1-1",
        "1,23",
        ",5",
        "1,2,3",
        "1.2.3",
        "0x10",
        "∞",
    ]
    texts += ["1\u202f000", "1\n2", "0.5e", "1_000", "9007199254740991", "9007199254740993", "1.7976931348623157e308"]
    more = {"text": [20, 0], "range": [1, 10, 1]}
    given: list[Any] = [[[kind, *more.get(kind, [])], texts] for kind in PROBES]
    script = str(engines.STATIC / "filling.js")
    there = engines.node("filling.js", {"reads": given}, script)["reads"]
    wrong = []
    for (head, _texts), found in zip(given, there, strict=True):
        parse = fields.get(head[0]).parser(rows[head[0]])
        for text, got in zip(texts, found, strict=True):
            if (want := read_here(head[0], parse, text)) != got:
                wrong.append((head[0], text, want, got))
    assert wrong == []


def test_answers_are_written_alike() -> None:
    """An answer in words, as a label or a locked question shows it, is the server's."""
    texts: dict[str, list[Any]] = {
        "text": ["a", "Бат"],
        "integer": [0, 1234567, -5],
        "decimal": [0.1, 1234.5, 1e21, -0.000001],
        "money": [100, 1234567.25],
        "date": ["2026-10-01"],
        "time": ["09:05"],
        "dateTime": ["2026-10-01T09:05", "2026-10-01T09:05:30+08:00"],
        "phone": ["99112233", "+12345678"],
        "select_one": ["red"],
        "select_multiple": [["red", "green"], ["red"]],
        "rank": [["green", "red"]],
        "unit": ["62"],
        "acknowledge": ["OK", "no"],
        "geopoint": ["47.91847 106.9177", "47.9 106.9 1300 12.5", "1.015625 0.046875 0 2.5", "x"],
        "calculate": [1, 0.5, "x"],
        "hidden": [7, "y"],
        "image": ["0d0d-1"],
    }
    given: list[Any] = [[kind, values] for kind, values in texts.items()]
    there = engines.node("filling.js", {"writes": given}, str(engines.STATIC / "filling.js"))["writes"]
    for (kind, values), found in zip(given, there, strict=True):
        field = fields.get(str(kind))
        assert found == [field.format(value, "en", lambda name: name) for value in values], kind


def the_plan(form: Compiled, answers: dict[str, Any], number: int = 1, **more: Any) -> tuple[Any, Any, Result]:
    """The plan of a page (None where there is none), the page, and the evaluation."""
    known = context(**more)
    result = evaluate(form, answers, known, "draft")
    page = pages(form, result, known, everything=True)[number - 1]
    text = plan(form, page, result, known, answers)
    return (json.loads(text.replace("`", '"')) if text else None), page, result


def there(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engines.node("filling.js", {"cases": cases}, str(engines.STATIC / "filling.js"))[
        "cases"
    ]
    return found


def expected(form: Compiled, answers: dict[str, Any], judged: bool, names: set[str]) -> dict[str, Any]:
    """What the engine finds, written as filling.js writes it."""
    known = context()
    result = evaluate(form, answers, known, "submit" if judged else "draft")
    items = {item.path: item for page in pages(form, result, known) for item in all_items(page.items)}
    out: dict[str, Any] = {}
    for node in form.nodes:
        if node.name not in names:
            continue
        hidden = node.name in result.top.hidden
        asked = node.kind == "question" and node.field.asks and node.field.stores
        found: dict[str, Any] = {"hidden": hidden, "required": asked and node.name in result.required, "issue": None}
        if asked and not hidden and (issue := result.error(node.name)) is not None:
            found["issue"] = {"code": issue.code, "message": str(issue.message)}
        if node.name in items and node.calculation is not None:
            found["text"] = items[node.name].text
        out[node.name] = found
    return out


def differences(want: dict[str, Any], got: dict[str, Any]) -> list[Any]:
    """Where the two differ; a text that is not shown is not compared."""
    found = []
    for name, one in want.items():
        other = {key: value for key, value in got[name].items() if key in one}
        if one != other:
            found.append((name, one, other))
    return found


CONDITIONS = [
    *(
        "${a} = 'red'",
        "${b} > 5",
        "selected(${m}, 'red')",
        "${t} != ''",
        "string-length(${t}) > 3",
        "count-selected(${m}) >= 2",
    ),
    *(
        "not(${a} = 'green')",
        "${d} > today()",
        "${b} + ${x} < 20",
        "${b} mod 2 = 0",
        "regex(${t}, '[а-я]+')",
        "${k} = 'OK'",
    ),
    *("${date} < '2026-12-31'", "coalesce(${t}, ${a}) = 'red'", "${calc} > 3", "jr:choice-name(${a}, '${a}') = 'Red'"),
    *(
        "${other} = 'yes'",
        "property('email') = ''",
        "count(instance('light')/root/item[name = ${a}]) = 1",
        "${sum} > ${b}",
    ),
]
VALUES = [
    *("${b} * 2", "round(${b} div 3, 2)", "concat(${t}, '-', ${a})", "if(${a} = 'red', ${b}, 0)", "${b} + ${x}"),
    *(
        "coalesce(${t}, 'x')",
        "once(${b} + 1)",
        "pulldata('light', 'label', 'name', ${a})",
        "join(', ', ${a}, ${t})",
        "sum(${b}, ${x})",
    ),
    *(
        "number(${t})",
        "${b} div 0",
        "date(${date} + 1)",
        "format-date(${date}, '%d %b')",
        "string-length(${t})",
        "${b} * 1000.5",
    ),
]
CHECKS = [
    ". > 3",
    ". != ''",
    "string-length(.) < 5",
    ". = ${t}",
    "${b} > 2",
    "regex(., '[0-9]+')",
    ". >= today()",
    ". < ${x}",
]


def random_form(chance: random.Random) -> Compiled:
    """A form of two pages: what stands on the first depends on itself and on the second."""

    def maybe(**cells: tuple[float, list[str]]) -> dict[str, Any]:
        return {cell: chance.choice(many) for cell, (odds, many) in cells.items() if chance.random() < odds}

    rules = {"required": (0.3, ["yes", *CONDITIONS]), "relevant": (0.35, CONDITIONS), "constraint": (0.3, CHECKS)}
    plain = {"required": (0.2, ["yes"]), "constraint": (0.4, CHECKS)}
    own = {"constraint_message": {"en": "Own words", "mn": "Өөрийн үг"}}
    base = [
        row("select_one", "a", list="light", **maybe(required=(0.3, ["yes"]))),
        row(chance.choice(["integer", "decimal", "money", "range"]), "b", **maybe(**plain)),
        row("text", "t", parameters={"max_length": 25}, **maybe(**plain), **own),
        row("select_multiple", "m", list="light"),
        row("acknowledge", "k"),
        row("date", "date"),
        row("dateTime", "d"),
        row("calculate", "calc", calculation=chance.choice(["${b} * 2", "${b} + string-length(${t})"])),
        row("calculate", "sum", calculation="sum(${calc}, ${x})", **maybe(relevant=(0.3, ["${k} = 'OK'"]))),
    ]
    kinds = [
        "integer",
        "decimal",
        "text",
        "date",
        "time",
        "email",
        "phone",
        "register_number",
        "select_one",
        "select_multiple",
    ]
    more = []
    for number in range(6):
        kind = chance.choice(kinds)
        listed = {"list": "light"} if kind.startswith("select") else {}
        more.append(row(kind, f"q{number}", **listed, **maybe(**rules)))
    for number in range(3):
        kind = chance.choice(["integer", "decimal", "text", "money", "calculate", "select_one"])
        listed = {"list": "light"} if kind.startswith("select") else {}
        calculation = chance.choice(["${a}"] if kind == "select_one" else VALUES)
        more.append(row(kind, f"c{number}", calculation=calculation, **listed, **maybe(relevant=(0.4, CONDITIONS))))
    group = row("group", "part", children=more[:4], **maybe(relevant=(0.7, CONDITIONS)))
    last = [row("decimal", "x"), row("select_one", "other", list="yes_no")]
    return made(
        row(
            "group", "one", children=[*base, group, *more[4:], row("note", "note", **maybe(relevant=(0.6, CONDITIONS)))]
        ),
        row("group", "two", children=last, **maybe(relevant=(0.2, CONDITIONS[:3]))),
        settings={"style": "pages"},
    )


def around(node: Any) -> list[Any]:
    """A row of the form with the groups it stands in."""
    return [node, *(around(node.parent) if node.parent is not None else [])]


def random_answers(chance: random.Random, form: Compiled, here: set[str] | None = None) -> dict[str, Any]:
    """Typed answers, of the questions named or of all."""
    out = {}
    for node in form.questions:
        if node.calculation is None and node.field.fills and (here is None or node.name in here):
            many = TYPED[node.row["type"]]
            out[node.name] = chance.choice(many)
    return out


def test_random_pages_are_settled_alike(capsys: Any) -> None:
    chance = random.Random(20261126)
    cases, wants, without = [], [], 0
    for _ in range(120):
        form = random_form(chance)
        before = random_answers(chance, form)
        given, page, _result = the_plan(form, before)
        if given is None:
            without += 1
            continue
        here = {node.name for node in form.nodes if any(top in around(node) for top in page.nodes)}
        fixed = {name: value for name, value in before.items() if name not in here}
        for _again in range(6):
            after = {**before, **random_answers(chance, form, here), **fixed}
            judged = chance.random() < 0.5
            cases.append({"plan": json.dumps(given), "typed": after, "judged": judged})
            names = {node["n"] for node in given["nodes"]} & here
            wants.append((form, after, judged, names))
    found = there(cases)
    wrong = []
    for got, want in zip(found, wants, strict=True):
        wrong += [(each, want[1]) for each in differences(expected(*want), got)]
    assert (len(wrong), [str(each) for each in wrong[:8]]) == (0, [])
    assert len(cases) > 400
    assert without < 20
    engines.say(
        capsys, f"pages settled by plan, Node: {len(cases)} cases, differences 0 ({without} forms without a plan)"
    )


A = row("select_one", "a", list="light")


SECRET = {"secret": [{"name": "red", "label": {"mn": "а", "en": "a"}, "code": "1234"}]}
LONG = {"long": [{"name": f"n{at}", "label": {"en": f"{at}"}, "a": "red"} for at in range(LONGEST + 1)]}
CASCADE = row("select_one", "b", list="long", choice_filter="a = ${a}")


@pytest.mark.parametrize(
    "rows",
    [
        [A, row("text", "b", constraint="pulldata('secret', 'code', 'name', ${a}) = .")],
        [A, CASCADE],
        [row("text", f"q{at}", relevant="${q0} != ''" if at else "") for at in range(MOST + 1)],
    ],
    ids=["own-list", "long-list", "long-form"],
)
def test_what_only_the_server_can_do_has_no_plan_and_a_reason(rows: list[dict[str, Any]]) -> None:
    form = made(*rows, choices=SECRET | LONG)
    result = evaluate(form, {}, context(), "draft")
    found = planned(form, pages(form, result, context(), everything=True)[0], result, context(), {})
    assert found.text == ""
    assert found.beyond


def test_a_whole_form_takes_longer_lists_along() -> None:
    form = made(A, CASCADE, choices=LONG)
    result = evaluate(form, {}, context(), "draft")
    page = pages(form, result, context(), everything=True, whole=True)[0]
    assert planned(form, page, result, context(), {}).text


def test_what_the_browser_does_not_change_is_drawn_as_it_is() -> None:
    """Choices that a page before decides are drawn without those that do not fit."""
    rows = [
        row("group", "one", children=[A]),
        row("group", "two", children=[row("select_one", "b", list="light", choice_filter="name != ${a}")]),
    ]
    form = made(*rows, settings={"style": "pages"})
    result = evaluate(form, {"a": "red"}, context(), "draft")
    page = pages(form, result, context(), everything=True)[1]
    settled(page, planned(form, page, result, context(), {"a": "red"}))
    (item,) = page.items
    assert [option.name for option in item.options] == ["green", "amber"]
    assert not item.filters


def test_a_plan_holds_only_the_columns_that_are_read_in_the_readers_language() -> None:
    listed = {"soum": [{"name": "s1", "label": {"mn": "Нэг", "en": "One"}, "people": 5, "code": "1234"}]}
    rows = [
        row("select_one", "s", list="soum"),
        row("text", "b", relevant="pulldata('soum', 'people', 'name', ${s}) > 3"),
    ]
    given, _page, _result = the_plan(made(*rows, choices=listed), {})
    assert given["lists"] == {"soum": [{"name": "s1", "people": 5}]}


def test_what_cannot_change_on_the_page_is_a_constant() -> None:
    form = made(
        row("group", "one", children=[A, row("text", "hidden", relevant="${a} = 'red'")]),
        row(
            "group",
            "two",
            children=[
                row("text", "b", relevant="${a} = 'red'"),
                row("text", "c", relevant="${b} != '' and ${a} = 'red'"),
            ],
        ),
        settings={"style": "pages"},
    )
    given, _page, _result = the_plan(form, {"a": "red"}, 2)
    nodes = {node["n"]: node for node in given["nodes"]}
    assert nodes["a"] == {"n": "a", "v": "red"}
    assert "r" not in nodes["b"]
    assert isinstance(nodes["c"]["r"], list)


def test_pages_have_the_same_numbers_with_what_is_hidden() -> None:
    chance = random.Random(5)
    for _ in range(200):
        rows = []
        for number in range(6):
            inner = [row("text", f"q{number}", **chance.choice([{}, {"relevant": "${a} = 'red'"}]))]
            rows.append(chance.choice([row("group", f"g{number}", children=inner), inner[0]]))
        form = made(A, *rows, settings={"style": "pages"})
        result = evaluate(form, {}, context(), "draft")
        bare = pages(form, result, context())
        full = pages(form, result, context(), everything=True)
        assert [[item.path for item in page.items] for page in bare] == [
            [item.path for item in page.items if not item.hidden] for page in full
        ]
