"""The settings page of a form: title, who fills it, from when to when, how it looks."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal import clock
from portal.forms.access import moment, zone_of
from portal.forms.builder.forms import ANONYMOUS_ONCE, known, texts
from portal.forms.definition import Definition, languages
from portal.forms.offline.rules import SETTING
from portal.i18n import _, _l
from portal.text import Content
from portal.ui.forms import ContentField, Form, RequiredInAny, VersionField, fields


class LocalField(fields.DateTimeField):
    """A moment typed in the zone that is chosen beside it; data is as it was read, without a zone of its own."""

    def _value(self) -> str:
        if self.data is not None and self.data.tzinfo is None:
            return str(self.data.strftime("%Y-%m-%dT%H:%M"))
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ``2026-11-23T14:05``; raises ValueError in words."""
        super().process_formdata(valuelist)
        if self.data is not None and self.data.tzinfo is not None:
            self.data = self.data.astimezone(clock.zone()).replace(tzinfo=None)


class SettingsForm(Form):
    """Title, access and look of a form."""

    title = ContentField(_l("Title"), validators=[RequiredInAny()], max_length=200)
    mode = fields.RadioField(
        _l("Who fills it"),
        choices=[
            ("public", _l("Everyone who has the link, without an account")),
            ("invited", _l("Only those with an account whom the record concerns")),
            ("personal", _l("Only those who get a link or a code of their own, without an account; each sends once")),
        ],
        validators=[fields.InputRequired()],
        description=_l("People without an account are invited on the page of the form, once it is published."),
    )
    anonymous = fields.BooleanField(
        _l("Anonymous"),
        description=_l("Neither account nor organisation is kept with the answers, and of the time only the day."),
    )
    once = fields.BooleanField(
        _l("Only once"),
        description=_l(
            "One answer of each organisation for each record and period; counts for those with an account. For people"
            " without one choose links of their own above: each sends once, also where the form is anonymous."
        ),
    )
    zone = fields.SelectField(
        _l("Time zone"), description=_l("The two moments are read in it, and people see it beside them.")
    )
    opens = LocalField(_l("Opens"), validators=[fields.Optional()])
    closes = LocalField(
        _l("Closes"),
        validators=[fields.Optional(), fields.NotBefore("opens", _l("Enter a moment after the form opens."))],
    )
    offline = fields.BooleanField(
        _l("May be filled without a network"),
        description=_l(
            "A device that has opened the form keeps it, and the answers until there is a network again. Whoever holds"
            " the device can read them unless they are locked by a PIN; of an anonymous form they always are."
        ),
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
        if field.data and self.anonymous.data and self.mode.data != "personal":
            raise fields.ValidationError(str(ANONYMOUS_ONCE))

    def validate_offline(self, field: Any) -> None:
        """A link of one's own is used up in the portal, which a device without a network cannot know."""
        if field.data and self.mode.data == "personal":
            raise fields.ValidationError(
                _("With links of their own people fill the form in the portal. Choose one of the two.")
            )


def settings_data(definition: Definition) -> dict[str, Any]:
    """What the settings page shows of a definition."""
    settings = definition["settings"]
    access = settings.get("access") or {}
    return {
        "title": Content.of(**known(settings.get("form_title") or {})),
        "mode": access.get("mode") or "invited",
        "anonymous": bool(access.get("anonymous")),
        "once": bool(access.get("once")),
        "offline": access.get(SETTING) is True,
        "opens": local(access.get("opens")),
        "closes": local(access.get("closes")),
        "zone": zone_in(access),
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
        SETTING: form.offline.data or None,
        "opens": as_text(form.opens.data, form.zone.data),
        "closes": as_text(form.closes.data, form.zone.data),
        "limit": form.limit.data,
    }
    return {
        "form_title": texts(form.title.data, settings.get("form_title")),
        "access": {key: value for key, value in access.items() if value is not None},
        "style": " ".join([*style, "pages"] if form.pages.data else style) or None,
        "default_language": form.default_language.data,
        "form_id": form.form_id.data,
    }


def local(text: Any) -> datetime | None:
    """A moment of the settings as it reads in its zone, for a field beside which the zone stands."""
    found = moment(text)
    return found.astimezone(zone_of(found)).replace(tzinfo=None) if found else None


def zone_in(access: Mapping[str, Any]) -> str:
    """The key of the zone in which a form opens and closes."""
    found = moment(access.get("closes")) or moment(access.get("opens"))
    return zone_of(found).key if found else clock.zone().key


def as_text(at: datetime | None, zone: str) -> str | None:
    """A moment as the settings keep it: as it reads in *zone*, with the distance of that zone."""
    return at.replace(tzinfo=ZoneInfo(zone)).isoformat(timespec="minutes") if at else None
