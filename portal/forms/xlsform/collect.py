"""The state of one import: where things stand in the file, which problems were found, which languages there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.forms.messages import Text, _l
from portal.forms.xlsform.advice import ADVICE
from portal.forms.xlsform.names import Heading, heading, language_code
from portal.forms.xlsform.report import ImportProblem
from portal.forms.xlsform.workbook import Sheet


class Table:
    """A sheet with its headings understood: ``columns`` maps (column, language) to the place from 0."""

    def __init__(self, sheet: Sheet, known: dict[str, str]) -> None:
        self.sheet = sheet
        self.meant: list[Heading] = [heading(text, known) if text else Heading("", None) for text in sheet.headings]
        self.extra = [at for at, meant in enumerate(self.meant) if not meant.column and sheet.headings[at]]

    def place(self, column: str) -> int | None:
        """Where the first heading of that column stands."""
        return next((at for at, meant in enumerate(self.meant) if meant.column == column), None)

    def has(self, column: str) -> bool:
        """Whether there is such a heading."""
        return self.place(column) is not None

    def values(self, row: list[str]) -> list[tuple[int, Heading, str]]:
        """Cells of a row that have a value, with what they mean."""
        return [(at, self.meant[at], row[at]) for at in range(min(len(row), len(self.meant))) if row[at]]


class Collector:
    """Gathers problems and languages while sheets are read."""

    def __init__(self, repair: bool, languages: Mapping[str, str]) -> None:
        self.repair = repair
        self.given = {name.strip().lower(): code for name, code in languages.items()}
        self.problems: list[ImportProblem] = []
        self.names: dict[str, str] = {}
        """Code → the language as headings write it; empty for headings without a language."""
        self.asked: set[str] = set()
        self.plain = "en"
        """The language of headings without one."""

    def add(
        self,
        table: Table | str,
        row: int | None,
        column: str,
        code: str,
        message: Text,
        repair: Text | None = None,
        *,
        level: str = "error",
        repaired: bool = False,
    ) -> None:
        """Note a problem; one that the reader repairs is an error only when repairs are not wanted."""
        if repaired and self.repair:
            level = "repaired"
        at: int | None = None
        sheet = table if isinstance(table, str) else table.sheet.name
        if isinstance(table, Table):
            at = table.place(column)
            if at is not None:
                column = table.sheet.headings[at]
        repair = repair or ADVICE.get(code)
        self.problems.append(ImportProblem(sheet, row, column, code, message, repair, level, at))  # type: ignore[arg-type]

    def language(self, table: Table, at: int, text: str | None) -> str:
        """The code of the language of a heading; asks once for each language that has none."""
        if text is None:
            self.names.setdefault(self.plain, "")
            return self.plain
        code, bracketed = language_code(text)
        code = self.given.get(text.strip().lower(), code)
        if not code:
            code = _invented(text, self.names)
        if self.names.get(code) in (None, ""):
            self.names[code] = text
        if text not in self.asked:
            self.asked.add(text)
            known = bracketed or text.strip().lower() in self.given
            if not known:
                guessed, _bracketed = language_code(text)
                self.add(
                    table,
                    1,
                    table.sheet.headings[at],
                    "language_without_code",
                    _l("The language %(name)s has no code.", name=text),
                    _l("Write it as %(name)s (%(code)s).", name=text, code=code),
                    level="warning" if guessed else "error",
                    repaired=not guessed,
                )
        return code

    def texts(self, table: Table, row: list[str]) -> dict[str, dict[str, str]]:
        """Translated cells of a row: column → code → text."""
        out: dict[str, dict[str, str]] = {}
        for at, meant, value in table.values(row):
            if meant.column in TRANSLATED:
                out.setdefault(meant.column, {})[self.language(table, at, meant.language)] = value
        return out


def _invented(name: str, taken: Mapping[str, Any]) -> str:
    """A code for a language nobody knows: its first letters."""
    letters = "".join(char for char in name.lower() if "a" <= char <= "z")[:3] or "und"
    return letters if len(letters) > 1 and taken.get(letters) in (None, name) else "und"


TRANSLATED = {"label", "hint", "guidance_hint", "required_message", "constraint_message"}
