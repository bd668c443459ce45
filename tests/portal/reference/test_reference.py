"""Places, States, cycles and vocabularies as the other rooms read them."""

from datetime import date

import pytest
from sqlalchemy import func, select

from portal import reference
from portal.db import db, transaction
from portal.i18n import force_locale
from portal.reference.models import Cycle, RegionUnit, State, Term, Unit
from portal.text import Content


@pytest.fixture(autouse=True)
def seeded(app):
    """The tables are filled by the upgrade; a second seed must change nothing."""
    return app


def test_seeding_again_changes_nothing():
    with transaction():
        assert reference.seed(db.session()) == reference.Seeded(added=0, changed=0)


def test_seeding_mends_what_was_changed_and_lost():
    with transaction():
        unit = db.session.scalar(select(Unit).where(Unit.code == "MN-043"))
        unit.timezone = "Asia/Ulaanbaatar"
        unit.name = Content.of(mn="Ховт", en="Khovd")
        db.session.delete(db.session.scalar(select(RegionUnit).limit(1)))
    with transaction():
        assert reference.seed(db.session()) == reference.Seeded(added=1, changed=1)
    assert reference.unit_by_code("MN-043").timezone == "Asia/Hovd"
    assert reference.unit_by_code("MN-043").name.text("mn") == "Ховд"


def test_seeding_keeps_what_people_have_entered():
    with transaction():
        cycle = db.session.scalar(select(Cycle).where(Cycle.number == 3))
        cycle.target_percent, cycle.target_source, cycle.session = 80, "Government resolution", 37
        term = db.session.scalar(select(Term).where(Term.code == "herders"))
        term.name = Content.of(mn="Малчин өрх", en="Herders", state={"mn": "checked", "en": "official"})
    with transaction():
        reference.seed(db.session())
    found = reference.find_cycle(3)
    assert (found.target_percent, found.target_source, found.session) == (80, "Government resolution", 37)
    assert reference.find_term("group", "herders").name.text("mn") == "Малчин өрх"


def test_units_come_in_the_readers_alphabet():
    with force_locale("mn"):
        names = [unit.name.text("mn") for unit in reference.units("aimag")]
    assert len(names) == 21
    assert names[:3] == ["Архангай", "Баян-Өлгий", "Баянхонгор"]
    assert names.index("Орхон") < names.index("Өвөрхангай") < names.index("Өмнөговь") < names.index("Сүхбаатар")
    assert [unit.code for unit in reference.first_level()][-1] == "MN-1"
    assert len(reference.units("district")) == 9


def test_a_unit_tells_its_place_and_its_time():
    khovd = reference.unit_by_code("MN-043")
    assert (khovd.kind, khovd.timezone, khovd.tile) == ("aimag", "Asia/Hovd", (1, 1))
    assert khovd.centre.text("en") == "Khovd"
    assert reference.unit(khovd.parent_id).code == "MN"
    assert reference.unit_by_code("MN-1-BZD").parent_id == reference.unit_by_code("MN-1").id
    assert reference.unit_by_code("MN-999") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ховд", "MN-043"),
        ("Hovd", "MN-043"),
        ("khovd aimag", "MN-043"),
        ("MN-043", "MN-043"),
        ("184", "MN-043"),
        ("Umnugovi province", "MN-053"),
        ("Ulan Bator", "MN-1"),
        ("Улаанбаатар хот", "MN-1"),
        ("Сүхбаатар аймаг", "MN-051"),
        ("Сүхбаатар дүүрэг", "MN-1-SBD"),
        ("БЗД", "MN-1-BZD"),
    ],
)
def test_units_are_found_in_many_spellings(text, code):
    assert reference.find_unit(text).code == code


def test_an_ambiguous_name_needs_its_kind():
    assert reference.find_unit("Сүхбаатар") is None
    assert reference.find_unit("Сүхбаатар", "aimag").code == "MN-051"
    assert reference.find_unit("Атлантис") is None


def test_a_unit_out_of_force_is_not_offered_but_still_known():
    with transaction():
        unit = db.session.scalar(select(Unit).where(Unit.code == "MN-035"))
        unit.valid_to = date(2026, 1, 1)
    assert "MN-035" not in {each.code for each in reference.units("aimag", date(2026, 1, 2))}
    assert "MN-035" in {each.code for each in reference.units("aimag", date(2026, 1, 1))}
    assert reference.unit_by_code("MN-035") is not None


def test_region_sets_hold_what_is_known():
    sets = {each.code: each for each in reference.region_sets()}
    assert [len(region.unit_ids) for region in sets["nso"].regions] == [5, 6, 7, 3, 1]
    seats = [reference.unit(region.seat_id).code for region in sets["consultation-2018"].regions]
    assert seats == ["MN-047", "MN-043", "MN-039", "MN-053"]
    assert all(not region.unit_ids for region in sets["consultation-2018"].regions)
    assert [each.code for each in reference.region_sets(date(2026, 1, 1))] == ["nso"]


