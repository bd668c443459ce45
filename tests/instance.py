"""A portal on the disk with tables and demo data, made once in a run of the tests; a test works on a copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portal.testing import shared
from tests.browser.live import make_instance


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The instance, to be copied, and the passwords of its accounts."""

    def make(folder: Path) -> None:
        passwords = make_instance(folder / "instance")
        (folder / "passwords.json").write_text(json.dumps(passwords), "utf-8")

    folder = shared.once(shared.folder_of(tmp_path_factory) / "portal", make)
    return folder / "instance", json.loads((folder / "passwords.json").read_text("utf-8"))
