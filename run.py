#!/usr/bin/env python3
"""The portal with one command, on a machine that has nothing but Python 3.11 or later.

    python3 run.py                  install, prepare, load demo data, start; prints address and sign-ins
    python3 run.py test             install the test extras and run the whole suite, on SQLite and on PostgreSQL
    python3 run.py test ARGS        the same extras, then pytest once with ARGS
    python3 run.py bench [ARGS]     run the benchmarks
    python3 run.py setup            install only

Everything goes into .venv beside this file. A folder wheels/ is used instead of the network where it exists.
The portal listens on PORTAL_PORT (5000) of PORTAL_HOST (127.0.0.1).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "portal-installed.json"
WHEELS = ROOT / "wheels"
OLDEST = (3, 11)

INPUTS = (
    "pyproject.toml",
    "requirements.lock",
    "hatch_build.py",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "portal/ui/classes.txt",
    "portal/ui/icons.txt",
)
"""When one of these changes, the next start installs again."""

GROUPS = {"start": ("build",), "setup": ("build",), "bench": ("build",), "test": ("build", "test")}
"""Command → dependency groups of pyproject.toml that it needs beside the portal's own dependencies."""

PIP_ENVIRONMENT = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}


def fail(message: str) -> NoReturn:
    """End the program with *message*, which says what to do."""
    sys.stderr.write(f"\n{message.rstrip()}\n")
    raise SystemExit(1)


