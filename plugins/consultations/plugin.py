"""The card of the module."""

from portal.api import Manifest, _l

manifest = Manifest(
    name="consultations",
    version="0.1.0",
    title=_l("Consultations"),
    description=_l("Provincial, regional and national consultations: plan, participants, minutes of what was said."),
    requires_portal=">=0.1,<1",
    maintainer="The portal's maintainers",
)
