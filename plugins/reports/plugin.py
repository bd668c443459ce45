"""The card of the module."""

from portal.api import Manifest, _l

manifest = Manifest(
    name="reports",
    version="0.1.0",
    title=_l("Reports"),
    description=_l("Mid-term, national and annual reports of each voice: figures, chart, table of recommendations."),
    requires_portal=">=0.1,<1",
    maintainer="The portal's maintainers",
)
