"""Fields with choices: native selects, radio buttons and lists of check boxes, usable without scripts."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import wtforms
from wtforms.fields import SelectChoice

from portal.i18n import _, _l

CHOOSE = _l("Choose…")


def as_choices(pairs: Any, blank: Any = None) -> list[Any]:
    """SelectChoice objects from pairs of value and label, a mapping, or a mix with SelectChoice.

    A mapping whose values are mappings or lists makes groups. *blank* is the label of a first choice that
    means none. Labels may be lazy texts or contents.
    """
    out = [] if blank is None else [SelectChoice("", str(blank))]
    out.extend(_each(pairs.items() if isinstance(pairs, Mapping) else pairs, None))
    return out


def _each(pairs: Iterable[Any], group: str | None) -> Iterable[Any]:
    for pair in pairs:
        if isinstance(pair, SelectChoice):
            yield pair
        elif isinstance(pair, str):
            yield SelectChoice(pair, pair, optgroup=group)
        else:
            value, label = pair
            if isinstance(label, Mapping):
                yield from _each(label.items(), str(value))
            elif isinstance(label, list | tuple):
                yield from _each(label, str(value))
            else:
                yield SelectChoice(str(value), str(label), optgroup=group)


def _optional(coerce: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """*coerce* for whom an empty text is None."""

    def convert(value: Any) -> Any:
        return None if value is None or value == "" else coerce(value)

    return convert


def _ready(choices: Any, blank: Any) -> Any:
    """Choices for WTForms; those of a function are made when the form is drawn or checked."""
    if callable(choices):
        return lambda: as_choices(choices(), blank)
    return None if choices is None else lambda: as_choices(choices, blank)


class _Choosing:
    """Choices given as pairs or a mapping, at once, by a function, or later by ``field.choices = …``."""

    blank: Any = None

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "choices" and not callable(value):
            value = as_choices(value, self.blank)
        super().__setattr__(name, value)


class SelectField(_Choosing, wtforms.SelectField):
    """One of several. ``blank`` is the label of the choice that means none (its data is None)."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        choices: Any = None,
        blank: Any = None,
        coerce: Callable[[Any], Any] = str,
        **kwargs: Any,
    ) -> None:
        self.blank = blank
        super().__init__(label, validators, coerce=_optional(coerce), choices=_ready(choices, blank), **kwargs)


class RadioField(_Choosing, wtforms.RadioField):
    """One of a few, all in view."""

    grouped = True

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        choices: Any = None,
        coerce: Callable[[Any], Any] = str,
        **kwargs: Any,
    ) -> None:
        kwargs["choices"] = _ready(choices, None)
        super().__init__(label, validators, coerce=_optional(coerce), **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Nothing chosen is for a validator to judge."""
        if self.data is not None:
            super().pre_validate(form)


class CheckboxesField(_Choosing, wtforms.SelectMultipleField):
    """Any number of several, as a list of check boxes; data is a list of values in the order of the choices."""

    grouped = True
    widget: Any = wtforms.widgets.ListWidget(prefix_label=False)
    option_widget: Any = wtforms.widgets.CheckboxInput()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        choices: Any = None,
        coerce: Callable[[Any], Any] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, coerce=coerce, choices=_ready(choices, None), **kwargs)
        self.label.field_id = False


def _record_id(value: Any) -> int:
    number = int(value)
    if not 0 < number < 2**63:
        raise ValueError(value)
    return number


class RecordField(SelectField):
    """One record: ``options`` returns pairs of id and title (``records.options(user, kind)``); data is an id."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        options: Callable[[], Iterable[tuple[int, Any]]] | None = None,
        blank: Any = CHOOSE,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("choices", options)
        super().__init__(label, validators, blank=blank, coerce=_record_id, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """A record that is not offered is refused without saying whether it exists."""
        try:
            super().pre_validate(form)
        except wtforms.ValidationError:
            raise wtforms.ValidationError(_("Choose one of the entries of the list.")) from None


class RecordsField(CheckboxesField):
    """Several records, as a list of check boxes; data is a list of ids."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        options: Callable[[], Iterable[tuple[int, Any]]] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("choices", options)
        super().__init__(label, validators, coerce=_record_id, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Records that are not offered are refused without saying whether they exist."""
        try:
            super().pre_validate(form)
        except wtforms.ValidationError:
            raise wtforms.ValidationError(_("Choose entries of the list.")) from None
