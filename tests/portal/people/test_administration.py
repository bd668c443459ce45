"""Accounts in the hands of administrators: invitations, roles with dates, hand-over, disabling."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden

from portal import clock
from portal.db import db
from portal.people import admin
from portal.people.admin import NewGrant
from portal.people.errors import Conflict, Refused
from portal.people.identity import of_user
from portal.people.models import Grant, Session, User
from portal.testing.plugin import unit_id

DAY = timedelta(days=1)


@pytest.fixture
def boss(identity):
    return identity("administrator")


@pytest.fixture
def browser(boss, sign_in):
    return sign_in(boss)


def grants_of(user) -> list[Grant]:
    db.session.expire_all()
    return list(db.session.scalars(select(Grant).where(Grant.user_id == user.id).order_by(Grant.id)))


def test_a_fresh_portal_has_no_accounts(app):
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("role", ["coordinator", "observer", None])
def test_services_refuse_whoever_may_not_manage_people(app, identity, account, role):
    """The rule is enforced below the pages."""
    who, user = identity(role), account(role="observer")
    grant = grants_of(user)[0]
    today = clock.today()
    for act in (
        lambda: admin.invite(who, "x@x.example", "X", "mn", None),
        lambda: admin.update(who, user.id, 1, name="X", email="x@x.example", locale="mn"),
        lambda: admin.grant_role(who, user.id, NewGrant("administrator")),
        lambda: admin.set_term(who, grant.id, today, None),
        lambda: admin.end_grant(who, grant.id),
        lambda: admin.hand_over(who, grant.id, user.id, today),
        lambda: admin.disable(who, user.id),
        lambda: admin.enable(who, user.id),
        lambda: admin.end_sessions(who, user.id),
        lambda: admin.clear_second_factor(who, user.id),
        lambda: admin.invite_again(who, user.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_an_invitation_makes_an_account_with_a_role_in_a_place(browser, org):
    nhrc = org("nhrc", kind="nhri", voice="nhri")
    form = {
        "name": "Дулмаа",
        "email": "khovd@nhrc.example",
        "locale": "mn",
        "role": "commission_officer",
        "org_id": nhrc.id,
        "unit_id": unit_id("MN-043") or "",
    }
    answer = browser.post("/people/users/new", data=form)
    assert answer.status_code == 303
    made = db.session.scalars(select(User).where(User.email_key == "khovd@nhrc.example")).one()
    assert answer.location == f"/people/users/{made.id}"
    assert [(g.role, g.org_id) for g in grants_of(made)] == [("commission_officer", nhrc.id)]
    page = browser.get(answer.location).get_data(as_text=True)
    assert "Commission officer" in page
    assert "Invited" in page


def test_two_accounts_with_one_address_are_refused_and_what_was_typed_stays(browser, account):
    account("bat@mojha.example")
    form = {"name": "Other", "email": "BAT@mojha.example", "locale": "en", "role": "observer"}
    answer = browser.post("/people/users/new", data=form)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "There is an account with this e-mail address." in page
    assert "BAT@mojha.example" in page


@pytest.mark.parametrize("address", ["no address", "a@", "@b.example", "a@b@c.example", "a\n@b.example", ""])
def test_what_is_no_address_is_refused(app, boss, address):
    with pytest.raises(Refused):
        admin.invite(boss, address, "X", "mn", None)


@pytest.mark.parametrize("role", sorted(admin.ROLES_OF_ORGANISATIONS))
def test_roles_of_organisations_are_never_for_the_whole_site(app, boss, account, role):
    with pytest.raises(Refused) as refused:
        admin.grant_role(boss, account().id, NewGrant(role))
    assert refused.value.field == "org_id"


def test_only_a_focal_point_has_a_function(app, boss, account, org):
    user, ministry = account(), org("mojha")
    with pytest.raises(Refused):
        admin.grant_role(boss, user.id, NewGrant("observer", function="deputy"))
    made = admin.grant_role(boss, user.id, NewGrant("focal_point", ministry.id, function="deputy"))
    assert of_user(user.id).grants[0].function == "deputy"
    assert made.valid_from == clock.today()


def test_a_role_cannot_end_before_it_begins(browser, account):
    user = account(role="observer")
    grant = grants_of(user)[0]
    answer = browser.post(f"/people/roles/{grant.id}", data={"valid_from": "2026-03-01", "valid_to": "2026-02-01"})
    assert answer.status_code == 422
    assert "The last day is before the first." in answer.get_data(as_text=True)


def test_the_term_of_a_role_can_be_changed(browser, account):
    user = account(role="observer")
    grant = grants_of(user)[0]
    browser.post(f"/people/roles/{grant.id}", data={"valid_from": "2026-01-01", "valid_to": "2026-12-31"})
    assert str(grants_of(user)[0].valid_to) == "2026-12-31"


def test_a_role_that_is_taken_away_stays_in_the_list_of_former_roles(browser, account):
    user = account(role="observer")
    browser.post(f"/people/roles/{grants_of(user)[0].id}/end")
    assert grants_of(user)[0].valid_to == clock.today() - DAY
    assert of_user(user.id).roles == frozenset()
    assert "over" in browser.get(f"/people/users/{user.id}").get_data(as_text=True)


def test_a_role_given_today_by_mistake_can_be_taken_away_today(app, boss, account):
    user = account()
    grant = admin.grant_role(boss, user.id, NewGrant("observer"))
    admin.end_grant(boss, grant.id)
    assert of_user(user.id).roles == frozenset()


def test_handing_a_role_over_leaves_no_gap_and_no_overlap(app, boss, account, org):
    """D12: the successor begins the day after the predecessor's last."""
    ministry, old, new = org("mojha"), account(), account()
    begin = clock.today() - 30 * DAY
    grant = admin.grant_role(boss, old.id, NewGrant("focal_point", ministry.id, None, "main", begin))
    on = clock.today() + 5 * DAY
    successor = admin.hand_over(boss, grant.id, new.id, on)
    assert grants_of(old)[0].valid_to == on - DAY
    assert (successor.valid_from, successor.role, successor.org_id, successor.function) == (
        on,
        "focal_point",
        ministry.id,
        "main",
    )


