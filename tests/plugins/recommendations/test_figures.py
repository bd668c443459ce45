"""Figures at a glance, voices side by side, panels on the first page."""

import re

import pytest
from sqlalchemy import select

from plugins.recommendations.figures import comparing, figures
from plugins.recommendations.register.service import set_bodies
from portal.api import Cycle, Identity, Record, db, transaction

from .conftest import asked


@pytest.fixture
def rated(enter, rate, coordinator, mojha, forum, identity):
    """Four recommendations, three rated by the Government, two by civil society."""
    editor = identity("cs_editor", org=forum)
    made = [enter("116.1"), enter("116.2"), enter("116.3", position="noted"), enter("116.4", states=("NO", "PE"))]
    rate(coordinator, mojha, made[0], "not", days=300)
    rate(coordinator, mojha, made[0], "fully")
    rate(editor, forum, made[0], "not")
    rate(coordinator, mojha, made[1], "partially")
    rate(editor, forum, made[1], "partially")
    rate(coordinator, mojha, made[2], "fully")
    return made


def test_the_latest_rating_of_each_voice_counts_once(rated):
    (one,) = figures.all_figures()
    assert (one.total, one.by_state, one.positions) == (4, 5, {"noted": 1, "supported": 3})
    assert one.ratings["government"] == {"fully": 2, "partially": 1}
    assert one.ratings["civil_society"] == {"not": 1, "partially": 1}
    assert [one.not_rated(voice) for voice in one.voices] == [1, 4, 2]
    assert one.share_of_supported("government") == pytest.approx(1 / 3)


def test_all_figures_are_one_question(rated, query_counter):
    with query_counter() as seen:
        figures.all_figures()
    assert len([statement for statement in seen if "recommendations_" in statement]) == 1


def test_the_page_shows_charts_with_their_tables_and_rules(client, rated):
    page = client.get("/recommendations/glance").text
    for words in ("by UN paragraph", "by recommending State", "The numbers as a table", "Not rated yet", "<svg"):
        assert words in page
    assert "Target" not in page


def test_the_target_of_a_cycle_stands_beside_what_is_reached(client, rated):
    with transaction():
        cycle = db.session.scalar(select(Cycle).where(Cycle.country == "MN", Cycle.number == 3))
        cycle.target_percent, cycle.target_source = 85, "Agreement with the United Nations"
    page = client.get("/recommendations/glance?cycle=3").text
    assert "Agreement with the United Nations" in page
    assert "85%" in page
    assert "33%" in page or "33.3%" in page


def test_an_empty_register_and_an_unknown_cycle_have_no_figures(client, enter):
    assert "No figures yet" in client.get("/recommendations/glance").text
    enter("116.1")
    assert "No figures yet" in client.get("/recommendations/glance?cycle=9").text


def test_agreement_counts_pairs_of_voices(rated):
    (one,) = comparing.agreements(Identity.anonymous())
    pair = one.pairs["government", "civil_society"]
    assert pair == {"agree": 1, "near": 0, "opposed": 1, "single": 1, "none": 1}
    assert one.pairs["government", "nhri"]["single"] == 3


@pytest.mark.parametrize(
    ("agreement", "number"), [("agree", "116.2"), ("opposed", "116.1"), ("single", "116.3"), ("none", "116.4")]
)
def test_the_comparison_is_filtered_by_agreement(client, rated, agreement, number):
    page = client.get(f"/recommendations/compare?agreement={agreement}").text
    shown = [each for each in ("116.1", "116.2", "116.3", "116.4") if f">{each}</a>" in page]
    assert shown == [number]


def test_the_comparison_asks_as_much_for_many_as_for_few(client, enter, query_counter):
    enter("116.1")
    client.get("/recommendations/compare")
    with query_counter() as few:
        client.get("/recommendations/compare")
    for number in range(2, 40):
        enter(f"116.{number}")
    with query_counter() as many:
        client.get("/recommendations/compare")
    assert asked(few) == asked(many) <= 6


def test_the_first_page_has_the_figures_for_everyone(client, rated):
    page = client.get("/").text
    assert "At a glance" in page
    assert "recommendations, by UN paragraph" in page


def test_a_focal_point_sees_what_the_own_ministry_has_to_do(rated, as_role, coordinator, ministry):
    browser = as_role("focal_point", org=ministry)
    assert "No recommendation names your ministry" in browser.get("/").text
    with transaction():
        set_bodies(coordinator, rated[0], {ministry.id: "lead"})
        set_bodies(coordinator, rated[3], {ministry.id: "support"})
    page = browser.get("/").text
    assert "2 recommendations are with your ministry." in page
    assert "1 has no rating of the Government yet." in page
    found = browser.get(f"/recommendations/?body={ministry.id}&voice=government&rating=none").text
    assert ">116.4</a>" in found
    assert ">116.1</a>" not in found


def _number(page):
    """The first number of recommendations on a page of figures or in its table."""
    return int(re.search(r'<strong>(\d+)</strong>|data-label="Recommendations">(\d+)<', page).expand(r"\1\2"))


def test_pages_of_subjects_tell_of_one_state_at_a_time_and_mine_counts_as_its_list(
    enter, rate, coordinator, mojha, client, sign_in, identity, ministry
):
    own = [enter(f"116.{number}", themes=["12"], states=("NO",)) for number in (1, 2)]
    other = enter("20.1", themes=["12"], states=("NO",), country="SI")
    rate(coordinator, mojha, own[0], "partially")
    with transaction():
        for record in (*own, other):
            set_bodies(coordinator, record, {ministry.id: "lead"})
    for path in ("states", "states/no"):
        page = client.get(f"/recommendations/{path}").text
        assert "country=SI" in page
        assert _number(page) == 2, path
        assert _number(client.get(f"/recommendations/{path}?country=SI").text) == 1, path
    shown = client.get("/recommendations/states/no").text
    assert ">116.2</a>" in shown
    assert ">20.1</a>" not in shown
    assert ">20.1</a>" in client.get("/recommendations/states/no?country=SI").text
    assert "country=SI" in client.get("/recommendations/states?country=SI").text
    with transaction():
        db.session.get_one(Record, own[1].id).visibility = "org"
    focal = sign_in(identity("focal_point", org=ministry))
    mine, home = focal.get("/recommendations/mine").text, focal.get("/").text
    assert "3 recommendations are with your ministry." in home
    assert "2 have no rating of the Government yet." in home
    assert _number(mine) == 3
    stranger = sign_in(identity("cs_editor", org=mojha))
    assert ">116.2</a>" in stranger.get("/recommendations/?cycle=3").text
