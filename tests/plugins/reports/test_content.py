"""What a report says: one voice, figures with their rules, annexes that do not count."""

from __future__ import annotations

import re
from datetime import date

import pytest

from plugins.reports import queries, service
from plugins.reports.documents import build
from plugins.reports.facts import dump, load
from portal.documents import Table, word_count
from portal.documents.web import fragment
from portal.i18n import force_locale
from portal.text import Content

from .conftest import fresh, slot, text


def tables(document, caption):
    found = [block for block in document.blocks if isinstance(block, Table)]
    return next(block for block in found if caption in str(block.caption))


def rating(row):
    value = row[4].value
    return value.text("en") if isinstance(value, Content) else value


def annex_rows(document):
    return tables(document, "All recommendations").rows


def test_each_voice_reports_its_own_ratings_only(report, parallel, coordinator, editor):
    government = annex_rows(build(coordinator, report.id, "en"))
    civil_society = annex_rows(build(editor, parallel.id, "en"))
    assert list(map(rating, government)) == ["Fully implemented", "Partially implemented", "Not rated yet"]
    assert list(map(rating, civil_society)) == ["Not implemented", "Not rated yet", "Not rated yet"]
    page = fragment(build(editor, parallel.id, "en"))
    assert "Ministry of Education" not in page
    assert "voice only (Civil society)" in page


def test_the_annex_has_all_recommendations_noted_ones_too(report, coordinator):
    rows = annex_rows(build(coordinator, report.id, "en"))
    assert [row[0] for row in rows] == ["116.1", "116.2", "116.10"]
    page = fragment(build(coordinator, report.id, "mn"))
    for shown in ("Хүүхдийн эрхийг хамгаалах 116.1", "Норвеги", "Тогтоол 204", "Өвөрхангайд үргэлжлүүлнэ"):
        assert shown in page


def test_every_figure_says_how_it_was_counted(report, coordinator):
    rows = tables(build(coordinator, report.id, "en"), "Figures at a glance").rows
    with force_locale("en"):
        told = {str(row[0].value): (row[1], row[2].value, row[3]) for row in rows}
    assert told["Recommendations"] == (3, None, "By UN paragraph: one for each numbered paragraph.")
    assert told["Recommendations, by recommending State"][0] == 4
    assert told["Not rated yet"][0] == 1
    assert told["Aimags with a consultation of their own"][0] == 1
    assert all(rule for _number, _share, rule in told.values())


def test_the_parts_stand_in_their_order(report, coordinator):
    for name in ("summary", "methodology", "conclusions"):
        part = slot(report, name)
        service.write(coordinator, report, service.Written(part.id, part.version, text("Тэмдэглэл", "Remark")))
    chapter = slot(report, "chapter")
    service.write(coordinator, report, service.Written(chapter.id, chapter.version, text("Бүлэг", "A chapter")))
    document = build(coordinator, report.id, "en")
    heads = re.findall(r"<h2[^>]*>([^<]*)</h2>", fragment(document))
    assert [re.sub(r"^Annex \d\. ", "", head) for head in heads] == [
        "Summary",
        "Figures at a glance",
        "How the report was made",
        "Consultations and who took part",
        "Progress by theme",
        "Conclusions and next steps",
        "All recommendations: rating, evidence and next step",
        "Consultations held and who came",
        "Organisations",
    ]
    assert "session 36, 4 November 2020" in str(document.subtitle)
    assert "Draft, not final" in str(document.subtitle)


def test_the_words_of_the_annexes_do_not_count(report, coordinator, world):
    before = word_count(build(coordinator, report.id, "en"))
    assert before.limit == 10_700
    for each in world.assessments:
        each["rationale"] = text("үг " * 500, "word " * 500)
    assert word_count(build(coordinator, report.id, "en")).words == before.words
    part = slot(report, "chapter")
    service.write(coordinator, report, service.Written(part.id, part.version, text("үг", "one two three")))
    counted = word_count(build(coordinator, report.id, "en")).words
    assert counted == before.words + 3 + len(part.title.text("en").split())
    part = slot(report, "chapter")
    service.write(
        coordinator, report, service.Written(part.id, part.version, part.text, title=part.title, counted=False)
    )
    assert word_count(build(coordinator, report.id, "en")).words == before.words


def test_consultations_say_how_many_aimags_and_name_those_without(report, coordinator):
    page = fragment(build(coordinator, report.id, "en"))
    assert "Provincial consultations were held in 1 of 21 aimags." in page
    missing = page.split("None was held in: ")[1].split("</p>")[0]
    assert "Khovd" not in missing
    assert "Zavkhan" in missing
    assert "30 persons took part." in page


def test_only_consultations_of_the_time_reported_on_are_counted(report, coordinator, world):
    world.meet(text("Дорнод", "Dornod"), date=date(2019, 5, 1))
    assert len(queries.draft(coordinator, fresh(report)).facts.consultations) == 1


def test_a_report_without_the_consultations_module_says_so(report, coordinator, without):
    without("consultations")
    page = fragment(build(coordinator, report.id, "en"))
    assert "Consultations are not part of this report" in page
    assert "Consultations and who took part" not in page
    assert "Consultations held" not in page


def test_a_report_without_the_register_says_so(report, coordinator, without):
    without("recommendations")
    page = fragment(build(coordinator, report.id, "en"))
    assert "The table of recommendations is not part of this report" in page
    assert "All recommendations" not in page


def test_a_text_that_is_not_translated_is_marked_and_never_mixed_in(report, coordinator, world):
    world.recommendations[1]["text"] = text("", "Only in English")
    part = slot(report, "summary")
    service.write(coordinator, report, service.Written(part.id, part.version, text("", "First.\n\n- one\n- two")))
    mongolian = fragment(build(coordinator, report.id, "mn"))
    assert '<em><span lang="en">Only in English</span></em>' in mongolian
    assert '<em><span lang="en">First.</span></em>' in mongolian
    assert "Энэ хэсэг зөвхөн англи хэлээр байна" in mongolian
    assert "2 бичвэр орчуулагдаагүй" in mongolian
    english = fragment(build(coordinator, report.id, "en"))
    assert "<em>" not in english
    assert "not translated" not in english


@pytest.mark.parametrize(("mn", "blocks"), [("Нэг.\n\nХоёр.", 2), ("Нэг:\n- а\n- б", 2), ("1. а\n2. б", 1), ("  ", 0)])
def test_empty_lines_part_paragraphs_and_dashes_make_lists(mn, blocks):
    from plugins.reports import prose

    assert len(list(prose.blocks(text(mn, ""), "mn"))) == blocks


def test_figures_can_be_kept_and_read_again(report, coordinator):
    facts = queries.draft(coordinator, fresh(report)).facts
    assert load(dump(facts)) == facts


def test_themes_are_counted_in_each_language_alike(report, coordinator):
    facts = queries.draft(coordinator, fresh(report)).facts
    (first, ratings), (second, _ratings) = facts.themes()
    assert [(each.text("mn"), each.text("en")) for each in (first, second)] == [
        ("Боловсрол", "Education"),
        ("Хүүхдийн эрх", "Rights of the child"),
    ]
    assert ratings == {"fully": 1, "partially": 1, None: 1}


def test_the_register_is_asked_for_the_country_and_cycle_of_the_report(report, coordinator, world):
    world.asked.clear()
    queries.draft(coordinator, fresh(report))
    assert {"country": "MN", "cycle": 3} in world.asked
    assert {"country": "MN", "cycle": 3, "voice": "government", "latest": 1} in world.asked
