"""Services ask for the right themselves; archived recommendations are not rated; for whom one rates."""

import io
import re
import uuid

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from plugins.recommendations.models import Assessment, Suggestion
from plugins.recommendations.ratings import challenging, grid, publishing, rating, suggesting
from plugins.recommendations.ratings import slot as rating_slot
from plugins.recommendations.register import arranging, promises, service
from plugins.recommendations.register_models import Cluster, GlossaryTerm
from plugins.recommendations.translation import glossary
from portal.api import (
    Content,
    Organisation,
    Record,
    clock,
    db,
    force_locale,
    form_building,
    form_filling,
    form_publishing,
    identity_of,
    transaction,
)
from portal.people.identity import use
from portal.people.models import Grant

from .conftest import now

NAME = Content.of(mn="Нэр", en="Name")
SAID = rating.Judgement("partially", clock.today(), NAME)
PLEDGE = {
    "country": "MN",
    "version": None,
    "status": "open",
    "number": "1",
    "text": NAME,
    "cycle": 3,
    "made_on": None,
    "document": "",
    "paragraph": "",
    "lead_id": None,
    "progress": Content(),
}
CONCERN = {
    "country": "MN",
    "version": None,
    "status": "persisting",
    "name": NAME,
    "text": NAME,
    "cycle": 3,
    "raised_on": clock.today(),
}


def whole(org):
    return db.session.get_one(Organisation, org.id)


def test_each_service_asks_for_the_right_itself(enter, rate, identity, coordinator, mojha, forum):
    record = enter("116.1")
    cluster = arranging.save_cluster(coordinator, None, code="A.1", name=NAME, lead_id=None)
    word = glossary.save(coordinator, None, en="treaty", mn="гэрээ", note="")
    draft = rate(coordinator, mojha, record, "partially", publish=False)
    pledge = promises.save_pledge(coordinator, None, org_id=mojha.id, **PLEDGE)
    concern = promises.save_concern(coordinator, None, org_id=mojha.id, **CONCERN)
    desk = identity("desk_officer", org=mojha)
    editor = identity("cs_editor", org=forum)
    refused = [
        lambda: rating.rate(desk, record, whole(mojha), SAID),
        lambda: rating.rate(editor, record, whole(mojha), SAID),
        lambda: rating.edit_draft(desk, draft, SAID, version=None),
        lambda: rating.discard(desk, draft),
        lambda: suggesting.decide(desk, mojha.id, record.id, "statements", accepted=False, word="No"),
        lambda: suggesting.decide(editor, mojha.id, record.id, "statements", accepted=False, word="No"),
        lambda: arranging.archive(desk, record, version=record.version, reason="Twice"),
        lambda: arranging.take_back(desk, record),
        lambda: arranging.arrange(
            desk, record, version=record.version, action=None, points={}, targets=(), cluster_ids=()
        ),
        lambda: arranging.save_cluster(desk, None, code="B", name=NAME, lead_id=None),
        lambda: arranging.save_cluster(editor, cluster, code="B", name=NAME, lead_id=None),
        lambda: arranging.delete_cluster(desk, cluster),
        lambda: glossary.save(desk, word, en="x", mn="y", note=""),
        lambda: glossary.remove(desk, word),
        lambda: promises.save_pledge(desk, None, org_id=mojha.id, **PLEDGE | {"number": "2"}),
        lambda: promises.save_pledge(coordinator, None, org_id=forum.id, **PLEDGE | {"number": "2"}),
        lambda: promises.save_pledge(desk, pledge, org_id=mojha.id, **PLEDGE),
        lambda: promises.save_concern(desk, None, org_id=mojha.id, **CONCERN),
        lambda: promises.save_concern(editor, concern, org_id=forum.id, **CONCERN),
        lambda: promises.take_up(desk, concern, record.id),
        lambda: service.edit(desk, record, version=record.version, text=NAME, lead_id=None, support_ids=()),
        lambda: service.change_position(
            desk, record, version=record.version, position="noted", decided_on=clock.today(), document="A/1"
        ),
    ]
    for act in refused:
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(NotFound):
        rating.edit_draft(editor, draft, SAID, version=None)
    assert now(select(Cluster.code)) == "A.1"
    assert now(select(GlossaryTerm.en)) == "treaty"
    assert now(select(Assessment.rating)) == "partially"
    assert now(select(Suggestion.id)) is None


@pytest.fixture
def focal(identity, ministry):
    return identity("focal_point", org=ministry)


@pytest.fixture
def form(coordinator):
    record = form_building.create(coordinator, slot=rating_slot.slot())
    return record, form_publishing.publish(coordinator, record, version=None)


def send(app, user, form, subject, rows):
    """What is told to who sends these rows in."""
    header, version = form
    with app.test_request_context():
        use(user)
        form_filling.submit(
            user,
            header,
            form_building.form_of(header),
            version,
            uid=str(uuid.uuid4()),
            answers={"recommendation": rows},
            language="en",
            subject_id=subject.id,
        )
        from flask import get_flashed_messages

        return " ".join(get_flashed_messages())


