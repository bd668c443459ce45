from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import flash, request
from werkzeug.exceptions import BadRequest, NotFound

from portal.i18n import _l
from portal.text import Content
from portal.ui import error_page
from portal.ui.conflict import current_conflict
from portal.ui.forms import Form, fields

EVIL = "<script>alert('x')</script>"
STORED = SimpleNamespace(
    title=Content.of(mn="Хадгалсан", en="Stored"), note="Old note", level="local", agreed=True, version=5
)


class Edit(Form):
    title = fields.ContentField("Title")
    note = fields.TextAreaField("Note")
    level = fields.SelectField("Level", choices={"local": "Local", "national": "National"})
    agreed = fields.BooleanField("Agreed")
    version = fields.VersionField()


def sent(**changes):
    return {
        "title-mn": "Хадгалсан",
        "title-en": "Stored",
        "note": "Old note",
        "level": "local",
        "agreed": "y",
        "version": "4",
    } | changes


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 507, 418, 502, "csrf"])
@pytest.mark.parametrize("locale", ["mn", "en"])
def test_every_error_has_a_page_with_a_way_on(in_request, code, locale):
    with in_request(f"/?lang={locale}"):
        html = error_page(code, reference="K3F9-AB")
    assert "<h1>" in html
    assert 'href="/' in html


def test_a_page_in_trouble_names_its_entry_in_the_log(in_request):
    with in_request("/?lang=en"):
        assert "K3F9-AB" in error_page(500, reference="K3F9-AB")


def test_only_words_of_the_portal_are_shown(in_request):
    with in_request("/?lang=en"):
        assert "browser (or proxy)" not in error_page(400, description=BadRequest.description)
        assert "requested URL" not in error_page(404, description=NotFound.description)
        assert "5 per 1 minute" not in error_page(429, description="5 per 1 minute")
        assert "Wait 20 seconds" in error_page(429, description="Wait 20 seconds.")
        assert "The form is closed" in error_page(403, description=_l("The form is closed"))
        assert EVIL not in error_page(404, description=EVIL)


def test_htmx_gets_the_message_alone(in_request):
    with in_request("/?lang=en", headers={"HX-Request": "true"}):
        html = error_page(403)
    assert "<html" not in html
    assert 'role="alert"' in html


def test_a_module_that_is_off_says_so_and_who_can_switch_it_on(in_request):
    from flask import render_template

    with in_request("/?lang=en"):
        html = render_template("errors/module_off.html", module="Agreements")
    assert "“Agreements” is not in use" in html
    assert "administrator" in html


def test_a_session_that_ended_while_writing_costs_no_text(in_request):
    typed = {"text": f"Long {EVIL}", "password": "secret", "csrf_token": "old"}
    with in_request("/?lang=en", method="POST", data=typed, headers={"Sec-Fetch-Site": "same-origin"}):
        html = error_page("csrf")
    assert "Long &lt;script&gt;" in html
    assert "secret" not in html
    assert "Send again" in html


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_a_form_of_another_site_is_never_offered_to_be_sent_again(in_request, site):
    headers = {"Sec-Fetch-Site": site} if site else {}
    with in_request("/?lang=en", method="POST", data={"text": "evil"}, headers=headers):
        html = error_page("csrf")
    assert "evil" not in html


def conflict_of(in_request, **changes):
    with in_request("/edit/7?from=3&lang=en", method="POST", data=sent(**changes)):
        Edit(obj=STORED, meta={"csrf": False})
        return current_conflict(), error_page(409)


def test_both_texts_stand_side_by_side_and_are_escaped(in_request):
    conflict, html = conflict_of(in_request, **{"title-en": f"Mine {EVIL}", "note": "My note"})
    assert [(each.name, each.mine, each.theirs) for each in conflict.differences] == [
        ("title-en", f"Mine {EVIL}", "Stored"),
        ("note", "My note", "Old note"),
    ]
    assert EVIL not in html
    assert html.count("Mine &lt;script&gt;") == 3
    assert "Old note" in html


def test_what_is_chosen_is_told_in_words_and_merged_in_its_own_control(in_request):
    conflict, html = conflict_of(in_request, level="national", agreed="")
    level, agreed = conflict.differences
    assert (level.mine, level.theirs) == ("National", "Local")
    assert (agreed.mine, agreed.theirs) == ("No", "Yes")
    assert '<option selected value="national">' in html


def test_the_merge_is_saved_over_the_version_that_is_stored(in_request):
    conflict, html = conflict_of(in_request, note="My note")
    assert conflict.version == 5
    assert '<input type="hidden" name="version" value="5">' in html
    assert ("title-mn", "Хадгалсан") in conflict.carried
    assert "note" not in dict(conflict.carried)
    assert dict(conflict.mine)["note"] == "My note"
    assert conflict.path.startswith("/edit/7?from=3")


def test_a_version_that_cannot_be_compared_still_gets_a_page(in_request):
    with in_request("/?lang=en", method="POST", data=sent()):
        html = error_page(409)
    assert "Open it again" in html


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://localhost/agreements/7?clause=2", "/agreements/7"),
        ("https://elsewhere.example/agreements/7", "/"),
        ("http://localhost//elsewhere.example", "/"),
        (None, "/"),
    ],
)
def test_a_stale_button_leads_back_to_its_page(in_request, came_from, leads_to):
    headers = {"Referer": came_from} if came_from else {}
    with in_request("/?lang=en", method="POST", data=sent(), headers=headers):
        assert f'<a class="btn btn-primary" href="{leads_to}">Open it again</a>' in error_page(409)


def test_flashes_survive_an_error_page(in_request):
    with in_request("/?lang=en"):
        flash("Kept", "info")
        assert "Kept" in error_page(404)
        assert request.path == "/"
