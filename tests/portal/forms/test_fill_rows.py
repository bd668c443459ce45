"""Rows, cascades, labels and locks that a browser computes by a page's plan are those that the engine finds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from portal.forms.definition import Compiled, DefinitionRefused, Node
from portal.forms.engine import KEY, Context, Seed, all_items, evaluate, pages
from portal.forms.engine.place import Place
from portal.forms.engine.state import NEW
from portal.forms.filling.plan import planned
from tests.portal.forms import engines
from tests.portal.forms.build import context, made, row
from tests.portal.forms.test_fill_plan import TYPED, around, there

LISTS: dict[str, list[dict[str, Any]]] = {
    "aimag": [{"name": name, "label": {"mn": f"{name} мн", "en": name.title()}} for name in ("ub", "ov", "dg")],
    "soum": [
        {"name": name, "label": {"mn": f"{name} мн", "en": name.upper()}, "aimag": aimag, "people": people}
        for name, aimag, people in (
            ("s1", "ub", 100),
            ("s2", "ub", 20),
            ("s3", "ov", 5),
            ("both", "ov", 7),
            ("both", "dg", 8),
        )
    ],
}
UNITS = [
    {"name": "11", "label": {"mn": "Улаанбаатар", "en": "Ulaanbaatar"}, "kind": "aimag", "parent": ""},
    {"name": "62", "label": {"mn": "Өвөрхангай"}, "kind": "aimag", "parent": ""},
    {"name": "6201", "label": {"mn": "Арвайхээр", "en": "Arvaikheer"}, "kind": "soum", "parent": "62"},
]
SEEDS = [
    Seed("11", {"mn": "Нэг", "en": "One"}, {"number": 1, "body": "moj"}),
    Seed("12", {"mn": "Хоёр", "en": "Two"}, {"number": 2, "body": "mof"}),
    Seed("13", {"mn": "Гурав", "en": "Three"}, {"number": 3, "body": "moj"}),
]
ANSWERS: dict[str, list[Any]] = {
    **TYPED,
    "unit": ["", "11", "62", "6201"],
    "geopoint": ["", "47.918470, 106.9177", "47.9 106.9 1300 12", "47,9; 106,9", "91 0", "x", "0.00390625 -0.00390625"],
    "image": ["", "0d0d-1", "?"],
    "small": ["", "0", "1", "2", "3", "x"],
}
OUTSIDE = [
    "${a} = 'red'",
    "${n} > 1",
    "${t} != ''",
    "sum(${p}) > 5",
    "count(${rec}) > 1",
    "count-non-empty(${w}) > 0",
    "max(${p}) > ${n}",
    "${w} = 'а'",
    "indexed-repeat(${p}, ${rec}, 2) > 1",
    "${other} = 'yes'",
    "sum(${far}) > 3",
    "count(${inner}) > 2",
    "${photo} != ''",
    "string-length(${geo}) > 3",
]
INSIDE = [
    *OUTSIDE,
    "${p} > 2",
    "position(..) > 1",
    "position(..) = ${n}",
    "selected(${m}, 'red')",
    "${c} != ''",
    "indexed-repeat(${p}, ${rec}, position(..) - 1) > 0",
    "${last-saved#p} > 1",
    "${mark} = 'x'",
]
INNER = [*INSIDE, "${i} = 'red'", "position(../..) = 1", "count(${inner}) > 1", "sum(${k}) > ${p}", "${k} > 1"]
VALUES_OUT = [
    "sum(${p})",
    "count(${rec})",
    "round(sum(${p}) div count(${rec}), 1)",
    "join(', ', ${w})",
    "max(${k})",
    "count(${inner})",
    "jr:choice-name(${soum}, '${soum}')",
    "indexed-repeat(${w}, ${rec}, ${n})",
    "concat(${t}, '/', ${far})",
    "min(${p}, ${n})",
]
VALUES_IN = [
    *VALUES_OUT,
    "${p} * 2",
    "position(..)",
    "concat(${w}, position(..))",
    "once(${p} + 1)",
    "indexed-repeat(${c}, ${rec}, position(..) - 1) + ${p}",
    "pulldata('soum', 'people', 'name', ${s})",
    "${p} + ${last-saved#p}",
    "coalesce(${mark}, 'none')",
    "jr:choice-name(${s}, '${s}')",
]
FILTERS = ["aimag = ${aimag}", "name != ${a}", "people > ${n}", "aimag = ${aimag} and name != ${soum}"]
FILTERS_IN = [*FILTERS, "aimag = ${ia}", "people > ${p}", "position(..) > 1"]
LABELS = [
    "${a}",
    "About ${t} and ${n}",
    "${aimag}: ${soum}",
    "${place} ${geo}",
    "${day} ${money} ${m0} ${ok}",
    "${total}",
]
LABELS_IN = [*LABELS, "${p} of ${w}", "${s}/${c}", "${mark}"]


def label(text: str) -> dict[str, Any]:
    return {"mn": text, "en": text}


def known(previous: Any = None) -> Context:
    return context(sources={"units": UNITS}, rows={"records:clause": SEEDS}, previous=previous)


def random_form(chance: random.Random) -> Compiled:
    """Two pages: on the first a repeat with a repeat inside, a counted one, a matrix of records, cascades; on the
    second more rows on which the first depends."""

    def maybe(conditions: Sequence[str], **odds: float) -> dict[str, Any]:
        return {cell: chance.choice(conditions) for cell, share in odds.items() if chance.random() < share}

    def filtered(filters: Sequence[str], share: float) -> dict[str, Any]:
        return {"choice_filter": chance.choice(filters)} if chance.random() < share else {}

    def called(labels: Sequence[str]) -> dict[str, Any]:
        found = {"label": label(chance.choice(labels))} if chance.random() < 0.4 else {}
        return found | ({"hint": label(chance.choice(labels))} if chance.random() < 0.2 else {})

    kinds = ("text", "integer", "select_one", "select_multiple", "date", "rank")

    def some(prefix: str, count: int, conditions: Sequence[str], labels: Sequence[str]) -> list[dict[str, Any]]:
        found = []
        for number in range(count):
            kind = chance.choice(kinds)
            cells = maybe(conditions, relevant=0.35, required=0.3, constraint=0.2, read_only=0.2) | called(labels)
            if kind in ("select_one", "select_multiple", "rank"):
                cells |= {"list": "soum", **filtered(FILTERS_IN if prefix != "q" else FILTERS, 0.6)}
            if chance.random() < 0.3 and kind in ("text", "integer"):
                cells["default"] = chance.choice(["${n} + 1", "7", "today()"])
            found.append(row(kind, f"{prefix}{number}", **cells))
        return found

    inner = row(
        "repeat",
        "inner",
        **maybe(INSIDE, relevant=0.3),
        **({"repeat_count": chance.choice(["${p}", "${n} - 1"])} if chance.random() < 0.4 else {}),
        children=[
            row("select_one", "i", list="light", **called(LABELS_IN)),
            row("integer", "k", **maybe(INSIDE, relevant=0.2, required=0.3)),
            *some("x", 2, INNER, LABELS_IN),
            row("calculate", "deep", calculation=chance.choice([*VALUES_IN, "${k} + ${p}", "position(../..)"])),
        ],
    )
    rec = row(
        "repeat",
        "rec",
        **maybe(OUTSIDE[:3], relevant=0.3),
        **({"repeat_count": chance.choice(["${n}", "${n} + 1"])} if chance.random() < 0.4 else {}),
        **called(LABELS[:3]),
        children=[
            row("integer", "p", **maybe(["${n} > 1", "position(..) > 1"], relevant=0.2), default="3"),
            row("text", "w", **maybe(["${p} > 1"], required=0.4)),
            row("select_one", "ia", list="aimag"),
            row("select_one", "s", list="soum", choice_filter=chance.choice(FILTERS_IN[:3] + FILTERS_IN[4:6])),
            row("select_multiple", "m", list="light"),
            row("hidden", "mark", default=chance.choice(["x", "y"])),
            row("calculate", "c", calculation=chance.choice(["${p} * 2", "concat(${w}, '!')", "once(${p})"])),
            row("group", "part", **maybe(INSIDE[-8:], relevant=0.6), children=some("y", 3, INSIDE, LABELS_IN)),
            row("integer", "shown", calculation=chance.choice(["${p} + 1", "position(..)", "sum(${k})"])),
            inner,
        ],
    )
    matrix = row(
        "repeat",
        "clause",
        appearance="matrix",
        rows_from={
            "source": "records:clause",
            **({"filter": chance.choice(["body = ${t}", "number > ${n}"])} if chance.random() < 0.6 else {}),
        },
        children=[
            row("hidden", "number"),
            row("select_one", "rate", list="light", **maybe(["${number} > 1"], required=0.4)),
            row("text", "why", relevant="${rate} = 'red'", **called(["${rate} ${t}"])),
        ],
    )
    first = [
        row("select_one", "a", list="light"),
        row("integer", "n", parameters={}),
        row("text", "t"),
        row("date", "day"),
        row("money", "money"),
        row("acknowledge", "ok"),
        row("select_multiple", "m0", list="light"),
        row("select_one", "aimag", list="aimag"),
        row("select_one", "soum", list="soum", choice_filter="aimag = ${aimag}"),
        row("unit", "place"),
        row("geopoint", "geo"),
        row("image", "photo"),
        rec,
        matrix,
        *some("q", 5, OUTSIDE, LABELS),
        row("decimal", "total", calculation=chance.choice(["sum(${p})", "count(${rec})", "max(${k}) + ${n}"])),
        row("calculate", "words", calculation=chance.choice(VALUES_OUT)),
    ]
    second = [
        row("select_one", "other", list="yes_no"),
        row(
            "repeat",
            "away",
            **maybe(["${a} = 'red'", "${other} = 'yes'"], relevant=0.4),
            children=[
                row("integer", "far", **maybe(["${n} > 1", "${a} = 'red'", "${other} = 'yes'"], relevant=0.5)),
                row("calculate", "twice", calculation="${far} * ${n}"),
            ],
        ),
    ]
    return made(
        row("group", "one", children=first),
        row("group", "two", children=second),
        settings={"style": "pages", "allow_choice_duplicates": "yes"},
        choices=LISTS,
    )


def acyclic(chance: random.Random) -> Compiled:
    """The next form whose rows do not wait for one another."""
    while True:
        try:
            return random_form(chance)
        except DefinitionRefused as refused:
            if {problem.code for problem in refused.problems} != {"cycle"}:
                raise


def typed(chance: random.Random, nodes: Sequence[Node], before: Any = None) -> dict[str, Any]:
    """What people type into these questions, rows in rows; *before*: rows that may be kept, with their keys."""
    out: dict[str, Any] = {}
    for node in nodes:
        if node.kind == "group":
            out |= typed(chance, node.children, before)
        elif node.kind == "repeat":
            out[node.name] = list(rows(chance, node, (before or {}).get(node.name) or []))
        elif node.calculation is None and node.field.fills and chance.random() < 0.85:
            kind = "small" if node.name in ("n", "p") else node.row["type"]
            many = ["yes", "no"] if node.row.get("list") == "yes_no" else ANSWERS.get(kind, [])
            if node.row.get("list") in LISTS:
                names = [item["name"] for item in LISTS[node.row["list"]]]
                many = [chance.sample(names, 2)] if node.field.multiple else ["", *names]
            out[node.name] = chance.choice(many)
        elif before and node.name in before:
            out[node.name] = before[node.name]
    return out


def rows(chance: random.Random, node: Node, before: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of a repeat: some there were, some new."""
    if node.source:
        yield from ({KEY: seed.key, **typed(chance, node.children)} for seed in SEEDS)
        return
    for old in before:
        if chance.random() < 0.8:
            yield {**typed(chance, node.children, old), KEY: old[KEY]}
    taken = {old[KEY] for old in before}
    for number in range(chance.choice([0, 1, 1, 2])):
        new = {KEY: str(len(taken) + number + 1), **typed(chance, node.children)}
        yield {**new, NEW: True} if before and chance.random() < 0.4 else new


