"""Filling the empty column of a thematic list of the UN: only these cells change, everything else stays as it was."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..importers.archive import WORD, check_size, kind_of, open_word
from ..importers.parsed import InputRefused
from ..importers.table import Cell, tables
from ..importers.thematic import cells_by_header, find_rows
from ..importers.wording import normal, take_apart
from .word import Line, W, look_of, write_lines

if TYPE_CHECKING:
    from lxml import etree


_PICTURES = (f"{W}drawing", f"{W}pict", f"{W}object")


def fill(data: bytes, pairs: Sequence[tuple[str, Sequence[Line]]], overwrite: bool = False) -> dict[str, Any]:
    """Write *pairs* (number of a paragraph, lines) into the fourth column of the list *data*.

    The result has the file (``data``) and the numbers of the paragraphs that were ``filled``, that are ``kept``
    since something stands there already, and that have no text (``without``). Raises InputRefused for what is no
    thematic list and, by ``layout_no_comments``, for the form of the fourth cycle, which has no such column.
    """
    texts: Mapping[str, Sequence[Line]] = dict(pairs)
    check_size(data)
    if kind_of(data) != "zip":
        raise InputRefused("file_type", found="text")
    with open_word(data) as word:
        root = word.part(WORD, whole=True)
    layout, rows = find_rows(list(tables(root)))
    if not layout.has_comments:
        raise InputRefused("layout_no_comments")
    done: dict[str, list[str]] = {"filled": [], "kept": [], "without": []}
    for _place, cells in rows:
        found = cells_by_header(layout, cells)
        number = take_apart(normal(found[0].text)).number if found[0] else ""
        target = found[3]
        if not number or target is None or target is found[0]:
            continue
        if number not in texts:
            done["without"].append(number)
        elif _taken(target) and not overwrite:
            done["kept"].append(number)
        else:
            _write(target, texts[number], found)
            done["filled"].append(number)
    return {**done, "data": _packed(data, _serialised(root))}


def _taken(cell: Cell) -> bool:
    """Whether anything stands in a cell."""
    element = cell.element
    return bool("".join(element.itertext()).strip()) or any(
        next(element.iter(tag), None) is not None for tag in _PICTURES
    )


def _write(cell: Cell, lines: Sequence[Line], row: Sequence[Cell | None]) -> None:
    element = cell.element
    first = element.find(f"{W}p")
    if _taken(cell):
        for child in list(element):
            if child is not first and child.tag != f"{W}tcPr":
                element.remove(child)
        for child in list(first) if first is not None else ():
            if child.tag != f"{W}pPr":
                first.remove(child)
    mark = element.find(f"{W}p/{W}pPr/{W}rPr")
    others = [next(each.element.iter(f"{W}rPr"), None) for each in (row[2], row[0]) if each is not None]
    runs = [each.element.find(f".//{W}r/{W}rPr") for each in (row[2], row[0]) if each is not None]
    write_lines(element, lines, look_of(mark, *runs, *others))


def _serialised(root: etree._Element) -> bytes:
    from lxml import etree

    tree = root.getroottree()
    made: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=tree.docinfo.standalone)
    return made


def _packed(data: bytes, document: bytes) -> bytes:
    """The archive with another document; the other parts keep their bytes, their order and their dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = document if info.filename == WORD else old.read(info.filename)
            fresh = zipfile.ZipInfo(info.filename, info.date_time)
            fresh.compress_type, fresh.external_attr = info.compress_type, info.external_attr
            new.writestr(fresh, content)
    return out.getvalue()
