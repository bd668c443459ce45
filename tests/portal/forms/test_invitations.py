"""Invitations of people without an account: each sends once, of an anonymous form nothing ties it to answers."""

from __future__ import annotations

import logging
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from portal import clock
from portal.audit import HistoryEntry
from portal.db import db
from portal.forms import codes, publishing, service
from portal.forms.definition import update_settings
from portal.forms.invitations import listing
from portal.forms.invitations import service as invitations
from portal.forms.models import Invitation, Pass, Saved, Submission
from portal.jobs import Job, mail
from portal.people.tokens import digest
from tests.portal.forms.build import row

pytestmark = pytest.mark.usefixtures("post")
NAME = row("text", "name", required=True)
PEOPLE = """Name\tE-mail
Бат\tbat@example.mn
dorj@example.mn
Saraa <saraa@example.mn>
"Tuya, D."; tuya@example.mn
Paper Only"""


def fresh(**answers: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "_lang": "en", **answers}


def links(subject: str = "") -> dict[str, str]:
    """Address → path of the last link that was mailed to it."""
    found = {}
    for one in mail.outbox():
        if subject in one.subject and (link := re.search(r"http://[^/]+(/forms/i/[A-Z0-9]+)", one.body)):
            found[one.to[0]] = link[1]
    return found


def slips(page: Any) -> list[str]:
    """The links of printed slips."""
    return [f"/forms/i/{code.replace(' ', '')}" for code in re.findall(r'fill-secret">([A-Z0-9 ]+)<', page.text)]


def hand_out(sign_in: Any, made: Any, number: int) -> list[str]:
    """Make and print codes; returns their links."""
    officer = sign_in(made.owner)
    assert officer.post(f"/forms/{made.id}/invitations/codes", data={"number": number}).status_code == 303
    found = slips(officer.post(f"/forms/{made.id}/invitations/print"))
    assert len(found) == number
    return found


