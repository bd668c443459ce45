"""All tests use the fixtures of portal.testing; those with a browser share one Chromium."""

pytest_plugins = ["portal.testing.plugin", "tests.chromium"]
