"""The card of the module."""

from portal.api import Manifest, _l

manifest = Manifest(
    name="recommendations",
    version="0.1.0",
    title=_l("Recommendations"),
    description=_l("The register of UPR recommendations, their positions, and the ratings of every voice."),
    requires_portal=">=0.1,<1",
    maintainer="The portal's maintainers",
)
