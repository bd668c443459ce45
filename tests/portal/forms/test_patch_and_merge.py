"""Small changes of definitions: made, taken back, put together, and questions carried from form to form."""

from __future__ import annotations

import random

import pytest

from portal.forms.definition import (
    add_row,
    check,
    copy_row,
    digest,
    find_row,
    move_into,
    move_row,
    remove_row,
    set_choices,
    update_row,
    update_settings,
    walk,
)
from portal.forms.definition.merge import ABSENT, MINE, THEIRS, Clash, merge
from portal.forms.definition.patch import NotFlat, applied, checked, patch, unflatten
from portal.forms.definition.pieces import put, strangers, take
from portal.forms.shipped import NAMES, shipped
from tests.portal.forms.build import form, row


def names(definition):
    return [each["name"] for each, _parents in walk(definition)]


def base():
    return form(
        row("text", "a"),
        row("select_one", "b", list="light"),
        {**row("group", "g"), "children": [row("integer", "c", relevant="${a} != ''"), row("note", "d")]},
        row("text", "e", hint={"mn": "Тусламж", "en": "Help"}),
    )


def some_change(rnd, definition):
    """One act that the builder offers, chosen by chance."""
    rows = [each for each, _parents in walk(definition)]
    one = rnd.choice(rows)
    groups = [None, *(each["id"] for each in rows if each["type"] == "group")]
    acts = [
        lambda: update_row(definition, one["id"], label={"mn": f"ш{rnd.randrange(99)}", "en": "x"}),
        lambda: update_row(definition, one["id"], hint={"en": f"h{rnd.randrange(99)}"}),
        lambda: update_row(definition, one["id"], name=f"n{rnd.randrange(9999)}"),
        lambda: update_row(definition, one["id"], relevant=f"'{rnd.randrange(9)}' = '1'"),
        lambda: remove_row(definition, one["id"]) if len(rows) > 3 else definition,
        lambda: copy_row(definition, one["id"]),
        lambda: add_row(definition, {"type": "text", "label": {"mn": "Шинэ"}}, into=rnd.choice(groups)),
        lambda: move_row(definition, one["id"], rnd.randint(-3, 3)),
        lambda: move_into(definition, one["id"], None if one["type"] == "group" else rnd.choice(groups)),
        lambda: set_choices(definition, "light", [{"name": f"c{n}"} for n in range(rnd.randint(1, 4))]),
        lambda: set_choices(definition, f"list{rnd.randrange(3)}", [{"name": "x", "label": {"en": "X"}}]),
        lambda: update_settings(definition, style=rnd.choice(["pages", None])),
    ]
    return rnd.choice(acts)()


@pytest.mark.parametrize("seed", range(40))
def test_a_change_is_made_and_taken_back_exactly(seed):
    rnd = random.Random(seed)
    before = shipped(rnd.choice(list(NAMES)))
    after = before
    for _step in range(rnd.randint(1, 6)):
        after = some_change(rnd, after)
    changes = patch(before, after)
    assert digest(applied(before, changes)) == digest(after)
    assert digest(applied(after, changes, back=True)) == digest(before)


def test_a_small_change_is_small():
    before = shipped("registration")
    changes = patch(before, update_row(before, "reg-topic", label={"mn": "Сэдэв", "en": "Theme"}))
    assert {each["at"][0] for each in changes} == {"row"}
    assert all(each["at"][:3] == ["row", "reg-topic", "label"] for each in changes)
    assert patch(before, before) == []


@pytest.mark.parametrize(
    "definition",
    [
        {**form(row("text", "a"), row("text", "a"))},
        form({**row("note", "a"), "children": [row("text", "b")]}),
    ],
)
def test_what_cannot_be_laid_flat_is_kept_whole(definition):
    with pytest.raises(NotFlat):
        checked(definition)
    changes = patch(definition, base())
    assert [each["at"] for each in changes] == [[]]
    assert applied(definition, changes) == base()
    assert applied(base(), changes, back=True) == definition
    with pytest.raises(NotFlat):
        merge(definition, base(), base())


@pytest.mark.parametrize("choices", [[], [{"name": "x"}, {"name": "x", "a": "1"}], {"source": "units"}])
def test_lists_of_every_kind_come_back(choices):
    definition = set_choices(base(), "odd", choices)
    assert unflatten(checked(definition)) == definition
    changes = patch(base(), definition)
    assert applied(definition, changes, back=True) == base()


def test_changes_of_different_rows_both_stand():
    mine = update_row(base(), "-a", label={"mn": "Миний", "en": "Mine"})
    theirs = update_row(base(), "-e", label={"mn": "Тэдний", "en": "Theirs"})
    made, clashes = merge(base(), mine, theirs)
    assert clashes == []
    assert find_row(made, "-a")["label"]["en"] == "Mine"
    assert find_row(made, "-e")["label"]["en"] == "Theirs"


