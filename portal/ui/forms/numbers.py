"""Numbers as people type them: "1 234 567,5", "1,234,567.5", "₮ 1'200"."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms

from portal.i18n import _

_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009'’_]|₮|MNT", re.IGNORECASE)
_GROUPS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*")
_LONGEST = 40


class BadNumber(ValueError):
    """Text that is no number."""


def parse_number(text: str) -> Decimal:
    """The number in *text*; raises BadNumber.

    Blanks, apostrophes and the tugrik sign do not count. Of a comma and a dot the last one begins the
    decimals. A single comma or several of one kind before groups of three digits divide thousands, as the
    portal itself writes them ("1,234" is 1234); any other comma, and a single dot, begins the decimals.
    """
    bare = _BLANKS.sub("", text)
    sign = -1 if bare[:1] in {"-", "−"} else 1
    bare = bare[1:] if bare[:1] in {"+", "-", "−"} else bare
    if len(bare) > _LONGEST:
        raise BadNumber(text)
    if "," in bare and "." in bare:
        decimal = max(",.", key=bare.rfind)
        whole, _mark, rest = bare.rpartition(decimal)
        other = "," if decimal == "." else "."
        if not (_GROUPS.fullmatch(whole) and other in whole) or not rest.isdigit():
            raise BadNumber(text)
        bare = f"{whole.replace(other, '')}.{rest}"
    elif _GROUPS.fullmatch(bare) and ("," in bare or bare.count(".") > 1):
        bare = bare.replace(",", "").replace(".", "")
    else:
        bare = bare.replace(",", ".", 1)
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", bare):
        raise BadNumber(text)
    try:
        return sign * Decimal(bare)
    except InvalidOperation:
        raise BadNumber(text) from None


class _NumberField(wtforms.Field):
    """A number typed as text: browsers' own number controls refuse blanks and know no Mongolian."""

    widget = wtforms.widgets.TextInput()
    inputmode = "decimal"

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.low, self.high = low, high
        self.render_kw = {"inputmode": self.inputmode, "autocomplete": "off", **(self.render_kw or {})}

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._shown()

    def _shown(self) -> str:
        return f"{self.data:f}" if isinstance(self.data, Decimal) else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; raises ValueError in words."""
        if not valuelist:
            return
        self.data = None
        if not valuelist[0].strip():
            return
        try:
            number = parse_number(valuelist[0])
        except BadNumber:
            raise ValueError(_("Enter a number, such as 1,234.5.")) from None
        self.data = self._typed(number)

    def _typed(self, number: Decimal) -> Any:
        return number

    def pre_validate(self, form: Any) -> None:
        """Hold the number against its limits."""
        if self.data is None or self.process_errors:
            return
        if self.low is not None and self.data < self.low:
            raise wtforms.ValidationError(_("Enter a number that is not below %(low)s.", low=self.low))
        if self.high is not None and self.data > self.high:
            raise wtforms.ValidationError(_("Enter a number that is not above %(high)s.", high=self.high))


class DecimalField(_NumberField):
    """A number with decimals; data is a Decimal or None. ``places`` is how many decimals are allowed."""

    def __init__(self, label: Any = None, validators: Any = None, *, places: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("high", 10**15)
        kwargs.setdefault("low", -(10**15))
        super().__init__(label, validators, **kwargs)
        self.places = places

    def _typed(self, number: Decimal) -> Decimal:
        if number != number.quantize(Decimal(1).scaleb(-self.places)):
            raise ValueError(_("Enter at most %(places)s decimals.", places=self.places))
        return number


class MoneyField(DecimalField):
    """An amount in tugriks, whole unless ``places`` says otherwise; not negative."""

    def __init__(self, label: Any = None, validators: Any = None, *, places: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("low", 0)
        super().__init__(label, validators, places=places, **kwargs)

    unit = "₮"


class IntegerField(_NumberField):
    """A whole number; data is an int or None. Limits by ``low`` and ``high``, at most what a database keeps."""

    inputmode = "numeric"

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("high", 2**31 - 1)
        kwargs.setdefault("low", -(2**31))
        super().__init__(label, validators, **kwargs)

    def _typed(self, number: Decimal) -> int:
        if number != number.to_integral_value():
            raise ValueError(_("Enter a whole number."))
        return int(number)


class VersionField(wtforms.Field):
    """The version of the record that the page was drawn from, hidden; data is an int.

    A page sent without it cannot be compared with what is stored and is refused.
    """

    widget = wtforms.widgets.HiddenInput()

    def __init__(self, label: Any = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; raises ValueError in words."""
        self.data = None
        if not valuelist or not re.fullmatch(r"[0-9]{1,9}", valuelist[0]):
            raise ValueError(_("This page is out of date. Open it again before you save."))
        self.data = int(valuelist[0])