@pytest.mark.parametrize(
    ("text", "iso2"),
    [
        ("Iran (Islamic Republic of)", "IR"),
        ("Islamic Republic of Iran", "IR"),
        ("Iran", "IR"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Viet Nam", "VN"),
        ("Republic of Korea", "KR"),
        ("БНСУ", "KR"),
        ("United States", "US"),
        ("АНУ", "US"),
        ("United Kingdom", "GB"),
        ("Bolivarian Republic of Venezuela", "VE"),
        ("Bolivia (Plurinational State of)", "BO"),
        ("Netherlands (Kingdom of the)", "NL"),
        ("Netherlands", "NL"),
        ("Czech Republic", "CZ"),
        ("Bahamas", "BS"),
        ("Holy See", "VA"),
        ("State of Palestine", "PS"),
        ("Монгол Улс", "MN"),
        ("PRK", "KP"),
    ],
)
def test_states_are_found_in_many_forms(text, iso2):
    assert reference.find_state(text).iso2 == iso2


def test_congo_niger_and_guinea_are_not_mixed_up():
    names = ["Congo", "Democratic Republic of the Congo", "Niger", "Nigeria", "Guinea", "Guinea-Bissau", "Dominica"]
    assert [reference.find_state(name).iso2 for name in names] == ["CG", "CD", "NE", "NG", "GN", "GW", "DM"]
    assert reference.find_state("Atlantis") is None


def test_the_nearest_states_are_offered():
    assert [state.iso2 for state in reference.nearest_states("Slovnia", 2)] == ["SI", "SK"]
    assert reference.nearest_states("xyzzy") == []


def test_states_know_their_group():
    assert reference.find_state("Mongolia").un_group == "asia_pacific"
    assert reference.find_state("Holy See").un_group is None
    assert len(reference.states()) == db.session.scalar(select(func.count()).select_from(State)) == 195


def test_an_import_asks_the_database_once(query_counter):
    reference.forget()
    with query_counter() as seen:
        for name in ("Peru", "Chile", "Nowhere"):
            reference.find_state(name)
            reference.nearest_states(name)
            reference.find_term("theme", name, 3)
    assert len(seen) == 2


def test_cycles_tell_only_what_is_known():
    one, two, three, four = reference.cycles()
    assert (two.session, two.reviewed_on, two.report_symbol) == (22, date(2015, 5, 5), "A/HRC/30/6")
    assert (two.valid_from, two.valid_to) == (date(2015, 9, 24), date(2021, 3, 15))
    assert (one.valid_from, three.report_symbol, four.adopted_on, four.target_percent) == (None, None, None, None)
    assert reference.current_cycle(on=date(2020, 11, 3)).number == 2
    assert reference.current_cycle(on=date(2025, 11, 4)).number == 4
    assert reference.current_cycle("SI") is None


def test_an_import_may_bring_the_cycle_of_another_state():
    made = reference.ensure_cycle(3, "SI", 34)
    assert (made.country, made.number, made.session, made.reviewed_on) == ("SI", 3, 34, None)
    assert reference.ensure_cycle(3, "SI", 99) == made
    with pytest.raises(ValueError, match="no review 3 of 'XX'"):
        reference.ensure_cycle(3, "XX")


def test_terms_of_each_cycle_keep_the_sources_label():
    assert len(reference.terms("theme", 2)) == 53
    assert len(reference.terms("theme", vocabulary="upr-info-issues")) == 54
    term = reference.find_term("theme", "Budget & resources (for human rights implementation)", 3)
    assert term.label == "Budget &resources (for human rights implementation)"
    assert term.name.text("mn").startswith("Төсөв")
    assert reference.find_term("theme", "D29", 2).label == "D29 Domestic violence"


def test_labels_of_all_sources_meet_in_the_national_list():
    found = {
        reference.find_term("theme", "D29 Domestic violence", 2).mapped_to_id,
        reference.find_term("theme", "Domestic violence", 3).mapped_to_id,
        reference.find_term("theme", "domestic-violence").id,
    }
    assert len(found) == 1


def test_goals_come_in_their_order():
    assert [term.code for term in reference.terms("sdg")] == [str(number) for number in range(1, 18)]
    assert reference.find_term("sdg", "16 - PEACE, JUSTICE AND STRONG INSTITUTIONS").code == "16"
    assert reference.find_term("sdg", "5", 3).name.text("mn") == "Жендэрийн тэгш байдлыг хангах"


def test_an_unknown_label_joins_its_list():
    made = reference.ensure_term("theme", " Right to  a new thing ", 4)
    assert (made.vocabulary, made.label, made.name.texts) == (
        "themes-c4",
        "Right to  a new thing",
        {"en": "Right to  a new thing"},
    )
    assert reference.ensure_term("theme", "RIGHT TO A NEW THING", 4) == made
    assert reference.find_term("theme", "Right to a new thing", 4) == made
    assert made.mapped_to_id is None


@pytest.mark.parametrize("label", ["", " - ", "a" * 301])
def test_a_label_without_letters_or_too_long_is_refused(label):
    with pytest.raises(ValueError, match="between 1 and 300"):
        reference.ensure_term("theme", label, 4)


def test_a_list_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no vocabulary 'themes-c9'"):
        reference.ensure_term("theme", "Anything", 9)
