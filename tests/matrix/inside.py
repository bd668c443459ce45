"""Run by test_absent_modules.py in a process of its own, where only a subset of the modules is on the disk."""

from __future__ import annotations

from tests.matrix.subsets import MODULES, faults


def test_every_page_opens_without_the_others(app, as_role, org):
    there = tuple(plugin.name for plugin in app.extensions["portal_host"].installed())
    assert set(there) <= set(MODULES)
    browsers = {
        "administrator": as_role("administrator"),
        "commission officer": as_role("commission_officer", org=org("nhrcm", kind="nhri", voice="nhri"), unit="MN-043"),
        "stranger": app.test_client(),
    }
    assert list(faults(app, browsers, there)) == []
