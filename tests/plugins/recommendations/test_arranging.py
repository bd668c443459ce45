"""What stands around a recommendation: sub-points, targets, clusters, focal points, the archive, pledges, concerns."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from plugins.recommendations.figures import figures
from plugins.recommendations.models import Recommendation
from plugins.recommendations.register import arranging, promises
from plugins.recommendations.register_models import Cluster, Concern, Pledge, Point, Target
from portal.api import Content, Grant, Record, clock, db, jobs, records, transaction

from .conftest import now


@pytest.fixture
def cluster(coordinator):
    name = Content.of(en="Fair trial", mn="Шударга шүүх")
    return arranging.save_cluster(coordinator, None, code="A.1", name=name, lead_id=None)


def arranged(**values):
    return {"points-en": "", "points-mn": "", "targets": "", "action": "", "version": 1, **values}


def test_a_recommendation_has_points_targets_an_action_and_clusters(enter, sign_in, coordinator, client, cluster):
    record, browser = enter("116.1"), sign_in(coordinator)
    values = arranged(
        **{"points-en": "a) Adopt a law\nb) Train judges", "points-mn": "а) Хууль батлах\nб) Шүүгч сургах"},
        targets="16.3; 5.c",
        action="5",
        cluster_ids=[cluster.id],
    )
    assert browser.post(f"/recommendations/{record.id}/arrange", data=values).status_code == 303
    assert [point.letter for point in arranging.points(record.id)] == ["a", "b"]
    assert now(select(Point.text).where(Point.letter == "b")).texts == {"en": "Train judges", "mn": "Шүүгч сургах"}
    assert arranging.target_codes(record.id) == ["5.c", "16.3"]
    page = client.get(f"/recommendations/{record.id}").text
    for words in ("Train judges", "16.3", "Fair trial", "5: specific action"):
        assert words in page
    for query in ("target=16.3", f"cluster={cluster.id}"):
        assert "116.1" in client.get(f"/recommendations/?{query}").text
    enter("116.2")
    assert "116.2" not in client.get("/recommendations/?target=16.3").text
    assert "A.1" in browser.get("/recommendations/clusters").text
    browser.post(f"/recommendations/clusters/{cluster.id}/delete")
    assert now(select(Cluster.code)) == "A.1"
    emptied = arranged(version=2, **{"points-en": "a) Adopt a law"})
    assert browser.post(f"/recommendations/{record.id}/arrange", data=emptied).status_code == 303
    assert now(select(Target)) is None
    assert len(arranging.points(record.id)) == 1
    browser.post(f"/recommendations/clusters/{cluster.id}/delete")
    assert now(select(Cluster.code)) is None


@pytest.mark.parametrize(
    "wrong", [{"targets": "16.99"}, {"points-en": "Adopt a law"}, {"points-en": "a) One\nc) Three"}, {"action": "9"}]
)
def test_what_is_no_target_or_sub_point_is_refused_in_words(enter, sign_in, coordinator, wrong):
    record = enter("116.1")
    answer = sign_in(coordinator).post(f"/recommendations/{record.id}/arrange", data=arranged(**wrong))
    assert answer.status_code == 422
    assert now(select(Point)) is None


def test_all_169_targets_are_known():
    assert len(arranging.read_targets(" ".join(arranging.targets()))[0]) == 169


def test_an_archived_recommendation_leaves_lists_and_figures_and_comes_back(enter, sign_in, coordinator, client, mojha):
    record, other = enter("116.1"), enter("116.2")
    browser = sign_in(coordinator)
    assert browser.post(f"/recommendations/{record.id}/archive", data={"reason": "", "version": 1}).status_code == 422
    values = {"reason": "Entered twice", "version": 1}
    assert browser.post(f"/recommendations/{record.id}/archive", data=values).status_code == 303
    assert figures.all_figures()[0].total == 1
    for address in ("", "export.csv", "compare", "translate"):
        page = browser.get(f"/recommendations/{address}").text
        assert "116.2" in page
        assert "116.1" not in page
    assert "Entered twice" in client.get(f"/recommendations/{record.id}").text
    assert "Entered twice" in client.get("/recommendations/archived").text
    assert browser.post(f"/recommendations/{record.id}/archive/back").status_code == 303
    assert figures.all_figures()[0].total == 2
    assert other.id


def test_only_the_coordinator_archives(enter, as_role, ministry):
    record = enter("116.1")
    assert as_role("focal_point", org=ministry).get(f"/recommendations/{record.id}/archive").status_code == 403
    assert as_role("cs_editor", org=ministry).get("/recommendations/clusters/new").status_code == 403


def test_the_focal_points_of_today_are_named_and_get_the_mail(
    enter, sign_in, identity, coordinator, ministry, client, outbox
):
    day = clock.today() - timedelta(days=11)
    main, deputy, validator, gone = (identity("focal_point", org=ministry) for _ in range(4))
    with transaction():
        for one, function in ((main, "main"), (deputy, "deputy"), (validator, "validator"), (gone, "main")):
            grant = db.session.scalars(select(Grant).where(Grant.user_id == one.id)).one()
            grant.function = function
            if one is gone:
                grant.valid_from, grant.valid_to = day - timedelta(days=9), day
    record, browser = enter("116.1"), sign_in(coordinator)
    texts = {"text-en": "Abolish it", "text-mn": "", "text-en-state": "official", "text-mn-state": "draft"}
    browser.post(f"/recommendations/{record.id}/edit", data={**texts, "lead_id": ministry.id, "version": 1})
    for address in ("contacts", str(record.id)):
        page = browser.get(f"/recommendations/{address}").text
        assert page.index(main.name) < page.index(deputy.name) < page.index(validator.name)
        assert gone.name not in page
    assert main.name not in client.get(f"/recommendations/{record.id}").text
    assert sorted(mail.to for mail in jobs.mail.outbox()) == sorted([[main.email], [deputy.email]])
    assert all(f"/recommendations/{record.id}" in body for body in outbox())


def test_a_pledge_is_no_recommendation(enter, sign_in, coordinator, client):
    enter("116.1")
    browser = sign_in(coordinator)
    pledge = {"number": "P1", "cycle": 3, "text-en": "Ratify it", "text-mn": "", "status": "open", "version": 1}
    pledge |= {"progress-en": "", "progress-mn": "", "made_on": "", "document": "A/HRC/46/9", "lead_id": ""}
    assert browser.post("/recommendations/pledges/new", data=pledge).status_code == 303
    record_id = now(select(Pledge.record_id))
    assert browser.post("/recommendations/pledges/new", data=pledge).status_code == 422
    kept = {**pledge, "status": "kept", "progress-en": "Ratified in May"}
    assert browser.post(f"/recommendations/pledges/{record_id}/edit", data=kept).status_code == 303
    assert "Ratified in May" in client.get(f"/recommendations/pledges/{record_id}").text
    assert "Ratify it" in client.get("/recommendations/pledges").text
    assert "Ratify it" not in client.get("/recommendations/").text
    assert figures.all_figures()[0].total == 1


def test_a_concern_survives_its_cycle(enter, sign_in, as_role, identity, forum, client, coordinator):
    record, later = enter("116.1"), enter("57.3", cycle=4)
    editor = identity("cs_editor", org=forum)
    browser = sign_in(editor)
    concern = {"name-en": "Overcrowded cells", "name-mn": "", "text-en": "", "text-mn": "", "status": "persisting"}
    concern |= {"cycle": 3, "raised_on": clock.today().isoformat(), "settled_reason": "", "version": 1}
    assert "116.1" in browser.get(f"/recommendations/concerns/new?from={record.id}").text
    answer = browser.post(f"/recommendations/concerns/new?from={record.id}", data=concern)
    assert answer.status_code == 303
    record_id = now(select(Concern.record_id))
    assert browser.post(f"/recommendations/concerns/{record_id}/link", data={"target_id": later.id}).status_code == 303
    page = client.get(f"/recommendations/concerns/{record_id}").text
    assert page.index("116.1") < page.index("Recommendations of later cycles") < page.index("57.3")
    with transaction():
        records.link(editor, record_id, later.id, "follows")
    assert db.session.execute(promises.concerns(editor)).one().number == 2
    arranging.archive(coordinator, later, version=later.version, reason="Entered twice")
    assert db.session.execute(promises.concerns(editor)).one().number == 1
    arranging.take_back(coordinator, later)
    assert "Overcrowded cells" in client.get(f"/recommendations/{later.id}").text
    settled = {**concern, "status": "settled", "version": 1}
    assert browser.post(f"/recommendations/concerns/{record_id}/edit", data=settled).status_code == 422
    settled["settled_reason"] = "A new prison"
    assert browser.post(f"/recommendations/concerns/{record_id}/edit", data=settled).status_code == 303
    assert now(select(Record.status).where(Record.id == record_id)) == "settled"
    assert as_role("focal_point", org=forum).get("/recommendations/concerns/new").status_code == 403


def test_a_turned_answer_is_called_reversed(enter, sign_in, coordinator, client):
    record, browser = enter("116.1"), sign_in(coordinator)
    change = {"decided_on": clock.today().isoformat(), "document": "A/HRC/46/9/Add.2"}
    browser.post(f"/recommendations/{record.id}/position", data={**change, "position": "examined", "version": 1})
    assert "Reversed" not in client.get(f"/recommendations/{record.id}").text
    browser.post(f"/recommendations/{record.id}/position", data={**change, "position": "noted", "version": 2})
    assert "Reversed" in client.get(f"/recommendations/{record.id}").text
    assert now(select(Recommendation.position)) == "noted"
