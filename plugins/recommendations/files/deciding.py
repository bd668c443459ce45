"""What a row of a file means for the register: its terms, its bodies, its words, by the lists of the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from portal.api import LOCALES, Content, Organisation, clock, db, fold, force_locale, name_key, reference, select

from ..importers import NAMES, Parsed, ParsedRow, RowProblem, day_of, goal_of
from ..register import arranging
from ..scales import POSITIONS, TEXT_STATES
from ..wording import take_source
from .existing import SCHEMES, Existing, Pick, Values

CARRIED: dict[str, tuple[str, ...]] = {
    "thematic_list": ("text", "states", "position", "source", "heading", "theme", "group", "sdg"),
    "upr_info": ("text", "states", "position", "theme", "action"),
    "uhri": ("text", "states", "position", "source", "symbol", "published_on", "theme", "group", "sdg"),
}
"""What each format says; the rest of a recommendation is left as it is. The portal's own table says what it has."""

LISTS_OF_CYCLES = (4, 3, 2)


@dataclass
class Decided:
    """A row in the form of the register: only the fields its file carries."""

    values: Values
    picks: dict[str, list[Pick]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)


def vocabularies(parsed: Parsed, scheme: str, cycle: int) -> list[str]:
    """The lists in which labels of a file are looked for; a label that none has is added to the first."""
    if parsed.format == "upr_info" and scheme == "theme":
        return ["upr-info-issues"]
    if parsed.format in ("thematic_list", "upr_info"):
        return [reference.vocabulary_code(scheme, parsed.layout or 3)]
    first = cycle if cycle in LISTS_OF_CYCLES else LISTS_OF_CYCLES[0]
    codes = [first, *(each for each in LISTS_OF_CYCLES if each != first)]
    return [reference.vocabulary_code(scheme, each) for each in (*codes, None)]


