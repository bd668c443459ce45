from __future__ import annotations

import re
from itertools import chain
from xml.etree import ElementTree

import pytest

from portal.documents import (
    Chart,
    Document,
    Map,
    MemoryCache,
    Series,
    Tile,
    chart_svg,
    compose,
    map_svg,
    picture_numbers,
    picture_svg,
)
from portal.documents.charts import localise
from portal.documents.layout import LaidTable
from portal.documents.palette import PATTERNS, SERIES, TONES
from portal.documents.pictures import draw, gather, picture_key, with_patterns
from portal.documents.tiles import PLACES
from portal.documents.vega import format_locale, spec
from portal.i18n import force_locale

from .samples import RATINGS, by_theme, report, traffic_light

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = [
    traffic_light(),
    by_theme(),
    Chart("bar", "Оролцогч", ["Ховд", "Дорнод"], [Series("Эмэгтэй", [20, None]), Series("Эрэгтэй", [25, 30])]),
    Chart("line", "Явц", ["2024", "2025"], [Series("Хувь", [0.2, 0.5])], percent=True),
    Chart("donut", "Хариу", ["Хүлээн авсан", "Тэмдэглэсэн"], [Series("n", [170, 20])], tones=["success", "neutral"]),
]


def shown(table):
    (laid,) = (block for block in compose(Document("x", "en", (table,))).blocks if isinstance(block, LaidTable))
    return [[cell.text for cell in row] for row in laid.body]


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_parts_of_a_whole_have_their_share_and_a_total():
    assert shown(traffic_light().table("en")) == [
        ["Fully implemented", "50", "50%"],
        ["Partially implemented", "30", "30%"],
        ["Not implemented", "20", "20%"],
        ["Total", "100", "100%"],
    ]


def test_stacks_have_a_row_per_category_with_its_total():
    assert shown(by_theme().table("en")) == [
        ["Women's rights", "12", "20", "5", "37"],
        ["Children", "30", "11", "0", "41"],
    ]


def test_an_unknown_number_is_no_zero():
    chart = Chart("bar", "x", ["a", "b"], [Series("n", [1, None])])
    assert shown(chart.table("en")) == [["a", "1"], ["b", ""]]
    assert chart.alt_text("en") == "Bar chart: x. a: 1; b: –."


def test_the_description_has_all_numbers_in_the_language_of_the_document():
    assert traffic_light().alt_text("mn").endswith("Бүрэн хэрэгжсэн 50, Хэсэгчлэн хэрэгжсэн 30, Хэрэгжээгүй 20.")


def test_the_description_of_a_long_chart_gives_totals_and_points_to_the_table():
    chart = Chart("bar", "Улсууд", [str(n) for n in range(20)], [Series("Зөвлөмж", range(20))])
    assert chart.alt_text("en") == "Bar chart: Улсууд. Зөвлөмж: 190. The numbers of each group are in the table."


def test_a_chart_with_unequal_rows_is_refused():
    with pytest.raises(ValueError, match="1 values for 2 categories"):
        Chart("bar", "x", ["a", "b"], [Series("n", [1])])


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: f"{chart.kind}{len(chart.categories)}")
def test_a_chart_for_a_page_needs_no_script_no_style_and_no_sight(chart):
    text = str(chart_svg(chart, "mn"))
    root = ElementTree.fromstring(text)
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "desc", "defs", "pattern", "rect", "path", "line", "text", "g"}
    attributes = set(chain.from_iterable(element.attrib for element in root.iter()))
    assert not [name for name in attributes if name == "style" or name.startswith("on")]
    assert root.attrib["role"] == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.attrib["aria-labelledby"] == title.attrib["id"]
    assert description.text == chart.alt_text("mn")
    assert "currentColor" in text


def test_what_a_person_wrote_never_becomes_markup():
    chart = Chart("bar", "<script>1</script>", ['"><img src=x>', "{{7*7}}"], [Series("&<b>", [1, 2])])
    text = str(chart_svg(chart, "en"))
    assert "<script" not in text
    assert "<img" not in text
    assert "{{7*7}}" in text
    ElementTree.fromstring(text)


def test_two_equal_charts_of_a_page_can_have_ids_of_their_own():
    ids = [set(re.findall(r'id="([^"]+)"', str(chart_svg(traffic_light(), "mn", seed)))) for seed in ("1", "2")]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("tone", RATINGS)
def test_each_rating_has_a_pattern_of_its_own_and_a_sign(tone):
    others = [ink for name, ink in TONES.items() if name != tone]
    assert TONES[tone].pattern not in [ink.pattern for ink in others]
    assert TONES[tone].sign not in [ink.sign for ink in others]


@pytest.mark.parametrize("ink", [*TONES.values(), *SERIES], ids=lambda ink: ink.fill)
def test_letters_on_colours_can_be_read(ink):
    assert contrast(ink.text, ink.fill) >= 4.5
    assert contrast(ink.text, ink.line) >= 4.5
    assert contrast(ink.dark, ink.pale) >= 4.5


@pytest.mark.parametrize("ink", SERIES, ids=lambda ink: ink.fill)
def test_lines_are_seen_on_light_and_on_dark(ink):
    assert contrast(ink.fill, "#ffffff") >= 3
    assert contrast(ink.fill, "#14181d") >= 3


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: f"{chart.kind}{len(chart.categories)}")
def test_a_chart_for_a_document_is_drawn_with_its_mongolian_words(chart):
    (picture,) = compose(Document("x", "mn", (chart,))).blocks
    root = ElementTree.fromstring(draw(picture, "svg"))
    words = " ".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    for series in localise(chart, "mn").series:
        if len(chart.series) > 1:
            assert series.name in words
    assert draw(picture, "png").startswith(b"\x89PNG")


