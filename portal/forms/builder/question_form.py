"""The form of one question: which fields its kind has, from the row to the form and back."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.forms import fields as question_types
from portal.forms.builder import cascade, conditions, lists, types
from portal.forms.builder.forms import content, language_name
from portal.forms.builder.outline import around, containers
from portal.forms.definition import Definition, Row, languages
from portal.forms.definition.cascade import fits
from portal.forms.definition.model import choice_list, list_source
from portal.forms.slots import Slot
from portal.i18n import _, _l, current_locale, pgettext
from portal.records import kinds
from portal.storage import PICTURES
from portal.ui.forms import ContentField, Form, RequiredInAny, VersionField, fields

_LONG = 20_000


def _expression(label: Any, hint: Any = "") -> Any:
    return fields.TextAreaField(
        label, [fields.Length(max=_LONG)], rows=2, description=hint, render_kw={"class_": "code", "spellcheck": "false"}
    )


class QuestionForm(Form):
    """Every field a kind of row may have; ``make`` takes away those that this one has not."""

    kind = fields.SelectField(_l("Type"), validators=[fields.InputRequired()])
    label = ContentField(_l("Question"), validators=[RequiredInAny()], max_length=3000, rows=2)
    hint = ContentField(_l("Help under the question"), max_length=1000, rows=2)
    picture = fields.FileField(
        _l("New picture"),
        kinds=PICTURES,
        max_bytes=5_000_000,
        description=_l("Shown with the question: PNG, JPG or WebP, up to 5 MB. Where it was taken is removed from it."),
    )
    image = fields.SelectField(_l("Picture of the question"), blank=_l("none"))
    choice_pictures = fields.FilesField(
        _l("Pictures for the choices"),
        kinds=PICTURES,
        max_bytes=5_000_000,
        description=_l("A file named like the code or the label of a choice becomes its picture: water.png."),
    )
    other_list = fields.SelectField(_l("Where the choices come from"), blank=_l("they are written here"))
    choices = fields.TextAreaField(_l("Choices, one on each line"), rows=7)
    depends = fields.SelectField(
        _l("The choices depend on the answer to"),
        blank=_l("no other question"),
        description=_l("Then each choice says, after its labels, which answer of that question it belongs to."),
    )
    required = fields.BooleanField(_l("Must be answered"))
    required_if = _expression(_l("Must be answered only when"), _l("A condition. Empty: always."))
    required_message = ContentField(_l("What people read when they leave it empty"), max_length=500)
    relevant = _expression(_l("Asked only when"), _l("A condition. Empty: always."))
    ask = fields.SelectField(_l("Question of the condition"), blank=_l("Choose…"))
    compare = fields.SelectField(_l("Comparison"), choices=conditions.OPERATORS, default="is")
    value = fields.StringField(_l("Value"))
    join = fields.SelectField(_l("With what is there"), choices=conditions.JOINS, default="and")
    constraint = _expression(
        _l("The answer is right when"), _l("A condition; the point stands for the answer: . >= 0 and . <= 100")
    )
    constraint_message = ContentField(
        _l("What people read when it is not"),
        max_length=500,
        description=_l(
            "Say what is possible, such as “A number from 0 to 100”. Without it people read only that it is not."
        ),
    )
    name = fields.StringField(
        _l("Name of the answer"),
        [fields.Length(max=100)],
        description=_l("The column in tables and the word in conditions. Empty: made from the question."),
    )
    calculation = _expression(_l("Worked out as"), _l("An expression, for example ${price} * ${number}."))
    default = fields.StringField(
        _l("First answer"), [fields.Length(max=1000)], description=_l("Stands there before people answer.")
    )
    appearance = fields.CheckboxesField(_l("How it is drawn"))
    read_only = fields.BooleanField(_l("People see it and cannot change it"))
    choice_filter = _expression(
        _l("Which choices fit"), _l("A condition on a column of the list: aimag = ${aimag}. Empty: all.")
    )
    rows_source = fields.SelectField(_l("One row for each"), blank=_l("rows that people add"))
    rows_filter = _expression(_l("Only rows for which"), _l("A condition on a column of the rows. Empty: all."))
    repeat_count = _expression(
        _l("Number of rows"), _l("An expression, for example ${children}. Empty: people add rows themselves.")
    )
    use = fields.CheckboxesField(
        _l("The answers are used for"),
        choices=[
            ("filter", _l("Filters in the list of answers")),
            ("chart", _l("Charts")),
            ("public", _l("Published by themselves, once the whole is approved")),
        ],
    )
    inside = fields.SelectField(_l("Stands in"), coerce=str)
    version = VersionField(default=1)

    parameters: dict[str, str]
    """Fields of this kind's own settings → their names in the row."""
    rare: list[str]
    """Those of them that few forms need."""


