"""What a builder does: each step gives a new form and leaves the old one as it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from portal.forms.definition import (
    Definition,
    add_choice,
    add_row,
    check,
    copy_row,
    find_row,
    move_choice,
    move_into,
    move_row,
    new_id,
    remove_choice,
    remove_list,
    remove_row,
    rename_references,
    set_choices,
    update_choice,
    update_row,
    update_settings,
    walk,
)
from tests.portal.forms.build import form, row


@pytest.fixture
def definition() -> Definition:
    return form(row("text", "a"), row("group", "g", children=[row("text", "b"), row("text", "c")]), row("text", "d"))


def outline(definition: Definition) -> list[str]:
    return ["/".join([*(parent["name"] for parent in parents), row["name"]]) for row, parents in walk(definition)]


def test_no_step_changes_the_form_it_starts_from(definition: Definition) -> None:
    before = copy.deepcopy(definition)

    add_row(definition, {"type": "text"}, into="-g")
    remove_row(definition, "-b")
    update_row(definition, "-a", name="z")
    move_row(definition, "-c", -1)
    move_into(definition, "-a", "-g")
    copy_row(definition, "-g")
    add_choice(definition, "light", {"name": "x"})
    update_choice(definition, "light", 0, label={"mn": "А"})
    move_choice(definition, "light", 0, 1)
    remove_choice(definition, "light", 0)

    assert definition == before


def test_a_row_is_added_last_or_after_another_or_into_a_group(definition: Definition) -> None:
    new = {"type": "text", "name": "new"}

    assert outline(add_row(definition, new)) == ["a", "g", "g/b", "g/c", "d", "new"]
    assert outline(add_row(definition, new, after="-b")) == ["a", "g", "g/b", "g/new", "g/c", "d"]
    assert outline(add_row(definition, new, into="-g")) == ["a", "g", "g/b", "g/c", "g/new", "d"]
    assert outline(add_row(definition, new, into="-g", at=0)) == ["a", "g", "g/new", "g/b", "g/c", "d"]
    assert outline(add_row(definition, new, at=1)) == ["a", "new", "g", "g/b", "g/c", "d"]


def test_a_new_row_gets_an_id_and_a_free_name(definition: Definition) -> None:
    twice = add_row(add_row(definition, {"type": "text", "name": "a"}), {"type": "integer"})

    assert outline(twice)[-2:] == ["a_2", "integer"]
    assert len({row["id"] for row, _parents in walk(twice)}) == 7


def test_yes_or_no_brings_its_list() -> None:
    bare = form(row("text", "a"))
    del bare["choices"]["yes_no"]

    made = add_row(bare, {"type": "yes_no", "name": "agree", "label": {"mn": "Зөвшөөрөх үү?", "en": "Agree?"}})

    assert made["survey"][-1]["type"] == "select_one"
    assert [choice["label"]["mn"] for choice in made["choices"]["yes_no"]] == ["Тийм", "Үгүй"]
    assert check(made) == []


def test_a_row_goes_with_everything_in_it(definition: Definition) -> None:
    assert outline(remove_row(definition, "-g")) == ["a", "d"]


def test_a_row_moves_among_its_neighbours_and_stays_at_the_border(definition: Definition) -> None:
    assert outline(move_row(definition, "-d", -1)) == ["a", "d", "g", "g/b", "g/c"]
    assert outline(move_row(definition, "-b", 1)) == ["a", "g", "g/c", "g/b", "d"]
    assert outline(move_row(definition, "-a", -1)) == outline(definition)
    assert outline(move_row(definition, "-c", 9)) == outline(definition)


def test_a_row_moves_into_a_group_and_out_again(definition: Definition) -> None:
    inside = move_into(definition, "-a", "-g", 1)

    assert outline(inside) == ["g", "g/b", "g/a", "g/c", "d"]
    assert outline(move_into(inside, "-a", None, 0)) == outline(definition)


def test_a_group_cannot_move_into_itself() -> None:
    nested = form(row("group", "g", children=[row("group", "h", children=[row("text", "a")])]))

    for target in ("-g", "-h"):
        with pytest.raises(ValueError, match="itself"):
            move_into(nested, "-g", target)


def test_cells_are_set_and_taken_away(definition: Definition) -> None:
    made = update_row(definition, "-b", required=True, label={"mn": "Шинэ"}, hint=None)

    assert find_row(made, "-b")["required"] is True
    assert "required" not in find_row(update_row(made, "-b", required=None), "-b")


def test_the_id_of_a_row_stays(definition: Definition) -> None:
    assert find_row(update_row(definition, "-b", id="other", name="z"), "-b")["name"] == "z"


def test_a_new_name_is_carried_into_expressions_and_labels() -> None:
    definition = form(
        row("text", "a"),
        row("text", "b", relevant="${a} = 'x' and ${ab} = ${last-saved#a}", label={"mn": "${a}?", "en": "${ab}"}),
        row("select_one", "ab", list="light"),
        row("repeat", "r", rows_from={"source": "records:x", "filter": "body = ${a}"}, children=[row("text", "c")]),
    )

    made = update_row(definition, "-a", name="z")

    assert made["survey"][1]["relevant"] == "${z} = 'x' and ${ab} = ${last-saved#z}"
    assert made["survey"][1]["label"] == {"mn": "${z}?", "en": "${ab}"}
    assert made["survey"][3]["rows_from"]["filter"] == "body = ${z}"
    assert check(made) == []


def test_names_can_be_exchanged() -> None:
    definition = form(row("text", "x", relevant="${a} = ${b}"))

    assert rename_references(definition, {"a": "b", "b": "a"})["survey"][0]["relevant"] == "${b} = ${a}"


def test_a_copied_group_refers_to_itself(definition: Definition) -> None:
    linked = update_row(definition, "-c", relevant="${b} = ${a}")

    made = copy_row(linked, "-g")

    assert outline(made) == ["a", "g", "g/b", "g/c", "g_2", "g_2/b_2", "g_2/c_2", "d"]
    assert made["survey"][2]["children"][1]["relevant"] == "${b_2} = ${a}"
    assert made["survey"][1]["children"][1]["relevant"] == "${b} = ${a}"
    assert check(made) == []


def test_copies_of_copies_keep_their_references_apart() -> None:
    once = copy_row(
        form(row("group", "g", children=[row("text", "b"), row("text", "b_2", relevant="${b} = 'x'")])), "-g"
    )

    copied = once["survey"][1]["children"]
    assert [each["name"] for each in copied] == ["b_3", "b_2_2"]
    assert copied[1]["relevant"] == "${b_3} = 'x'"


def test_choices_are_added_changed_moved_and_removed(definition: Definition) -> None:
    made = add_choice(definition, "light", {"name": "grey", "label": {"mn": "Саарал"}}, 0)
    made = update_choice(made, "light", 0, label={"mn": "Саарал", "en": "Grey"})
    made = move_choice(made, "light", 0, 2)

    assert [choice["name"] for choice in made["choices"]["light"]] == ["green", "amber", "grey", "red"]
    assert made["choices"]["light"][2]["label"]["en"] == "Grey"
    assert [choice["name"] for choice in remove_choice(made, "light", 3)["choices"]["light"]][-1] == "grey"


def test_lists_are_made_replaced_and_removed(definition: Definition) -> None:
    made = set_choices(definition, "soum", {"source": "list:soum"})

    assert made["choices"]["soum"] == {"source": "list:soum"}
    assert "soum" not in remove_list(made, "soum")["choices"]
    assert add_choice(definition, "fresh", {"name": "x"})["choices"]["fresh"] == [{"name": "x"}]


def test_settings_are_set_and_taken_away(definition: Definition) -> None:
    made = update_settings(definition, style="pages", default_language=None)

    assert made["settings"]["style"] == "pages"
    assert "default_language" not in made["settings"]


@pytest.mark.parametrize(
    "step",
    [
        lambda d: remove_row(d, "nobody"),
        lambda d: update_row(d, "nobody", name="x"),
        lambda d: add_row(d, {"type": "text"}, after="nobody"),
        lambda d: add_row(d, {"type": "text"}, into="nobody"),
        lambda d: add_row(d, {"type": "text"}, into="-a"),
        lambda d: move_into(d, "-a", "nobody"),
        lambda d: update_choice(d, "nolist", 0, name="x"),
    ],
)
def test_a_row_that_is_not_there_is_an_error(definition: Definition, step: Any) -> None:
    with pytest.raises(KeyError):
        step(definition)


def test_ids_are_not_used_twice(definition: Definition) -> None:
    assert len({new_id(definition) for _ in range(1000)}) == 1000
