from __future__ import annotations

import re

import pytest
from flask import render_template_string

from portal.ui import chrome
from portal.ui.chrome import initials
from tests.portal.ui.demo import Reader, make_app

PAGE = "{% extends 'layout.html' %}{% block title %}{{ heading }}{% endblock %}{% block content %}x{% endblock %}"


def draw(app, path="/", template=PAGE, reader=None, **request):
    with app.test_request_context(path, **request):
        extra = {"user": reader} if reader is not None else {}
        return render_template_string(template, heading="<b>Plan</b>", **extra)


def test_the_title_is_the_heading_and_is_escaped(demo_app):
    html = draw(demo_app, "/?lang=en")
    assert "<h1>&lt;b&gt;Plan&lt;/b&gt;</h1>" in html
    assert html.count("<h1") == 1
    assert re.search(r"<main [^>]*>.*<h1>", html, re.DOTALL)


def test_the_page_says_which_language_it_is_in(demo_app):
    assert '<html lang="mn"' in draw(demo_app, "/?lang=mn")
    assert '<html lang="en"' in draw(demo_app, "/?lang=en")


def test_the_language_switch_keeps_page_and_filters(demo_app):
    html = draw(demo_app, "/search?q=%D1%8D%D1%80%D1%85&kind=task&kind=plan&lang=en")
    assert 'href="/search?q=%D1%8D%D1%80%D1%85&amp;kind=task&amp;kind=plan&amp;lang=mn"' in html


def test_on_a_page_with_a_form_the_switch_sends_the_form(demo_app):
    html = draw(demo_app, "/search?lang=en", "{% set page_form = 'edit' %}" + PAGE)
    button = re.search(r"<button[^>]*name=\"_lang\"[^>]*>", html)[0]
    assert 'form="edit"' in button
    assert 'value="mn"' in button
    assert "formnovalidate" in button
    assert "lang=mn" not in html


def test_a_page_that_only_takes_forms_leads_to_the_first_page(demo_app):
    assert 'href="/?lang=mn"' in draw(demo_app, "/sign-out?lang=en", method="POST")


def test_the_menu_marks_where_the_reader_is(demo_app):
    html = draw(demo_app, "/agreements/12/edit?lang=en")
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', html) == ["/agreements"]
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', draw(demo_app, "/?lang=en")) == ["/"]


def test_the_menu_of_one_reader_is_not_shown_to_another(demo_app):
    signed_in = draw(demo_app, "/?lang=en", reader=Reader(name="Dorj"))
    anonymous = draw(demo_app, "/?lang=en", reader=Reader(name="", signed_in=False))
    assert "Dorj" in signed_in
    assert "My work" in signed_in
    assert "Dorj" not in anonymous
    assert "My work" not in anonymous
    assert "Sign in" in anonymous


def test_signing_out_is_a_form_with_the_token_of_the_session(demo_app):
    first, second = draw(demo_app, "/?lang=en"), draw(demo_app, "/?lang=en")
    form = re.compile(r'<form method="post" action="/sign-out".*?name="csrf_token" value="([^"]+)"', re.DOTALL)
    assert form.search(first)[1] != form.search(second)[1]
    assert chrome._TOKEN_PLACE not in first


def test_htmx_sends_the_token_by_an_inherited_header(demo_app):
    assert re.search(r"hx-headers:inherited='\{\"X-CSRFToken\": \"[\w.-]+\"\}'", draw(demo_app, "/?lang=en"))


def test_an_anonymous_page_makes_no_session(demo_app):
    with demo_app.test_request_context("/?lang=en"):
        from flask import session

        render_template_string(PAGE, heading="x", user=Reader(name="", signed_in=False))
        assert not session.modified


def test_the_theme_is_the_one_of_the_cookie_else_the_device(demo_app):
    assert "data-bs-theme" not in draw(demo_app, "/").partition("<head>")[0]
    assert ' data-bs-theme="dark"' in draw(demo_app, "/", headers={"Cookie": "portal_theme=dark"})
    assert "evil" not in draw(demo_app, "/", headers={"Cookie": 'portal_theme=evil"'})


def test_a_reader_who_saves_data_gets_no_web_font(demo_app):
    assert 'class="save-data"' in draw(demo_app, "/", headers={"Save-Data": "on"})


def test_a_page_needs_no_menu_to_be_drawn(demo_app):
    html = draw(demo_app, "/?lang=en", PAGE.replace("layout", "bare"))
    assert "<h1>" in html
    assert 'id="menu"' not in html


@pytest.mark.parametrize(
    ("name", "letters"), [("Б. Ганбаатар", "БГ"), ("Д.Батболд", "ДБ"), ("Anna", "A"), ("", ""), ("<x> y z", "XZ")]
)
def test_a_person_is_told_by_two_letters(name, letters):
    assert initials(name) == letters


def test_names_in_the_menu_are_escaped(demo_app):
    html = draw(demo_app, "/?lang=en", reader=Reader(name="<script>alert(1)</script>"))
    assert "<script>alert" not in html


def test_messages_have_the_role_of_their_weight(demo_app):
    from flask import flash

    with demo_app.test_request_context("/?lang=en"):
        flash("Saved <b>", "success")
        flash("Refused", "danger")
        html = render_template_string(PAGE, heading="x")
    assert re.search(r'note-success[^>]*role="status".*?Saved &lt;b&gt;', html, re.DOTALL)
    assert re.search(r'note-danger[^>]*role="alert".*?Refused', html, re.DOTALL)


def test_two_applications_keep_frames_of_their_own():
    first, second = make_app(TESTING=True), make_app(TESTING=True)
    assert first.extensions["portal_chrome"] is not second.extensions["portal_chrome"]
