"""XLSForm in and out: the form language of ODK, KoboToolbox and others, as a spreadsheet.

``read_xlsform(content, filename) -> ImportResult`` and ``write_xlsform(definition) -> bytes``.
"""

from __future__ import annotations

from portal.forms.xlsform.reader import read_xlsform
from portal.forms.xlsform.report import ImportProblem, ImportResult
from portal.forms.xlsform.writer import write_xlsform

__all__ = ["ImportProblem", "ImportResult", "read_xlsform", "write_xlsform"]
