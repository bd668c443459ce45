"""All pages of forms: importing this module adds them to the blueprint."""

from portal import jobs
from portal.forms import mapping, pictures, published_views, saved, views
from portal.forms.answers import files as answers_files
from portal.forms.answers import removal, upload
from portal.forms.answers import views as answers_views
from portal.forms.blueprint import bp
from portal.forms.builder import history as builder_history
from portal.forms.builder import pages as builder_pages
from portal.forms.filling import codes as fill_codes
from portal.forms.filling import files as fill_files
from portal.forms.filling import invited, public
from portal.forms.filling import views as fill_views
from portal.forms.invitations import views as invitation_views
from portal.forms.offline import doors as offline_doors
from portal.forms.offline import pages as offline_pages
from portal.forms.offline import rescue_views as offline_rescue
from portal.i18n import _l
from portal.records import Kind
from portal.ui import know_changes

KIND = Kind(
    "form",
    _l("Form"),
    "core",
    "forms.show",
    icon="forms",
    statuses=views.STATUSES,
    tones=views.TONES,
)
"""The kind of record a form is."""
bp.record(lambda state: jobs.schedule("forms_tidy", "50 3 * * *", fill_files.tidy))
bp.record(lambda state: jobs.schedule("forms_saved", "45 3 * * *", saved.tidy))
bp.record(lambda state: jobs.register("forms_index", mapping.in_background))

know_changes("definition", builder_history.lines)

PAGES = (
    views,
    public,
    invited,
    fill_codes,
    fill_views,
    invitation_views,
    published_views,
    answers_views,
    answers_files,
    removal,
    upload,
    pictures,
    offline_doors,
    offline_pages,
    offline_rescue,
    *builder_pages.PAGES,
)
"""The files whose pages stand on the blueprint."""

__all__ = ["KIND", "PAGES", "bp"]