def test_different_cells_and_languages_of_one_row_both_stand():
    mine = update_row(base(), "-e", label={"mn": "Миний", "en": "e (en)"}, relevant="${a} = '1'")
    theirs = update_row(base(), "-e", label={"mn": "e (mn)", "en": "Theirs"}, hint=None, required=True)
    made, clashes = merge(base(), mine, theirs)
    assert clashes == []
    assert find_row(made, "-e") == {
        "id": "-e",
        "type": "text",
        "name": "e",
        "label": {"mn": "Миний", "en": "Theirs"},
        "relevant": "${a} = '1'",
        "required": True,
    }


def test_a_cell_that_both_changed_is_asked_about_and_decided():
    mine = update_row(base(), "-a", label={"mn": "a (mn)", "en": "Mine"})
    theirs = update_row(base(), "-a", label={"mn": "a (mn)", "en": "Theirs"})
    path = ("row", "-a", "label", "en")
    made, clashes = merge(base(), mine, theirs)
    assert clashes == [Clash(path, "Mine", "Theirs")]
    assert find_row(made, "-a")["label"]["en"] == "Theirs"
    for wanted in ("Mine", "Theirs", "Both"):
        made, clashes = merge(base(), mine, theirs, {path: wanted})
        assert (find_row(made, "-a")["label"]["en"], clashes) == (wanted, [])
    made, clashes = merge(base(), mine, theirs, {path: ABSENT})
    assert find_row(made, "-a")["label"] == {"mn": "a (mn)"}


def test_the_same_change_of_both_is_no_clash():
    mine = update_row(base(), "-a", label={"en": "Same"})
    assert merge(base(), mine, mine) == (mine, [])


@pytest.mark.parametrize(("decision", "stays"), [(MINE, True), (ABSENT, False)])
def test_a_row_that_one_removed_and_the_other_changed_is_asked_about(decision, stays):
    changed, removed = update_row(base(), "-a", label={"en": "Changed"}), remove_row(base(), "-a")
    _made, clashes = merge(base(), changed, removed)
    assert clashes == [Clash(("row", "-a"), MINE, ABSENT)]
    made, clashes = merge(base(), changed, removed, {("row", "-a"): decision})
    assert clashes == []
    assert ("a" in names(made)) is stays
    _made, clashes = merge(base(), removed, changed)
    assert clashes == [Clash(("row", "-a"), ABSENT, THEIRS)]
    made, _clashes = merge(base(), removed, changed, {("row", "-a"): THEIRS if stays else ABSENT})
    assert ("a" in names(made)) is stays


def test_a_question_put_into_a_group_that_the_other_removed_stays():
    for mine, theirs in (
        (add_row(base(), row("text", "new"), into="-g"), remove_row(base(), "-g")),
        (remove_row(base(), "-g"), add_row(base(), row("text", "new"), into="-g")),
        (move_into(base(), "-e", "-g"), remove_row(base(), "-g")),
        (remove_row(base(), "-g"), move_into(base(), "-e", "-g")),
    ):
        made, clashes = merge(base(), mine, theirs)
        assert clashes == []
        assert "c" not in names(made)
        assert "e" in names(made)
        assert ("new" in names(made)) is ("new" in names(mine) + names(theirs))


def test_a_group_that_is_kept_keeps_what_stands_in_it():
    mine = update_row(base(), "-g", label={"en": "Still wanted"})
    made, _clashes = merge(base(), mine, remove_row(base(), "-g"), {("row", "-g"): MINE})
    assert sorted(names(made)) == sorted(names(base()))
    assert [each["name"] for each in find_row(made, "-g")["children"]] == ["c", "d"]


def test_both_add_and_move():
    mine = add_row(move_into(base(), "-e", None, 0), row("text", "mine"), after="-a")
    theirs = add_row(move_into(base(), "-b", "-g", 0), row("text", "theirs"), after="-g")
    made, clashes = merge(base(), mine, theirs)
    assert clashes == []
    assert names(made) == ["e", "a", "mine", "g", "b", "c", "d", "theirs"]


def test_a_row_that_both_moved_elsewhere_is_asked_about():
    mine, theirs = move_into(base(), "-e", None, 0), move_into(base(), "-e", "-g", 0)
    made, clashes = merge(base(), mine, theirs)
    assert clashes == [Clash(("place", "-e"), ["", ""], ["-g", ""])]
    assert made["survey"] == theirs["survey"]
    for wanted, stands in ((clashes[0].mine, mine), (clashes[0].theirs, theirs)):
        made, left = merge(base(), mine, theirs, {("place", "-e"): wanted})
        assert (made["survey"], left) == (stands["survey"], [])
    same, clashes = merge(base(), theirs, add_row(theirs, row("text", "new"), into="-g", at=0))
    assert clashes == []
    assert [each["id"] for each in find_row(same, "-g")["children"]][:2] == ["-new", "-e"]
    _gone, clashes = merge(base(), mine, remove_row(base(), "-e"))
    assert [each.path for each in clashes if each.path[0] == "place"] == []


def test_two_groups_are_not_moved_into_one_another():
    two = add_row(base(), {**row("group", "h"), "children": []})
    made, clashes = merge(two, move_into(two, "-g", "-h"), move_into(two, "-h", "-g"))
    assert clashes == []
    assert sorted(names(made)) == sorted(names(two))


