"""Everything a module may use. Modules import this and nothing else of the portal; the core never imports it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import Select, and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import DeclarativeBase, aliased
from werkzeug.exceptions import Forbidden, NotFound

from portal import audit, clock, documents, jobs, meetings, records, storage
from portal.child import ChildFailed, InputRefused, run_limited
from portal.cli import Refused, acting_as, in_app
from portal.db import PluginModels, db, emit, transaction
from portal.documents.registry import DataColumn, Dataset, DocumentKind
from portal.documents.registry import registry as datasets
from portal.forms import fields as question_types
from portal.forms import publishing as form_publishing
from portal.forms import service as form_building
from portal.forms import submissions as form_filling
from portal.forms import use as forms
from portal.forms.answers.charts import SMALLEST, suppress
from portal.forms.slots import Slot
from portal.hookspecs import hookimpl
from portal.host.manifest import Manifest
from portal.host.settings import settings_of
from portal.host.types import Command, DemoLoader, Event, JobSpec, MenuItem, Panel, Settings
from portal.i18n import (
    LazyString,
    _,
    _l,
    current_locale,
    force_locale,
    format_date,
    format_number,
    format_percent,
    format_quarter,
    lazy_pgettext,
    ngettext,
    pgettext,
    sort_key,
)
from portal.people.identity import GrantView, Identity, current
from portal.people.identity import of_user as identity_of
from portal.people.links import absolute
from portal.people.models import Grant, Office, OfficeHolding, Organisation, Person, User
from portal.people.rights import Permission
from portal.people.roles import VOICES
from portal.records import Kind, Link, Record, StaleVersion
from portal.reference import ensure_cycle, ensure_term, name_key
from portal.reference import queries as reference
from portal.reference.models import Cycle, Region, RegionSet, State, Term, Unit, Vocabulary
from portal.routing import BEARER, PUBLIC, SIGNED_IN, Blueprint
from portal.text import LOCALES, Content, fold, nfc
from portal.ui import know_fields, lists
from portal.ui.forms import (
    ContentField,
    Form,
    MoneyField,
    RequiredIn,
    RequiredInAny,
    VersionField,
    as_choices,
    fields,
    parse_number,
)

__all__ = [
    "BEARER",
    "LOCALES",
    "PUBLIC",
    "SIGNED_IN",
    "SMALLEST",
    "VOICES",
    "Blueprint",
    "ChildFailed",
    "Command",
    "Content",
    "ContentField",
    "Cycle",
    "DataColumn",
    "Dataset",
    "DeclarativeBase",
    "DemoLoader",
    "DocumentKind",
    "Event",
    "Forbidden",
    "Form",
    "Grant",
    "GrantView",
    "Identity",
    "InputRefused",
    "JobSpec",
    "Kind",
    "LazyString",
    "Link",
    "Manifest",
    "MenuItem",
    "MoneyField",
    "NotFound",
    "Office",
    "OfficeHolding",
    "Organisation",
    "Panel",
    "Permission",
    "Person",
    "PluginModels",
    "Record",
    "Refused",
    "Region",
    "RegionSet",
    "RequiredIn",
    "RequiredInAny",
    "Select",
    "Settings",
    "Slot",
    "StaleVersion",
    "State",
    "Term",
    "Unit",
    "User",
    "VersionField",
    "Vocabulary",
    "_",
    "_l",
    "abort",
    "absolute",
    "acting_as",
    "aliased",
    "and_",
    "as_choices",
    "audit",
    "case",
    "clock",
    "current",
    "current_locale",
    "datasets",
    "db",
    "delete",
    "documents",
    "emit",
    "ensure_cycle",
    "ensure_term",
    "exists",
    "fields",
    "flash",
    "fold",
    "force_locale",
    "form_building",
    "form_filling",
    "form_publishing",
    "format_date",
    "format_number",
    "format_percent",
    "format_quarter",
    "forms",
    "func",
    "hookimpl",
    "identity_of",
    "in_app",
    "insert",
    "jobs",
    "know_fields",
    "lazy_pgettext",
    "lists",
    "meetings",
    "name_key",
    "nfc",
    "ngettext",
    "or_",
    "parse_number",
    "pgettext",
    "question_types",
    "records",
    "redirect",
    "reference",
    "render_template",
    "request",
    "run_limited",
    "select",
    "send_file",
    "settings_of",
    "sort_key",
    "storage",
    "suppress",
    "transaction",
    "update",
    "url_for",
]
