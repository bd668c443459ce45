"""The part of the publishing page that says what becomes of answers already there, and asks what is to be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from portal.forms.builder.forms import PublishForm
from portal.forms.builder.types import offer
from portal.forms.definition import Compiled
from portal.forms.engine.convert import Asked
from portal.forms.engine.lineage import Rule
from portal.forms.engine.view import label_of, plain
from portal.forms.mapping import Column, Decision, Earlier, Offer, Prospect
from portal.forms.messages import pick
from portal.i18n import _, _l, format_number, ngettext, pgettext
from portal.ui.forms import fields


class DecisionForm(PublishForm):
    """With the reason of what is decided about answers."""

    why = fields.TextAreaField(
        _l("Why answers are read so"),
        validators=[fields.Length(max=1000)],
        rows=2,
        description=_l("Needed where something is chosen above. Kept with the version for everyone who reads answers."),
    )


TITLES = {
    "choices": _l("Choices"),
    "retyped": _l("Other type"),
    "moved": _l("Other table"),
    "removed": _l("Removed"),
}
TONES = {"choices": "warning", "retyped": "warning", "moved": "neutral", "removed": "danger"}


@dataclass
class Option:
    """A line of a list to choose from."""

    value: str
    text: str
    chosen: bool = False


@dataclass
class Gone:
    """A choice that was chosen and is there no more; ``name`` is that of its control."""

    name: str
    label: str
    count: int
    options: list[Option]


@dataclass
class Case:
    """A question whose answers need a decision, or a word on what becomes of them."""

    row: str
    name: str
    label: str
    kind: str
    count: int
    versions: str
    text: str
    hidden: bool = False
    """Whether the only thing to decide is about its choices."""
    options: list[Option] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    lost: str = ""
    """Answers that do not fit what is chosen, or could be chosen first."""
    older: bool = False
    """Whether it was decided before: an earlier version asks it no more."""

    @property
    def title(self) -> Any:
        """The kind in words."""
        return TITLES[self.kind]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return TONES[self.kind]


def posted(given: Mapping[str, str], without: Sequence[str] = (), why: str = "") -> Decision:
    """What was chosen on the page: ``to:<type>:<row>`` and ``choice:<type>:<row>:<code>``."""
    choices: dict[tuple[str, str], dict[str, str]] = {}
    targets: dict[tuple[str, str], str] = {}
    for name, value in given.items():
        what, *parts = name.split(":")
        if what == "to" and len(parts) == 2 and value:
            targets[unquote(parts[1]), unquote(parts[0])] = value
        elif what == "choice" and len(parts) == 3 and value:
            choices.setdefault((unquote(parts[1]), unquote(parts[0])), {})[unquote(parts[2])] = value
    rules = tuple(Rule(*source, target, choices.get(source, {})) for source, target in targets.items())
    return Decision(rules, tuple(int(each) for each in without if each.isdecimal() and len(each) < 9), why)


def cases(prospect: Prospect, draft: Compiled, decision: Decision, last: Compiled, locale: str) -> list[Case]:
    """What stands on the page, in the order of the form."""
    chosen = {(rule.source, rule.type): rule for rule in decision.rules}
    found = []
    for column in prospect.columns:
        if column.kind != "kept":
            made = _case(column, draft, chosen.get(column.asked.key), locale)
            node = last.by_id.get(column.asked.node.id)
            made.older = column.kind == "removed" and node is None
            found.append(made)
    return found


def name_of(asked: Asked, locale: str) -> str:
    """The words of a question, its name where it has none."""
    return pick(asked.node.row.get("label"), locale, asked.node.name)


def _at(column: Column) -> str:
    return f"{quote(column.asked.type, safe='')}:{quote(column.asked.node.id, safe='')}"


def _case(column: Column, draft: Compiled, rule: Rule | None, locale: str) -> Case:
    numbers = ", ".join(map(str, sorted(column.numbers)))
    label = name_of(column.asked, locale)
    made = Case(column.asked.node.id, f"to:{_at(column)}", label, column.kind, column.count, numbers, "")
    target: Asked | None = None
    if column.kind == "choices":
        made.hidden, target = True, Asked(draft, draft.by_id[column.asked.node.id], 0)
        made.text = _("Some of these answers are choices that are not in the list any more. They stay readable.")
    elif column.kind == "moved":
        made.text = _("It stands in another part of the form now: these answers stay in a column of their own.")
    else:
        made.options = _options(column, rule)
        if column.kind == "removed":
            made.text = _(
                "It is not asked any more. These answers stay in a column of their own at the end of exports."
            )
        else:
            was, now = column.asked.type, str(draft.by_id[column.asked.node.id].row["type"])
            made.text = _("It was “%(old)s” and becomes “%(new)s”.", old=offer(was).title, new=offer(now).title)
        taken = next((each for each in column.offers if rule and each.target.node.id == rule.target), None)
        target = taken.target if taken else None
        own = next((each for each in column.offers if each.target.node.id == column.asked.node.id), None)
        made.lost = _lost(taken or own)
        if own is not None:
            fits, all_ = format_number(own.fits), format_number(column.count)
            made.text += " " + _("%(fits)s of %(count)s fit without loss.", fits=fits, count=all_)
    if target is not None and target.node.allowed is not None:
        given = rule.choices if rule else {}
        for code, count in column.gone.most_common(50):
            made.gone.append(_gone(column, code, count, target, given.get(code, ""), locale))
    return made


def _figures(column: Column, found: Offer) -> str:
    return _("%(fits)s of %(count)s fit", fits=format_number(found.fits), count=format_number(column.count))


def _options(column: Column, rule: Rule | None) -> list[Option]:
    keep = _("Not asked any more") if column.kind == "removed" else _("Keep in a column of its own")
    found = [Option("", keep, rule is None)]
    for each in column.offers:
        figures = _figures(column, each)
        kind = offer(each.target.type).title
        if each.target.node.id == column.asked.node.id:
            text = _("Convert to “%(type)s”: %(figures)s", type=kind, figures=figures)
        else:
            text = _(
                "Give to “%(question)s” (%(type)s): %(figures)s",
                question=each.target.node.name,
                type=kind,
                figures=figures,
            )
        chosen = rule is not None and rule.target == each.target.node.id
        found.append(Option(each.target.node.id, text, chosen))
    return found


def _lost(found: Offer | None) -> str:
    if found is None or not found.lost:
        return ""
    examples = ", ".join(f"“{_plain(each)}”" for each in found.examples)
    return ngettext(
        "%(num)s answer does not fit, and stays in a column of its own: %(examples)s.",
        "%(num)s answers do not fit, and stay in a column of their own, for example %(examples)s.",
        found.lost,
        examples=examples,
    )


def _plain(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else plain(value)
    return text if len(text) < 60 else f"{text[:59]}…"


def _gone(column: Column, code: str, count: int, target: Asked, given: str, locale: str) -> Gone:
    known = {str(item["name"]): label_of(item, locale) for item in column.asked.choices}
    options = [Option("", pgettext("answers", "Leave as it is"), not given)]
    for item in target.choices:
        name = str(item["name"])
        options.append(Option(name, label_of(item, locale), given == name))
    return Gone(f"choice:{_at(column)}:{quote(code, safe='')}", known.get(code, code), count, options)


@dataclass
class Before:
    """A decision that holds, in words."""

    number: int
    why: str
    lines: list[str]
    chosen: bool


def before(found: Sequence[Earlier], asked: Mapping[str, str], decision: Decision) -> list[Before]:
    """What was decided when earlier versions were published; *asked* are the words of questions by id."""
    return [
        Before(each.number, each.why, [in_words(rule, asked) for rule in each.rules], each.number in decision.without)
        for each in found
    ]


def in_words(rule: Rule, asked: Mapping[str, str]) -> str:
    """A rule as a sentence."""
    source, target = asked.get(rule.source, rule.source), asked.get(rule.target, rule.target)
    if rule.source == rule.target:
        text = _(
            "Answers to “%(question)s” of type “%(type)s” are converted.", question=source, type=offer(rule.type).title
        )
        text = text if not rule.choices else _("Answers to “%(question)s”:", question=source)
    else:
        text = _("Answers to “%(question)s” belong to “%(other)s”.", question=source, other=target)
    pairs = ", ".join(f"{old} → {new}" for old, new in rule.choices.items())
    return f"{text} {pairs}".strip()


def words_of(stages: Sequence[Compiled], locale: str) -> dict[str, str]:
    """The words of every question by its id, the newest."""
    return {
        node.id: pick(node.row.get("label"), locale, node.name)
        for compiled in stages
        for node in compiled.nodes
        if node.kind == "question"
    }
