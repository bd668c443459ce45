"""A module that keeps a form from somebody is asked at every door."""

from __future__ import annotations

from typing import Any

import pytest

from portal import records
from portal.db import transaction
from portal.forms.slots import Slot, slots
from portal.people import api_tokens
from portal.text import Content
from tests.portal.forms.build import row
from tests.portal.forms.offline_help import Device, new
from tests.portal.forms.openrosa.help import ROOT, Phone, basic, instance
from tests.portal.forms.programs import Program
from tests.portal.forms.test_fill_about_records import stored


@pytest.mark.parametrize("hung", [True, False], ids=["of one record", "of every record"])
def test_to_whom_the_module_does_not_give_the_form_it_is_nowhere(
    app: Any, publish: Any, identity: Any, org: Any, sign_in: Any, monkeypatch: Any, hung: bool
) -> None:
    slot = Slot("subcommittees.test", "Test", "task", "feedback", may_fill=lambda user, form: form.org_id in user.orgs)
    monkeypatch.setitem(slots._by_name, slot.name, ("subcommittees", slot))
    owner, other = identity("coordinator", org=org("office")), identity("coordinator", org=org("other"))
    with transaction():
        task = records.create(
            owner,
            kind="task",
            title=Content.of(mn="Ажил", en="Task"),
            org_id=owner.orgs[0],
            shared_with=[(other.orgs[0], "read")],
        )
    named, photo = row("text", "name", required=True), row("image", "photo")
    subject_id = task.id if hung else None
    made = publish(
        [named, photo], owner=owner, slot=slot, subject_id=subject_id, mode="invited", offline=True, once=False
    )
    about, form_id = {} if hung else {"subject": task.id}, f"form-{made.id}" + ("" if hung else f"-{task.id}")
    known = {"formID": form_id, "version": "0001"}

    def doors(who: Any) -> list[int]:
        """What each door says."""
        browser, program = sign_in(who), Program(app, who)
        with app.test_request_context():
            _row, secret = api_tokens.create(who, "Phone", 30, ("forms.fill",), ())
        phone = Phone(app.test_client(), ROOT, basic(secret))
        query: Any = {"query_string": about}
        said = [browser.get(f"/forms/{made.id}/fill", **query)]
        said += [browser.post(f"/forms/{made.id}/fill{page}", **query) for page in ("/refresh", "/draft")]
        said += [browser.get(f"/forms/offline/{made.id}", query_string={**about, "version": 1, "lang": "en"})]
        said += [program.get(f"/forms/{made.id}/choices", **query), phone.get(f"forms/{made.id}/0001.xml", **query)]
        sent = {"uid": new(), "answers": {"name": "Bat"}}
        said += [program.post(f"/forms/{made.id}/answers", sent, **query)]
        said += [phone.send(instance(known, "<name>Bat</name>"))]
        return [each.status_code for each in said]

    def listed(who: Any) -> tuple[bool, bool]:
        """Whether programs and phones are told of the form."""
        with app.test_request_context():
            _row, secret = api_tokens.create(who, "Phone", 30, ("forms.fill",), ())
        phone = Phone(app.test_client(), ROOT, basic(secret))
        program = Program(app, who)
        items = program.get("/forms").json["items"]
        assert program.get(f"/forms/{made.id}").status_code == (200 if items else 404)
        return bool(items), form_id in {each["formID"] for each in phone.forms()}

    assert doors(owner) == [200, 200, 200, 200, 200, 200, 201, 201]
    assert listed(owner) == (True, True)
    Device(sign_in(owner), f"/forms/offline/{made.id}", **about).send(new(), name="Bat")
    assert doors(other) == [404] * 8
    assert listed(other) == (False, False)
    Device(sign_in(other), f"/forms/offline/{made.id}", **about).send(new(), name="Bat", status=404)
    assert len(stored()) == 3
