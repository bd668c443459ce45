"""Question types. ``register(type)`` adds one (plugins do it through a hook), ``get(name)`` finds one."""

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
    Organisation,
    Rank,
    RecordOf,
    SelectMultiple,
    SelectOne,
    Unit,
)
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
    """The type named *name*; a harmless read-only text where there is none."""
    return _registry.get(name)


def known() -> Mapping[str, QuestionType]:
    """All registered types by name, in the order of registration."""
    return _registry.types


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
    Acknowledge(),
    Note(),
    Calculate(),
    Hidden(),
    Unit(),
    Organisation(),
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
    "Kind",
    "Labels",
    "Parameter",
    "Parse",
    "Part",
    "QuestionType",
    "Refused",
    "Row",
    "get",
    "known",
    "plain_text",
    "readable",
    "register",
]