def states(form: Compiled, answers: dict[str, Any], judged: bool, about: Context, names: set[str]) -> dict[str, Any]:
    """What the engine finds, written as filling.js writes it."""
    result = evaluate(form, answers, about, "submit" if judged else "draft")
    drawn = {item.path: item for page in pages(form, result, about, whole=True) for item in all_items(page.items)}
    out: dict[str, Any] = {}

    def walk(nodes: Sequence[Node], place: Place) -> None:
        for node in nodes:
            path = place.prefix + node.name
            if node.name in names:
                out[path.replace("[", ".").replace("]", "")] = state(node, place, path)
            if node.kind == "group":
                walk(node.children, place)
            for inner in place.rows.get(node.name, ()):
                walk(node.children, inner)

    def state(node: Node, place: Place, path: str) -> dict[str, Any]:
        hidden = node.name in place.hidden
        asked = node.kind == "question" and node.field.asks and node.field.stores
        found: dict[str, Any] = {"hidden": hidden, "required": asked and path in result.required, "issue": None}
        issue = result.error(path)
        if not hidden and (asked or node.kind == "repeat") and issue is not None:
            found["issue"] = {"code": issue.code, "message": str(issue.message)}
        if node.kind == "repeat" and not hidden:
            found["rows"] = len(place.rows[node.name])
        if (item := drawn.get(path)) is None or hidden:
            return found
        found |= {"label": item.label, "hint": item.hint}
        if node.calculation is not None or not isinstance(node.read_only, bool):
            found["text"] = item.text
        if not isinstance(node.read_only, bool):
            found["locked"] = item.read_only
        if node.filter is not None and node.kind == "question":
            found["fits"] = [option.name for option in item.options]
        return found

    walk(form.top, result.top)
    return out


