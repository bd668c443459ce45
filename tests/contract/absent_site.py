"""A site of its own process for test_absent: read with one module taken off the disk."""

from __future__ import annotations

import importlib.abc
import json
import secrets
import sys
from itertools import islice
from pathlib import Path
from typing import Any

ABSENT = "agreements"
OTHERS = ["consultations", "recommendations", "reports", "subcommittees"]


class Gone(importlib.abc.MetaPathFinder):
    """Whoever imports the absent module fails, as if its folder were deleted."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == f"plugins.{ABSENT}" or name.startswith(f"plugins.{ABSENT}."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def site(instance: Path, plugins: str) -> Any:
    """The portal over the database of *instance*."""
    from portal import create_app

    return create_app(
        {
            "INSTANCE": instance,
            "PLUGINS": plugins,
            "PLUGIN_ERRORS": "raise",
            "PASSWORD_HASH": "cheap",
            "QUEUE_URL": "immediate://",
            "RATELIMIT_ENABLED": False,
            "LOG_STREAM": "stderr",
        }
    )


def signed_in(app: Any, key: str, lang: str) -> Any:
    """A browser of a demo account."""
    from portal import clock
    from portal.db import db, transaction
    from portal.demo.demo import DOMAIN
    from portal.people import identity
    from portal.people.models import Session
    from portal.people.tokens import digest

    token, now = secrets.token_urlsafe(32), clock.now()
    with app.app_context():
        user = identity.of_email(f"{key}@{DOMAIN}")
        assert user is not None
        with transaction():
            db.session.add(
                Session(token_hash=digest(token), user_id=user.id, created_at=now, confirmed_at=now, last_seen_at=now)
            )
    browser = app.test_client()
    browser.set_cookie("portal_lang", lang)
    with browser.session_transaction() as session:
        session[identity.COOKIE_KEY] = token
    return browser


def read(instance: Path) -> dict[str, Any]:
    """Walk, search, export, list, check, upgrade and remove while the module is not there."""
    sys.meta_path.insert(0, Gone())
    from click.testing import CliRunner

    from portal import cli, documents, migrations
    from portal.commands.database import upgrade_all
    from portal.db import metadata
    from portal.demo.demo import DOMAIN
    from portal.documents.registry import registry
    from portal.people import identity
    from tests.contract.crawling import Page, crawl

    app = site(instance, ",".join(OTHERS))
    cli._application[:] = [app]
    run = lambda *words: CliRunner().invoke(cli.main, list(words))  # noqa: E731
    told: dict[str, Any] = {"pages": {}, "broken": [], "leading": [], "datasets": {}}
    told["loaded"] = [name for name in sys.modules if name.startswith(f"plugins.{ABSENT}")]
    told["models"] = [name for name in metadata.tables if name.startswith(ABSENT)]
    for key, lang in [("admin", "mn"), ("admin", "en"), ("coordinator", "en")]:
        browser, count = signed_in(app, key, lang), 0
        for url, answer, *_ in islice(crawl(browser), 90):
            count += 1
            if answer.status_code >= 400:
                told["broken"].append((key, lang, url, answer.status_code))
            if answer.mimetype == "text/html":
                told["leading"] += [(url, link) for link in Page(answer.text).links if link.startswith(f"/{ABSENT}")]
        told["pages"][f"{key} {lang}"] = count
        for url in ("/search?q=гэрээ", "/search?q=agreement", "/work", "/readyz"):
            told["pages"][f"{key} {lang} {url}"] = browser.get(url).status_code
        told["absent"] = browser.get(f"/{ABSENT}/").status_code
    with app.app_context():
        user = identity.of_email(f"coordinator@{DOMAIN}")
        for dataset in registry.datasets():
            lines = b"".join(documents.export_rows(dataset.columns, registry.rows(user, dataset.name), "csv", "mn"))
            told["datasets"][dataset.name] = lines.count(b"\n")
        core = migrations.units([])[0]
        migrations.downgrade(core, "-1")
        told["upgraded"] = upgrade_all()
    for words in [("plugins", "list"), ("plugins", "check"), ("db", "check")]:
        done = run(*words)
        told[" ".join(words)] = [done.exit_code, done.output]
    path = str(instance / "agreements.zip")
    done = run("plugins", "remove", ABSENT, "--export", path, "--yes", ABSENT)
    told["removed"] = [done.exit_code, done.output]
    done = run("plugins", "check")
    told["after"] = [done.exit_code, done.output]
    told["front"] = signed_in(app, "coordinator", "mn").get("/").status_code
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(read(Path(sys.argv[1])), ensure_ascii=False))
