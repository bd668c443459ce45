"""Forms of the builder's pages, all but that of a question."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.i18n import _, _l
from portal.text import Content
from portal.ui.forms import ContentField, Form, VersionField, fields

XLSFORM = frozenset({"xlsx", "xls", "ods", "csv", "json"})
ANONYMOUS_ONCE = _l("An anonymous form does not know who has answered before. Choose one of the two.")


class NewForm(Form):
    """What a new form starts from, and its title."""

    start = fields.RadioField(_l("Begin with"), validators=[fields.InputRequired()])
    copy_of = fields.SelectField(_l("Earlier form"), blank=_l("Choose…"), coerce=int)
    title = ContentField(
        _l("Title"),
        max_length=200,
        description=_l("People see it above the questions. It can stay as it is in what you begin with."),
    )
    file = fields.FileField(
        _l("Spreadsheet (XLSForm) or definition"),
        kinds=XLSFORM,
        max_bytes=10_000_000,
        description=_l(
            "A form of KoboToolbox, ODK or of this portal: XLSX, XLS, ODS, CSV or its definition in JSON, up to 10 MB."
        ),
    )
    repair = fields.BooleanField(_l("Put right what can be put right by itself"), default=True)

    def validate_title(self, field: Any) -> None:
        """An empty form needs a title of its own."""
        if self.start.data == "empty" and not field.data:
            raise fields.ValidationError(_("Enter the text in at least one language."))

    def validate_copy_of(self, field: Any) -> None:
        """A form where one is to be copied."""
        if self.start.data == "copy" and not field.data:
            raise fields.ValidationError(_("Choose the form."))

    def validate_file(self, field: Any) -> None:
        """A file where one is to be read."""
        if self.start.data == "file" and not field.data:
            raise fields.ValidationError(_("Choose the file."))


class ImportForm(Form):
    """A spreadsheet that replaces the questions."""

    file = fields.FileField(
        _l("Spreadsheet (XLSForm) or definition"),
        validators=[fields.InputRequired(_l("Choose the file."))],
        kinds=XLSFORM,
        max_bytes=10_000_000,
        description=_l(
            "A form of KoboToolbox, ODK or of this portal: XLSX, XLS, ODS, CSV or its definition in JSON, up to 10 MB."
        ),
    )
    repair = fields.BooleanField(_l("Put right what can be put right by itself"), default=True)


def texts(content: Content, before: Any = None) -> dict[str, str]:
    """A content as the definition keeps it; texts in languages the portal does not speak stay as they were."""
    foreign = {code: text for code, text in (before or {}).items() if code not in ("mn", "en")}
    return {**content.texts, **foreign}


def content(found: Any) -> Content:
    """Texts of a definition as the content of a field."""
    return Content.of(**known(found or {}))


def known(found: dict[str, str]) -> dict[str, Any]:
    """The texts of a definition in the languages the portal speaks."""
    return {code: text for code, text in found.items() if code in ("mn", "en")}


def language_name(code: str) -> str:
    """A language in the reader's words; the code where the portal does not speak it."""
    return {"mn": _("Mongolian"), "en": _("English")}.get(code, code)


class PublishForm(Form):
    """The reason why missing translations are accepted."""

    waived = fields.TextAreaField(
        _l("Why it may be published as it is"),
        validators=[fields.Length(max=1000)],
        rows=2,
        description=_l("Kept with the version. Example: the form is for one soum where everyone reads Mongolian."),
    )


class ListForm(Form):
    """A list of choices as text."""

    name = fields.StringField(
        _l("Name of the list"),
        validators=[
            fields.InputRequired(),
            fields.Length(max=60),
            fields.Regexp(r"^[^\W\d][\w\-]*$", message=_l("A letter first, then letters, digits, _ and -.")),
        ],
        description=_l("Only for you; people do not see it."),
    )
    choices = fields.TextAreaField(_l("Choices"), validators=[fields.InputRequired()], rows=14)
    version = VersionField(default=1)


def texts_form(cells: Sequence[tuple[str, str, str, bool]]) -> Any:
    """The form of the translations page: a field for each (name, label, text, whether it has one line only)."""
    made: dict[str, Any] = {"version": VersionField(default=1)}
    for name, label, text, line in cells:
        length = fields.Length(max=5_000)
        made[name] = (
            fields.StringField(label, [length], default=text)
            if line
            else fields.TextAreaField(label, [length], default=text, rows=2)
        )
    return type("TextsForm", (Form,), made)