class Decider:
    """Decides the rows of one file; reads each list once."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.own = parsed.format == "own_table"
        self._goals = {term.code: term for term in reference.terms("sdg")} if parsed.rows else {}

    def decide(self, row: ParsedRow, cycle: int, known: Existing | None, state_id: Callable[[str], int]) -> Decided:
        """The row in the form of the register; *state_id* gives the State of a name of the row."""
        values: Values = {
            "text": row.text,
            "states": [[variant.text, [state_id(name) for name in variant.states]] for variant in row.variants],
            "position": row.position,
            "source": list(take_source(row.source_of_position)),
            "heading": row.heading,
            "symbol": row.symbol,
            "published_on": row.published_on,
            "action": row.action,
        }
        if self.own:
            return self._own(row, known, values)
        decided = Decided({})
        for name in CARRIED[self.parsed.format]:
            if name in SCHEMES:
                decided.picks[name] = self._picks(row, name, cycle, known)
                values[name] = [pick.label for pick in decided.picks[name]]
            if name != "source" or row.source_of_position or self.parsed.format == "thematic_list":
                decided.values[name] = values[name]
        return decided

    # terms ---------------------------------------------------------------

    def _picks(self, row: ParsedRow, scheme: str, cycle: int, known: Existing | None) -> list[Pick]:
        """The terms of the labels of a row, each once; what the register has under a label stays."""
        if scheme == "sdg":
            return self._sdgs(row.goals or [str(goal) for goal in row.sdgs])
        codes = vocabularies(self.parsed, scheme, cycle)
        there = {pick.label: pick for pick in (known.picks[scheme] if known else ())}
        picks: dict[str, Pick] = {}
        for written in row.themes if scheme == "theme" else row.groups:
            term = next((found for code in codes if (found := self._index(scheme, code).find(written))), None)
            label = term.label if term else written
            own = there.get(label)
            differs = written if written != label else ""
            term_id = own.id if own else term.id if term else None
            picks.setdefault(label, Pick(term_id, label, differs or (own.written if own else ""), codes[0]))
        return list(picks.values())

    def _sdgs(self, goals: Iterable[str]) -> list[Pick]:
        """Goals with what the source wrote, several targets of one together."""
        written: dict[str, list[str]] = {}
        for goal in goals:
            written.setdefault(str(goal_of(goal)), []).append(goal)
        return [
            Pick(self._goals[code].id, code, "; ".join(each for each in texts if each not in (code, self._label(code))))
            for code, texts in written.items()
            if code in self._goals
        ]

    def _label(self, code: str) -> str:
        return str(self._goals[code].label)

    def _index(self, scheme: str, code: str) -> Any:
        if (scheme, code) not in self._indexes:
            self._indexes[scheme, code] = reference.term_index(scheme, vocabulary=code)
        return self._indexes[scheme, code]

    @cached_property
    def _indexes(self) -> dict[tuple[str, str], Any]:
        return {}

    # the portal's own table ----------------------------------------------

    def _own(self, row: ParsedRow, known: Existing | None, values: Values) -> Decided:
        carried = [name for name in self.parsed.carried if name in NAMES]
        decided = Decided({name: values[name] for name in ("heading", "symbol") if name in carried})
        cells = row.cells

        def refuse(column: str, code: str, **params: Any) -> None:
            decided.problems.append(RowProblem(row.row, column, code, params))

        if "text_en" in carried:
            decided.values["text"] = row.text
        if row.variants:
            decided.values["states"] = [[text or row.text, ids] for text, ids in values["states"]]
        if "position" in carried and row.position:
            code = self._words["position"].get(fold(row.position))
            if code is None:
                refuse("position", "own_position_unknown", value=row.position[:80], expected=list(POSITIONS))
            decided.values["position"] = code
        self._days(decided, carried, cells, refuse)
        self._source(decided, carried, cells, known)
        self._mongolian(decided, carried, cells, known, refuse)
        if "action" in carried:
            text = cells.get("action", "")
            if text and text not in ("1", "2", "3", "4", "5"):
                refuse("action", "action_unknown", value=text[:80])
            decided.values["action"] = int(text) if text.isdecimal() and text.isascii() else None
        if "sdgs" in carried:
            unknown = [goal for goal in row.goals if goal_of(goal) is None]
            for goal in unknown[:1]:
                refuse("sdgs", "sdg_unknown", value=goal[:80])
            self._put(decided, "sdg", self._kept_goals(row, known))
        for scheme, column, labels in (("theme", "themes", row.themes), ("group", "groups", row.groups)):
            if column in carried:
                self._put(decided, scheme, self._national(scheme, column, labels, known, refuse))
        self._responsible(decided, carried, cells, refuse)
        self._arranged(decided, carried, cells, known, refuse)
        if known is None:
            columns = {"text": "text_en", "states": "states", "position": "position"}
            missing = [column for name, column in columns.items() if not decided.values.get(name)]
            if missing and not decided.problems:
                refuse("number", "new_incomplete", missing=missing)
        return decided

    @staticmethod
    def _put(decided: Decided, scheme: str, picks: list[Pick]) -> None:
        decided.picks[scheme] = picks
        decided.values[scheme] = [pick.label for pick in picks]

    @staticmethod
    def _days(decided: Decided, carried: list[str], cells: Mapping[str, str], refuse: Callable[..., None]) -> None:
        for name, column in (("decided_on", "position_date"), ("published_on", "symbol_date")):
            if column not in carried:
                continue
            day = day_of(cells.get(column, ""))
            if day is None:
                refuse(column, "date_unknown", value=cells[column][:80])
            elif day > clock.today().isoformat():
                refuse(column, "date_future", value=day)
            decided.values[name] = day or ""

    @staticmethod
    def _source(decided: Decided, carried: list[str], cells: Mapping[str, str], known: Existing | None) -> None:
        columns = ("position_document", "position_paragraph")
        held = known.values["source"] if known else ["", ""]
        if any(column in carried for column in columns):
            decided.values["source"] = [
                " ".join(cells.get(column, "").split()) if column in carried else old
                for column, old in zip(columns, held, strict=True)
            ]

    def _mongolian(
        self,
        decided: Decided,
        carried: list[str],
        cells: Mapping[str, str],
        known: Existing | None,
        refuse: Callable[..., None],
    ) -> None:
        """The Mongolian text and how far it is; a text that is new and says nothing of it is a draft."""
        held = known.values if known else {"text": "", "text_mn": "", "text_mn_state": "missing"}
        text = cells.get("text_mn", "") if "text_mn" in carried else held["text_mn"]
        state = held["text_mn_state"] if text == held["text_mn"] else "draft"
        if "text_mn_state" in carried and (written := cells.get("text_mn_state", "")):
            code = self._words["text_mn_state"].get(fold(written))
            if code is None:
                refuse("text_mn_state", "text_state_unknown", value=written[:80], expected=list(TEXT_STATES))
            elif code != "missing":
                state = code
        elif known is not None and decided.values.get("text", held["text"]) != held["text"]:
            state = "draft"
        if "text_mn" in carried:
            decided.values["text_mn"] = text
        if "text_mn" in carried or "text_mn_state" in carried:
            decided.values["text_mn_state"] = state if text else "missing"

    def _kept_goals(self, row: ParsedRow, known: Existing | None) -> list[Pick]:
        written = {pick.label: pick.written for pick in (known.picks["sdg"] if known else ())}
        codes = dict.fromkeys(str(goal_of(goal)) for goal in row.goals)
        return [Pick(self._goals[code].id, code, written.get(code, "")) for code in codes if code in self._goals]

    def _national(
        self, scheme: str, column: str, labels: Iterable[str], known: Existing | None, refuse: Callable[..., None]
    ) -> list[Pick]:
        """The terms that the recommendation has under a name, else the national one, else one of a source."""
        codes = [reference.vocabulary_code(scheme, each) for each in (None, *LISTS_OF_CYCLES)]
        codes += ["upr-info-issues"] if scheme == "theme" else []
        picks: dict[int | None, Pick] = {}
        for label in labels:
            key = name_key(label)
            there = [pick for pick in (known.picks[scheme] if known else ()) if key in pick.keys]
            if not there:
                term = next((found for code in codes if (found := self._index(scheme, code).find(label))), None)
                if term is None:
                    near = [each.name.text("en") for each in self._index(scheme, codes[0]).nearest(label)]
                    refuse(column, "term_unknown", value=label[:80], nearest=near, scheme=scheme)
                    continue
                there = [Pick(term.id, term.label)]
            picks |= {pick.id: pick for pick in there if pick.id not in picks}
        return list(picks.values())

    def _responsible(
        self, decided: Decided, carried: list[str], cells: Mapping[str, str], refuse: Callable[..., None]
    ) -> None:
        for role in ("lead", "support"):
            if role not in carried:
                continue
            codes: list[str] = []
            for name in (part.strip() for line in cells.get(role, "").splitlines() for part in line.split(";")):
                if not name:
                    continue
                if (code := self._bodies.get(name_key(name))) is None:
                    near = get_close_matches(name_key(name)[:200], self._bodies, n=3, cutoff=0.55)
                    refuse(role, "body_unknown", value=name[:80], nearest=sorted({self._bodies[each] for each in near}))
                else:
                    codes.append(code)
            if role == "lead" and len(codes) > 1:
                refuse("lead", "lead_several", value="; ".join(codes)[:200])
            decided.values[role] = (codes[0] if codes else "") if role == "lead" else sorted(set(codes))
        lead = decided.values.get("lead")
        if lead and lead in decided.values.get("support", ()):
            decided.values["support"].remove(lead)

    def _arranged(
        self,
        decided: Decided,
        carried: list[str],
        cells: Mapping[str, str],
        known: Existing | None,
        refuse: Callable[..., None],
    ) -> None:
        """Targets, clusters and sub-points; of these a language that is not carried stays."""
        if "targets" in carried:
            decided.values["targets"], wrong = arranging.read_targets(cells.get("targets", ""))
            if wrong:
                refuse("targets", "target_unknown", value=", ".join(wrong[:5])[:80])
        if "clusters" in carried:
            lines = (part.strip() for line in cells.get("clusters", "").splitlines() for part in line.split(";"))
            found: set[str] = set()
            for line in filter(None, lines):
                code = self._codes.get(line.split()[0].casefold()) or self._clusters.get(name_key(line))
                if code is None:
                    near = get_close_matches(name_key(line)[:200], self._clusters, n=3, cutoff=0.55)
                    near += get_close_matches(line[:20].casefold(), self._codes, n=3, cutoff=0.55)
                    nearest = sorted({self._clusters.get(each) or self._codes[each] for each in near})
                    refuse("clusters", "cluster_unknown", value=line[:80], nearest=nearest)
                else:
                    found.add(code)
            decided.values["clusters"] = sorted(found)
        if "points_en" in carried or "points_mn" in carried:
            self._points(decided, carried, cells, known, refuse)

    @staticmethod
    def _points(
        decided: Decided,
        carried: list[str],
        cells: Mapping[str, str],
        known: Existing | None,
        refuse: Callable[..., None],
    ) -> None:
        texts = {}
        for place, lang in enumerate(("en", "mn"), 1):
            held = ((each[0], each[place]) for each in (known.values["points"] if known else ()))
            kept = "\n".join(f"{letter}) {text}" for letter, text in held if text)
            texts[lang] = cells.get(f"points_{lang}", "") if f"points_{lang}" in carried else kept
        try:
            found = arranging.read_points(Content.of(en=texts["en"], mn=texts["mn"]))
        except arranging.BadPoints as bad:
            refuse(f"points_{bad.lang}", "points_wrong", line=bad.line)
            return
        decided.values["points"] = [
            [letter, text.texts.get("en", ""), text.texts.get("mn", "")] for letter, text in found.items()
        ]

    @cached_property
    def _clusters(self) -> dict[str, str]:
        """Codes of clusters by every name that only one of them has."""
        found: dict[str, str | None] = {}
        for row in self._all_clusters:
            for key in {name_key(text) for text in row.name.texts.values()}:
                found[key] = row.code if found.get(key, row.code) == row.code else None
        return {key: code for key, code in found.items() if key and code is not None}

    @cached_property
    def _codes(self) -> dict[str, str]:
        """Codes of clusters, however they are written."""
        return {row.code.casefold(): row.code for row in self._all_clusters}

    @cached_property
    def _all_clusters(self) -> list[Any]:
        return arranging.clusters()

    @cached_property
    def _bodies(self) -> dict[str, str]:
        """Codes of organisations by every name that only one of them has; a code stands for itself."""
        found: dict[str, str | None] = {}
        stmt = select(Organisation.code, Organisation.name, Organisation.short).order_by(Organisation.code)
        rows = list(db.session.execute(stmt))
        for code, name, short in rows:
            for key in {name_key(text) for text in (*name.texts.values(), *(short.texts.values() if short else ()))}:
                found[key] = code if found.get(key, code) == code else None
        found |= {name_key(code): code for code, _name, _short in rows}
        return {key: code for key, code in found.items() if key and code is not None}

    @cached_property
    def _words(self) -> dict[str, dict[str, str]]:
        """Codes by their words in every language."""
        known = {"position": POSITIONS, "text_mn_state": TEXT_STATES}
        found: dict[str, dict[str, str]] = {name: {code: code for code in labels} for name, labels in known.items()}
        for locale in LOCALES:
            with force_locale(locale):
                for name, labels in known.items():
                    found[name] |= {fold(str(label)): code for code, label in labels.items()}
        return found
