"""The card of the module."""

from portal.api import Manifest, _l

manifest = Manifest(
    name="agreements",
    version="0.1.0",
    title=_l("Agreements with local governments"),
    description=_l(
        "One agreement per aimag and year, clause by clause and linked with recommendations: "
        "signing, amendment, quarterly progress."
    ),
    requires_portal=">=0.1,<1",
    maintainer="The portal's maintainers",
)
