"""The card of the module."""

from portal.api import Manifest, _l

manifest = Manifest(
    name="subcommittees",
    version="0.1.0",
    title=_l("Sub-committee tasks"),
    description=_l("Follow-up tasks of the sub-committees and their desk officers: due dates, progress, outcome."),
    requires_portal=">=0.1,<1",
    maintainer="The portal's maintainers",
)
