"""Two changes of one definition made at the same time, put together row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from portal.forms.definition.edit import rename_references
from portal.forms.definition.model import Definition, Row, walk
from portal.forms.definition.patch import Flat, Path, by_name, checked, flatten, unflatten

MINE, THEIRS = "mine", "theirs"


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()
"""Where nothing stands."""


@dataclass(frozen=True)
class Clash:
    """Something that both changed: its path, and what each wants there.

    ``("row", id)``: one removed the row. ``("place", id)``: both moved it; a side is ``[group, row before it]``, each
    empty at the top or the beginning.
    """

    path: Path
    mine: Any
    theirs: Any


def merge(
    base: Definition, mine: Definition, theirs: Definition, decided: Mapping[Path, Any] | None = None
) -> tuple[Definition, list[Clash]]:
    """What *mine* and *theirs*, both made from *base*, make together, and what cannot be put together.

    What only one changed stands. *decided* says what is to stand where both did: a value, ABSENT, or for a row that
    one removed MINE or THEIRS. With clashes the definition has theirs in their places. Raises NotFlat.
    """
    merging = _Merging(base, mine, theirs, decided or {})
    return merging.run(), merging.clashes


class _Merging:
    def __init__(self, base: Definition, mine: Definition, theirs: Definition, decided: Mapping[Path, Any]) -> None:
        for each in (base, mine, theirs):
            checked(each)
        self.decided = decided
        self.clashes: list[Clash] = []
        mine = _own_lists(base, mine, theirs)
        names = self._names(base, mine, theirs)
        whole = {
            name
            for each in (base, mine, theirs)
            for name, choices in (each.get("choices") or {}).items()
            if by_name(choices) is None
        }
        self.base, self.mine, self.theirs = (flatten(_named(each, names), whole) for each in (base, mine, theirs))

    def run(self) -> Definition:
        """The definition that both make."""
        rows = self._rows()
        lists = self._lists()
        made: Flat = {}
        for path in {**self.theirs, **self.mine, **self.base}:
            if path[0] in ("inside", "list") or (path[0] == "row" and path[1] not in rows):
                continue
            if path[0] == "choice" and (path[1] not in lists or path[2] not in lists[path[1]]):
                continue
            if (value := self._value(path)) is not ABSENT:
                made[path] = value
        made |= {("list", name): codes for name, codes in lists.items()}
        made |= {("inside", group): inside for group, inside in self._places(rows).items()}
        self._keep_lists(made)
        return unflatten(_tidy(made))

    def _value(self, path: Path) -> Any:
        """What stands at *path*; where both changed it what was decided, else theirs, noted as a clash."""
        was, own, other = (flat.get(path, ABSENT) for flat in (self.base, self.mine, self.theirs))
        if path[0] == "row":
            owner = ("row", path[1], "type")
            if owner not in self.mine or owner not in self.theirs:  # the row stands in one of the two only
                return own if owner in self.mine else other
        if path[0] == "choice" and path[2] not in self.mine.get(("list", path[1]), ()):
            return other
        if path[0] == "choice" and path[2] not in self.theirs.get(("list", path[1]), ()):
            return own
        if own in (was, other):
            return other
        if other == was:
            return own
        return self._decision(path, own, other, other)

    def _decision(self, path: Path, own: Any, other: Any, otherwise: Any) -> Any:
        if path in self.decided:
            return self.decided[path]
        self.clashes.append(Clash(path, own, other))
        return otherwise

    def _names(self, base: Definition, mine: Definition, theirs: Definition) -> dict[str, Any]:
        """The name each row will have, by its id."""
        was, own, found = (_names(each) for each in (base, mine, theirs))
        taken = {name for row_id, name in found.items() if own.get(row_id) in (was.get(row_id), name, None)}
        for row_id, name in own.items():
            other = found.get(row_id, was.get(row_id))
            if row_id in found and (name == was.get(row_id) or name == other):
                continue
            wish = name
            if row_id in found and other != was.get(row_id):
                wish = self._decision(("row", row_id, "name"), name, other, other)
                wish = other if wish is ABSENT else wish
            made, number = wish, 2
            while made in taken:
                made, number = f"{wish}_{number}", number + 1
            found[row_id] = made
            taken.add(made)
        return {**was, **found}

    def _rows(self) -> set[str]:
        """The ids of the rows that stand in the end."""
        was, own, other = (_ids(flat) for flat in (self.base, self.mine, self.theirs))
        stay = (own & other) | (own - was) | (other - was)
        for row_id in sorted(was & (own ^ other)):
            path: Path = ("row", row_id)
            before = _cells(self.base, row_id)
            here = self.mine if row_id in own else self.theirs
            if _cells(here, row_id) == before:
                continue
            kept = MINE if row_id in own else THEIRS
            own_side, other_side = (MINE, ABSENT) if kept == MINE else (ABSENT, THEIRS)
            if self._decision(path, own_side, other_side, kept) == kept:
                stay |= {row_id, *_in_order(_inside(here), row_id)}
        return stay

    def _places(self, rows: set[str]) -> dict[str, list[str]]:
        """Which rows stand in which group: theirs, with my rows where I put them."""
        inside, own = _inside(self.theirs), _inside(self.mine)
        for row_id in _ids(self.theirs) - rows:
            around = _around(inside, row_id)
            at = inside[around].index(row_id)
            inside[around][at : at + 1] = inside.pop(row_id, [])
        here, placed, moved = _parents(own), set(_parents(inside)), self._moved(own)
        moved -= self._stay(own, moved & rows)
        for row_id in _in_order(own):
            if row_id not in rows or (row_id in placed and row_id not in moved):
                continue
            group = here[row_id]
            while group and group not in rows:
                group = here[group]
            if row_id in _upwards(inside, group):
                continue
            if row_id in placed:
                inside[_around(inside, row_id)].remove(row_id)
            placed.add(row_id)
            inside[group] = _beside(inside.get(group, []), own.get(here[row_id], []), row_id)
            if row_id in own:
                inside.setdefault(row_id, [])
        return inside

    def _moved(self, inside: Mapping[str, list[str]]) -> set[str]:
        """The rows that one side put elsewhere."""
        here, was = _parents(inside), _parents(_inside(self.base))
        moved = {row_id for row_id in here if row_id in was and here[row_id] != was[row_id]}
        for group, ids in inside.items():
            before = [each for each in self.base.get(("inside", group), ()) if each in here and each not in moved]
            moved |= out_of_order(before, [each for each in ids if each in was and each not in moved])
        return moved

    def _stay(self, own: Mapping[str, list[str]], moved: set[str]) -> set[str]:
        """Those of the rows I moved that stay where the other moved them."""
        other = _inside(self.theirs)
        both = moved & self._moved(other)
        shared = (set(_parents(own)) & set(_parents(other))) - both
        found = set()
        for row_id in sorted(both):
            mine, theirs = (_place(inside, row_id, shared) for inside in (own, other))
            if mine == theirs or self._decision(("place", row_id), mine, theirs, theirs) != mine:
                found.add(row_id)
        return found

    def _lists(self) -> dict[str, list[str]]:
        """The names of the choices of every list that has names."""
        found = {}
        for path in {**self.theirs, **self.mine}:
            if path[0] != "list":
                continue
            was, own, other = (flat.get(path) for flat in (self.base, self.mine, self.theirs))
            if own is None or other is None:  # one removed the list, or made it
                if was is not None and self._same_list(path[1], self.base, self.mine if other is None else self.theirs):
                    continue
                found[path[1]] = own or other or []
            else:
                found[path[1]] = self._order(path[1], was or [], own, other)
        return found

    def _order(self, name: str, was: Sequence[str], own: Sequence[str], other: Sequence[str]) -> list[str]:
        """Names of choices as both order them; what one removed and the other changed stays."""
        made = list(other)
        for code in was:
            if code not in own and code in made and not self._changed(name, code, self.theirs):
                made.remove(code)
        moved = out_of_order([each for each in was if each in own], [each for each in own if each in was])
        for code in own:
            if code in other and code not in moved:
                continue
            if code in was and code not in other and not self._changed(name, code, self.mine):
                continue
            if code in made:
                made.remove(code)
            made = _beside(made, own, code)
        return made

    def _changed(self, name: str, code: str, flat: Flat) -> bool:
        start: Path = ("choice", name, code)
        return _under(self.base, start) != _under(flat, start)

    def _same_list(self, name: str, one: Flat, two: Flat) -> bool:
        path: Path = ("list", name)
        return one.get(path) == two.get(path) and _under(one, ("choice", name)) == _under(two, ("choice", name))

    def _keep_lists(self, made: Flat) -> None:
        """A list that one removed and a question still takes comes back."""
        for path, name in list(made.items()):
            if path[0] != "row" or path[2:] != ("list",) or ("list", name) in made or ("whole", name) in made:
                continue
            for flat in (self.mine, self.theirs, self.base):
                if ("list", name) in flat or ("whole", name) in flat:
                    made |= {
                        p: each for p, each in flat.items() if p[0] in ("list", "whole", "choice") and p[1] == name
                    }
                    break


def _own_lists(base: Definition, mine: Definition, theirs: Definition) -> Definition:
    """*mine* with another name for lists that both made under one name."""
    before, own, other = ((each.get("choices") or {}) for each in (base, mine, theirs))
    names: dict[str, str] = {}
    for name in own:
        if name in before or name not in other or own[name] == other[name]:
            continue
        made, number = f"{name}_2", 3
        while made in own or made in other or made in names.values():
            made, number = f"{name}_{number}", number + 1
        names[name] = made
    return with_lists(mine, names)


def with_lists(definition: Definition, names: Mapping[str, str]) -> Definition:
    """The definition with lists renamed, in its rows too."""
    if not names:
        return definition

    def row(old: Row) -> Row:
        made = dict(old)
        if made.get("list") in names:
            made["list"] = names[made["list"]]
        source = (made.get("rows_from") or {}).get("source", "")
        if source.startswith("choices:") and source.removeprefix("choices:") in names:
            made["rows_from"] = {**made["rows_from"], "source": f"choices:{names[source.removeprefix('choices:')]}"}
        if made.get("children"):
            made["children"] = [row(each) for each in made["children"]]
        return made

    choices = {names.get(name, name): value for name, value in (definition.get("choices") or {}).items()}
    return {**definition, "choices": choices, "survey": [row(each) for each in definition["survey"]]}


def _names(definition: Definition) -> dict[str, Any]:
    return {row["id"]: row.get("name") for row, _parents in walk(definition)}


def _named(definition: Definition, names: Mapping[str, Any]) -> Definition:
    """The definition with the names that its rows will have, in conditions and texts too."""
    changed = {
        row["name"]: names[row["id"]]
        for row, _parents in walk(definition)
        if row.get("name") and names.get(row["id"]) and names[row["id"]] != row["name"]
    }
    if not changed:
        return definition

    def row(old: Row) -> Row:
        made = {**old, "name": names.get(old["id"]) or old.get("name")}
        if made.get("children"):
            made["children"] = [row(each) for each in made["children"]]
        return {cell: value for cell, value in made.items() if cell != "name" or value is not None}

    made = rename_references(definition, changed)
    return {**made, "survey": [row(each) for each in made["survey"]]}


def _ids(flat: Flat) -> set[str]:
    return {path[1] for path in flat if path[0] == "row"}


def _under(flat: Flat, start: Path) -> Flat:
    return {path: value for path, value in flat.items() if path[: len(start)] == start}


def _cells(flat: Flat, row_id: str) -> Flat:
    return _under(flat, ("row", row_id))


def _inside(flat: Flat) -> dict[str, list[str]]:
    return {path[1]: list(ids) for path, ids in flat.items() if path[0] == "inside"}


def _parents(inside: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {row_id: group for group, ids in inside.items() for row_id in ids}


def _place(inside: Mapping[str, list[str]], row_id: str, among: Collection[str]) -> list[str]:
    """The group in which a row stands, and the row of *among* before it there."""
    group = _around(inside, row_id)
    ids = inside[group]
    before = [each for each in ids[: ids.index(row_id)] if each in among]
    return [group, before[-1] if before else ""]


def _around(inside: Mapping[str, Iterable[str]], row_id: str) -> str:
    return next(group for group, ids in inside.items() if row_id in ids)


def _upwards(inside: Mapping[str, Iterable[str]], row_id: str) -> list[str]:
    """The row and the groups around it."""
    parents, found = _parents(inside), []
    while row_id:
        found.append(row_id)
        row_id = parents.get(row_id, "")
    return found


def _in_order(inside: Mapping[str, Sequence[str]], group: str = "") -> list[str]:
    found = []
    for row_id in inside.get(group, ()):
        found += [row_id, *(_in_order(inside, row_id) if row_id in inside else ())]
    return found


def _beside(ids: Sequence[str], wished: Sequence[str], one: str) -> list[str]:
    """*ids* with *one* put after the nearest of those that stand before it in *wished*."""
    before = wished[: wished.index(one)] if one in wished else wished
    at = next((ids.index(each) + 1 for each in reversed(before) if each in ids), 0)
    return [*ids[:at], one, *ids[at:]]


def out_of_order(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The few that have to be moved to bring *old* into the order of *new*."""
    if list(old) == list(new):
        return set()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(new) - {each for block in blocks for each in new[block.b : block.b + block.size]}


def _tidy(flat: Flat) -> Flat:
    """Without an empty cell where one side put texts into it, and without places of rows that are gone."""
    divided = {path[:-1] for path in flat if len(path) > 2}
    return {path: value for path, value in flat.items() if path not in divided}
