"""Which role may do what, and where."""

from __future__ import annotations

import pytest

from portal.people.identity import GrantView, Identity
from portal.people.rights import DuplicatePermission, Permission, PermissionRegistry, registry
from portal.routing import PUBLIC, SIGNED_IN

MOJHA, NHRC, KHOVD, UVS = 1, 2, 43, 46


@pytest.fixture(autouse=True)
def permissions():
    made = [
        Permission("test_rooms.edit", "Edit", ("coordinator", "commission_officer")),
        Permission("test_rooms.read", "Read", ("public",)),
    ]
    for permission in made:
        registry.declare(permission)
    yield
    for permission in made:
        registry.withdraw(permission.name)


def someone(*grants: GrantView) -> Identity:
    return Identity(id=1, grants=grants)


def test_a_permission_has_a_unit_and_a_verb():
    with pytest.raises(ValueError, match=r"unit\.verb"):
        Permission("edit", "Edit", ("coordinator",))


def test_a_permission_names_roles_that_exist():
    with pytest.raises(ValueError, match="unknown roles"):
        Permission("rooms.edit", "Edit", ("king",))


def test_two_declarations_of_one_permission_that_differ_are_an_error():
    own = PermissionRegistry()
    first = Permission("rooms.edit", "Edit", ("coordinator",))
    own.declare(first)
    own.declare(first)
    with pytest.raises(DuplicatePermission):
        own.declare(Permission("rooms.edit", "Edit", ("observer",)))


def test_what_nobody_declared_is_refused_to_everyone():
    assert not someone(GrantView("administrator")).can("test_rooms.destroy")
    assert not registry.known("test_rooms.destroy")


def test_what_is_public_is_open_to_those_without_an_account():
    assert Identity.anonymous().can("test_rooms.read")
    assert Identity.anonymous().can(PUBLIC)
    assert not Identity.anonymous().can(SIGNED_IN)
    assert someone().can(SIGNED_IN)


def test_a_role_without_organisation_reaches_the_whole_site():
    coordinator = someone(GrantView("coordinator"))
    assert coordinator.can("test_rooms.edit")
    assert coordinator.can("test_rooms.edit", org_id=NHRC, unit_id=KHOVD)
    assert coordinator.can("test_rooms.edit", org_id=None)


def test_a_role_of_an_organisation_reaches_that_organisation_only():
    coordinator = someone(GrantView("coordinator", MOJHA))
    assert coordinator.can("test_rooms.edit", org_id=MOJHA)
    assert coordinator.can("test_rooms.edit", org_id=MOJHA, unit_id=KHOVD)
    assert not coordinator.can("test_rooms.edit", org_id=NHRC)
    assert not coordinator.can("test_rooms.edit", org_id=None)


def test_a_role_of_a_unit_reaches_that_unit_only():
    officer = someone(GrantView("commission_officer", NHRC, KHOVD))
    assert officer.can("test_rooms.edit", org_id=NHRC, unit_id=KHOVD)
    assert not officer.can("test_rooms.edit", org_id=NHRC, unit_id=UVS)
    assert not officer.can("test_rooms.edit", org_id=NHRC, unit_id=None)
    assert not officer.can("test_rooms.edit", org_id=MOJHA, unit_id=KHOVD)


def test_scopes_of_two_roles_do_not_mix():
    officer = someone(GrantView("commission_officer", NHRC, KHOVD), GrantView("coordinator", MOJHA))
    assert not officer.can("test_rooms.edit", org_id=NHRC, unit_id=UVS)
    assert officer.can("test_rooms.edit", org_id=MOJHA, unit_id=UVS)


def test_an_identity_lists_roles_and_organisations_once():
    who = someone(GrantView("cs_editor", MOJHA), GrantView("observer", MOJHA), GrantView("observer"))
    assert who.roles == {"cs_editor", "observer"}
    assert who.orgs == (MOJHA,)
    assert who.has_role("cs_editor", org_id=MOJHA)
    assert not who.has_role("cs_editor", org_id=NHRC)
