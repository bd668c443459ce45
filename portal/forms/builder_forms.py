"""Forms of the builder's pages, all but that of a question."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from portal import clock
from portal.forms.definition import Definition, languages
from portal.i18n import _, _l
from portal.text import Content
from portal.ui.forms import ContentField, Form, RequiredInAny, VersionField, fields

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


class SettingsForm(Form):
    """Title, access and look of a form."""

    title = ContentField(_l("Title"), validators=[RequiredInAny()], max_length=200)
    mode = fields.RadioField(
        _l("Who fills it"),
        choices=[
            ("public", _l("Everyone who has the link, without an account")),
            ("invited", _l("Only those with an account whom the record concerns")),
        ],
        validators=[fields.InputRequired()],
    )
    anonymous = fields.BooleanField(
        _l("Anonymous"),
        description=_l("Neither account nor organisation is kept with the answers, and of the time only the day."),
    )
    once = fields.BooleanField(
        _l("Only once"),
        description=_l("One answer of each organisation for each record and period; counts for those with an account."),
    )
    opens = fields.DateTimeField(_l("Opens"), validators=[fields.Optional()])
    closes = fields.DateTimeField(
        _l("Closes"),
        validators=[fields.Optional(), fields.NotBefore("opens", _l("Enter a moment after the form opens."))],
    )
    limit = fields.IntegerField(_l("At most so many answers"), validators=[fields.Optional()], low=1, high=1_000_000)
    pages = fields.BooleanField(
        _l("One page for each group of questions"),
        description=_l("Long forms are easier to fill in parts. Without groups there is one page."),
    )
    default_language = fields.SelectField(
        _l("First language"), description=_l("The language of those who have not chosen one.")
    )
    form_id = fields.StringField(
        _l("Short name for machines"),
        validators=[fields.InputRequired(), fields.Length(max=100)],
        description=_l("For exports and commands; people do not see it."),
    )
    version = VersionField(default=1)

    def validate_once(self, field: Any) -> None:
        """What keeps no name cannot count names."""
        if field.data and self.anonymous.data:
            raise fields.ValidationError(str(ANONYMOUS_ONCE))


def settings_data(definition: Definition) -> dict[str, Any]:
    """What the settings page shows of a definition."""
    settings = definition["settings"]
    access = settings.get("access") or {}
    return {
        "title": Content.of(**_known(settings.get("form_title") or {})),
        "mode": access.get("mode") or "invited",
        "anonymous": bool(access.get("anonymous")),
        "once": bool(access.get("once")),
        "opens": moment(access.get("opens")),
        "closes": moment(access.get("closes")),
        "limit": access.get("limit"),
        "pages": "pages" in str(settings.get("style") or "").split(),
        "default_language": (languages(definition) or ["mn"])[0],
        "form_id": settings.get("form_id") or "",
    }


def settings_cells(form: Any, definition: Definition) -> dict[str, Any]:
    """The settings as the definition keeps them; what the page does not show stays."""
    settings = definition["settings"]
    style = [word for word in str(settings.get("style") or "").split() if word != "pages"]
    access = {
        **(settings.get("access") or {}),
        "mode": form.mode.data,
        "anonymous": form.anonymous.data,
        "once": form.once.data,
        "opens": as_text(form.opens.data),
        "closes": as_text(form.closes.data),
        "limit": form.limit.data,
    }
    return {
        "form_title": texts(form.title.data, settings.get("form_title")),
        "access": {key: value for key, value in access.items() if value is not None},
        "style": " ".join([*style, "pages"] if form.pages.data else style) or None,
        "default_language": form.default_language.data,
        "form_id": form.form_id.data,
    }


def texts(content: Content, before: Any = None) -> dict[str, str]:
    """A content as the definition keeps it; texts in languages the portal does not speak stay as they were."""
    foreign = {code: text for code, text in (before or {}).items() if code not in ("mn", "en")}
    return {**content.texts, **foreign}


def content(found: Any) -> Content:
    """Texts of a definition as the content of a field."""
    return Content.of(**_known(found or {}))


def _known(found: dict[str, str]) -> dict[str, Any]:
    return {code: text for code, text in found.items() if code in ("mn", "en")}


def language_name(code: str) -> str:
    """A language in the reader's words; the code where the portal does not speak it."""
    return {"mn": _("Mongolian"), "en": _("English")}.get(code, code)


def moment(text: Any) -> datetime | None:
    """A moment of the settings; one without a zone is in the portal's."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=clock.zone())).astimezone(UTC)


def as_text(at: datetime | None) -> str | None:
    """A moment as the settings keep it: in the portal's zone, with the zone's distance."""
    return at.astimezone(clock.zone()).isoformat(timespec="minutes") if at else None


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
