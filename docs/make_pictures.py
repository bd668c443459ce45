"""Make the pictures of docs/using from demo data: ``python docs/make_pictures.py`` (run by hand, after `run.py test`).

A portal of its own starts in a folder that is thrown away, on a free port; Debian's Chromium (or the one that
PORTAL_BROWSER names) opens the pages as the demo accounts. ``python docs/make_pictures.py home task`` makes only those.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "using" / "pictures"
PORTAL = [sys.executable, "-m", "portal.cli"]
WIDTH, HEIGHT = 1280, 860
LIMIT = 110_000
"""Bytes of one picture; the quality goes down until it fits."""


@dataclass(frozen=True)
class Shot:
    """One picture: who looks (None: nobody signed in), the first page, and links to follow by their address."""

    name: str
    who: str | None
    path: str
    follow: str = ""
    text: str = ""
    width: int = WIDTH


SHOTS = (
    Shot("home", "coordinator", "/"),
    Shot("glance", None, "/recommendations/glance"),
    Shot("recommendations", None, "/recommendations/"),
    Shot("recommendation", "coordinator", "/recommendations/", r"/recommendations/\d+$"),
    Shot("compare", "forum", "/recommendations/compare"),
    Shot("consultations-board", "commission", "/consultations/board"),
    Shot("consultation", "commission", "/consultations/?status=approved", r"/consultations/\d+$", text="Ховд|Khovd"),
    Shot("task", "deskofficer", "/work", r"/subcommittees/tasks/\d+$"),
    Shot("agreements-board", "coordinator", "/agreements/board"),
    Shot("agreement", "khovd", "/agreements/", r"/agreements/\d+$", text="Ховд|Khovd"),
    Shot("report", "coordinator", "/reports/", r"/reports/\d+$"),
    Shot("modules", "admin", "/modules/"),
)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def portal() -> Iterator[tuple[str, dict[str, str]]]:
    """A portal with demo data: its address and the passwords by account."""
    with tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder:
        settings = {"PORTAL_INSTANCE": folder, "PORTAL_LOG_LEVEL": "ERROR"}
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")} | settings
        for words in (["db", "upgrade"], ["demo", "load"]):
            subprocess.run([*PORTAL, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        lines = (Path(folder) / "demo-sign-ins.txt").read_text("utf-8").split("\n")
        passwords = {line.split()[0].partition("@")[0]: line.split()[1] for line in lines if line.strip()}
        port = free_port()
        serving = subprocess.Popen(  # noqa: S603
            [*PORTAL, "serve", "--port", str(port)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            base = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{base}/healthz", timeout=2)  # noqa: S310 - an address of our own
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                raise SystemExit("the portal did not start")
            yield base, passwords
        finally:
            serving.terminate()
            serving.wait(30)


def compressed(png: bytes) -> bytes:
    """The picture as WebP of at most LIMIT bytes."""
    with Image.open(BytesIO(png)) as picture:
        for quality in range(80, 20, -10):
            out = BytesIO()
            picture.convert("RGB").save(out, "WEBP", quality=quality, method=6)
            if out.tell() <= LIMIT:
                break
    return out.getvalue()


def sign_in(page: Any, who: str, password: str) -> None:
    """Sign in as a demo account."""
    page.goto("/account/sign-in?lang=en")
    page.fill("input[name=email]", f"{who}@demo.example")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    if "/sign-in" in page.url:
        raise SystemExit(f"{who} could not sign in")


def opened(page: Any, shot: Shot, lang: str) -> None:
    """Open the page of *shot* in *lang*, following its link where it has one."""
    answer = page.goto(f"{shot.path}{'&' if '?' in shot.path else '?'}lang={lang}")
    if shot.follow:
        links = page.eval_on_selector_all("main a[href]", "all => all.map(a => [a.getAttribute('href'), a.innerText])")
        fitting = [href for href, text in links if re.search(shot.follow, href) and re.search(shot.text, text)]
        if not fitting:
            raise SystemExit(f"{shot.name}: no link {shot.follow} on {shot.path}")
        answer = page.goto(fitting[0])
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    if answer.status >= 400:
        raise SystemExit(f"{shot.name}: {page.url} answers {answer.status}")


def main(names: list[str]) -> None:
    """Make the pictures of those *names*, or all."""
    from playwright.sync_api import sync_playwright

    chosen = [shot for shot in SHOTS if not names or shot.name in names]
    browser = shutil.which(os.environ.get("PORTAL_BROWSER", "chromium"))
    if browser is None:
        raise SystemExit("there is no Chromium: apt install chromium, or set PORTAL_BROWSER to its path")
    TARGET.mkdir(parents=True, exist_ok=True)
    with portal() as (base, passwords), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for key in dict.fromkeys((shot.who, shot.width) for shot in chosen):
            who, width = key
            context = chromium.new_context(
                base_url=base, viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce"
            )
            page = context.new_page()
            if who:
                sign_in(page, who, passwords[who])
            for shot in (each for each in chosen if (each.who, each.width) == key):
                for lang in ("mn", "en"):
                    opened(page, shot, lang)
                    path = TARGET / f"{shot.name}-{lang}.webp"
                    path.write_bytes(compressed(page.screenshot()))
                    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")
            context.close()
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
