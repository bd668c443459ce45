"""Fixtures for tests of the portal and of modules: a pytest plugin that is there where the portal is installed.

It is loaded after the program that measures coverage has begun, and after conftest files have named it themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Bring the fixtures of portal.testing.plugin."""
    early_config.pluginmanager.import_plugin("portal.testing.plugin")