def differences(want: dict[str, Any], got: dict[str, Any]) -> list[Any]:
    """Where the two differ; labels that cannot change are not told."""
    found: list[Any] = []
    for name, one in want.items():
        other = got.get(name)
        if other is None:
            found.append((name, one, None))
            continue
        constant = {"label", "hint", "text", "locked"} - other.keys()
        told = {key: value for key, value in one.items() if key not in constant}
        if told != {key: other.get(key) for key in told}:
            found.append((name, told, {key: other.get(key) for key in told}))
    return found


def test_random_pages_with_rows_are_settled_alike(capsys: Any) -> None:
    chance = random.Random(20261127)
    cases, wants = [], []
    for _ in range(70):
        form = acyclic(chance)
        about = known({"rec": [{KEY: "1", "p": 2}, {KEY: "2", "p": 0}]})
        before = evaluate(form, typed(chance, form.top), about, "draft").values
        result = evaluate(form, before, about, "draft")
        page = pages(form, result, about, everything=True, whole=chance.random() < 0.4)[0]
        plan = planned(form, page, result, about, before)
        assert plan.text, plan.beyond
        text = plan.text.replace("`", '"')
        here = {node.name for node in form.nodes if any(top in around(node) for top in page.nodes)}
        names = {node["n"] for node in json.loads(text)["nodes"]} & here
        for _again in range(6):
            after = {**before, **typed(chance, page.nodes, before)}
            judged = chance.random() < 0.5
            cases.append({"plan": text, "typed": after, "judged": judged})
            wants.append((form, after, judged, about, names))
    wrong = []
    for got, want in zip(there(cases), wants, strict=True):
        wrong += [(each, want[1]) for each in differences(states(*want), got)]
    assert (len(wrong), [str(each)[:900] for each in wrong[:6]]) == (0, [])
    engines.say(capsys, f"pages with rows settled by plan, Node: {len(cases)} cases, differences 0")


