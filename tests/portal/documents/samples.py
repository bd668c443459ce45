"""A small report with every kind of block, in both languages."""

from __future__ import annotations

from datetime import date

from portal.documents import (
    Annex,
    Block,
    Cell,
    Chart,
    Column,
    Document,
    Heading,
    ListBlock,
    Map,
    PageBreak,
    Paragraph,
    Run,
    Series,
    Signature,
    SignatureBlock,
    Table,
    Tile,
)
from portal.text import Content

SENTENCE = "Өвөрхангай, Өмнөговь аймгийн хэлэлцүүлэгт 97 иргэн оролцож, зардал нь 1,250,000 ₮ болов."
RATINGS = {
    "success": Content.of(mn="Бүрэн хэрэгжсэн", en="Fully implemented"),
    "warning": Content.of(mn="Хэсэгчлэн хэрэгжсэн", en="Partially implemented"),
    "danger": Content.of(mn="Хэрэгжээгүй", en="Not implemented"),
}


def traffic_light() -> Chart:
    """One bar of 100 recommendations."""
    series = [Series(words, [value], tone) for (tone, words), value in zip(RATINGS.items(), (50, 30, 20), strict=True)]
    title = Content.of(mn="Зөвлөмжийн хэрэгжилт", en="Implementation of the recommendations")
    return Chart("stacked", title, [Content.of(mn="Бүгд", en="All")], series, unit=Content.of(mn="зөвлөмж", en="count"))


def by_theme() -> Chart:
    """A bar for each of two themes."""
    series = [
        Series(words, values, tone)
        for (tone, words), values in zip(RATINGS.items(), ([12, 30], [20, 11], [5, 0]), strict=True)
    ]
    themes = [Content.of(mn="Эмэгтэйчүүдийн эрх", en="Women's rights"), Content.of(mn="Хүүхдийн эрх", en="Children")]
    title = Content.of(mn="Хэрэгжилт сэдвээр", en="Implementation by theme")
    return Chart("stacked", title, themes, series, category_title=Content.of(mn="Сэдэв", en="Theme"))


def report(language: str = "mn", rows: int = 3, extra: tuple[Block, ...] = ()) -> Document:
    """A mid-term report with *rows* recommendations in its annex."""
    matrix = [
        [
            f"116.{number}",
            Content.of(mn="Үндэсний хөтөлбөр боловсруулах", en="Develop a national programme"),
            Cell.rating(RATINGS["warning"], "warning"),
            date(2026, 3, 5),
            Cell.percent(0.5),
        ]
        for number in range(1, rows + 1)
    ]
    return Document(
        title=Content.of(mn="Дунд хугацааны тайлан", en="Mid-term report"),
        language=language,
        subtitle=Content.of(mn="Гурав дахь мөчлөг", en="Third cycle"),
        organisation=Content.of(mn="Хууль зүй, дотоод хэргийн яам", en="Ministry of Justice and Home Affairs"),
        date=date(2026, 11, 23),
        word_limit=10_700,
        contents=True,
        blocks=(
            Heading(1, Content.of(mn="Тойм", en="Overview")),
            Paragraph([SENTENCE, Run(" (1)", note="Тогтоол 204")], numbered=True),
            Paragraph("Хоёр дахь догол мөр.", numbered=True),
            ListBlock(["Ховд", [Run("Дорнод", bold=True)]]),
            ListBlock(["Нэг", "Хоёр"], ordered=True),
            traffic_light(),
            by_theme(),
            Chart("line", "Явц", ["2024", "2025"], [Series("Хувь", [0.2, 0.5])], percent=True),
            Chart("donut", "Хариу", ["Хүлээн авсан", "Тэмдэглэсэн"], [Series("n", [170, 20])]),
            Map("Гэрээ", {"MN-043": Tile(3, "success")}, {"MN-043": "Ховд"}, {"success": "Биелсэн"}),
            PageBreak(),
            SignatureBlock([Signature("Сайд", "О.Амгаланбаатар")], "Улаанбаатар", date(2026, 11, 23)),
            *extra,
            Annex(Content.of(mn="Зөвлөмжийн матриц", en="Matrix of recommendations")),
            Table(
                [Column("№", 1), Column("Зөвлөмж", 5), Column("Үнэлгээ", 2), "Огноо", "Биелэлт"],
                matrix,
                caption=Content.of(mn="Бүх зөвлөмж", en="All recommendations"),
                row_headers=True,
            ),
        ),
    )
