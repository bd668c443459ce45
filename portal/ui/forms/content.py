"""A text in two languages as one field: an input per language, and its state where that may be set."""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import wtforms

from portal.i18n import _, _l, format_number
from portal.text import LOCALES, STATES, Content
from portal.ui.forms.clean import normal, readable

LANGUAGES = {"mn": _l("Mongolian"), "en": _l("English")}
STATE_LABELS = {"draft": _l("Draft"), "checked": _l("Checked"), "official": _l("Official")}


@dataclass
class Part:
    """The input of one language."""

    lang: str
    name: str
    id: str
    text: str = ""
    state: str = "draft"
    errors: list[str] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The name of the language, in the reader's."""
        return str(LANGUAGES[self.lang])

    @property
    def state_name(self) -> str:
        """The name of the select of the state."""
        return f"{self.name}-state"


class ContentField(wtforms.Field):
    """A bilingual text; data is a Content. Its inputs are ``<name>-mn`` and ``<name>-en``.

    ``max_length`` counts characters per language. ``rows`` above 1 makes text areas. With ``states`` each
    language has a select ``<name>-<lang>-state``; without, a text that was changed becomes a draft and one that
    was not keeps its state.
    """

    widget = None
    errors: Any = ()
    process_errors: Any = ()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        max_length: int = 300,
        rows: int = 1,
        states: bool = False,
        **kwargs: Any,
    ) -> None:
        self.max_length, self.rows, self.states = max_length, rows, states
        self.parts: list[Part] = []
        super().__init__(label, validators, **kwargs)

    def process(self, formdata: Any, data: Any = wtforms.utils.unset_value, extra_filters: Any = None) -> None:
        """Take the stored content, then what was typed over it."""
        self.process_errors = []
        if data is wtforms.utils.unset_value:
            data = self.default() if callable(self.default) else self.default
        self.object_data = stored = data if isinstance(data, Content) else Content()
        self.data = stored
        self.parts = [
            Part(
                lang,
                f"{self.name}-{lang}",
                f"{self.id}-{lang}",
                stored.texts.get(lang, ""),
                stored.states.get(lang, "draft"),
            )
            for lang in LOCALES
        ]
        if formdata is not None and any(part.name in formdata for part in self.parts):
            self._read(formdata, stored)

    def _read(self, formdata: Any, stored: Content) -> None:
        texts: dict[str, str] = {}
        states: dict[str, str] = {}
        for part in self.parts:
            raw = formdata.get(part.name, "")
            try:
                part.text = normal(raw).strip()
            except ValueError as error:
                part.text = readable(raw)
                part.errors.append(str(error))
                self.process_errors.append(str(error))
                continue
            part.text = part.text.replace("\r\n", "\n")
            kept = stored.states.get(part.lang, "draft")
            part.state = kept if part.text == stored.texts.get(part.lang, "") else "draft"
            if self.states and formdata.get(part.state_name) in STATE_LABELS:
                part.state = formdata[part.state_name]
            if part.text:
                texts[part.lang] = part.text
                states[part.lang] = part.state
        self.data = Content(texts, {lang: state for lang, state in states.items() if state != "draft"})

    def pre_validate(self, form: Any) -> None:
        """Hold each language against the length limit."""
        for part in self.parts:
            over = len(part.text) - self.max_length
            if over > 0 and not part.errors:
                limit, count = format_number(self.max_length), format_number(over)
                self.fail(
                    part.lang,
                    _("The text is %(count)s characters over its limit of %(limit)s.", count=count, limit=limit),
                )
        if any(part.errors for part in self.parts):
            raise wtforms.validators.StopValidation()

    def fail(self, lang: str, message: str) -> None:
        """Put an error at the input of *lang*."""
        for part in self.parts:
            if part.lang == lang:
                part.errors.append(message)
        if message not in self.errors:
            self.errors = [*self.errors, message]

    def required_in(self) -> frozenset[str]:
        """The languages without which the field is not complete."""
        return frozenset(
            lang for validator in self.validators if isinstance(validator, RequiredIn) for lang in validator.locales
        )


class RequiredIn:
    """The text is required in each of *locales*: ``RequiredIn("mn")``, ``RequiredIn("mn", "en")``."""

    field_flags = {"required": True}  # noqa: RUF012 - the protocol of WTForms

    def __init__(self, *locales: str) -> None:
        if not locales or not set(locales) <= set(LOCALES):
            raise ValueError(f"languages are among {LOCALES}")
        self.locales = locales

    def __call__(self, form: Any, field: ContentField) -> None:
        """Raise where a language is empty."""
        missing = [lang for lang in self.locales if not field.data.texts.get(lang)]
        for lang in missing:
            field.fail(lang, _("Enter the text in %(language)s.", language=LANGUAGES[lang]))
        if missing:
            raise wtforms.validators.StopValidation()


class RequiredInAny:
    """The text is required in one language, whichever."""

    field_flags = {"required": True}  # noqa: RUF012 - the protocol of WTForms

    def __call__(self, form: Any, field: ContentField) -> None:
        """Raise where every language is empty."""
        if not field.data:
            raise wtforms.validators.StopValidation(_("Enter the text in at least one language."))


assert set(STATE_LABELS) == set(STATES) - {"missing"}
