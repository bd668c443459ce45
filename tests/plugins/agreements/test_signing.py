"""Sending, signing outside the portal, locking, amending, publishing."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest

from plugins.agreements import clauses, queries, service
from portal import clock, records
from portal.people.identity import Identity

from .conftest import PDF, clause, fresh, scan, signing

TODAY = clock.today()


def form(**more: Any) -> dict[str, Any]:
    return {
        "signed_on": TODAY.isoformat(),
        "signer_us": "Д.Эрдэнэ",
        "signer_them": "Б.Мөнхцэцэг",
        "office_us-en": "Minister",
        "office_them-en": "Governor",
        **more,
    }


def test_the_governors_office_sees_it_only_once_it_is_sent(
    draft: Any, coordinator: Any, khovd_officer: Any, sign_in: Any
) -> None:
    record = draft()
    browser = sign_in(khovd_officer)
    [first, _second] = queries.clauses(record.id)
    assert browser.get(f"/agreements/{record.id}").status_code == 404
    assert browser.get(f"/agreements/clauses/{first.id}").status_code == 404
    assert sign_in(coordinator).post(f"/agreements/{record.id}/send", data={"version": record.version}).location
    assert browser.get(f"/agreements/{record.id}").status_code == 200
    assert browser.get(f"/agreements/clauses/{first.id}").status_code == 200


def test_a_clause_added_after_the_sending_is_seen_too(draft: Any, coordinator: Any, khovd_officer: Any) -> None:
    record = draft()
    service.send(coordinator, record)
    added = clauses.add(coordinator, record, clause("Later"))
    assert records.get(khovd_officer, added.id).id == added.id


def test_what_was_taken_back_is_hidden_again(draft: Any, coordinator: Any, khovd_officer: Any, sign_in: Any) -> None:
    record = draft()
    service.send(coordinator, record)
    service.take_back(coordinator, record)
    assert sign_in(khovd_officer).get(f"/agreements/{record.id}").status_code == 404


def test_an_officer_of_dornod_does_not_see_khovds(
    draft: Any, coordinator: Any, dornod_officer: Any, sign_in: Any
) -> None:
    record = draft()
    service.send(coordinator, record)
    browser = sign_in(dornod_officer)
    assert browser.get(f"/agreements/{record.id}").status_code == 404
    assert f"/agreements/{record.id}" not in browser.get("/agreements/").text
    assert browser.get("/agreements/export/csv").text.count("\n") == 1


def test_an_agreement_without_clauses_is_not_sent(draft: Any, coordinator: Any) -> None:
    with pytest.raises(service.NoClauses):
        service.send(coordinator, draft(texts=()))


def test_the_signing_keeps_the_scan_with_its_checksum(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft()
    browser = sign_in(coordinator)
    sent = browser.post(
        f"/agreements/{record.id}/sign",
        data=form(version=record.version, scan=(io.BytesIO(PDF), "гэрээ 2026.pdf")),
        content_type="multipart/form-data",
    )
    assert sent.status_code == 303
    [file] = records.files(record.id)
    assert (file.purpose, file.sha256) == ("signed", hashlib.sha256(PDF).hexdigest())
    page = browser.get(f"/agreements/{record.id}").text
    assert file.sha256 in page
    assert "no electronic signature" in page
    assert "Б.Мөнхцэцэг" in page


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "Enter a date between"), (-11, "the signing cannot lie before it")],
    ids=["in the future", "before the draft"],
)
def test_the_signing_lies_between_the_draft_and_today(
    draft: Any, coordinator: Any, sign_in: Any, days: int, words: str
) -> None:
    record = draft()
    day = TODAY + timedelta(days=days)
    page = sign_in(coordinator).post(
        f"/agreements/{record.id}/sign",
        data=form(version=record.version, signed_on=day.isoformat(), scan=(io.BytesIO(PDF), "a.pdf")),
        content_type="multipart/form-data",
    )
    assert page.status_code == 422
    assert words in page.text
    with pytest.raises(service.DateOutOfRange):
        service.sign(coordinator, record, signing(day), version=None)


@pytest.mark.parametrize(
    ("content", "name"), [(b"PK\x03\x04 not a pdf", "scan.pdf"), (b"MZ", "scan.exe"), (b"", "scan.pdf")]
)
def test_a_scan_that_is_none_is_refused_and_nothing_is_signed(
    draft: Any, coordinator: Any, sign_in: Any, content: bytes, name: str
) -> None:
    record = draft()
    page = sign_in(coordinator).post(
        f"/agreements/{record.id}/sign",
        data=form(version=record.version, scan=(io.BytesIO(content), name)),
        content_type="multipart/form-data",
    )
    assert page.status_code == 422
    assert "Д.Эрдэнэ" in page.text
    fresh()
    assert records.get(coordinator, record.id).status == "draft"
    assert records.files(record.id) == []


def test_a_signed_agreement_is_locked(signed: Any, coordinator: Any, sign_in: Any) -> None:
    record = signed()
    [first, _second] = queries.clauses(record.id)
    header, _row = queries.clause(coordinator, first.id)
    with pytest.raises(clauses.Locked):
        clauses.edit(coordinator, header, version=header.version, new=clause("Other words"))
    with pytest.raises(clauses.Locked):
        clauses.add(coordinator, record, clause("One more"))
    with pytest.raises(clauses.Locked):
        clauses.move(coordinator, header, version=None, up=False)
    with pytest.raises(clauses.Locked):
        clauses.set_status(coordinator, header, version=None, status="dropped")
    browser = sign_in(coordinator)
    sent = browser.post(f"/agreements/clauses/{first.id}/edit", data={"text-en": "Other", "version": first.version})
    assert sent.location == f"/agreements/{record.id}"
    assert "The clauses are locked" in browser.get(sent.location).text
    assert queries.clauses(record.id)[0].text.texts["en"] == "Keep a shelter open"


def test_everyone_with_a_role_reads_it_once_it_is_signed(
    signed: Any, dornod_officer: Any, client: Any, sign_in: Any
) -> None:
    record = signed()
    assert sign_in(dornod_officer).get(f"/agreements/{record.id}").status_code == 200
    assert client.get(f"/agreements/{record.id}").status_code == 404


def test_the_public_reads_what_was_published(signed: Any, coordinator: Any, client: Any) -> None:
    record = signed()
    service.publish(coordinator, record, version=None, public=True)
    page = client.get(f"/agreements/{record.id}")
    assert page.status_code == 200
    assert "Keep a shelter open" in page.text
    assert client.get(f"/agreements/clauses/{queries.clauses(record.id)[0].id}").status_code == 200
    service.publish(coordinator, record, version=None, public=False)
    assert client.get(f"/agreements/{record.id}").status_code == 404


def test_an_amendment_needs_a_reason_and_keeps_it_in_the_history(
    signed: Any, coordinator: Any, dornod_officer: Any, sign_in: Any
) -> None:
    record = signed()
    browser = sign_in(coordinator)
    assert browser.post(f"/agreements/{record.id}/reopen", data={"version": record.version}).status_code == 422
    sent = browser.post(
        f"/agreements/{record.id}/reopen", data={"version": record.version, "reason": "The budget was cut"}
    )
    assert sent.status_code == 303
    assert "The budget was cut" in [entry.reason for entry, _name in records.history(record.id)]
    assert sign_in(dornod_officer).get(f"/agreements/{record.id}").status_code == 404
    clauses.add(coordinator, record, clause("Amended"))
    service.sign(coordinator, record, signing(), version=None, scan=scan(PDF + b"2"))
    assert records.get(dornod_officer, record.id).status == "signed"
    assert len(records.files(record.id)) == 2


def test_what_was_signed_before_is_not_taken_back(signed: Any, coordinator: Any) -> None:
    record = signed()
    service.reopen(coordinator, record, version=None, reason="Amendment")
    with pytest.raises(service.WrongState):
        service.take_back(coordinator, record)


def test_a_second_click_changes_nothing(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft()
    browser = sign_in(coordinator)
    first = browser.post(f"/agreements/{record.id}/send")
    again = browser.post(f"/agreements/{record.id}/send")
    assert (first.status_code, again.status_code) == (303, 303)
    assert "in another state by now" in browser.get(again.location).text
    fresh()
    assert records.get(coordinator, record.id).status == "sent"


def test_closing_keeps_the_evaluation(signed: Any, coordinator: Any, sign_in: Any) -> None:
    record = signed()
    browser = sign_in(coordinator)
    version = records.get(coordinator, record.id).version
    sent = browser.post(f"/agreements/{record.id}/close", data={"version": version, "evaluation-en": "Half was done."})
    assert sent.status_code == 303
    assert "Half was done." in browser.get(sent.location).text
    fresh()
    assert records.get(coordinator, record.id).status == "closed"


def test_a_clause_of_a_signed_agreement_is_noted_as_done(signed: Any, coordinator: Any, sign_in: Any) -> None:
    record = signed()
    [first, _second] = queries.clauses(record.id)
    sent = sign_in(coordinator).post(f"/agreements/clauses/{first.id}/status/done", data={"version": first.version})
    assert sent.status_code == 303
    assert queries.clauses(record.id)[0].status == "done"


def test_only_the_coordinator_changes_an_agreement(
    signed: Any, draft: Any, coordinator: Identity, khovd_officer: Identity, sign_in: Any
) -> None:
    record = draft()
    service.send(coordinator, record)
    browser = sign_in(khovd_officer)
    [first, _second] = queries.clauses(record.id)
    for address in (
        f"/agreements/{record.id}/edit",
        f"/agreements/{record.id}/sign",
        f"/agreements/clauses/{first.id}/edit",
    ):
        assert browser.get(address).status_code == 403
    assert browser.post(f"/agreements/{record.id}/send").status_code == 403
