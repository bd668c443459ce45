"""Permissions of the first page and the search."""

from portal.i18n import _l
from portal.people.rights import Permission

PERMISSIONS = [Permission("home.read", _l("Open the first page and search"), ("public",))]
