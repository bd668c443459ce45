"""Organisations with their people, and recommendations entered without a file."""

from datetime import timedelta

import pytest

from plugins.recommendations.ratings import publishing, rating
from plugins.recommendations.register import entering
from portal.api import Content, clock, db, jobs, reference, transaction
from portal.people.models import Organisation


def now(stmt):
    """The value of *stmt* as it is stored now, whatever this test has read before."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalar(stmt)


def asked(seen):
    """How many statements a page needed, besides the one that says which modules are on: it is kept for a while."""
    return len([statement for statement in seen if "portal_plugin_state" not in statement])


@pytest.fixture
def mojha(org):
    return org("mojha", kind="ministry", voice="government")


@pytest.fixture
def ministry(org):
    return org("mflsp", kind="ministry", voice="government")


@pytest.fixture
def forum(org):
    return org("forum", kind="coalition", voice="civil_society")


@pytest.fixture
def commission(org):
    return org("nhrcm", kind="nhri", voice="nhri")


@pytest.fixture
def outbox(app):
    """The texts of the mails that were sent in this test."""
    sent = getattr(jobs.mail._mailman(), "outbox", [])
    sent.clear()
    return lambda: [mail.body for mail in jobs.mail.outbox()]


@pytest.fixture
def coordinator(identity, mojha):
    return identity("coordinator", org=mojha)


@pytest.fixture
def enter(coordinator, mojha):
    """Enter recommendations: ``enter("116.1", position="noted")`` returns the record."""

    def make(number, **values):
        entry = entry_of(number, **values)
        names = entering.Names.read(entry.terms)
        with transaction():
            later = []
            cycle, country = values.get("cycle", 3), values.get("country", "MN")
            record = entering.enter(coordinator, mojha.id, country, cycle, entry, names, later)
            db.session.flush()
            db.session.add_all(later)
        return record

    return make


def entry_of(
    number, en="Abolish it", mn="", states=("NO",), position="supported", themes=(), groups=(), sdgs=(), **rest
):
    """An entry with States by code and terms by the codes of the national lists."""
    ids = {state.iso2: state.id for state in reference.states()}
    terms = [
        term.id
        for scheme, codes in (("theme", themes), ("group", groups), ("sdg", sdgs))
        for term in reference.terms(scheme)
        if term.code in codes
    ]
    return entering.Entry(
        number=number,
        text=Content.of(en=en, mn=mn, state={"en": "official"}),
        wordings=[(en, [ids[state] for state in states])],
        position=position,
        document="A/HRC/46/9/Add.1",
        paragraph="3",
        terms=terms,
    )


@pytest.fixture
def rate(identity):
    """Publish a rating: ``rate(user, org, record, "partially", days=10)``; returns its record.

    *user* drafts it, and a second person of the organisation validates and publishes it.
    """
    seconds = {}

    def make(user, org, record, code, *, days=10, publish=True, evidence=True, reason="Said so"):
        piece = rating.Piece(kind="law", title=Content.of(en="Law of 2024"), url="https://example.org/law")
        judgement = rating.Judgement(
            rating=code,
            rated_on=clock.today() - timedelta(days=days),
            rationale=Content.of(en=reason, mn="Үндэслэл"),
            next_step=Content.of(en="Adopt the bill"),
            evidence=[piece] if evidence else [],
        )
        whole = db.session.get_one(Organisation, org.id)
        if not publish:
            return rating.rate(user, record, whole, judgement)
        role = next(grant.role for grant in user.grants if grant.org_id == org.id)
        second = seconds.setdefault((role, org.id), None) or identity(role, org=org)
        seconds[role, org.id] = second
        return publishing.enter(user, second, record, whole, judgement)

    return make