def settled(form: Compiled, before: dict[str, Any], after: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the browser finds for a page drawn with *before*, once *after* stands there."""
    about = known()
    result = evaluate(form, before, about, "draft")
    page = pages(form, result, about, everything=True)[0]
    plan = planned(form, page, result, about, before)
    assert plan.text, plan.beyond
    (found,) = there([{"plan": plan.text.replace("`", '"'), "typed": after, "judged": more.get("judged", False)}])
    return found


def test_rows_come_and_go_with_a_number() -> None:
    form = made(
        row("integer", "n"),
        row(
            "repeat",
            "r",
            repeat_count="${n}",
            children=[row("integer", "x", default="${n} * 10"), row("calculate", "c", calculation="position(..)")],
        ),
        row("integer", "sum", calculation="sum(${x})"),
    )
    found = settled(form, {}, {"n": "2", "r": [{KEY: "1", "_at": 4, "x": "5"}]})
    assert found["r"]["rows"] == 2
    assert (found["r.4.x"]["issue"], found["r.1.x"]["fill"]) == (None, 20)
    assert found["sum"]["text"] == "25"
    assert settled(form, {"n": 2}, {"n": "0", "r": [{KEY: "1", "x": "5"}]})["sum"]["text"] == "0"
    many = settled(form, {}, {"n": "5000", "r": []})["r"]
    assert (many["rows"], many["issue"]["code"]) == (1000, "too_many_rows")


def test_rows_of_records_follow_an_answer() -> None:
    form = made(
        row("text", "body"),
        row(
            "repeat",
            "m",
            appearance="matrix",
            rows_from={"source": "records:clause", "filter": "body = ${body}"},
            children=[row("hidden", "number"), row("text", "why", relevant="${number} > 2")],
        ),
        row("integer", "c", calculation="count(${m})"),
    )
    rows = [{KEY: seed.key, "_at": at} for at, seed in enumerate(SEEDS)]
    found = settled(form, {"body": "mof"}, {"body": "moj", "m": rows})
    assert (found["m"]["rows"], found["c"]["text"]) == (2, "2")
    assert (found["m.0.why"]["hidden"], found["m.2.why"]["hidden"]) == (True, False)
    assert "m.1.why" not in found


def test_hidden_values_stand_in_rows_that_a_page_added() -> None:
    """A hidden value has its default in every row, also in one that the server has not seen yet."""
    form = made(
        row(
            "repeat", "r", children=[row("hidden", "kind", default="new"), row("text", "t", required="${kind} = 'new'")]
        )
    )
    rows = [{KEY: "1", "kind": "old"}, {KEY: "7", "t": "x"}]
    assert [each.get("kind") for each in evaluate(form, {"r": rows}, known()).values["r"]] == ["old", "new"]
    found = settled(form, {"r": rows[:1]}, {"r": rows})
    assert (found["r.0.t"]["required"], found["r.1.t"]["required"]) == (False, True)


def test_a_file_that_was_chosen_counts_as_answered() -> None:
    form = made(row("image", "photo", required=True), row("text", "what", relevant="${photo} != ''"))
    assert settled(form, {}, {"photo": "file"}, judged=True)["what"]["hidden"] is False
    found = settled(form, {}, {"photo": ""}, judged=True)
    assert (found["what"]["hidden"], found["photo"]["issue"]["code"]) == (True, "required")
