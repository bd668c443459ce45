from __future__ import annotations

from datetime import date

import pytest

from portal.documents import (
    Annex,
    Cell,
    Column,
    Document,
    Heading,
    ListBlock,
    Paragraph,
    Run,
    Table,
    compose,
    word_count,
)
from portal.documents.layout import LaidHeading, LaidParagraph, LaidTable, pack, unpack
from portal.i18n import force_locale, lazy_gettext
from portal.text import Content

from .samples import report


def body(*blocks):
    return Document("Тайлан", "mn", blocks)


def test_a_document_has_a_title_and_a_language_of_the_portal():
    with pytest.raises(ValueError, match="title"):
        Document("", "mn", ())
    with pytest.raises(ValueError, match="language"):
        Document("Rapport", "fr", ())


def test_a_row_has_as_many_cells_as_the_table_has_columns():
    with pytest.raises(ValueError, match="row 2 has 1 cells for 2 columns"):
        Table(["a", "b"], [["1", "2"], ["3"]])


def test_paragraphs_are_numbered_through_the_whole_document():
    layout = compose(
        body(Paragraph("a", numbered=True), Heading(1, "H"), Paragraph("b"), Paragraph("c", numbered=True))
    )
    assert [block.number for block in layout.blocks if isinstance(block, LaidParagraph)] == [1, 0, 2]


def test_no_level_of_headings_is_skipped():
    layout = compose(
        body(Heading(3, "a"), Heading(3, "b"), Heading(1, "c"), Heading(4, "d"), Annex("e"), Heading(3, "f"))
    )
    assert [block.level for block in layout.blocks if isinstance(block, LaidHeading)] == [1, 2, 1, 2, 2]


def test_a_bilingual_text_is_shown_in_the_documents_language_or_marked_with_its_own():
    only_english = Content.of(en="Only in English")
    layout = compose(body(Paragraph([Content.of(mn="Монголоор", en="In Mongolian"), only_english])))
    (paragraph,) = layout.blocks
    assert [(part.text, part.lang) for part in paragraph.pieces] == [("Монголоор", ""), ("Only in English", "en")]


def test_words_of_the_writers_are_in_the_documents_language_not_the_readers(speaking_app):
    table = Table(["a"], [["b"]], caption=lazy_gettext("Table %(number)s", number=9))
    with force_locale("en"):
        layout = compose(body(table))
    (laid,) = layout.blocks
    assert isinstance(laid, LaidTable)
    assert (laid.label, laid.caption) == ("Хүснэгт 1", "Хүснэгт 9")


def test_endnotes_are_numbered_in_the_order_they_are_called():
    layout = compose(body(Paragraph([Run("a", note="эхнийх"), Run("b"), Run("c", note="удаах")])))
    assert layout.notes == ("эхнийх", "удаах")
    assert [part.note for part in layout.blocks[0].pieces] == [1, 0, 2]


def test_numbers_stand_at_the_end_and_their_title_above_them():
    (table,) = compose(body(Table(["Нэр", "Тоо"], [["Ховд", 1200]]))).blocks
    assert [column.align for column in table.columns] == ["start", "end"]
    assert table.body[0][1].text == "1,200"


def test_widths_are_parts_of_the_table():
    (table,) = compose(body(Table([Column("a", 1), Column("b", 3)], []))).blocks
    assert [column.width for column in table.columns] == [0.25, 0.75]


def widths(columns, *rows):
    (table,) = compose(body(Table(columns, rows))).blocks
    assert sum(column.width for column in table.columns) == pytest.approx(1)
    return [column.width for column in table.columns], table.tight


def test_a_column_has_room_for_its_longest_word():
    (text, rating, day), tight = widths(
        [Column("Зөвлөмж", 8), Column("Үнэлгээ", 1), Column("Огноо", 0.2)],
        ["Хөтөлбөр", Cell.rating("Хэсэгчлэн хэрэгжсэн", "warning"), date(2026, 9, 27)],
    )
    assert rating > 0.14
    assert day > 0.14
    assert text > 0.6
    assert not tight


def test_a_date_and_an_amount_stand_on_one_line():
    cells = [["x", date(2026, 9, 27), Cell(12_250_000, "money")]]
    (table,) = compose(
        Document("Report", "en", (Table([Column("a", 9), Column("b", 1), Column("c", 1)], cells),))
    ).blocks
    assert [cell.text for cell in table.body[0][1:]] == ["27 Sep 2026", "MNT\u00a012,250,000"]
    assert [round(column.width, 2) for column in table.columns[1:]] == [0.16, 0.19]


def test_a_word_that_is_none_asks_for_no_room_and_too_many_words_share_what_there_is():
    (_text, address), tight = widths([Column("a", 9), Column("b", 1)], ["x", "y" * 80])
    assert address == pytest.approx(0.1)
    assert not tight
    shares, tight = widths(["Хэрэгжээгүй"] * 20)
    assert shares == pytest.approx([0.05] * 20)
    assert tight


def test_control_characters_and_half_characters_are_dropped():
    (paragraph,) = compose(body(Paragraph("Я\x00в\x0bц\ud83d\r\nдараа\ufffe"))).blocks
    assert paragraph.pieces[0].text == "Явц\nдараа"


def test_a_layout_goes_through_json_unharmed():
    layout = compose(report())
    assert unpack(pack(layout)) == layout


def test_the_count_leaves_out_annexes_endnotes_and_uncounted_tables():
    counted = Document(
        "нэг хоёр",
        "mn",
        (
            Heading(1, "гурав"),
            Paragraph([Run("дөрөв тав", note="энэ бол тайлбар")]),
            ListBlock(["зургаа", "долоо"]),
            Table(["найм"], [["ес"], [Cell(10)]]),
            Table(["тоолохгүй"], [["үг"]], counted=False),
            Annex("Хавсралт"),
            Paragraph("эндээс хойш тоолохгүй"),
        ),
        word_limit=12,
    )
    count = word_count(counted)
    assert (count.words, count.limit, count.left, count.over) == (10, 12, 2, False)


def test_a_document_over_its_limit_says_so():
    count = word_count(Document("нэг хоёр гурав", "mn", (), word_limit=2))
    assert (count.left, count.over) == (-1, True)


def test_a_document_without_a_limit_is_only_counted():
    assert word_count(body(Paragraph("нэг хоёр"))).left is None
