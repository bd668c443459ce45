"""Words of refusals are compared in English; a search makes addresses, so there is a request."""

from __future__ import annotations

import pytest

from portal.i18n import force_locale


@pytest.fixture(autouse=True)
def in_english(app):
    with app.test_request_context(), force_locale("en"):
        yield
