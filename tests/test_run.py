"""run.py: one command on a machine that has nothing but Python."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def run(tmp_path: Path) -> ModuleType:
    """run.py, told that a copy of its inputs in an empty folder is the source tree."""
    spec = importlib.util.spec_from_file_location("portal_run", ROOT / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in module.INPUTS:
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    module.ROOT = tmp_path
    module.VENV = tmp_path / ".venv"
    module.PYTHON = Path(sys.executable)
    module.STAMP = module.VENV / "portal-installed.json"
    module.WHEELS = tmp_path / "wheels"
    return module


@pytest.fixture
def steps(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What run.py does, noted down and not done."""
    done: list[str] = []

    def note(*command: object) -> None:
        done.append(" ".join(Path(part).name if isinstance(part, Path) else str(part) for part in command))

    def make_venv() -> None:
        done.append("make .venv")
        run.VENV.mkdir()
        manifest = run.ROOT / "portal" / "ui" / "static" / "vendor" / "manifest.json"
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text("{}", "utf-8")

    monkeypatch.setattr(run, "make_venv", make_venv)
    monkeypatch.setattr(run, "pip", lambda title, advice, *arguments: done.append(f"pip {' '.join(arguments)}"))
    monkeypatch.setattr(run, "run", note)
    monkeypatch.setattr(run, "become", note)
    return done


def test_the_first_start_installs_prepares_and_serves(run: ModuleType, steps: list[str]) -> None:
    run.main([])
    made, packages, project, *rest = steps
    assert made == "make .venv"
    assert packages.startswith("pip -c requirements.lock ")
    assert "flask>=" in packages
    assert "hatchling>=" in packages
    assert "pytest>=" not in packages
    assert project == f"pip --no-deps --no-build-isolation -e {run.ROOT}"
    assert rest == ["portal db upgrade", "portal demo load --if-empty", "portal serve"]


def test_a_second_start_installs_nothing(run: ModuleType, steps: list[str]) -> None:
    run.main(["setup"])
    steps.clear()
    run.main([])
    assert steps == ["portal db upgrade", "portal demo load --if-empty", "portal serve"]


def test_the_tests_bring_what_they_need(run: ModuleType, steps: list[str]) -> None:
    run.main(["setup"])
    run.VENV.rename(run.ROOT / "old")
    (run.ROOT / "old" / run.STAMP.name).rename(run.ROOT / "stamp")
    steps.clear()
    run.main(["test", "-k", "agreements"])
    assert "pytest>=" in steps[1]
    assert steps[-1].endswith(" -m pytest -k agreements")
    steps.clear()
    run.main([])
    assert steps[0] == "portal db upgrade"


def test_benchmarks_take_their_own_arguments(run: ModuleType, steps: list[str]) -> None:
    run.main(["bench", "G1"])
    assert steps[-1].endswith(" -m benchmarks G1")


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock", "package-lock.json", "portal/ui/icons.txt"])
def test_a_changed_input_installs_again(run: ModuleType, name: str) -> None:
    before = run.checksum()
    with (run.ROOT / name).open("a", encoding="utf-8") as changed:
        changed.write("\n")
    assert run.checksum() != before


@pytest.mark.parametrize("stamp", ["", "[]", "{}", '{"checksum": 1, "groups": null}'])
def test_a_damaged_stamp_installs_again(run: ModuleType, stamp: str) -> None:
    run.VENV.mkdir()
    run.STAMP.write_text(stamp, "utf-8")
    assert not run.installed(("build",), run.checksum())


def test_an_installation_cut_short_is_not_taken_for_whole(
    run: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.main(["setup"])
    (run.ROOT / "requirements.lock").write_text("", "utf-8")

    def broken(*arguments: str) -> None:
        raise SystemExit(1)

    monkeypatch.setattr(run, "make_venv", lambda: None)
    monkeypatch.setattr(run, "pip", broken)
    with pytest.raises(SystemExit):
        run.main(["setup"])
    assert not run.STAMP.exists()


def test_an_old_python_is_refused_with_what_to_do(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.require_python((3, 10))
    said = capsys.readouterr().err
    assert "this is Python 3.10" in said
    assert "apt install python3" in said


def test_an_old_python_can_read_the_file_at_all() -> None:
    """What is newer than Python 3.8 would end in a syntax error before the refusal is printed."""
    import ast

    ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("arguments", [["strat"], ["setup", "now"], ["--port", "80"]])
def test_an_unknown_command_is_refused_with_the_usage(
    run: ModuleType, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"does not know: {' '.join(arguments)}" in said
    assert "python3 run.py test" in said


def test_help_is_printed(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    run.main(["--help"])
    assert "python3 run.py bench" in capsys.readouterr().out


def failing_pip(run: ModuleType, tmp_path: Path) -> None:
    """A Python whose pip says something and fails."""
    fake = tmp_path / "fake.py"
    fake.write_text("print('Collecting flask'); print('ERROR: no such host'); raise SystemExit(1)", "utf-8")
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{fake}"\n', "utf-8")
    script.chmod(0o755)
    run.PYTHON = script


@pytest.mark.skipif(os.name == "nt", reason="uses a shell script")
def test_a_failed_installation_says_what_to_do(
    run: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing_pip(run, tmp_path)
    with pytest.raises(SystemExit):
        run.pip("Installing ...", run.NO_NETWORK, "flask")
    said = capsys.readouterr().err
    assert "  flask\n" in said
    assert "ERROR: no such host" in said
    assert "Is there a network?" in said
    assert "pip download -d wheels" in said


@pytest.mark.skipif(os.name == "nt", reason="the folder of programs has another name there")
def test_an_environment_without_pip_gets_one(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Debian without python3-venv: `-m venv` fails, pip comes through `pip --python`."""
    asked: list[str] = []

    def runs(*command: str | Path) -> bool:
        asked.append(" ".join(map(str, command[1:3])))
        return (command[1:3] == ("-m", "venv") and "--without-pip" in command) or "--python" in command

    monkeypatch.setattr(run, "runs", runs)
    run.make_venv()
    assert asked == ["-m venv", "-m venv", "-m pip", "-m ensurepip", "-m pip"]


def test_a_python_without_any_pip_is_told_what_to_install(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "runs", lambda *command: "--without-pip" in command)
    with pytest.raises(SystemExit):
        run.make_venv()
    assert "apt install python3-venv" in capsys.readouterr().err


def test_the_lock_pins_all_that_is_asked_for_and_names_no_host(run: ModuleType) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = {line.partition("==")[0] for line in lock.splitlines() if "==" in line}
    asked = {re.split(r"[\[<>=!~; ]", text, maxsplit=1)[0].lower() for text in run.requirements(("build", "test"))}
    assert asked <= pinned
    assert "://" not in lock
    assert "@" not in lock


def test_the_browser_parts_are_locked_by_hash_and_name_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = [package for place, package in lock["packages"].items() if place]
    assert packages
    assert all(package["integrity"].startswith("sha512-") and "resolved" not in package for package in packages)


def test_the_installed_tree_is_up_to_date() -> None:
    """`python hatch_build.py` does nothing, and nothing slow, where everything was built."""
    ran = subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
