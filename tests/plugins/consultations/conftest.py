"""A commission with an officer in Khovd, a Forum, and a consultation to work on."""

from __future__ import annotations

from datetime import date, time

import pytest

from plugins.consultations import service
from portal import meetings
from portal.db import db, transaction
from portal.i18n import force_locale
from portal.records import Record
from portal.reference import queries as reference
from portal.text import Content


@pytest.fixture(autouse=True)
def what_a_browser_stored_is_read_anew(app, monkeypatch):
    """The test holds a database session open; after each request it begins a new read."""
    browse = app.test_client_class.open

    def opened(self, *args, **kwargs):
        answer = browse(self, *args, **kwargs)
        db.session.rollback()
        db.session.expire_all()
        return answer

    monkeypatch.setattr(app.test_client_class, "open", opened)


@pytest.fixture
def commission(org):
    return org("nhrcm", kind="nhri", voice="nhri")


@pytest.fixture
def forum(org):
    return org("forum", kind="coalition", voice="civil_society")


@pytest.fixture
def officer(identity, commission):
    return identity("commission_officer", org=commission, unit="MN-043", name="N.Unurbayar")


@pytest.fixture
def everywhere(identity, commission):
    """An officer of the Commission for all aimags."""
    return identity("commission_officer", org=commission)


@pytest.fixture
def editor(identity, forum):
    return identity("cs_editor", org=forum)


@pytest.fixture
def in_request(app):
    """A request in English, for what makes addresses and words."""
    with app.test_request_context(), force_locale("en"):
        yield


def fresh(record):
    """The header as it is stored now."""
    return db.session.get(Record, record if isinstance(record, int) else record.id)


def unit(code):
    return reference.unit_by_code(code)


def planned(user, code="MN-043", held_on=date(2026, 2, 13), **more):
    """A consultation planned through the service."""
    place = unit(code)
    given = {
        "title": Content.of(mn=f"{place.name.text('mn')} дахь уулзалт", en=f"Meeting in {place.name.text('en')}"),
        "org_id": user.orgs[0],
        "level": "provincial",
        "kind": "consultation",
        "cycle": 3,
        "held_on": held_on,
        "starts_at": time(9, 30),
        "duration": 240,
        "venue": Content.of(mn="Хурлын танхим", en="Assembly hall"),
        "unit_id": place.id,
    }
    return service.plan(user, service.Plan(**(given | more)))


def spoken(text, section="implementation", **more):
    return meetings.Said(section, Content.of(en=text, mn=f"{text} (mn)"), "citizen", **more)


@pytest.fixture
def consultation(officer):
    return planned(officer)


@pytest.fixture
def minutes(officer, consultation):
    made = service.start_minutes(officer, consultation)
    service.add_statement(officer, made, spoken("The shelter has six beds."))
    return made


def form_of(**given):
    """What the browser sends for a plan, in Khovd unless said otherwise."""
    sent = {
        "title-mn": "Ховд аймгийн хэлэлцүүлэг",
        "title-en": "Consultation in Khovd",
        "level": "provincial",
        "kind": "consultation",
        "cycle": "3",
        "unit_id": str(unit("MN-043").id),
        "held_on": "2026-02-13",
        "starts_at": "09:30",
        "duration": "240",
        "visibility": "org",
        "version": "0",
    }
    return sent | given


@pytest.fixture
def recommendation(org, app):
    """A record of kind "recommendation", as the module of that name would keep it; without the module's table."""
    from portal import records
    from portal.people.identity import Identity

    if records.kinds.get("recommendation") is None:
        pytest.skip("no module keeps recommendations here")

    def make(number="116.1", text="Fight domestic violence"):
        with transaction():
            made = records.create(
                Identity.anonymous(),
                kind="recommendation",
                title=Content.of(en=f"{number} {text}", mn=f"{number} Гэр бүлийн хүчирхийлэлтэй тэмцэх"),
                org_id=None,
                visibility="public",
            )
            db.session.flush()
        return made

    return make