def say(message: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def require_python(version: tuple[int, int]) -> None:
    """Refuse a Python that is too old."""
    if version < OLDEST:
        found = ".".join(map(str, version))
        fail(
            f"The portal needs Python 3.11 or later; this is Python {found}.\n"
            "Debian 12, Ubuntu 24.04 and later have it: apt install python3 python3-venv\n"
            "Elsewhere: https://www.python.org/downloads/ and then: python3.11 run.py"
        )


def requirements(groups: tuple[str, ...]) -> list[str]:
    """The direct dependencies of the portal and of *groups*, as pyproject.toml writes them."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted: list[str] = list(project["project"]["dependencies"])
    waiting = list(groups)
    while waiting:
        for entry in project["dependency-groups"][waiting.pop()]:
            if isinstance(entry, str):
                wanted.append(entry)
            else:
                waiting.append(entry["include-group"])
    return list(dict.fromkeys(wanted))


def checksum() -> str:
    """Of all that decides what is installed."""
    digest = hashlib.sha256(str(sys.version_info[:2]).encode())
    for name in INPUTS:
        path = ROOT / name
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()


def installed(groups: tuple[str, ...], wanted: str) -> bool:
    """Whether .venv already holds *groups* as of the checksum *wanted*."""
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
        vendored = (ROOT / "portal" / "ui" / "static" / "vendor" / "manifest.json").exists()
        return stamp["checksum"] == wanted and set(groups) <= set(stamp["groups"]) and PYTHON.exists() and vendored
    except (OSError, ValueError, KeyError, TypeError):
        return False


def runs(*command: str | Path) -> bool:
    """Whether *command* ends well, quietly."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """Make .venv with a pip in it, also where Debian's Python comes without ensurepip."""
    if VENV.exists() and not runs(PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        say("The environment in .venv no longer runs (another Python?); making it anew.")
        shutil.rmtree(VENV)
    if not VENV.exists():
        say("Making .venv ...")
        if runs(sys.executable, "-m", "venv", VENV):
            return
        shutil.rmtree(VENV, ignore_errors=True)
        if not runs(sys.executable, "-m", "venv", "--without-pip", VENV):
            fail("Python cannot make a virtual environment here.\nOn Debian and Ubuntu: apt install python3-venv")
    if runs(PYTHON, "-m", "pip", "--version") or runs(PYTHON, "-m", "ensurepip"):
        return
    source = ["--no-index", "--find-links", str(WHEELS)] if WHEELS.is_dir() else []
    if runs(sys.executable, "-m", "pip", "--python", PYTHON, "install", *source, "pip"):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    fail("This Python has neither ensurepip nor pip.\nOn Debian and Ubuntu: apt install python3-venv (or python3-pip)")


NO_NETWORK = """Is there a network?
Behind a proxy, set https_proxy; with an own package index, set PIP_INDEX_URL.
Without a network, put the packages into a folder wheels/ on another machine:
  python3 -m pip download -d wheels -r requirements.lock pip"""
NO_WHEELS = "wheels/ does not hold all that is needed;\ntake the folder away to install from the network."
NO_BUILD = 'What failed stands above, under "build:".'


def pip(title: str, advice: str, *arguments: str) -> None:
    """Run pip inside .venv, a line for each package it takes up; ends the program with *advice* where it fails."""
    say(title)
    command = [str(PYTHON), "-m", "pip", "install", *arguments]
    if WHEELS.is_dir():
        command += ["--no-index", "--find-links", str(WHEELS)]
    last: list[str] = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **PIP_ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as running:
        for line in running.stdout or ():
            last = [*last[-30:], line]
            match = re.match(r"Collecting ([\w.-]+)", line)
            if match:
                say(f"  {match[1]}")
            elif line.startswith("Installing collected packages"):
                say("  unpacking ...")
    if running.returncode:
        fail(f"{''.join(last)}\nThe installation failed. {advice}\nThen start again: what is done is kept.")


def install(command: str) -> None:
    """Bring .venv up to date for *command*; a moment where it already is."""
    groups = GROUPS[command]
    wanted = checksum()
    if installed(groups, wanted):
        return
    make_venv()
    STAMP.unlink(missing_ok=True)
    advice = NO_WHEELS if WHEELS.is_dir() else NO_NETWORK
    packages = "Installing packages (a minute or two the first time) ..."
    pip(packages, advice, "-c", "requirements.lock", *requirements(groups))
    build = "Building the portal's texts and browser parts ..."
    pip(build, NO_BUILD, "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    STAMP.write_text(json.dumps({"checksum": wanted, "groups": sorted(groups)}), "utf-8")
    say("Installed.")


def run(*command: str | Path) -> None:
    """One step; ends the program with the step's own exit code where it fails (it has said why)."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        raise SystemExit(code)


def become(*command: str | Path) -> NoReturn:
    """The last step takes the place of this program, so that Ctrl-C and signals reach it."""
    if os.name == "nt":
        raise SystemExit(subprocess.run(command, cwd=ROOT, check=False).returncode)
    os.chdir(ROOT)
    os.execv(command[0], [str(part) for part in command])


def tested() -> int:
    """Run the suite on SQLite, then what meets a database again on PostgreSQL; 0 where both passed."""
    # One worker more than cores: tests wait half of their time, for browsers and for processes that start.
    workers = str((os.cpu_count() or 1) + 1)
    usual = [str(PYTHON), "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal"]
    say("The whole suite, on SQLite …")
    first = subprocess.run(usual, cwd=ROOT, check=False).returncode
    say("What meets a database, on PostgreSQL …")
    second = subprocess.run(
        [*usual, "-m", "not browser"],
        cwd=ROOT,
        env=os.environ | {"PORTAL_TEST_DATABASE": "postgres"},
        check=False,
    ).returncode
    return first or second


def main(arguments: list[str]) -> None:
    """Do what the first argument says; see the text at the top of the file."""
    require_python(sys.version_info[:2])
    command, rest = (arguments[0], arguments[1:]) if arguments else ("start", [])
    if command in {"-h", "--help"}:
        sys.stdout.write(f"{(__doc__ or '').strip()}\n")
        return
    if command not in GROUPS or (rest and command in {"start", "setup"}):
        sys.stderr.write(f"{(__doc__ or '').strip()}\n\nrun.py does not know: {' '.join(arguments)}\n")
        raise SystemExit(2)
    install(command)
    if command == "test":
        if not rest:
            raise SystemExit(tested())
        become(PYTHON, "-m", "pytest", *rest)
    if command == "bench":
        become(PYTHON, "-m", "benchmarks", *rest)
    if command == "start":
        portal = SCRIPTS / ("portal.exe" if os.name == "nt" else "portal")
        run(portal, "db", "upgrade")
        run(portal, "demo", "load", "--if-empty")
        become(portal, "serve")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