def test_a_pasted_list_of_people_becomes_mails_that_open_the_form_once(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish([NAME], mode="personal")
    officer = sign_in(made.owner)
    at = f"/forms/{made.id}/invitations"
    assert "Nobody is invited yet" in officer.get(at).text
    wrong = officer.post(at, data={"people": "Bat bat@", "language": "en", "send": "y"})
    assert wrong.status_code == 422
    assert "Line 1: Write an e-mail address" in wrong.text
    assert "Bat bat@" in wrong.text
    assert officer.post(at, data={"people": PEOPLE, "language": "en", "send": "y"}).status_code == 303
    rows = list(db.session.execute(select(Invitation.name, Invitation.email).order_by(Invitation.number)))
    assert [tuple(each) for each in rows] == [
        ("Бат", "bat@example.mn"),
        ("", "dorj@example.mn"),
        ("Saraa", "saraa@example.mn"),
        ("Tuya, D.", "tuya@example.mn"),
        ("Paper Only", ""),
    ]
    found = links("You are asked")
    assert set(found) == {"bat@example.mn", "dorj@example.mn", "saraa@example.mn", "tuya@example.mn"}
    again = officer.post(at, data={"people": "BAT@example.mn", "language": "en", "send": "y"}, follow_redirects=True)
    assert "was invited before" in again.text
    page = client.get(found["bat@example.mn"])
    assert page.status_code == 200
    assert "This is your own link, Бат." in page.text
    assert "Set-Cookie" not in page.headers
    first = client.post(found["bat@example.mn"], data=fresh(**{"q.name": "Bat"}))
    assert first.status_code == 303
    assert "Your receipt" in client.get(first.location).text
    second = client.post(found["bat@example.mn"], data=fresh(**{"q.name": "Bat again"}))
    assert second.status_code == 410
    assert "Bat again" in second.text
    assert "You have answered" in client.get(found["bat@example.mn"]).text
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1
    listed = officer.get(at).text
    assert "Answered" in listed
    narrowed = officer.get(f"{at}?state=submitted").text
    assert "bat@example.mn" in narrowed
    assert "dorj@example.mn" not in narrowed
    key = db.session.scalar(select(Submission.id))
    assert "Бат" in officer.get(f"/forms/{made.id}/answers/{key}").text
    assert '<td class="hide-small" data-label="Person">Бат</td>' in officer.get(f"/forms/{made.id}/answers").text


def test_reminders_go_to_those_who_have_not_answered_and_older_links_stay_good(
    client: Any, publish: Any, sign_in: Any
) -> None:
    made = publish([NAME], mode="personal")
    officer, at = sign_in(made.owner), f"/forms/{made.id}/invitations"
    officer.post(at, data={"people": "a@example.mn\nb@example.mn\nc@example.mn", "language": "en", "send": "y"})
    found = links("You are asked")
    client.post(found["a@example.mn"], data=fresh(**{"q.name": "A"}))
    third = db.session.scalar(select(Invitation.id).where(Invitation.email == "c@example.mn"))
    assert "c@example.mn" in officer.get(f"{at}/{third}").text
    assert officer.post(f"{at}/{third}/revoke").status_code == 303
    assert officer.post(f"{at}/send", data={"again": "1"}).status_code == 303
    reminded = links("still waits")
    assert set(reminded) == {"b@example.mn"}
    assert reminded["b@example.mn"] != found["b@example.mn"]
    assert client.get(found["c@example.mn"]).status_code == 404
    assert client.get(found["b@example.mn"]).status_code == 200
    assert client.post(reminded["b@example.mn"], data=fresh(**{"q.name": "B"})).status_code == 303
    assert client.post(found["b@example.mn"], data=fresh(**{"q.name": "B"})).status_code == 410
    assert officer.post(f"{at}/{third}/send").status_code == 409
    got = officer.get(f"{at}/export?format=csv", buffered=True)
    assert got.status_code == 200
    assert "c@example.mn" in got.text
    assert "Taken back" in got.text
    notes = set(db.session.scalars(select(HistoryEntry.action).where(HistoryEntry.record_id == made.id)))
    assert {"invited", "invitations sent", "invitations revoked", "invitations exported"} <= notes
    whole = str(list(db.session.execute(select(HistoryEntry.changes, HistoryEntry.reason)).all()))
    assert "example.mn" not in whole
    page = officer.get(f"/forms/{made.id}").text
    for act in ("invited people without an account", "sent invitations", "took invitations back"):
        assert act in page


def test_invitations_belong_to_those_who_may_edit_the_form(
    client: Any, publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made, other = publish([NAME], mode="personal"), publish([NAME], mode="personal")
    officer, at = sign_in(made.owner), f"/forms/{made.id}/invitations"
    officer.post(at, data={"people": "a@example.mn", "language": "en"})
    key = db.session.scalar(select(Invitation.id))
    stranger, reader = sign_in(identity("coordinator", org=org("other"))), sign_in(identity("local_officer"))
    pages = [at, f"{at}/{key}", f"{at}/export"]
    assert [stranger.get(page).status_code for page in pages] == [404] * 3
    assert [client.get(page).status_code for page in pages] == [303] * 3
    assert {reader.get(page).status_code for page in pages} <= {403, 404}
    assert [stranger.post(f"{at}/{act}").status_code for act in ("send", "print", "codes", f"{key}/revoke")] == [
        404
    ] * 4
    assert officer.get(f"/forms/{other.id}/invitations/{key}").status_code == 404
    assert officer.post(f"/forms/{other.id}/invitations/{key}/revoke").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Pass)) == 1


