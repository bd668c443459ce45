"""A browser of somebody who builds a form, and the forms of its pages."""

from __future__ import annotations

import html
import re

import pytest

from portal.db import db
from portal.forms.definition import walk
from portal.forms.models import Form
from portal.records import Record


class Builder:
    """A browser of somebody who builds one form."""

    def __init__(self, browser, record_id=0):
        self.browser, self.id = browser, record_id
        self.at = f"/forms/{record_id}"

    @property
    def definition(self):
        db.session.rollback()
        return db.session.get(Form, self.id).definition

    @property
    def version(self):
        db.session.rollback()
        return db.session.get(Record, self.id).version

    def rows(self):
        return [row["name"] for row, _parents in walk(self.definition)]

    def row(self, name):
        return next(row for row, _parents in walk(self.definition) if row["name"] == name)

    def get(self, path, status=200):
        answer = self.browser.get(f"{self.at}{path}")
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path, status=303, **fields):
        fields = {"version": self.version, **fields}
        answer = self.browser.post(f"{self.at}{path}", data=fields)
        assert answer.status_code == status, answer.text
        return answer.text

    def add(self, kind, en, status=303, mn=None, query="", **fields):
        given = {"kind": kind, "label-mn": mn or f"{en} (mn)", "label-en": en, "compare": "is", "join": "and", **fields}
        return self.post(f"/edit/question/new?type={kind}{query}", status, **given)

    def change(self, which, status=303, **fields):
        """Send the page of a question as it is drawn, with other *fields*."""
        at = f"/edit/question?row={self.row(which)['id']}"
        return self.post(at, status, **{**controls(self.get(at)), **fields})


def controls(page):
    """Names and values of the form of a page, as a browser would send them."""
    found = {}
    page = page[page.index('<form id="edit"') :]
    for tag in re.findall(r"<input[^>]*>", page):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        if name and (kind is None or kind[1] not in ("checkbox", "radio", "submit") or " checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            found.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s?(.*?)</textarea>', page, re.S):
        found[name] = [html.unescape(text.removeprefix("\n"))]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"|<option value="([^"]*)"[^>]*selected', options)
        found[name] = [html.unescape(chosen[1] or chosen[2] or "")] if chosen else [""]
    return found


@pytest.fixture
def officer(identity, org):
    return identity("commission_officer", org=org("nhrc", kind="nhri", voice="nhri"))


@pytest.fixture
def builder(sign_in, officer):
    """``builder("empty")``, ``builder("template:registration")``: a form just made and its builder."""

    def make(start="empty", user=officer, **fields):
        browser = sign_in(user)
        data = {"start": start, "title-mn": "Шинэ маягт", "title-en": "New form", **fields}
        answer = browser.post("/forms/new", data=data)
        assert answer.status_code == 303, answer.text
        return Builder(browser, int(answer.location.split("/")[2]))

    return make
