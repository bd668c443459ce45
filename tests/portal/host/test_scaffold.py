"""`portal plugins new`, and the guide: its commands and changes are carried out as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from portal.cli import main
from portal.config import ROOT

GUIDE = ROOT / "docs" / "writing-a-plugin.md"
BLOCK = re.compile(r"^```(sh|diff)\n(.*?)^```$", re.M | re.S)
CRAWL = """
import json, sys
from portal import create_app
app = create_app({"LOG_STREAM": "stderr"})
print(json.dumps({path: app.test_client().get(path).status_code for path in sys.argv[1:]}))
"""


class Shell:
    """A shell in a fresh environment beside the portal: it sees the packages of the portal, and no network."""

    def __init__(self, folder: Path) -> None:
        self.at = folder
        self.bin = folder / "venv" / "bin"
        venv.create(folder / "venv")
        python = self.bin / "python"
        (site,) = folder.glob("venv/lib/python*/site-packages")
        beside = [path for path in sys.path if path.endswith("site-packages")]
        site.joinpath("portal.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in beside))
        for name, module in (("pip", "pip"), ("pytest", "pytest"), ("portal", "portal.cli")):
            script = self.bin / name
            script.write_text(f"#!{python}\nimport runpy\n\nrunpy.run_module({module!r}, run_name='__main__')\n")
            script.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PYTEST_", "COV"))}
        self.env = kept | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PORTAL_INSTANCE": str(folder / "instance"),
            "TMPDIR": str(folder),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say: none
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, commands: str) -> str:
        """Run *commands* where the last ones ended; returns what they printed."""
        script = f"set -e\n{commands}\npwd >&3\n"
        read, write = os.pipe()
        ran = subprocess.run(
            ["bash", "-c", f"exec 3>&{write}\n{script}"],
            cwd=self.at,
            env=self.env,
            capture_output=True,
            text=True,
            pass_fds=(write,),
            timeout=900,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            place = pipe.read().strip()
        assert ran.returncode == 0, f"{commands}\n{ran.stdout}\n{ran.stderr}"
        self.at = Path(place)
        return ran.stdout

    def change(self, diff: str) -> None:
        """Carry out a change of the guide; what it stands beside must be there once."""
        first, *lines = diff.splitlines()
        path = self.at / first.removeprefix("--- ")
        before = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
        after = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
        text = path.read_text("utf-8")
        assert text.count(before) == 1, diff
        path.write_text(text.replace(before, after), "utf-8")

    def answers(self, *paths: str) -> dict[str, int]:
        """The status of pages for somebody who has not signed in, asked of a portal that is started anew."""
        ran = subprocess.run(
            [self.bin / "python", "-c", CRAWL, *paths], env=self.env, capture_output=True, text=True, timeout=300
        )
        assert ran.returncode == 0, ran.stderr
        found: dict[str, int] = json.loads(ran.stdout)
        return found


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


@pytest.mark.slow
def test_the_guide_leads_from_nothing_to_a_module_and_back(shell):
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    states, pages, wheels = [], [], []
    for kind, text in blocks:
        if kind == "diff":
            shell.change(text)
            continue
        printed = shell.run(text)
        if "pytest" in text:
            assert re.search(r"\d+ passed", printed)
            assert not re.search(r"failed|error|skipped", printed)
        if "portal plugins list" in text:
            states += re.findall(r"^visits +[\d.]* +(\w+)", printed, re.M)
            pages.append(shell.answers("/", "/recommendations/", "/visits/"))
        if "pip wheel" in text:
            (wheel,) = shell.at.glob("dist/*.whl")
            wheels += zipfile.ZipFile(wheel).namelist()
    assert states == ["on", "on", "orphan"]
    assert pages == [{"/": 200, "/recommendations/": 200, "/visits/": status} for status in (303, 303, 404)]
    assert "portal_modules/visits/translations/mn/LC_MESSAGES/messages.mo" in wheels
    assert len([name for name in wheels if "/migrations/versions/" in name]) == 2


@pytest.mark.slow
def test_it_passes_its_own_tests_without_a_change_from_its_own_wheel(shell):
    shell.run('portal plugins new spring_walks --title "Children\'s walks"\ncd portal-spring-walks')
    ruff = f"{sys.executable} -m ruff"
    for settings in ("", f"--config {ROOT / 'pyproject.toml'}"):
        shell.run(f"{ruff} check {settings} .\n{ruff} format --check {settings} .")
    shell.run("portal i18n check\npip wheel -q --no-deps -w dist .\npip install -q --no-deps dist/*.whl")
    shell.run("mv portal_modules unseen")
    assert "11 passed" in shell.run("pytest -q -p no:cacheprovider")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Visits", "no name of a module"),
        ("v", "no name of a module"),
        ("lambda", "no name of a module"),
        ("a" * 25, "no name of a module"),
        ("forms", "cannot be told from forms"),
        ("recommendations", "cannot be told from recommendations"),
        ("recommendations_two", "cannot be told from recommendations"),
    ],
)
def test_a_name_that_no_module_can_have_is_refused(runner, tmp_path, name, why):
    ran = runner.invoke(main, ["plugins", "new", name, "--into", str(tmp_path)])
    assert ran.exit_code == 1
    assert why in ran.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ['A "module"', "100%", "<b>", "x" * 61])
def test_a_title_that_would_break_a_file_is_refused(runner, tmp_path, title):
    ran = runner.invoke(main, ["plugins", "new", "visits", "--title", title, "--into", str(tmp_path)])
    assert (ran.exit_code, list(tmp_path.iterdir())) == (1, [])


def test_nothing_that_is_there_is_written_over(runner, tmp_path):
    (tmp_path / "portal-visits").mkdir()
    ran = runner.invoke(main, ["plugins", "new", "visits", "--into", str(tmp_path)])
    assert ran.exit_code == 1
    assert "already there" in ran.output


def test_nothing_of_the_template_is_left_unfilled(runner, tmp_path):
    runner.invoke(main, ["plugins", "new", "visits", "--title", "Field visits", "--into", str(tmp_path)])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 25
    for path in files:
        assert not re.search(r"@\w+@|NAME\b", path.read_text("utf-8")), path
        assert not re.search(r"NAME|tmpl", str(path.relative_to(tmp_path))), path