def test_the_public_link_of_a_form_with_links_of_peoples_own_opens_nothing(
    client: Any, publish: Any, sign_in: Any
) -> None:
    made = publish([NAME], mode="personal")
    assert "opened by a link of your own" in client.get(made.url).text
    assert client.post(made.url, data=fresh(**{"q.name": "x"})).status_code == 403
    assert client.post(f"{made.url}/refresh", data=fresh()).status_code == 404
    (link,) = hand_out(sign_in, made, 1)
    code = link.rpartition("/")[2]
    typed = " ".join(code[at : at + 4] for at in range(0, 26, 4)).lower()
    assert client.post("/forms/code", data={"code": typed, "_lang": "en"}).location.startswith(link)
    for bad in ("", "abc", "A" * 26):
        assert client.post("/forms/code", data={"code": bad, "_lang": "en"}).status_code == 422
    assert client.get("/forms/i/nothing").status_code == 404
    assert client.post("/forms/i/nothing", data=fresh(**{"q.name": "x"})).status_code == 404
    assert client.post(link, data=fresh(), headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_form_with_links_of_peoples_own_is_not_filled_with_an_account(publish: Any, sign_in: Any) -> None:
    made = publish([NAME], mode="personal")
    assert sign_in(made.owner).get(f"/forms/{made.id}/fill").status_code == 403
    assert sign_in(made.owner).post(f"/forms/{made.id}/fill", data=fresh(**{"q.name": "x"})).status_code == 403


def test_neither_code_nor_address_nor_time_is_in_the_log(
    app: Any, client: Any, publish: Any, sign_in: Any, caplog: Any, capsys: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    made = publish([NAME], mode="personal", anonymous=True)
    (link,) = hand_out(sign_in, made, 1)
    caplog.clear()
    capsys.readouterr()
    where = {"REMOTE_ADDR": "203.0.113.77"}
    kept = client.post(link, data=fresh(_draft="1", **{"q.name": "Story"}), environ_base=where)
    for at in (kept.location, kept.location.replace("/kept", ""), link, f"{link}/refresh", "/forms/code"):
        client.get(at, environ_base=where)
    client.post("/forms/code", data={"code": link.rpartition("/")[2]}, environ_base=where)
    assert client.post(link, data=fresh(**{"q.name": "Story"}), environ_base=where).status_code == 303
    told = caplog.text + capsys.readouterr().out
    for mark in (link.rpartition("/")[2], kept.location.split("/")[-2], "203.0.113.77", "Story"):
        assert mark not in told


def test_only_the_hash_of_a_code_is_stored(publish: Any, sign_in: Any, app: Any) -> None:
    made = publish([NAME], mode="personal")
    officer = sign_in(made.owner)
    officer.post(f"/forms/{made.id}/invitations", data={"people": "a@example.mn", "language": "en", "send": "y"})
    found = [*links("You are asked").values(), *hand_out(sign_in, made, 2)]
    whole = everything()
    for link in found:
        code = link.rpartition("/")[2]
        assert len(code) == codes.LENGTH == 26  # 5 bits each: 130
        assert code not in whole
        assert digest(code) in whole


@pytest.mark.parametrize("anonymous", [False, True])
def test_five_sends_at_once_by_one_link_store_one(app: Any, publish: Any, sign_in: Any, anonymous: bool) -> None:
    made = publish([NAME], mode="personal", anonymous=anonymous)
    for number, link in enumerate(hand_out(sign_in, made, 4), 1):
        start = threading.Barrier(5)

        def send(data: dict[str, str], at: str = link, together: threading.Barrier = start) -> int:
            together.wait()
            with app.app_context():
                return int(app.test_client().post(at, data=data).status_code)

        with ThreadPoolExecutor(5) as pool:
            found = sorted(pool.map(send, [fresh(_form=made.token, **{"q.name": f"Bat {each}"}) for each in range(5)]))
        assert found == [303, 410, 410, 410, 410]
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Submission)) == number


def test_twenty_sends_at_once_take_ten_places(app: Any, publish: Any) -> None:
    made = publish([NAME], limit=10)
    start = threading.Barrier(20)

    def send(number: int) -> int:
        data = fresh(**{"q.name": f"Bat {number}"})
        start.wait()
        with app.app_context():
            return int(app.test_client().post(made.url, data=data).status_code)

    with ThreadPoolExecutor(20) as pool:
        found = sorted(pool.map(send, range(20)))
    assert found == [303] * 10 + [410] * 10
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 10


