"""Answers that were sent, in the hands of somebody who corrects them: an officer all, a sender what was marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.forms import service, sources
from portal.forms.answers import reading as answers
from portal.forms.engine import Item, Result, field_path
from portal.forms.filling import files as fill_files
from portal.forms.filling.controls import described_by
from portal.forms.filling.filling import Drawn, Filling
from portal.forms.filling.opening import action
from portal.forms.filling.signature import SIGN
from portal.forms.filling.words import TOOLS
from portal.forms.review import service as review
from portal.forms.review.marks import Locks, locked
from portal.forms.submissions import Invalid, SentBefore
from portal.i18n import _
from portal.records import StaleVersion

LONGEST = 1000
"""Letters of the reason of a correction."""
Show = Callable[..., ResponseReturnValue]


class Correcting(Filling):
    """The stored answers as a form; rows whose records are gone since stay. *narrow*: only what was marked is open."""

    locks: Locks | None = None

    def __init__(self, read: answers.Read, narrow: bool) -> None:
        compiled = service.compiled(read.version)
        context = sources.context(read.user, read.form, compiled, read.row.subject_id)
        titles = sources.titles(read.user, compiled, [read.row.answers])
        super().__init__(
            read.user,
            read.record,
            read.form,
            read.version,
            subject_id=read.row.subject_id,
            public=not read.user.signed_in,
            uid=read.row.uid,
            stored=read.row.answers,
            context=sources.with_rows_of(context, compiled, read.row.answers, titles),
        )
        self.stands_as = read.row.uid
        self.remarks: Mapping[str, Any] = read.row.marks if read.row.state == "returned" else {}
        if narrow and self.remarks:
            self.locks = Locks(compiled, read.row.answers, self.context, self.remarks)

    def read(self, posted: MultiDict[str, str], files: MultiDict[str, Any]) -> None:
        """Take what a page sent; what is locked stays as it is stored."""
        own = MultiDict(posted)
        own["uid"] = self.stands_as
        if self.locks is not None:
            may = self.locks.may
            files = MultiDict((name, each) for name, each in files.items(multi=True) if may(_path(name)))
            for name in [each for each in own if each.startswith(SIGN) and not may(_path(each))]:
                own.poplist(name)
        super().read(own, files)
        if self.locks is not None:
            self.answers = self.locks.within(self.answers, fill_files.uids(self.stands_as))

    def _pages(self, draft: Result, result: Result, number: int, whole: bool) -> Any:
        found = super()._pages(draft, result, number, whole)
        if self.locks is not None:
            locked(found[0], self.locks.may, fill_files.named(self.stands_as))
        return found

    @property
    def tools(self) -> dict[str, Any]:
        """What the template of the questions asks for, with the remarks."""
        remarks = self.remarks

        def described(item: Item, *more: Any) -> str:
            said = described_by(item, *more)
            return f"{said} {item.id}-remark".strip() if item.path in remarks else said

        return {**TOOLS, "described": described, "remarks": remarks}


def _path(name: str) -> str:
    return field_path(name.partition(":")[2])


def correct(read: answers.Read, filling: Correcting, show: Show, *, why: bool) -> ResponseReturnValue | None:
    """Draw the form, take a step in it or store the correction; None once it is stored.

    *show* makes the page of a Drawn; *why*: a reason is asked for.
    """
    if request.method == "GET":
        return show(filling.draw(), read.row.revision)
    revision = request.form.get("revision", 0, type=int)
    number = request.form.get("_page", 1, type=int) or 1
    reason = request.form.get("reason", "").strip()[:LONGEST]
    filling.read(request.form, request.files)
    act = action(public=filling.public)
    if act == "next":
        drawn = filling.step(number)
        return show(drawn, revision, 422 if drawn.wrong else 200)
    if act != "send" or filling.refused:
        drawn = filling.draw(number - (act == "back"), judged=act == "send" or bool(request.form.get("_judged")))
        return show(drawn, revision, 422 if filling.refused else 200)
    if why and not reason:
        return show(filling.draw(number), revision, 422, no_reason=_("Say why the answers are changed."))
    try:
        review.correct(
            read.user,
            read.form,
            read.row,
            revision=revision,
            answers=filling.answers,
            context=filling.context,
            reason=reason,
        )
    except Invalid as invalid:
        return show(filling.send_back(invalid.result), revision, 422)
    except StaleVersion:
        others = answers.differences(read, read.row.answers, filling.draft())
        return show(filling.draw(number), read.row.revision, 409, others=others)
    except SentBefore as before:
        return show(filling.draw(number), revision, 409, before=before)
    return None


def refreshed(filling: Correcting) -> Drawn:
    """The questions anew after an answer changed; keeps nothing."""
    filling.read(request.form, request.files)
    return filling.draw(request.form.get("_page", 1, type=int) or 1, judged=bool(request.form.get("_judged")))
