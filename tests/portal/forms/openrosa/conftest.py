from __future__ import annotations

from typing import Any

import pytest

from tests.portal.forms.conftest import publish  # noqa: F401 - a fixture


@pytest.fixture
def client(app: Any) -> Any:
    """A program without cookies: its language is what its headers say."""
    return app.test_client()