def test_a_renamed_question_is_followed_by_what_the_other_wrote():
    mine = update_row(base(), "-a", name="first")
    theirs = update_row(base(), "-e", relevant="${a} = 'x'")
    for made, clashes in (merge(base(), mine, theirs), merge(base(), theirs, mine)):
        assert clashes == []
        assert find_row(made, "-e")["relevant"] == "${first} = 'x'"
        assert find_row(made, "-c")["relevant"] == "${first} != ''"
        assert [each for each in check(made) if each.level == "error"] == []


def test_two_new_questions_and_lists_of_one_name_get_two_names():
    def added(row_id, label):
        new = {"id": row_id, "type": "select_one", "name": "topic", "list": "topic", "label": {"en": label}}
        return set_choices(add_row(base(), new), "topic", [{"name": "x", "label": {"en": label}}])

    made, clashes = merge(base(), added("m", "Mine"), added("t", "Theirs"))
    assert clashes == []
    assert names(made).count("topic") == 1
    for row_id, label in (("m", "Mine"), ("t", "Theirs")):
        assert made["choices"][find_row(made, row_id)["list"]][0]["label"]["en"] == label


def test_choices_are_put_together_one_by_one():
    def light(*codes, **labels):
        old = {each["name"]: each for each in base()["choices"]["light"]}
        made = [dict(old.get(code, {"name": code, "label": {"en": code}})) for code in codes]
        for each in made:
            if each["name"] in labels:
                each["label"] = {**each["label"], "en": labels[each["name"]]}
        return set_choices(base(), "light", made)

    made, clashes = merge(base(), light("green", "blue", "amber", "red"), light("red", "green", "amber", amber="Wait"))
    assert clashes == []
    assert [each["name"] for each in made["choices"]["light"]] == ["red", "green", "blue", "amber"]
    assert made["choices"]["light"][3]["label"]["en"] == "Wait"
    made, clashes = merge(base(), light("green", "amber"), light("green", "amber", "red", red="Stop"))
    assert [each["name"] for each in made["choices"]["light"]] == ["green", "amber", "red"]
    _made, clashes = merge(base(), light("green", "amber", "red", red="A"), light("green", "amber", "red", red="B"))
    assert [each.path for each in clashes] == [("choice", "light", "red", "label", "en")]


def test_a_list_that_is_still_taken_is_not_lost():
    without = {**base(), "choices": {"yes_no": base()["choices"]["yes_no"]}}
    made, clashes = merge(base(), without, update_row(base(), "-a", label={"en": "x"}))
    assert clashes == []
    assert made["choices"]["light"] == base()["choices"]["light"]


@pytest.mark.parametrize("seed", range(120))
def test_whatever_two_people_do_nothing_they_added_or_changed_is_lost(seed):
    rnd = random.Random(seed)
    start = base()
    for _step in range(rnd.randint(0, 4)):
        start = some_change(rnd, start)
    mine = theirs = start
    for _step in range(rnd.randint(1, 4)):
        mine, theirs = some_change(rnd, mine), some_change(rnd, theirs)
    made, clashes = merge(start, mine, theirs)
    decided = {clash.path: rnd.choice([clash.mine, clash.theirs]) for clash in clashes}
    made, left = merge(start, mine, theirs, decided)
    assert left == []
    ids = [each["id"] for each, _parents in walk(made)]
    assert len(ids) == len(set(ids))
    assert len(set(names(made))) == len(names(made))
    before = {each["id"] for each, _parents in walk(start)}
    own, other = ({each["id"] for each, _parents in walk(side)} for side in (mine, theirs))
    assert (own | other) - before <= set(ids)
    assert (before & own & other) <= set(ids)
    assert digest(applied(theirs, patch(theirs, made))) == digest(made)


def test_questions_are_taken_and_put_elsewhere():
    source = form(
        row("select_one", "a", list="light"),
        {**row("group", "g"), "children": [row("text", "b", relevant="${a} = 'red' and ${c} != ''"), row("text", "x")]},
        row("text", "c"),
        choices={"light": [{"name": "on", "label": {"en": "On"}}]},
    )
    piece = take(source, ["-g", "-a", "-b"])
    assert [each["id"] for each in piece["rows"]] == ["-a", "-g"]
    assert list(piece["choices"]) == ["light"]
    made, ids = put(base(), piece, after="-b")
    assert names(made) == ["a", "b", "a_2", "g_2", "b_2", "x", "g", "c", "d", "e"]
    assert find_row(made, ids[0])["list"] == "light_2"
    inside = find_row(made, ids[1])["children"]
    assert inside[0]["relevant"] == "${a_2} = 'red' and ${c} != ''"
    assert not {each["id"] for each in inside} & {"-b", "-x"}
    assert strangers(made, ids) == []
    assert strangers(put(form(row("text", "q")), piece)[0], ids) == []
    alone, ids = put(form(row("text", "q")), piece, into=None)
    assert strangers(alone, ids) == ["c"]
    again, ids = put(made, take(base(), ["-b"]), into="-g")
    assert find_row(again, ids[0])["list"] == "light"
    with pytest.raises(KeyError):
        take(source, ["gone"])
