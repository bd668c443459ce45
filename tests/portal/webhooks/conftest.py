from tests.portal.forms.conftest import publish  # noqa: F401 - a fixture
