"""Fixtures for tests of the portal and of modules; a pytest plugin (``-p portal.testing.plugin``)."""
