"""The counts of the dashboards are right after every change, and can be counted anew."""

from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, update

from plugins.recommendations.figures import figures
from plugins.recommendations.models import Count, Counted, Recommendation
from plugins.recommendations.register import counts, service
from portal.api import Record, clock, db, records, reference, transaction
from portal.cli import main


def of(facet, key=0):
    """The figures of the third cycle of something."""
    return next((one for one in figures.of_key(facet, key) if one.cycle == 3), figures.Figures("MN", 3))


def state(code):
    return next(each.id for each in reference.states() if each.iso2 == code)


def term(scheme, code):
    return next(each.id for each in reference.terms(scheme) if each.code == code)


@pytest.fixture
def theme():
    return reference.terms("theme")[0]


def test_each_change_is_counted_at_once(enter, rate, coordinator, mojha, forum, ministry, identity, theme):
    made = enter("116.1", states=("NO", "PE"), themes=(theme.code,), sdgs=("16",))
    assert (of("all").total, of("all").by_state) == (1, 2)
    assert of("theme", theme.id).total == of("sdg", term("sdg", "16")).total == of("state", state("PE")).total == 1
    assert of("region", counts.REGIONS.index("latin_american") + 1).total == 1

    rate(coordinator, mojha, made, "not", days=900)
    rate(coordinator, mojha, made, "partially", days=10)
    rate(identity("cs_editor", org=forum), forum, made, "not", days=5)
    assert of("theme", theme.id).ratings == {"government": {"partially": 1}, "civil_society": {"not": 1}}
    rate(coordinator, mojha, made, "fully", days=1300)
    assert of("all").ratings["government"] == {"partially": 1}, "an older rating that comes late is not the latest"
    known = figures.years(of("all"))
    assert list(known.values())[-1].ratings["government"]["partially"] == 1
    assert next(iter(known.values())).ratings["government"] == {"fully": 1}

    with transaction():
        service.set_bodies(coordinator, made, {ministry.id: "lead"})
    assert of("body", ministry.id).ratings["government"] == {"partially": 1}
    with transaction():
        service.set_bodies(coordinator, made, {})
    assert of("body", ministry.id).total == 0

    service.change_position(
        coordinator, made, version=made.version, position="noted", decided_on=clock.today(), document="A/HRC/1"
    )
    assert of("all").positions == {"noted": 1}
    assert not of("all").supported_ratings.get("government")
    with transaction():
        db.session.get_one(Recommendation, made.id).archived_at = clock.now()
    assert of("all").total == of("theme", theme.id).total == 0
    assert counts.recount() == []


def test_drafts_are_not_counted_and_nothing_is_after_a_rollback(enter, rate, coordinator, mojha):
    made = enter("116.1")
    rate(coordinator, mojha, made, "fully", publish=False)
    assert not of("all").ratings

    def fail():
        with transaction():
            db.session.get_one(Recommendation, made.id).position = "noted"
            db.session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert of("all").positions == {"supported": 1}
    assert counts.recount() == []


def test_what_is_no_longer_for_everyone_is_not_counted(enter, coordinator):
    made = enter("116.1")
    with transaction():
        records.update(coordinator, db.session.get_one(Record, made.id), version=None, visibility="org")
    assert of("all").total == 0


def test_the_revision_counts_what_was_there_before(enter, rate, coordinator, mojha, forum, ministry, identity, theme):
    made = enter("116.1", states=("NO", "PE"), themes=(theme.code,), sdgs=("16",))
    enter("116.2", position="noted")
    rate(coordinator, mojha, made, "not", days=800)
    rate(coordinator, mojha, made, "fully", days=10)
    rate(identity("cs_editor", org=forum), forum, made, "partially", days=5)
    with transaction():
        service.set_bodies(coordinator, made, {ministry.id: "lead"})
    with transaction():
        db.session.execute(delete(Count))
        db.session.execute(delete(Counted))
    revision = import_module("plugins.recommendations.migrations.versions.6a056ab6bb09_counts_and_saved_views")
    db.session.rollback()
    with db.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        revision._count()
    assert counts.recount() == []
    rate(coordinator, mojha, made, "partially", days=1)
    assert counts.recount() == []


def test_recount_tells_what_is_wrong_and_corrects_it(enter, runner):
    for number in ("116.1", "116.2"):
        enter(number)
    run = runner.invoke(main, ["recommendations", "recount"])
    assert (run.exit_code, run.output) == (0, "0 counts are not right\n")
    with transaction():
        db.session.execute(update(Count).where(Count.facet == "all").values(number=7))
        db.session.execute(delete(Count).where(Count.facet == "state"))
    run = runner.invoke(main, ["recommendations", "recount"])
    assert run.exit_code == 1
    assert "all MN 3 0 supported - -: 7 (2), right 2 (2)" in run.output
    assert runner.invoke(main, ["recommendations", "recount", "--fix"]).exit_code == 0
    assert runner.invoke(main, ["recommendations", "recount"]).exit_code == 0
    db.session.rollback()
    assert of("all").total == of("state", state("NO")).total == 2
    enter("116.3")
    assert of("all").total == 3
