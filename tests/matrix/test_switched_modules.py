"""Every subset of modules switched on, over demo data that links all of them: what is off is gone, all else works."""

from __future__ import annotations

import pytest

from portal import demo
from portal.db import transaction
from portal.host import service
from tests.matrix.subsets import MODULES, faults, name, subsets


@pytest.mark.slow
def test_what_is_off_is_gone_and_all_else_works(app, sign_in):
    loaded = demo.load()
    host = app.extensions["portal_host"]
    browsers = {
        "administrator": sign_in(loaded.user("admin")),
        "commission officer": sign_in(loaded.user("commission")),
        "stranger": app.test_client(),
    }
    wrong = {}
    for subset in subsets():
        with transaction():
            for module in MODULES:
                service.switch(host, module, module in subset, user_id=None)
        if found := list(faults(app, browsers, subset)):
            wrong[name(subset)] = found
    assert wrong == {}
