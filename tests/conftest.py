"""All tests use the fixtures of portal.testing; one Chromium and one instance with demo data serve all that need it."""

pytest_plugins = ["portal.testing.plugin", "tests.chromium", "tests.instance"]
