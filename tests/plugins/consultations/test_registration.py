"""The registration on the page of a consultation, for its officer and for everyone."""

import re

import pytest

from portal import records
from portal.api import transaction
from portal.forms import publishing, service
from portal.forms.definition import update_settings
from portal.forms.slots import slots


@pytest.fixture
def page(app, sign_in, officer, consultation, client):
    """The panel as its officer or, with *public*, as everyone sees it; "" where there is none."""

    def read(public=False, lang="en"):
        browser = client if public else sign_in(officer)
        found = browser.get(f"/consultations/{consultation.id}?lang={lang}").text
        part = re.search(r'<section class="card" id="registration">.*?</section>', found, re.S)
        return " ".join(re.sub(r"<[^>]+>", " ", part[0]).split()) if part else ""

    with transaction():
        records.update(officer, consultation, version=None, visibility="public")
    return read


@pytest.fixture
def form(officer, consultation):
    return service.create(officer, slot=slots.get("consultations.registration"), subject_id=consultation.id)


def test_before_there_is_a_form_its_officer_is_offered_to_make_one(page):
    assert "Make a registration form" in page()
    assert page(public=True) == ""


def test_a_draft_is_to_be_published_and_no_second_one_is_offered(page, form):
    found = page()
    assert "Draft" in found
    assert "Look at it and publish it" in found
    assert "Make a registration form" not in found
    assert "/forms/f/" not in found
    assert page(public=True) == ""


def test_a_published_form_is_open_for_everyone(page, form, officer):
    publishing.publish(officer, form, version=None, waived="test")
    found = page()
    assert "Open for registration 0 registrations Link for participants: http://localhost/forms/f/" in found
    assert "Make a registration form" not in found
    assert page(public=True) == (
        "Registration Everybody who wishes to take part can register here, also without an account. Register"
    )
    assert "Бүртгэж байна" in page(lang="mn")


def test_a_form_for_those_with_an_account_gives_no_public_link(page, form, officer):
    definition = service.form_of(form).definition
    access = {**definition["settings"]["access"], "mode": "invited", "anonymous": False}
    service.save(officer, form, version=None, definition=update_settings(definition, access=access))
    publishing.publish(officer, form, version=None, waived="test")
    found = page()
    assert "Only people with an account can fill this form." in found
    assert "/forms/f/" not in found
    assert page(public=True) == ""


def test_when_registration_is_closed_another_form_may_follow(page, form, officer):
    publishing.publish(officer, form, version=None, waived="test")
    service.close(officer, form, version=None)
    found = page()
    assert "Registration is closed 0 registrations" in found
    assert "Make a registration form" in found


def test_nobody_is_to_register_for_what_was_held(page, officer, consultation):
    with transaction():
        records.update(officer, consultation, version=None, status="held")
    assert page() == ""
