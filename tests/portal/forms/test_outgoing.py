"""What goes out with a form: enough to compute it, and nothing that only its makers know."""

from __future__ import annotations

import json
from typing import Any

from portal import records
from portal.db import transaction
from portal.forms.definition import compile
from portal.forms.definition.outgoing import outgoing
from portal.forms.shipped import NAMES, shipped
from portal.text import Content
from tests.portal.forms.build import row
from tests.portal.forms.openrosa.help import Phone
from tests.portal.forms.programs import Program

CHOICES = {
    "town": [
        {"name": "a", "label": {"mn": "А", "en": "A"}, "part": "north", "points": "SECRETPOINTS", "image": "a.png"},
        {"name": "b", "label": {"mn": "Б", "en": "B"}, "part": "south", "points": "SECRETPOINTS"},
    ],
    "price": [{"name": "a", "label": {"mn": "1", "en": "1"}, "sum": "7"}],
    "draft": [{"name": "x", "label": {"mn": "x", "en": "SECRETLIST"}}],
}
ROWS = [
    row("text", "part", use=["filter"]),
    row("select_one", "town", list="town", choice_filter="part = ${part}"),
    {
        **row("calculate", "cost", calculation="instance('price')/root/item[name = ${town}]/sum * 2"),
        "label": {"mn": "x", "en": "SECRETLABEL"},
    },
]


def test_lists_columns_and_words_that_nothing_needs_stay_here(
    app: Any, publish: Any, identity: Any, org: Any, client: Any
) -> None:
    made = publish(ROWS, choices=CHOICES, limit=77)
    (listed,) = Phone(client, f"{made.url}/openrosa").forms()
    xform = Phone(client, f"{made.url}/openrosa").get(listed["downloadUrl"]).text
    assert "SECRET" not in xform
    for needed in ("<part>north</part>", "<sum>7</sum>", "instance('price')/root/item"):
        assert needed in xform
    other = identity("coordinator", org=org("other"))
    with transaction():
        task = records.create(
            made.owner,
            kind="task",
            title=Content.of(mn="Ажил", en="Task"),
            org_id=made.owner.orgs[0],
            shared_with=[(other.orgs[0], "read")],
        )
    invited = publish(ROWS, choices=CHOICES, mode="invited", limit=77, owner=made.owner, subject_id=task.id)
    filler = Program(app, other)
    seen = filler.get(f"/forms/{invited.id}").json
    assert seen["may_send"] is True
    text = json.dumps(seen["definition"])
    for hidden in ("SECRET", "77", '"use"'):
        assert hidden not in text
    assert '"part": "north"' in text
    assert '"sum": "7"' in text
    whole = Program(app, made.owner).get(f"/forms/{invited.id}").json
    assert whole["definition"] == invited.version.definition
    assert whole["digest"] == seen["digest"]


def test_what_goes_out_computes_the_same() -> None:
    for name in NAMES:
        definition = shipped(name)
        before, after = compile(definition), compile(outgoing(definition))
        assert after.trees == before.trees
        assert [node.name for node in after.nodes] == [node.name for node in before.nodes]
        assert [node.allowed for node in after.nodes] == [node.allowed for node in before.nodes]
