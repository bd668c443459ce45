"""The whole portal, with its demo data, walked as each role in both languages."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.db import db
from portal.people.models import Person, User
from portal.testing.plugin import DATABASE
from portal.ui.chrome import LANGUAGE_NAMES
from tests.contract.crawling import crawl

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("admin", "coordinator", "commission", "deskofficer", "khovd", "forum", None)
ENGLISH_TOO = ("coordinator", "forum", None)
"""The pages of the others are among theirs."""
READERS = [(key, lang) for key in ROLES for lang in ("mn", "en") if lang == "mn" or key in ENGLISH_TOO]
if DATABASE == "postgres":  # a page speaks there as it does on SQLite: what its queries find, one reader of all shows
    READERS = [("coordinator", "mn"), ("forum", "en"), (None, "mn")]


@cache
def english_texts() -> set[str]:
    """Every msgid that has another text in Mongolian, without placeholders: none may stand on a Mongolian page."""
    found = set()
    for catalogue in [*ROOT.glob("translations/mn/**/*.mo"), *ROOT.glob("plugins/*/translations/mn/**/*.mo")]:
        with catalogue.open("rb") as file:
            entries = gettext.GNUTranslations(file)._catalog
        for key, text in entries.items():
            msgid = key[0] if isinstance(key, tuple) else key
            if text != msgid and "%" not in msgid and re.search(r"[A-Za-z]{3}", msgid):
                found.add(" ".join(msgid.split("\x04")[-1].split()))
    return found


def look(browser, lang, names):
    """Walk everything one reader can reach: pages that fail, ids given twice, texts in the other language."""
    broken, mixed, doubled, count = [], [], [], 0
    english = english_texts()
    for url, answer, page in crawl(browser):
        count += 1
        if answer.status_code >= 400:
            broken.append((url, answer.status_code))
        if page is None or answer.status_code >= 300:
            continue
        if len(page.ids) != len(set(page.ids)):
            doubled.append((url, sorted({i for i in page.ids if page.ids.count(i) > 1})))
        for text, spoken in page.texts:
            if spoken != lang or text in LANGUAGE_NAMES.values():  # each language is named in itself
                continue
            if lang == "mn" and text in english:
                mixed.append((url, text))
            named = re.sub(r"[А-ЯЁӨҮ]\.[А-ЯЁӨҮ][а-яёөү]+", "", text)  # an initial and a given name
            foreign = lang == "en" and re.search(r"[а-яёөү]{3}", named, re.I)
            if foreign and not any(name in text for name in names if name):
                mixed.append((url, text))
    faults = {"broken": broken, "doubled": doubled, "mixed": mixed}
    return {kind: what for kind, what in faults.items() if what}, count


@pytest.mark.slow
@pytest.mark.parametrize(("key", "lang"), READERS)
def test_every_page_opens_and_speaks_one_language_to_every_role(app, demo_data, sign_in, key, lang):
    names = {word for row in db.session.execute(select(Person.family_name, Person.given_name)) for word in row}
    names |= set(db.session.scalars(select(User.name)))
    browser = sign_in(demo_data.user(key)) if key else app.test_client()
    browser.set_cookie("portal_lang", lang)
    faults, count = look(browser, lang, names)
    assert count > 5
    assert faults == {}
