"""Writing in this process, and an application that knows two of the writers' words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.documents import Document, compose
from portal.documents.pictures import Sheaf
from portal.documents.writers import render
from portal.i18n import init_babel


@pytest.fixture
def written() -> Callable[..., bytes]:
    """Make a file without a child process."""

    def make(document: Document, format_: str, template: bytes | None = None) -> bytes:
        return render(compose(document), format_, Sheaf({}, {}), template)

    return make


@pytest.fixture
def speaking_app(tmp_path: Path) -> Iterator[Flask]:
    """An application whose catalogue has Mongolian for some words of the writers."""
    catalogue = tmp_path / "words" / "mn" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    texts = {"Table %(number)s": "Хүснэгт %(number)s", "Figure %(number)s": "Зураг %(number)s"}
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    entries = "\n".join(f'msgid "{key}"\nmsgstr "{text}"\n' for key, text in texts.items())
    catalogue.write_text(head + entries, encoding="utf-8")
    app = Flask("documents", instance_path=str(tmp_path))
    init_babel(app, [tmp_path / "words"])
    with app.app_context():
        yield app
