"""Tables of organisations, their former names, and the people who hold their offices."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase
from portal.text import LOCALES, Content, fold


class Organisation(CoreBase):
    """A body that takes part: ministry, Commission, governor's office, sub-committee, coalition, NGO.

    ``name`` and ``short`` are the present ones; former names stand in OrganisationName. ``voice`` says for whom it
    rates and reports (one of roles.VOICES, or none). ``unit_id`` is the administrative unit it is for.
    """

    __tablename__ = "portal_organisation"
    __audit__: ClassVar[str] = ""
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="term"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    voice: Mapped[str | None] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("portal_unit.id"), index=True)
    name: Mapped[Content]
    short: Mapped[Content] = mapped_column(default=Content)
    sort_mn: Mapped[str] = mapped_column(String(300), default="", index=True)
    sort_en: Mapped[str] = mapped_column(String(300), default="", index=True)
    folded: Mapped[str] = mapped_column(Text, default="")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Ulaanbaatar")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy types it so

    def exists_on(self, day: date) -> bool:
        """Whether the organisation exists on *day*, its first and last day included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class OrganisationName(CoreBase):
    """A former name of an organisation and the days it was in use, both included."""

    __tablename__ = "portal_organisation_name"
    __audit__: ClassVar[str] = ""
    __table_args__ = (CheckConstraint("valid_from IS NULL OR valid_to >= valid_from", name="term"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("portal_organisation.id"), index=True)
    name: Mapped[Content]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date]


class Person(CoreBase):
    """A person who holds or held an office; may have an account (User.person_id) or none."""

    __tablename__ = "portal_person"
    __audit__: ClassVar[str] = ""

    id: Mapped[int] = mapped_column(primary_key=True)
    family_name: Mapped[str] = mapped_column(String(100), default="")
    given_name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(210), default="", index=True)

    @property
    def display(self) -> str:
        """The name as offices write it, initial and given name: "Ж.Бямбадорж"."""
        return f"{self.family_name[0].upper()}.{self.given_name}" if self.family_name else self.given_name

    @property
    def full(self) -> str:
        """Family name, then given name, as Mongolian writes them."""
        return f"{self.family_name} {self.given_name}".strip()


class Office(CoreBase):
    """An office of an organisation, such as "Governor of Khovd"; who held it stands in OfficeHolding."""

    __tablename__ = "portal_office"
    __audit__: ClassVar[str] = ""

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("portal_organisation.id"), index=True)
    title: Mapped[Content]
    closed_on: Mapped[date | None]


class OfficeHolding(CoreBase):
    """That a person held an office from one day to another, both included; no end means today's holder."""

    __tablename__ = "portal_office_holding"
    __audit__: ClassVar[str] = ""
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="term"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("portal_office.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("portal_person.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


@event.listens_for(Organisation, "before_insert")
@event.listens_for(Organisation, "before_update")
def _organisation_keys(mapper: Any, connection: Any, org: Organisation) -> None:
    """Keep the sort keys and the search text in step with the names."""
    from portal.i18n import sort_key

    short = org.short or Content()
    org.sort_mn = sort_key(org.name.text("mn"))[:300]
    org.sort_en = sort_key(org.name.text("en"))[:300]
    words = [org.code, *(c.texts.get(locale, "") for c in (org.name, short) for locale in LOCALES)]
    org.folded = fold(" ".join(words))


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _person_key(mapper: Any, connection: Any, person: Person) -> None:
    """Keep the search text in step with the name."""
    person.name_key = fold(person.full)