def make(
    definition: Definition,
    row: Row | None,
    kind: str,
    slot: Slot | None,
    *,
    version: int,
    inside: str = "",
    pictures: Sequence[str] = (),
) -> Any:
    """The form of *row* (None: a new one) seen as *kind*; *inside* is the group a new one goes into.

    *pictures* are the names of those that hang on the form.
    """
    locale = current_locale()
    cells = types.cells_of(kind)
    own = question_types.get(kind).parameters if kind not in types.CONTAINERS else {}
    names = {f"setting-{key}": key for key in own}
    extra: dict[str, Any] = {}
    for name, key in names.items():
        extra[name] = (
            fields.SelectField(own[key].title, choices=lambda: [(k.name, k.title) for k in kinds.all()])
            if (kind, key) == ("record", "kind")
            else fields.StringField(own[key].title, [fields.Length(max=200)])
        )
    cls: Any = type("RowForm", (QuestionForm,), extra)
    form = cls(data={**_data(definition, row, kind, names, inside), "version": version})
    form.parameters = names
    form.rare = [name for name, key in names.items() if key in types.RARE_SETTINGS]
    for name in _missing(cells, definition, row):
        del form[name]
    _fill(form, definition, row, kind, slot, locale)
    if "image" in form:
        now = str((row or {}).get("image") or "")
        there = [*pictures, *([now] if now and now not in pictures else [])]
        form.image.choices = [(name, name) for name in there]
        if not there:
            del form.image
    return form


def _missing(cells: frozenset[str], definition: Definition, row: Row | None) -> list[str]:
    """The fields that a row with *cells* has not."""
    needs = {
        "hint": "hint",
        "picture": "hint",
        "image": "hint",
        "choice_pictures": "choices",
        "choices": "choices",
        "other_list": "choices",
        "depends": "choices",
        "required": "required",
        "required_if": "required",
        "required_message": "required",
        "relevant": "relevant",
        "ask": "relevant",
        "compare": "relevant",
        "value": "relevant",
        "join": "relevant",
        "constraint": "constraint",
        "constraint_message": "constraint",
        "calculation": "calculation",
        "default": "default",
        "appearance": "appearance",
        "read_only": "read_only",
        "choice_filter": "choice_filter",
        "rows_source": "rows",
        "rows_filter": "rows",
        "repeat_count": "rows",
        "use": "use",
    }
    gone = [name for name, cell in needs.items() if cell not in cells]
    if row is not None and isinstance(row.get("read_only"), str) and "read_only" in cells:
        gone.append("read_only")
    if "choices" in cells and row is not None and list_source(definition, row.get("list")):
        gone += ["choices", "depends", "choice_pictures"]
    return gone


def _fill(form: Any, definition: Definition, row: Row | None, kind: str, slot: Slot | None, locale: str) -> None:
    """Choices and labels that depend on the form that is built."""
    offered: Any = types.others(kind) if row is not None else types.groups()
    form.kind.choices = [(str(title), [(each.name, each.title) for each in offers]) for title, offers in offered]
    form.kind.data = kind
    if kind in types.CONTAINERS:
        form.label.label.text = _("Heading")
        if "hint" in form:
            form.hint.label.text = _("Help under the heading")
    if (kind not in types.CONTAINERS and not question_types.get(kind).asks) or kind in types.CONTAINERS:
        form.label.validators = []
        form.label.flags.required = False
    if kind == "note":
        form.label.label.text = _("Text")
    row_id = row["id"] if row else ""
    groups = containers(definition, locale, row_id or "-")
    form.inside.choices = [("", _("the form itself")), *groups]
    if "ask" in form:
        asked = conditions.questions(definition, locale, row_id)
        form.ask.choices = [(each.name, each.name) for each in asked]
    if "other_list" in form:
        form.other_list.choices = _lists(definition, row, locale)
        form.other_list.flags.required = True
    if "choices" in form:
        form.choices.flags.required = True
        example = " | ".join([pgettext("choice", "code"), *(language_name(code) for code in languages(definition))])
        form.choices.description = _(
            "Code and label in each language, divided by a bar or pasted from a spreadsheet: %(example)s. The code may"
            " be left out.",
            example=example,
        )
        form.choices.description += " " + _(
            "A picture for a choice: %(column)s at the end of its line, and the file attached to the form.",
            column="image=house.png",
        )
    if "depends" in form:
        above = cascade.parents(definition, row, locale)
        form.depends.choices = above
        if not above:
            del form.depends
        elif not form.is_submitted() and form.depends.data not in dict(above):
            form.depends.data = None
    if "appearance" in form:
        offers_ = question_types.get(kind).appearances
        form.appearance.choices = [(each, types.APPEARANCES.get(each, each)) for each in offers_]
        form.appearance.data = [word for word in form.appearance.data or [] if word in offers_]
        if not offers_:
            del form.appearance
    if "rows_source" in form:
        form.rows_source.choices = _sources(definition, row, slot)