def everything() -> str:
    """All that is in the database, as text."""
    db.session.rollback()
    return "\n".join(str(each) for table in db.metadata.sorted_tables for each in db.session.execute(select(table)))


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table with all that the database tells of it, the transaction that wrote it among that."""
    db.session.rollback()
    hidden = ["xmin::text AS _made", "xmax::text AS _locked"] if db.engine.dialect.name == "postgresql" else []
    found = {}
    for table in db.metadata.sorted_tables:
        names = ", ".join([*(f'"{column.name}"' for column in table.columns), *hidden])
        rows = db.session.execute(text(f'SELECT {names} FROM "{table.name}"'))
        found[table.name] = [dict(each._mapping) for each in rows]
    db.session.rollback()
    return found


def test_nothing_in_the_database_joins_a_link_to_the_answers_sent_by_it(
    app: Any, client: Any, publish: Any, sign_in: Any
) -> None:
    """Each table is dumped after every send; what is new or changed must be the same whichever link was used."""
    made = publish([NAME, row("file", "paper")], mode="personal", anonymous=True)
    links_ = hand_out(sign_in, made, 8)
    db.session.rollback()
    numbers = {
        digest(link.rpartition("/")[2]): number
        for link, number in zip(
            links_, db.session.scalars(select(Invitation.number).order_by(Invitation.number)), strict=True
        )
    }
    before = dump()
    invited_before = sorted(map(repr, before["portal_form_invitation"]))
    order = [5, 2, 7, 0, 3, 6]
    for index in order:
        kept = client.post(links_[index], data=fresh(_draft="1", **{"q.name": f"Story {index}"}))
        assert kept.status_code == 303
        assert links_[index] in kept.location
        page = client.get(kept.location.replace("/kept", ""))
        uid = re.search(r'name="uid" value="([^"]+)"', page.text)
        assert uid is not None
        sent = client.post(kept.location.replace("/kept", ""), data=fresh(uid=uid[1], **{"q.name": f"Story {index}"}))
        assert sent.status_code == 303
        assert "Story" not in client.get(sent.location).text
    after = dump()
    # 1. The list of the invited is as it was, to the last hidden column.
    assert sorted(map(repr, after["portal_form_invitation"])) == invited_before
    # 2. What is gone of the passes is gone: nothing is left that has a time or an order.
    left = {each["token_hash"] for each in after["portal_form_pass"]}
    assert all(digest(links_[index].rpartition("/")[2]) not in left for index in order)
    assert len(left & set(numbers)) == 2
    assert after["portal_form_saved"] == []
    # 3. Nothing else was written but the answers, whose ids and moments say nothing.
    changed = {name for name in after if sorted(map(repr, after[name])) != sorted(map(repr, before[name]))}
    changed -= {"portal_form", "portal_form_version"}  # on PostgreSQL locked: one row each, the same for all
    assert changed == {"portal_submission", "portal_form_pass"}
    answers = sorted(after["portal_submission"], key=lambda each: int(each["id"]))
    assert len({str(each["received_at"]) for each in answers}) == 1
    local = clock.today()
    assert str(answers[0]["received_at"])[:10] in {str(local), str(local - timedelta(days=1))}
    # 4. No value of an invitation or a pass stands in an answer, nor the other way round.
    few = {"", "0", "1", "2", "3", "4", "5", "6", "7", "8", "None", "True", "False", str(made.id), "en", "mn"}

    def values(rows: list[dict[str, Any]], known: set[str]) -> set[str]:
        return {str(value) for each in rows for value in each.values()} - few - known

    shared = {str(value) for value in (before["portal_form"][0] | {"x": made.owner.id}).values()}
    mine = values(after["portal_form_invitation"] + after["portal_form_pass"], shared)
    theirs = values(after["portal_submission"], shared)
    assert mine & theirs == set()
    # 5. Neither history nor jobs nor mail know of it.
    assert sorted(map(repr, after["portal_history"])) == sorted(map(repr, before["portal_history"]))
    assert sorted(map(repr, after["portal_job"])) == sorted(map(repr, before["portal_job"]))
    # 6. On the pages nobody sees who has answered.
    officer = sign_in(made.owner)
    listed = officer.get(f"/forms/{made.id}/invitations").text
    assert "Answered" not in listed
    assert "nobody can tell who of these people has answered" in listed
    states = re.findall(r'<td[^>]*>\s*<span class="badge[^"]*"[^>]*>([^<]+)', listed)
    assert len(set(states)) <= 1
    assert slips(officer.post(f"/forms/{made.id}/invitations/print")) == []
    for index in (0, 1):
        key = db.session.scalar(select(Invitation.id).where(Invitation.number == index + 1))
        page = officer.get(f"/forms/{made.id}/invitations/{key}").text
        assert "is not known: the form is anonymous" in page


def test_an_anonymous_reminder_writes_the_same_for_all(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish([NAME], mode="personal", anonymous=True)
    officer, at = sign_in(made.owner), f"/forms/{made.id}/invitations"
    officer.post(at, data={"people": "a@example.mn\nb@example.mn", "language": "en", "send": "y"})
    found = links("You are asked")
    assert client.post(found["a@example.mn"], data=fresh(**{"q.name": "A"})).status_code == 303
    page = officer.get(at).text
    assert "Remind who has not answered" in page
    officer.post(f"{at}/send", data={"again": "1"})
    assert set(links("still waits")) == {"b@example.mn"}
    rows = dump()["portal_form_invitation"]
    assert len({(each["sent_on"], each.get("_made")) for each in rows}) == 1
    assert client.get(found["a@example.mn"]).status_code == 404
    told = officer.post(
        f"{at}/{db.session.scalar(select(Invitation.id).where(Invitation.email == 'a@example.mn'))}/send",
        follow_redirects=True,
    )
    assert "The mails are on their way" in told.text
    assert set(links("still waits")) == {"b@example.mn"}
    assert "example.mn" not in str(list(db.session.scalars(select(Job.arguments).where(Job.state == "done"))))


def test_a_replay_by_a_used_link_gets_its_receipt_and_another_text_is_shown_to_be_copied(
    client: Any, publish: Any, sign_in: Any
) -> None:
    made = publish([NAME], mode="personal", anonymous=True)
    (link,) = hand_out(sign_in, made, 1)
    data = fresh(_form=made.token, **{"q.name": "Story"})
    first = client.post(link, data=data)
    assert client.post(link, data=data).location == first.location
    late = client.post(link, data=fresh(_form=made.token, **{"q.name": "Much to say"}))
    assert late.status_code == 410
    assert "Much to say" in late.text
    assert "It sends once" in late.text


def test_a_form_that_turns_anonymous_unties_and_one_that_stops_being_so_ties_nothing(
    client: Any, publish: Any, sign_in: Any
) -> None:
    made = publish([NAME], mode="personal", anonymous=True)
    (link,) = hand_out(sign_in, made, 1)
    named = update_settings(made.form.definition, access={"mode": "personal"})
    service.save(made.owner, made.record, version=None, definition=named)
    publishing.publish(made.owner, made.record, version=None, waived="test")
    page = client.get(link)
    assert "Nothing ties it to your answers" in page.text
    assert client.post(link, data=fresh(**{"q.name": "A"})).status_code == 303
    one = db.session.scalars(select(Invitation)).one()
    assert one.submission_id is None
    assert invitations.by_code(link.rpartition("/")[2]) is None
    assert listing.answered(made.id, False) == 0


def test_a_named_invitation_used_while_the_form_was_anonymous_never_shows_it(
    client: Any, publish: Any, sign_in: Any
) -> None:
    made = publish([NAME], mode="personal")
    one, _two = hand_out(sign_in, made, 2)

    def publish_anew(**access: Any) -> None:
        definition = update_settings(made.form.definition, access={"mode": "personal", **access})
        service.save(made.owner, made.record, version=None, definition=definition)
        publishing.publish(made.owner, made.record, version=None, waived="test")

    publish_anew(anonymous=True)
    assert client.post(one, data=fresh(**{"q.name": "A"})).status_code == 303
    publish_anew()
    (_three,) = hand_out(sign_in, made, 1)  # the slip that is new, not the gap that would tell
    officer = sign_in(made.owner)
    rows = officer.get(f"/forms/{made.id}/invitations/export?format=json").get_json()
    assert [row["state"] for row in rows] == ["Invited"] * 3
    keys = db.session.scalars(select(Invitation.id).order_by(Invitation.number))
    pages = [officer.get(f"/forms/{made.id}/invitations/{key}").text for key in keys]
    assert len({re.sub(r"\d+", "", page) for page in pages[:2]}) == 1
    assert listing.answered(made.id, False) == 0


def test_codes_made_anonymous_are_printed_once_whatever_the_form_is_later(publish: Any, sign_in: Any) -> None:
    made = publish([NAME], mode="personal", anonymous=True)
    hand_out(sign_in, made, 2)
    invitations.make(made.owner, made.record, [invitations.Guest("Named")], anonymous=False, locale="en")
    assert len(listing.printable(made.id, False)) == 1
    assert len(listing.printable(made.id, True)) == 1


def test_what_somebody_invited_by_name_saved_is_found_by_the_same_link(
    client: Any, publish: Any, sign_in: Any, app: Any
) -> None:
    made = publish([NAME, row("integer", "age")], mode="personal")
    (link,) = hand_out(sign_in, made, 1)
    kept = client.post(link, data=fresh(_draft="1", **{"q.name": "Ba", "q.age": "many"}))
    assert kept.location.startswith(f"{link}/kept")
    assert "The link of your invitation goes on with it" in client.get(kept.location).text
    other = app.test_client()
    page = other.get(link)
    assert 'value="Ba"' in page.text
    assert 'value="many"' in page.text
    officer = sign_in(made.owner)
    assert "Begun" in officer.get(f"/forms/{made.id}/invitations").text
    uid = re.search(r'name="uid" value="([^"]+)"', page.text)
    assert uid is not None
    assert other.post(link, data=fresh(uid=uid[1], **{"q.name": "Bat", "q.age": "5"})).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Saved)) == 0


def test_a_form_about_no_single_record_cannot_be_sent_by_invitation(publish: Any, sign_in: Any) -> None:
    made = publish([NAME], mode="personal")
    made.form.slot = "subcommittees.test"
    db.session.commit()
    officer, at = sign_in(made.owner), f"/forms/{made.id}/invitations"
    assert "People are invited once the form is published" in officer.get(at).text
    assert officer.post(at, data={"people": "a@example.mn"}).status_code == 409
    assert officer.post(f"{at}/codes", data={"number": 1}).status_code == 409


def test_the_text_of_a_list_may_be_anything(publish: Any, sign_in: Any) -> None:
    read = invitations.read_guests
    assert read("") == []
    assert [each.email for each in read("a@b.mn, Bat\r\nA@B.mn\r\n\r\n,,\r\n")] == ["a@b.mn"]
    assert [each.name for each in read("\ufeff".strip("\ufeff") + "Нэр;И-мэйл\nӨлзий;o@b.mn")] == ["Өлзий"]
    for bad, line in (("a@b.mn\nc@d.mn e@f.mn,g@h.mn", 2), ("x" * 201, 1), ("a@b.mn;c@d.mn", 1)):
        with pytest.raises(invitations.BadLine) as fault:
            read(bad)
        assert fault.value.number == line
    with pytest.raises(invitations.BadLine):
        read("\n".join(f"a{number}@b.mn" for number in range(invitations.MOST + 1)))
    made = publish([NAME], mode="personal")
    page = sign_in(made.owner).post(
        f"/forms/{made.id}/invitations", data={"people": '"' * 50 + "\n<script>@x", "language": "en"}
    )
    assert page.status_code == 422
    assert "<script>@x" not in page.text
