"""A whole portal as its operator starts it: a process of its own, an instance of its own, demo data."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 180


def _environment(instance: Path) -> dict[str, str]:
    """No setting of the machine, no proxy: only what this portal is told."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    return kept | {
        "PORTAL_INSTANCE": str(instance),
        "PORTAL_PASSWORD_HASH": "cheap",
        "PORTAL_PLUGIN_ERRORS": "raise",
        "PYTHONUNBUFFERED": "1",
    }


def command(instance: Path, *arguments: str) -> str:
    """Run ``portal …`` on *instance*; returns what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", *arguments],
        cwd=ROOT,
        env=_environment(instance),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, f"portal {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def make_instance(instance: Path) -> dict[str, str]:
    """A new instance with tables and demo data; the passwords by the name of the account."""
    command(instance, "db", "upgrade")
    said = command(instance, "demo", "load")
    return dict(re.findall(r"^\s+(\S+)@demo\.example\s+(\S+)\s*$", said, re.MULTILINE))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Live:
    """A running portal."""

    instance: Path
    passwords: dict[str, str]
    url: str = ""
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def copy_of(cls, template: Path, instance: Path, passwords: dict[str, str]) -> Live:
        """A portal of its own with the data of *template*."""
        shutil.copytree(template, instance)
        return cls(instance, passwords)

    def start(self) -> None:
        """Start ``portal serve`` and wait until it is ready."""
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        log = (self.instance / "serve.log").open("wb")
        with log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", "serve", "--port", str(port)],
                cwd=ROOT,
                env=_environment(self.instance),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log()
            try:
                with opener.open(f"{self.url}/readyz", timeout=10):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.stop()
        raise AssertionError(f"the portal was not ready after {START_SECONDS} seconds:\n{self.log()}")

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def log(self) -> str:
        """The end of what the process said."""
        return (self.instance / "serve.log").read_text("utf-8", "replace")[-4000:]

    def run(self, *arguments: str) -> str:
        """Run a ``portal`` command beside it."""
        return command(self.instance, *arguments)