def _lists(definition: Definition, row: Row | None, locale: str) -> list[tuple[str, str]]:
    """The lists that are there, without the one the question writes itself."""
    own = row.get("list") if row and not list_source(definition, row.get("list")) else None
    found = []
    for name in definition.get("choices") or {}:
        if name != own:
            few = [str(each["name"]) for each in choice_list(definition, name)[:4]]
            found.append((name, f"{name}: {', '.join(few) or list_source(definition, name)}"))
    return found


def _sources(definition: Definition, row: Row | None, slot: Slot | None) -> list[tuple[str, str]]:
    """Where rows of a table may come from: the form's slot, lists of the form, what is there now."""
    found = []
    for source in slot.rows if slot else ():
        kind = kinds.get(source.removeprefix("records:"))
        found.append((source, str(kind.title) if kind else _("row of the portal (%(source)s)", source=source)))
    supplied = {source for source, _title in found}
    for kind in kinds.all():
        if f"records:{kind.name}" not in supplied:
            found.append((f"records:{kind.name}", str(kind.title)))
    found += [
        (f"choices:{name}", _("choice of the list %(name)s", name=name))
        for name in definition.get("choices") or {}
        if not list_source(definition, name)
    ]
    now = ((row or {}).get("rows_from") or {}).get("source", "")
    if now and now not in dict(found):
        found.append((now, now))
    return found


def _data(definition: Definition, row: Row | None, kind: str, names: dict[str, str], inside: str) -> dict[str, Any]:
    """What the page shows of a row."""
    row = row or {"id": "", "type": kind}
    required = row.get("required")
    condition = required if isinstance(required, str) and required.strip().lower() not in _SAID else ""
    source = row.get("rows_from") or {}
    parameters = row.get("parameters") or {}
    given = list_source(definition, row.get("list"))
    return {
        "kind": kind,
        "label": content(row.get("label")),
        "hint": content(row.get("hint")),
        "image": row.get("image") or None,
        "other_list": row.get("list") if given else None,
        "choices": lists.as_text(choice_list(definition, row.get("list")), languages(definition)),
        "depends": (fits(row.get("choice_filter")) or ("", ""))[1] or None,
        "required": bool(condition) or required is True or str(required).strip().lower() in _YES,
        "required_if": condition,
        "required_message": content(row.get("required_message")),
        "relevant": row.get("relevant") or "",
        "constraint": row.get("constraint") or "",
        "constraint_message": content(row.get("constraint_message")),
        "name": row.get("name") or "",
        "calculation": row.get("calculation") or "",
        "default": "" if row.get("default") is None else str(row["default"]),
        "appearance": str(row.get("appearance") or "").split(),
        "read_only": row.get("read_only") is True,
        "choice_filter": row.get("choice_filter") or "",
        "rows_source": source.get("source"),
        "rows_filter": source.get("filter") or "",
        "repeat_count": row.get("repeat_count") or "",
        "use": row.get("use") or [] if row["id"] else types.first_use(kind),
        "inside": around(definition, row["id"]) if row["id"] else inside,
        **{name: str(parameters.get(key, "")) for name, key in names.items()},
    }


_YES = ("yes", "true", "true()")
_SAID = (*_YES, "no", "false", "false()", "")
