"""Forms of the pages for administrators."""

from __future__ import annotations

from zoneinfo import available_timezones

from portal.i18n import _l
from portal.people import queries
from portal.people.forms import LANGUAGES
from portal.people.roles import FUNCTIONS, KINDS, ROLES, VOICES
from portal.ui.forms import ContentField, Form, RequiredInAny, VersionField, fields

NONE = _l("None")
WHOLE_SITE = _l("The whole portal")
ALL_UNITS = _l("All units")


class AccountForm(Form):
    """Name, address and language of an account."""

    version = VersionField()
    name = fields.StringField(_l("Name"), validators=[fields.InputRequired(), fields.Length(max=200)])
    email = fields.EmailField(
        _l("E-mail"),
        validators=[fields.InputRequired(), fields.Length(max=254)],
        description=_l("A new address signs the person out everywhere; both addresses are told."),
    )
    locale = fields.SelectField(_l("Language"), choices=LANGUAGES, validators=[fields.InputRequired()])
    person_id = fields.SelectField(
        _l("Person"),
        choices=queries.person_options,
        blank=NONE,
        coerce=int,
        description=_l("Who holds offices under this account."),
    )


class GrantForm(Form):
    """A role, where it holds and from when to when."""

    role = fields.SelectField(_l("Role"), choices=ROLES, blank=_l("Choose…"), validators=[fields.InputRequired()])
    org_id = fields.SelectField(_l("Organisation"), choices=queries.organisation_options, blank=WHOLE_SITE, coerce=int)
    unit_id = fields.SelectField(
        _l("Administrative unit"),
        choices=queries.unit_options,
        blank=ALL_UNITS,
        coerce=int,
        description=_l("With a unit, the role holds only for what belongs to it."),
    )
    function = fields.SelectField(
        _l("Function"), choices=FUNCTIONS, blank=NONE, description=_l("For a focal point only.")
    )
    valid_from = fields.DateField(_l("First day"), description=_l("Empty: today."))
    valid_to = fields.DateField(_l("Last day"), description=_l("Empty: until further notice."))


class InviteForm(GrantForm):
    """A new account with its first role."""

    name = fields.StringField(_l("Name"), validators=[fields.InputRequired(), fields.Length(max=200)])
    email = fields.EmailField(_l("E-mail"), validators=[fields.InputRequired(), fields.Length(max=254)])
    locale = fields.SelectField(_l("Language"), choices=LANGUAGES, validators=[fields.InputRequired()])


class TermForm(Form):
    """From when to when a role holds."""

    valid_from = fields.DateField(_l("First day"), validators=[fields.InputRequired()])
    valid_to = fields.DateField(_l("Last day"), description=_l("Empty: until further notice."))


class HandOverForm(Form):
    """Who takes a role over, and when."""

    to_user_id = fields.SelectField(
        _l("Successor"), coerce=int, blank=_l("Choose…"), validators=[fields.InputRequired()]
    )
    on = fields.DateField(_l("First day of the successor"), validators=[fields.InputRequired()])


class OrganisationForm(Form):
    """An organisation."""

    name = ContentField(_l("Name"), validators=[RequiredInAny()])
    short = ContentField(_l("Short name"), max_length=60)
    code = fields.StringField(
        _l("Code"),
        validators=[fields.InputRequired(), fields.Length(max=40)],
        description=_l("Letters a to z, digits and hyphens; used in files."),
    )
    kind = fields.SelectField(_l("Kind"), choices=KINDS, blank=_l("Choose…"), validators=[fields.InputRequired()])
    voice = fields.SelectField(
        _l("Voice"), choices=VOICES, blank=NONE, description=_l("For whom the organisation rates and reports.")
    )
    parent_id = fields.SelectField(_l("Belongs to"), choices=queries.organisation_options, blank=NONE, coerce=int)
    unit_id = fields.SelectField(_l("Administrative unit"), choices=queries.unit_options, blank=NONE, coerce=int)
    timezone = fields.SelectField(
        _l("Time zone"),
        choices=lambda: [(zone, zone) for zone in sorted(available_timezones())],
        default="Asia/Ulaanbaatar",
        validators=[fields.InputRequired()],
    )
    valid_from = fields.DateField(_l("Exists since"))
    valid_to = fields.DateField(_l("Existed until"), validators=[fields.NotBefore("valid_from")])


class OrganisationEditForm(OrganisationForm):
    """An organisation that is there already."""

    version = VersionField()
    renamed_on = fields.DateField(
        _l("New name since"),
        description=_l(
            "If the organisation was renamed: the first day of the new name. The old one is kept with "
            "its dates. Leave this empty to correct a mistake."
        ),
    )


class FormerNameForm(Form):
    """A name an organisation had."""

    name = ContentField(_l("Former name"), validators=[RequiredInAny()])
    valid_from = fields.DateField(_l("First day"))
    valid_to = fields.DateField(_l("Last day"), validators=[fields.InputRequired(), fields.NotBefore("valid_from")])


class OfficeForm(Form):
    """An office of an organisation."""

    title = ContentField(_l("Title of the office"), validators=[RequiredInAny()])


class HolderForm(Form):
    """Who holds an office."""

    family_name = fields.StringField(_l("Family name"), validators=[fields.Length(max=100)])
    given_name = fields.StringField(_l("Given name"), validators=[fields.InputRequired(), fields.Length(max=100)])
    valid_from = fields.DateField(_l("First day"), validators=[fields.InputRequired()])
    valid_to = fields.DateField(_l("Last day"), validators=[fields.NotBefore("valid_from")])


class SuccessorForm(Form):
    """Who takes an office over, and when; the present holder's term ends the day before."""

    family_name = fields.StringField(_l("Family name"), validators=[fields.Length(max=100)])
    given_name = fields.StringField(_l("Given name"), validators=[fields.InputRequired(), fields.Length(max=100)])
    valid_from = fields.DateField(_l("First day in office"), validators=[fields.InputRequired()])


class CloseOfficeForm(Form):
    """The last day of an office that no longer exists."""

    closed_on = fields.DateField(_l("Last day of the office"), description=_l("Empty: the office exists."))


class LastDayForm(Form):
    """The last day of a holder without a successor."""

    valid_to = fields.DateField(_l("Last day"), validators=[fields.InputRequired()])
