"""Question types: the portal's own, and while their module is on those that modules bring through a hook."""

from __future__ import annotations

from collections.abc import Mapping

from portal.forms.fields.base import (
    Kind,
    Labels,
    Parameter,
    Parse,
    Part,
    QuestionType,
    Refused,
    Registry,
    Row,
    plain_text,
    readable,
)
from portal.forms.fields.choice import (
    File,
    Image,
    Office,
    Organisation,
    Rank,
    RecordOf,
    SelectMultiple,
    SelectOne,
    Signature,
    Unit,
)
from portal.forms.fields.location import Geopoint
from portal.forms.fields.modules import NAMED, of_modules
from portal.forms.fields.moment import Date, DateTime, Time
from portal.forms.fields.number import Decimal, Integer, Money, Range
from portal.forms.fields.text import (
    Acknowledge,
    Calculate,
    Email,
    Hidden,
    Meta,
    Note,
    Phone,
    RegisterNumber,
    TextType,
)
from portal.forms.messages import _l

_registry = Registry()


def register(kind: QuestionType) -> None:
    """Add a question type; raises ValueError when its name is taken. Call it at boot, before forms are compiled."""
    _registry.add(kind)


def get(name: str) -> QuestionType:
    """The type named *name*; a harmless read-only text where there is none or its module is off."""
    return _registry.types.get(name) or of_modules.get(name) or _registry.unknown


def is_known(name: str) -> bool:
    """Whether there is a type of that name now."""
    return name in _registry.types or of_modules.get(name) is not None


def is_own(name: str) -> bool:
    """Whether the type is one of the portal itself."""
    return name in _registry.types


def known() -> Mapping[str, QuestionType]:
    """All types there are now by name, the portal's own in their order first."""
    return {**_registry.types, **of_modules.all()}


for _kind in (
    TextType(),
    Integer(),
    Decimal(),
    Money(),
    Date(),
    Time(),
    DateTime(),
    SelectOne(),
    SelectMultiple(),
    Rank(),
    Range(),
    Email(),
    Phone(),
    RegisterNumber(),
    File(),
    Image(),
    Signature(),
    Geopoint(),
    Acknowledge(),
    Note(),
    Calculate(),
    Hidden(),
    Unit(),
    Organisation(),
    Office(),
    RecordOf(),
    Meta("start", _l("Time when filling began")),
    Meta("end", _l("Time when filling ended")),
    Meta("today", _l("Day of filling")),
    Meta("username", _l("User name")),
    Meta("deviceid", _l("Device id")),
    Meta("phonenumber", _l("Phone number of the device")),
    Meta("useremail", _l("E-mail address of the user"), "email"),
):
    register(_kind)

__all__ = [
    "NAMED",
    "Kind",
    "Labels",
    "Parameter",
    "Parse",
    "Part",
    "QuestionType",
    "Refused",
    "Row",
    "get",
    "is_known",
    "is_own",
    "known",
    "of_modules",
    "plain_text",
    "readable",
    "register",
]
