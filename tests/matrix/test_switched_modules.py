"""Every subset of modules switched on, over demo data that links all of them: what is off is gone, all else works."""

from __future__ import annotations

import pytest

from portal.db import transaction
from portal.host import service
from tests.matrix.subsets import MODULES, faults, name, subsets


@pytest.mark.slow
@pytest.mark.parametrize("subset", subsets(), ids=name)
def test_what_is_off_is_gone_and_all_else_works(app, demo_data, sign_in, subset):
    host = app.extensions["portal_host"]
    browsers = {
        "administrator": sign_in(demo_data.user("admin")),
        "commission officer": sign_in(demo_data.user("commission")),
        "stranger": app.test_client(),
    }
    with transaction():
        for module in MODULES:
            service.switch(host, module, module in subset, user_id=None)
    assert list(faults(app, browsers, subset)) == []
