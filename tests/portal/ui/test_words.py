from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import render_template_string
from markupsafe import Markup

from portal.text import Content
from portal.ui import badges, know_fields, know_statuses, words
from portal.ui.words import file_size, history, relation_label

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english(in_request):
    with in_request("/?lang=en"):
        yield


def entry(action="changed", entity="portal_record", **changes):
    return SimpleNamespace(at=AT, actor="Dorj", action=action, entity=entity, changes=changes, reason="")


def test_a_change_is_told_by_the_names_of_its_fields(in_request):
    kind = SimpleNamespace(statuses={"open": "Begun", "held": "Held"})
    (line,) = history(
        [entry(status=["open", "held"], due_on=["2026-11-02", None], title=[{"en": "A"}, {"en": "B"}])], kind
    )
    assert line.act == "changed this"
    assert line.lines == [("Status", "Begun", "Held"), ("Due date", "2 Nov 2026", ""), ("Title (English)", "A", "B")]


def test_a_text_is_told_in_the_language_that_changed():
    old = {"mn": "Хуучин", "en": "Old", "state": {"mn": "official"}}
    (line,) = history([entry(text=[old, {**old, "en": "New"}])])
    assert line.lines == [("Text (English)", "Old", "New")]
    (line,) = history([entry(text=[old, {**old, "state": {"mn": "checked"}}])])
    assert line.lines == [("Text (Mongolian)", "Official", "Checked")]


def test_what_was_changed_in_one_go_is_one_entry():
    parts = [entry("created", "plan_body"), entry("changed", "plan_text", note=["a", "b"]), entry(place=["x", "y"])]
    comment = entry("created", "portal_comment", text=[None, "Fine"])
    later = SimpleNamespace(**{**vars(entry(note=["b", "c"])), "at": AT + timedelta(minutes=5)})
    lines = history([later, *parts, comment])
    assert [line.act for line in lines] == ["changed this", "changed this", "wrote a comment"]
    assert lines[1].lines == [("Place", "x", "y"), ("Note", "a", "b")]


def test_a_field_without_a_name_is_counted_and_not_shown_raw():
    (line,) = history([entry(secret_column=["a", "b"], other=["c", "d"], uid=["e", "f"])])
    assert line.lines == [("2 further entries", "", "changed")]


def test_numbers_of_other_rows_are_not_shown():
    (line,) = history([entry(owner_id=[3, 17])])
    assert line.lines == [("Responsible person", "", "set")]


def test_a_module_names_its_own_columns(monkeypatch):
    monkeypatch.setattr(words, "FIELDS", dict(words.FIELDS))
    know_fields({"wording": "Wording", "title": "Other"})
    (line,) = history([entry(wording=["a", "b"], title=[None, {"en": "T"}])])
    assert line.lines == [("Wording", "a", "b"), ("Title", "", "T")]


def test_long_texts_are_cut_and_acts_have_words():
    (line,) = history([entry("created", "portal_comment", text=[None, "x" * 1000])])
    assert line.act == "wrote a comment"
    assert len(line.lines[0][2]) == 301
    assert history([entry("rated", "recommendations_rating")])[0].act == "worked on this"


def test_a_link_reads_both_ways():
    assert relation_label("implements", "out") == "Implements"
    assert relation_label("implements", "in") == "Is implemented by"
    assert relation_label("unheard of", "in") == "Related to"


def test_sizes_are_told_as_people_count():
    assert [file_size(n) for n in (None, 0, 999, 13_000, 2_400_000)] == ["", "1 KB", "1 KB", "13 KB", "2.4 MB"]


def test_a_status_is_a_word_and_a_sign(monkeypatch):
    assert badges.status("done") == '<span class="status status-success">Done</span>'
    assert badges.status("<b>") == '<span class="status status-neutral">&lt;b&gt;</span>'
    assert badges.status(None) == ""
    assert badges.badge("x", 'evil" onclick="') == '<span class="status status-neutral">x</span>'
    monkeypatch.setattr(badges, "LABELS", dict(badges.LABELS))
    monkeypatch.setattr(badges, "STATUS_TONES", dict(badges.STATUS_TONES))
    know_statuses({"rated": "Rated", "done": "Other"}, {"rated": "info"})
    assert badges.status("rated") == '<span class="status status-info">Rated</span>'
    assert "Done" in badges.status("done")


def test_a_content_says_when_it_is_in_the_other_language():
    assert badges.content(Content.of(en="Text <b>")) == "Text &lt;b&gt;"
    shown = badges.content(Content.of(mn="Эх <b>"))
    assert shown == '<span lang="mn">Эх &lt;b&gt;</span> <span class="untranslated">not translated</span>'
    assert badges.content(None) == ""
    assert badges.content("plain <i>") == "plain &lt;i&gt;"


def test_a_fact_can_be_a_link_or_a_badge_and_a_text_never_becomes_markup():
    page = """{% import "components.html" as ui with context %}
    {{ ui.facts([("Body", body), ("State", ui.badge("Done <1>", "success")), ("Note", note), ("Nothing", "")]) }}"""
    link = Markup('<a href="/bodies/1">{}</a>').format("A & B")
    shown = render_template_string(page, body=link, note="<script>")
    assert '<dd><a href="/bodies/1">A &amp; B</a></dd>' in shown
    assert '<dd><span class="status status-success">Done &lt;1&gt;</span></dd>' in shown
    assert "<dd>&lt;script&gt;</dd>" in shown
    assert '<dd><span class="text-secondary">–</span></dd>' in shown
