"""Forms for accounts: HTTP Basic with a token, lists as the person sees them, records as rows, the page of the form."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import segno
import time_machine

from portal import clock, records
from portal.db import transaction
from portal.forms import publishing, service, shipped
from portal.forms.openrosa.page import code_of, phones
from portal.forms.slots import slots
from portal.people import api_tokens
from portal.text import Content
from tests.portal.forms.build import row
from tests.portal.forms.openrosa.help import ROOT, Phone, basic, instance, message
from tests.portal.forms.test_fill_public import stored

NAME = row("text", "name", required=True)


def test_without_a_good_token_there_is_nothing(client: Any, publish: Any, phone: Any) -> None:
    made = publish([NAME], mode="invited")
    whole = instance({"formID": f"form-{made.id}", "version": "0001"}, "<name>Bat</name>")
    good = phone(made.owner)
    for headers in ({}, basic("upr_wrong"), basic(""), {"Authorization": "Digest username=x"}):
        for answer in (
            client.get(f"{ROOT}/formList", headers=headers),
            client.head(f"{ROOT}/submission", headers=headers),
            client.get(f"{ROOT}/forms/{made.id}/0001.xml", headers=headers),
        ):
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
            assert answer.headers["X-OpenRosa-Version"] == "1.0"
        refused = Phone(client, ROOT, headers).send(whole)
        assert (refused.status_code, message(refused)[0]) == (401, "error")
    assert stored() == []
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert good.send(whole).status_code == 401
    assert good.client.head(f"{ROOT}/submission", headers=good.headers).status_code == 204
    assert good.send(whole).status_code == 201
    assert stored()[0].submitted_by_id == made.owner.id


def test_each_person_gets_the_forms_that_are_theirs(publish: Any, phone: Any, identity: Any, org: Any) -> None:
    mine = publish([NAME], mode="invited")
    other = publish([NAME], mode="invited", owner=identity("coordinator", org=org("elsewhere")))
    public, personal = publish([NAME], owner=mine.owner), publish([NAME], mode="personal", owner=mine.owner)
    known = {form["formID"] for form in phone(mine.owner).forms()}
    assert known == {f"form-{mine.id}", f"form-{public.id}"}
    cut = phone(mine.owner, forms=[public.id])
    assert [form["formID"] for form in cut.forms()] == [f"form-{public.id}"]
    for form_id in (mine.id, other.id, personal.id):
        wrong = instance({"formID": f"form-{form_id}", "version": "0001"}, "<name>Bat</name>")
        assert cut.send(wrong).status_code == 404
        assert cut.get(f"forms/{form_id}/0001.xml").status_code == 404
    reads = phone(mine.owner, permissions=("forms.read",))
    answer = reads.get("formList")
    assert (answer.status_code, message(answer)[0]) == (403, "error")
    assert stored() == []


def test_lists_of_the_portal_come_as_the_person_sees_them(
    app: Any, publish: Any, phone: Any, identity: Any, org: Any
) -> None:
    ours, theirs = org("ours"), org("theirs")
    owner, outsider = identity("coordinator", org=ours), identity("coordinator", org=theirs)
    with transaction():
        seen = records.create(owner, kind="task", title=Content.of(mn="Манай", en="Our task"), org_id=ours.id)
        records.create(outsider, kind="task", title=Content.of(mn="Өөр", en="Their task"), org_id=theirs.id)
    made = publish(
        [
            row("unit", "place", choice_filter="kind = 'aimag'"),
            row("organisation", "office"),
            row("record", "task", parameters={"kind": "task"}, required=True),
        ],
        owner=owner,
        mode="invited",
    )
    mine = phone(owner)
    (form,) = [each for each in mine.forms() if each["formID"] == f"form-{made.id}"]
    files = mine.manifest(form)
    assert set(files) == {"portal_units.csv", "portal_organisations.csv", "portal_records_task.csv"}
    tables = {name: table(mine.get(entry["downloadUrl"]).text) for name, entry in files.items()}
    assert tables["portal_records_task.csv"] == [{"name": str(seen.id), "label": "Our task"}]
    assert {"MN-043"} <= {line["name"] for line in tables["portal_units.csv"]}
    assert {line["kind"] for line in tables["portal_units.csv"]} >= {"aimag", "capital"}
    assert {"ours", "theirs"} <= {line["name"] for line in tables["portal_organisations.csv"]}
    mongolian = Phone(mine.client, ROOT, {**mine.headers, "Accept-Language": "mn"})
    entry = mongolian.manifest(form)["portal_records_task.csv"]
    assert "Манай" in mongolian.get(entry["downloadUrl"]).text
    assert entry["hash"] != files["portal_records_task.csv"]["hash"]
    sent = mine.send(instance(form, f"<place>MN-043</place><office>ours</office><task>{seen.id}</task>"))
    assert sent.status_code == 201, sent.text
    hidden = mine.send(instance(form, "<task>999999</task>"))
    assert (hidden.status_code, "task (en)" in message(hidden)[1]) == (422, True)
    assert stored()[0].answers == {"place": "MN-043", "office": "ours", "task": str(seen.id)}


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_rows_of_a_matrix_are_records_and_one_that_is_none_is_refused(
    quarterly: Any, phone: Any, monkeypatch: Any
) -> None:
    record, owner, subject = quarterly
    mine = phone(owner)
    (form,) = mine.forms()
    entry = mine.manifest(form)["rows_clause.csv"]
    assert [line["label"] for line in table(mine.get(entry["downloadUrl"]).text)] == ["First clause", "Second clause"]

    def clause(key: int) -> str:
        return (
            f"<clause><clause_number>1</clause_number><clause_row>{key}</clause_row>"
            "<light>green</light><progress>40</progress><done>Done</done><is_red>0</is_red></clause>"
        )

    def whole(*keys: int) -> str:
        rows = "".join(map(clause, keys))
        return instance(
            form,
            "<period_group><period>2026-Q3</period></period_group>"
            f"<clauses><clause_count>2</clause_count>{rows}</clauses><closing><summary>Fine</summary></closing>",
        )

    lost = mine.send(whole(11, 99))
    assert lost.status_code == 422
    assert stored() == []
    sent = mine.send(whole(12, 11))
    assert sent.status_code == 201, sent.text
    (one,) = stored()
    assert (one.subject_id, one.period, one.form_id) == (subject.id, "2026-Q3", record.id)
    assert [each["_key"] for each in one.answers["clause"]] == ["11", "12"]
    assert one.answers["mean_progress"] == 40
    slot = slots.get("subcommittees.test")
    assert slot is not None
    rows = {"records:clause": lambda user, record_id: slot.rows["records:clause"](user, record_id)[1:]}
    monkeypatch.setitem(slots._by_name, slot.name, ("subcommittees", replace(slot, rows=rows)))
    uid = f"uuid:{one.uid}"
    for keys, status in (((12, 11), 201), ((12, 11, 99), 409), ((12,), 409)):
        text = whole(*keys)
        text = text.replace(f"uuid:{text.partition('uuid:')[2].partition('<')[0]}", uid)
        assert mine.send(text).status_code == status, keys
    assert len(stored()) == 1


def test_a_new_token_comes_with_the_settings_of_the_phone(app: Any, identity: Any, org: Any, sign_in: Any) -> None:
    who = identity("coordinator", org=org("office"))
    browser = sign_in(who)
    sent = {"name": "Phone", "days": "30", "permissions": ["forms.fill"]}
    page = browser.post("/account/tokens", data=sent)
    assert page.status_code == 200
    assert 'src="data:image/svg+xml' in page.text
    assert "data:image" not in browser.get("/account/tokens").text
    assert "data:image" not in browser.post("/account/tokens", data={**sent, "permissions": ["forms.read"]}).text
    read, real = list[str](), segno.make
    with app.test_request_context(), pytest.MonkeyPatch.context() as patch:
        row, secret = api_tokens.create(who, "Phone", 30, ["forms.fill"])
        patch.setattr(segno, "make", lambda text, **more: read.append(text) or real(text, **more))
        assert code_of(who, row, secret).startswith("data:image/svg+xml")
    general = json.loads(zlib.decompress(base64.b64decode(read[0])))["general"]
    assert (general["username"], general["password"]) == (who.email, secret)
    assert general["server_url"] == "http://localhost/openrosa"


def test_an_anonymous_form_keeps_no_account(publish: Any, phone: Any) -> None:
    made = publish([NAME], mode="invited", anonymous=True)
    mine = phone(made.owner)
    assert mine.send(instance(mine.forms()[0], "<name>Bat</name>")).status_code == 201
    (one,) = stored()
    assert (one.anonymous, one.submitted_by_id, one.org_id, one.language) == (True, None, None, "")


def test_a_form_for_every_record_is_listed_for_each_that_one_reports_on(
    quarterly: Any, phone: Any, identity: Any, org: Any, client: Any
) -> None:
    _record, owner, subject = quarterly
    slot = slots.get("subcommittees.test")
    with transaction():
        other = records.create(owner, kind="task", title=Content.of(mn="Б", en="Not theirs"), org_id=owner.orgs[0])
    general = service.create(owner, slot=slot, definition=shipped.shipped("quarterly_progress"))
    publishing.publish(owner, general, version=None, waived="test")
    mine = phone(owner)
    listed = {form["formID"]: form for form in mine.forms()}
    name = f"form-{general.id}-{subject.id}"
    assert name in listed
    assert f"form-{general.id}" not in listed
    assert f"form-{general.id}-{other.id}" not in listed
    form = listed[name]
    assert form["name"] == "Quarterly progress on the agreement: Agreement"
    assert [each["formID"] for each in mine.forms(f"?formID={name}")] == [name]
    xform = mine.get(form["downloadUrl"])
    assert f'<data id="{name}" version="0001">' in xform.text
    assert form["hash"] == "md5:" + hashlib.md5(xform.data).hexdigest()
    entry = mine.manifest(form)["rows_clause.csv"]
    assert "First clause" in mine.get(entry["downloadUrl"]).text
    inside = (
        "<period_group><period>2026-Q3</period></period_group><clauses>"
        + "".join(
            f"<clause><clause_row>{key}</clause_row><light>green</light><progress>1</progress><done>X</done></clause>"
            for key in (11, 12)
        )
        + "</clauses><closing><summary>Fine</summary></closing>"
    )
    assert mine.send(instance(form, inside)).status_code == 201
    assert stored()[0].subject_id == subject.id
    for wrong in (f"form-{general.id}", f"form-{general.id}-{other.id}", f"form-{_record.id}-{subject.id}"):
        assert mine.send(instance({**form, "formID": wrong}, inside)).status_code == 404
    stranger = phone(identity("coordinator", org=org("far")))
    assert stranger.forms() == []
    assert stranger.send(instance(form, inside)).status_code == 404
    assert stranger.client.get(form["downloadUrl"], headers=stranger.headers).status_code == 404
    assert len(stored()) == 1


def test_the_list_asks_once_about_which_records_one_reports(
    quarterly: Any, phone: Any, monkeypatch: Any, query_counter: Any
) -> None:
    _record, owner, _subject = quarterly
    slot = slots.get("subcommittees.test")
    assert slot is not None
    monkeypatch.setitem(slots._by_name, slot.name, ("subcommittees", replace(slot, about=None)))
    general = service.create(owner, slot=slot, definition=shipped.shipped("quarterly_progress"))
    publishing.publish(owner, general, version=None, waived="test")
    mine = phone(owner)

    def asked(tasks: int) -> int:
        with transaction():
            for number in range(tasks):
                title = Content.of(mn=f"Ажил {number}", en=f"Task {number}")
                records.create(owner, kind="task", title=title, org_id=owner.orgs[0])
        mine.forms()
        with query_counter() as seen:
            mine.forms()
        return len(seen)

    few = asked(0)
    assert asked(20) == few
    assert len([form for form in mine.forms() if form["formID"].startswith(f"form-{general.id}-")]) == 21


def test_a_form_that_programs_cannot_show_is_left_out_and_its_page_says_why(
    publish: Any, phone: Any, sign_in: Any
) -> None:
    owner = publish([NAME]).owner
    function = publish([row("decimal", "a"), row("calculate", "b", calculation="floor(${a})")], owner=owner)
    name = publish([row("rank", "a", list="far")], choices={"far": {"source": "units"}}, owner=owner)
    personal = publish([NAME], owner=owner, mode="personal")
    assert len(phone(owner).forms()) == 1
    office = sign_in(owner)
    for made, said in ((function, "uses floor()"), (name, "cannot read the form"), (personal, "a link or a code")):
        page = office.get(f"/forms/{made.id}/phones")
        assert page.status_code == 200
        assert said in page.text
        assert said in office.get(f"/forms/{made.id}").text
        assert "qr.svg" not in page.text


def test_the_page_of_a_form_gives_address_and_code(app: Any, publish: Any, sign_in: Any, identity: Any) -> None:
    public = publish([NAME, row("audio", "voice")])
    office = sign_in(public.owner)
    page = office.get(f"/forms/{public.id}/phones")
    assert f"http://localhost/forms/f/{public.token}/openrosa" in page.text
    assert "voice (en)" in page.text
    assert "/account/tokens" not in page.text
    assert office.get(f"/forms/{public.id}/phones/qr.svg").mimetype == "image/svg+xml"
    assert f"/forms/{public.id}/phones" in office.get(f"/forms/{public.id}").text
    invited = publish([NAME], mode="invited", owner=public.owner)
    assert "/account/tokens" in office.get(f"/forms/{invited.id}/phones").text
    with app.test_request_context():
        found = phones(invited.record, invited.form, invited.version)
    assert found is not None
    settings = json.loads(zlib.decompress(base64.b64decode(found.settings())))
    assert settings["general"]["server_url"] == "http://localhost/openrosa"
    assert settings["admin"] == {}
    stranger = sign_in(identity("coordinator"))
    assert stranger.get(f"/forms/{invited.id}/phones").status_code == 404
    draft = service.create(public.owner, title=Content.of(mn="Ноорог", en="Draft"))
    assert office.get(f"/forms/{draft.id}/phones").status_code == 404
    assert office.get(f"/forms/{draft.id}/phones/qr.svg").status_code == 404
    assert "ODK Collect" not in office.get(f"/forms/{draft.id}").text