def test_an_archived_recommendation_is_rated_at_no_door(
    app, enter, rate, focal, identity, ministry, coordinator, challenged, sign_in, form
):
    kept, gone = enter("116.1"), enter("116.2")
    draft = rate(focal, ministry, gone, "partially", publish=False)
    second = identity("focal_point", org=ministry)
    made = challenged(gone)
    browser = sign_in(focal)
    table = openpyxl.load_workbook(io.BytesIO(browser.get("/recommendations/rate/table.xlsx").data))
    arranging.archive(coordinator, gone, version=None, reason="Entered twice")
    for act in (
        lambda: rating.rate(focal, gone, whole(ministry), SAID),
        lambda: rating.edit_draft(focal, draft, SAID, version=None),
        lambda: publishing.submit(focal, draft, second.id),
        lambda: challenging.answer(coordinator, made, accepted=True, words=NAME, version=None),
        lambda: suggesting.decide(focal, ministry.id, gone.id, "statements", accepted=False, word="No"),
    ):
        with pytest.raises(rating.Archived):
            act()
    says = "This recommendation is archived and is not rated any more."
    for path in (f"{gone.id}/rate", f"{gone.id}/suggestions", f"ratings/{draft.id}/edit"):
        assert says in browser.get(f"/recommendations/{path}", follow_redirects=True).text, path
    handed = browser.post(f"/recommendations/ratings/{draft.id}/submit", data={"to": second.id}, follow_redirects=True)
    assert says in handed.text
    row = grid.Row(gone.id, draft=draft.id, version=draft.version)
    row.values = {"rating": "partially", "rated_on": clock.today().isoformat(), "why": "Half"}
    with force_locale("en"):
        grid.save(focal, whole(ministry), row)
    assert says in row.errors["row"]
    sheet = table.active
    names = [re.search(r"\[(\w+)\]", str(cell.value or "")) for cell in sheet[1]]
    columns = {found[1]: place for place, found in enumerate(names, 1) if found}
    for line in range(2, sheet.max_row + 1):
        sheet.cell(line, columns["rating"]).value = "Not implemented"
        sheet.cell(line, columns["reasons_en"]).value = "Nothing"
        sheet.cell(line, columns["rated_on"]).value = clock.today().isoformat()
    filled = io.BytesIO()
    table.save(filled)
    filled.seek(0)
    read = browser.post("/recommendations/rate/table", data={"file": (filled, "ratings.xlsx")})
    assert says in read.text
    assert "1 draft would be made or changed," in read.text
    answer = {"_key": str(gone.id), "rating": "not", "reasons": "Nothing"}
    send(app, focal, form, kept, [answer])
    assert (
        list(db.session.scalars(select(Assessment.recommendation_id).where(Assessment.voice == "government")))
        == [gone.id] * 2
    )
    assert browser.post(f"/recommendations/ratings/{draft.id}/discard").status_code == 303
    assert now(select(Record.status).where(Record.id == draft.id)) == "discarded"


@pytest.fixture
def challenged(rate, coordinator, mojha, forum, identity):
    """Challenge a rating of the coordinator's organisation: ``challenged(recommendation)``."""

    def make(recommendation):
        rated = rate(coordinator, mojha, recommendation, "partially")
        editor = identity("cs_editor", org=forum)
        return challenging.challenge(editor, rated, whole(forum), value="not", argument=NAME, source="Report")

    return make


@pytest.fixture
def both(identity, mojha, ministry):
    """A focal point of two ministries."""
    user = identity("focal_point", org=mojha)
    with transaction():
        db.session.add(Grant(user_id=user.id, role="focal_point", org_id=ministry.id, valid_from=clock.today()))
    return identity_of(user.id)


def test_the_organisation_one_chose_is_kept_through_the_round(
    enter, both, mojha, ministry, identity, sign_in, form, app
):
    made = [enter(f"116.{number}") for number in (1, 2)]
    browser = sign_in(both)
    for org in (ministry, mojha):
        page = browser.get(f"/recommendations/rate?org={org.id}&cycle=3").text
        assert f"/recommendations/rate/table?org={org.id}" in page
        assert f"/recommendations/ratings/together?act=submit&amp;by=me&amp;org={org.id}" in page
        sheet = browser.get(f"/recommendations/rate/table?org={org.id}").text
        assert f"/recommendations/rate?org={org.id}" in sheet
        assert f'name="org" value="{org.id}"' in sheet
        other = mojha if org is ministry else ministry
        assert f"/recommendations/rate/table?org={other.id}" in sheet
        assert (
            f'value="{org.id}"'
            in re.search(
                r"<option[^>]*selected[^>]*>", browser.get(f"/recommendations/{made[0].id}/rate?org={org.id}").text
            )[0]
        )
    for path in ("rate", "rate/table", f"{made[0].id}/suggestions"):
        assert browser.get(f"/recommendations/{path}?org=424242").status_code == 404
    with transaction():
        for record, org in zip(made, (mojha, ministry), strict=True):
            service.set_bodies(identity_with(mojha), record, {org.id: "lead"})
    assert {row["id"] for row in rating_slot.rows(both, made[0].id)} == {record.id for record in made}
    rows = [{"_key": str(record.id), "rating": "partially", "reasons": "Half"} for record in made]
    send(app, both, form, made[0], rows)
    stmt = select(Assessment.recommendation_id, Record.org_id).join(Record, Record.id == Assessment.record_id)
    assert {row[0]: row[1] for row in db.session.execute(stmt)} == {made[0].id: mojha.id, made[1].id: ministry.id}
    together = browser.get(f"/recommendations/ratings/together?act=submit&org={mojha.id}").text
    assert re.findall(r">(116\.\d)</a>", together) == ["116.1"]
    first = now(select(Record).join(Assessment).where(Assessment.recommendation_id == made[0].id))
    publishing.submit(both, first, identity("focal_point", org=mojha).id)
    assert "116.1: Энэ хооронд үнэлгээг шилжүүлсэн" in send(app, both, form, made[0], rows)


def identity_with(org):
    """Somebody who coordinates *org*."""
    return identity_of(
        db.session.scalar(select(Grant.user_id).where(Grant.role == "coordinator", Grant.org_id == org.id))
    )