def test_texts_of_a_chart_are_data_and_never_expressions():
    evil = "datum.value + 7*7'); alert('x"
    chart = localise(Chart("bar", evil, [evil], [Series(evil, [1]), Series("b", [2])]), "en")
    drawn = spec(chart)
    rules = re.findall(r"'labelExpr': (\"[^\"]*\"|'[^']*')", str(drawn))
    assert rules
    assert not [rule for rule in rules if "alert" in rule]


def words_of(picture, *wanted):
    """The *wanted* words of a drawn chart with the place (down, across) of each in its part of the drawing."""
    found = []
    for element in ElementTree.fromstring(draw(picture, "svg")).iter(f"{SVG}text"):
        said = "".join(element.itertext())
        if said in wanted:
            across, down = re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", element.attrib["transform"])[-1]
            found.append((float(down), float(across), said))
    return found


RATED = ["Fully", "Partially", "Not", "Not assessed"]


def rated_themes():
    """Four themes; the first lacks what others have, and the third has nothing at all."""
    values = ([0, 3, 0, 1], [2, 0, 0, 5], [0, 4, 0, 6], [9, 8, 0, 7])
    tones = ("success", "warning", "danger", "neutral")
    series = [Series(*each) for each in zip(RATED, values, tones, strict=True)]
    return Chart("stacked", "x", ["Torture", "Education", "Children", "Business"], series)


def drawn(chart):
    return compose(Document("x", "en", (chart,))).blocks[0]


def test_a_drawn_chart_has_its_categories_in_the_order_of_the_table():
    names = [row[0] for row in shown(rated_themes().table("en"))]
    assert names == ["Torture", "Education", "Children", "Business"]
    assert [said for _down, _across, said in sorted(words_of(drawn(rated_themes()), *names))] == names


def test_a_line_has_its_times_in_order_where_the_first_value_is_unknown():
    chart = Chart("line", "x", ["2023", "2024", "2025"], [Series("a", [None, 1, 2]), Series("b", [1, 2, 3])])
    years = ["2023", "2024", "2025"]
    assert [said for _down, _across, said in sorted(words_of(drawn(chart), *years))] == years


def test_a_stack_has_the_order_of_its_legend_and_of_its_table():
    picture = drawn(rated_themes())
    assert [column.title for column in picture.table.columns[1:5]] == RATED
    assert [said for *_place, said in words_of(picture, *RATED)] == RATED
    bars = re.findall(r'Business[^"]*"[^>]* d="M([\d.]+),[^>]*fill="(#\w{6})"', draw(picture, "svg").decode())
    fills = [TONES[tone].fill for tone in ("success", "warning", "danger", "neutral")]
    assert [fill for _left, fill in sorted(bars, key=lambda bar: float(bar[0]))] == fills


def test_patterns_lie_over_the_flat_colour():
    svg = with_patterns(f'<svg width="9"><path d="M0,0Z" fill="{TONES["warning"].fill}"/></svg>')
    assert svg.count("<path") == 3
    assert PATTERNS["rising"] in svg


def test_numbers_on_an_axis_are_written_as_in_the_language():
    assert format_locale("mn")["thousands"] == ","
    assert format_locale("mn")["currency"] == ["", "\u00a0₮"]


def test_a_picture_is_found_again_by_its_data_and_drawn_anew_when_they_change():
    layout = compose(report())
    picture = next(block for block in layout.blocks if block.kind == "picture")
    cache = MemoryCache()
    cache.set(picture_key(picture, "svg"), b"kept")
    assert gather(layout, "svg", cache) == {picture_key(picture, "svg"): b"kept"}
    assert not gather(compose(report("en")), "svg", cache)


def test_the_cache_forgets_the_picture_unused_for_longest():
    cache = MemoryCache(2)
    for key in ("a", "b"):
        cache.set(key, b"")
    cache.get("a")
    cache.set("c", b"")
    assert [cache.get(key) is None for key in ("a", "b", "c")] == [False, True, False]


def test_the_map_has_the_22_units_each_in_a_place_of_its_own():
    assert len(PLACES) == len(set(PLACES.values())) == 22


def test_each_square_of_the_map_says_its_name_and_value():
    given = Map("Гэрээ", {"MN-043": Tile(3, "success")}, {"MN-043": "Ховд"}, {"success": "Биелсэн"})
    root = ElementTree.fromstring(str(map_svg(given, language="mn")))
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert "Ховд: 3 – Биелсэн" in titles
    assert len(titles) == 23


def test_a_unit_that_is_not_on_the_map_is_named():
    with pytest.raises(ValueError, match="MN-999"):
        map_svg(Map("x", {"MN-999": Tile(1)}), language="mn")


@pytest.mark.parametrize("given", [traffic_light(), Map("Гэрээ", {"MN-043": Tile(3)}, {"MN-043": "Ховд"})])
def test_a_page_gets_picture_and_numbers_of_either_kind_in_its_readers_language(speaking_app, given):
    with force_locale("en"):
        assert "<svg" in picture_svg(given, "1")
        numbers = picture_numbers(given)
    assert numbers.columns[-1].align == "end"
    assert numbers.body