def test_a_role_is_handed_over_within_its_term_to_somebody_else(app, boss, account):
    user = account(role="observer")
    grant = grants_of(user)[0]
    with pytest.raises(Refused):
        admin.hand_over(boss, grant.id, user.id, clock.today() + DAY)
    with pytest.raises(Refused):
        admin.hand_over(boss, grant.id, account().id, grant.valid_from)


def test_the_last_administrator_stays(app, boss, account):
    mine = db.session.scalars(select(Grant).where(Grant.user_id == boss.id)).one()
    for act in (
        lambda: admin.end_grant(boss, mine.id),
        lambda: admin.set_term(boss, mine.id, clock.today() + DAY, None),
        lambda: admin.disable(boss, boss.id),
    ):
        with pytest.raises(Refused):
            act()
    assert of_user(boss.id).can("people.manage")
    second = account(role="administrator")
    admin.end_grant(boss, mine.id)
    assert of_user(second.id).can("people.manage")


def test_disabling_ends_sessions_and_can_be_taken_back(browser, account, client, enter):
    user = account(role="observer")
    enter(user.email)
    browser.post(f"/people/users/{user.id}/disable")
    assert client.get("/account/").status_code == 303
    browser.post(f"/people/users/{user.id}/enable")
    assert client.get("/account/").status_code == 303
    assert enter(user.email).status_code == 303


def test_an_administrator_can_sign_somebody_out_everywhere(browser, account, client, enter):
    user = account()
    enter(user.email)
    browser.post(f"/people/users/{user.id}/end-sessions")
    assert client.get("/account/").status_code == 303
    rows = db.session.scalars(select(Session).where(Session.user_id == user.id))
    assert all(row.ended_at for row in rows)


def test_a_lost_phone_is_no_lost_account(browser, account, enter, second_factor):
    user = account()
    second_factor(user)
    assert enter(user.email).location == "/account/sign-in/code"
    browser.post(f"/people/users/{user.id}/clear-second-factor")
    assert enter(user.email).location == "/"


def test_a_new_address_ends_sessions_and_both_addresses_are_told(app, boss, account, client, enter):
    from portal.jobs import mail

    user = account("old@mojha.example")
    enter(user.email)
    begin = len(mail.outbox())
    admin.update(boss, user.id, user.version, name=user.name, email="new@mojha.example", locale="en")
    assert client.get("/account/").status_code == 303
    assert {m.to[0] for m in mail.outbox()[begin:]} == {"old@mojha.example", "new@mojha.example"}


def test_two_administrators_do_not_overwrite_each_other(app, boss, browser, account):
    user = account()
    admin.update(boss, user.id, 1, name="First", email=user.email, locale="en")
    with pytest.raises(Conflict):
        admin.update(boss, user.id, 1, name="Second", email=user.email, locale="en")
    form = {"version": "1", "name": "Second", "email": user.email, "locale": "en"}
    answer = browser.post(f"/people/users/{user.id}/edit", data=form)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "First" in page
    assert "Second" in page


def test_the_list_of_accounts_is_found_by_name_role_organisation_and_state(browser, account, org):
    forum = org("forum", kind="coalition", voice="civil_society")
    account("ariunaa@forum.example", role="cs_editor", org_id=forum.id, name="Ариунаа")
    account("bold@mojha.example", password=None, name="Болд")
    for query, seen, unseen in (
        ("q=ариун", "ariunaa@", "bold@"),
        ("q=BOLD@", "bold@", "ariunaa@"),
        ("role=cs_editor", "ariunaa@", "bold@"),
        (f"org={forum.id}", "ariunaa@", "bold@"),
        ("state=invited", "bold@", "ariunaa@"),
    ):
        page = browser.get(f"/people/users?{query}").get_data(as_text=True)
        assert seen in page, query
        assert unseen not in page, query


def test_the_list_of_accounts_asks_as_often_for_one_row_as_for_many(browser, account, query_counter):
    browser.get("/people/users")
    with query_counter() as few:
        browser.get("/people/users")
    for _number in range(60):
        account(password=None)
    with query_counter() as many:
        browser.get("/people/users")
    assert len(many) <= len(few) + 1


def test_the_history_of_an_account_tells_who_gave_the_role(boss, browser, account, org):
    user = account(name="Сараа")
    browser.post(f"/people/users/{user.id}/roles/new", data={"role": "focal_point", "org_id": org("mojha").id})
    page = browser.get(f"/people/users/{user.id}").get_data(as_text=True)
    assert "Role given" in page
    assert boss.name in page
    assert page.count("Organisation mojha") >= 2


@pytest.mark.parametrize("path", ["/people/users", "/people/users/new", "/people/users/1", "/people/organisations/new"])
def test_pages_of_administrators_are_for_administrators(as_role, client, path):
    assert as_role("coordinator").get(path).status_code == 403
    assert client.get(path).location.startswith("/account/sign-in")


def test_what_does_not_exist_is_not_found(browser):
    for path in (
        "/people/users/99999",
        "/people/roles/99999",
        "/people/organisations/99999",
        "/people/holders/9999/end",
    ):
        assert browser.get(path).status_code == 404
