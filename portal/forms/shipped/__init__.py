"""Forms that come with the portal, in Mongolian and English, to start from: each office changes its copy.

``registration`` (for a consultation, by public link, anonymous where one wishes), ``feedback`` (after it),
``quarterly_progress`` (one row for each clause of an agreement; the caller supplies ``records:clause``),
``assessment_round`` (one row for each recommendation of a body; the caller supplies ``records:recommendation``) and
``task_report`` (on a task; the caller supplies it as ``records:task``).
"""

from __future__ import annotations

from importlib.resources import files

from portal.forms.definition.model import Definition, load

NAMES = ("registration", "feedback", "quarterly_progress", "assessment_round", "task_report")


def shipped(name: str) -> Definition:
    """The definition of that name; raises KeyError."""
    if name not in NAMES:
        raise KeyError(name)
    return load((files(__name__) / f"{name}.json").read_bytes())
