"""The XForm of a published version: made when it is first asked for, kept as long as the version is there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from portal.child import ChildFailed, run_limited
from portal.db import db, transaction
from portal.forms import service
from portal.forms.definition import Definition
from portal.forms.definition.media import pictures_named
from portal.forms.definition.model import languages
from portal.forms.messages import Text, _l
from portal.forms.models import FormVersion
from portal.forms.openrosa.models import FormXForm
from portal.forms.openrosa.phone import NotForPhones, Phoned, for_phones
from portal.forms.xlsform import write_xlsform

WRITER = 2
"""Grows when the same definition gives another XForm; those of an older writer are made anew."""
_SECONDS = 30.0
_MEGABYTES = 1024
_GAVE_UP = "*"
"""Stands for what the child did not finish, so that a list does not wait for it each time."""
_TOO_MUCH = _l("It takes too much time or memory to write the form for other programs.")


@dataclass(frozen=True, slots=True)
class XForm:
    """An XForm with the md5 of its bytes, and the files that it names; or the ``reason`` why there is none."""

    text: str = ""
    md5: str = ""
    lists: Mapping[str, str] = field(default_factory=dict)
    media: tuple[str, ...] = ()
    reason: Text | None = None

    @property
    def has_files(self) -> bool:
        """Whether it needs files beside it."""
        return bool(self.lists or self.media)


def form_id(version: FormVersion) -> str:
    """The name of a form in these programs: the same for all its versions, and for no other form."""
    return f"form-{version.form_id}"


def number(version: FormVersion) -> str:
    """The name of a version; it grows as a text too."""
    return f"{version.number:04}"


def phoned(version: FormVersion) -> Phoned:
    """The form of a version in the words of these programs; raises NotForPhones."""
    return for_phones(service.compiled(version), form_id(version), number(version))


def of(version: FormVersion, again: bool = False) -> XForm:
    """The XForm of one version."""
    return of_all([version], again)[version.id]


def known_reason(version: FormVersion) -> Text | None:
    """Why there is no XForm of a version, as far as that is known without making it."""
    try:
        phoned(version)
    except NotForPhones as refused:
        return refused.reason
    row = db.session.scalar(
        select(FormXForm).where(FormXForm.version_id == version.id, FormXForm.writer == WRITER, FormXForm.error != "")
    )
    return _read(row).reason if row is not None else None


def of_all(versions: Iterable[FormVersion], again: bool = False) -> dict[int, XForm]:
    """The XForms of published versions by their numbers; those that are missing are made.

    With *again* also those with which the child gave up before.
    """
    found: dict[int, XForm] = {}
    wanted: dict[int, tuple[FormVersion, Phoned]] = {}
    for version in versions:
        try:
            wanted[version.id] = version, phoned(version)
        except NotForPhones as refused:
            found[version.id] = XForm(reason=refused.reason)
    stmt = select(FormXForm).where(FormXForm.version_id.in_(wanted), FormXForm.writer == WRITER)
    for row in db.session.scalars(stmt.where(FormXForm.error != _GAVE_UP) if again else stmt):
        del wanted[row.version_id]
        found[row.version_id] = _read(row)
    if wanted:
        rows = _made([phone for _version, phone in wanted.values()], list(wanted))
        found |= {row.version_id: _read(row) for row in rows}
        _keep(rows)
    return found


def _read(row: FormXForm) -> XForm:
    if row.error == _GAVE_UP:
        return XForm(reason=_TOO_MUCH)
    if row.error:
        return XForm(reason=_l("Other programs cannot read the form: %(error)s", error=row.error))
    return XForm(row.text, row.md5, row.needs["lists"], tuple(row.needs["media"]))


def _made(forms: Sequence[Phoned], ids: Sequence[int]) -> list[FormXForm]:
    """Rows for the forms; where the child gives up with all together it is asked for each alone."""
    books = [write_xlsform(form.definition) for form in forms]
    try:
        answers = run_limited(
            "portal.forms.openrosa.convert:to_xforms", books, seconds=_SECONDS + len(books), megabytes=_MEGABYTES
        )
    except ChildFailed:
        if len(forms) > 1:
            return [_made([form], [version_id])[0] for form, version_id in zip(forms, ids, strict=True)]
        answers = [{"error": _GAVE_UP}]
    return [_row(*each) for each in zip(forms, ids, answers, strict=True)]


def _row(form: Phoned, version_id: int, answer: Mapping[str, str]) -> FormXForm:
    text = answer.get("xform", "")
    return FormXForm(
        version_id=version_id,
        writer=WRITER,
        text=text,
        md5=md5(text.encode()),
        error=answer.get("error", ""),
        needs={"lists": dict(form.lists), "media": sorted(set(_media(form.definition)))},
    )


def md5(content: bytes) -> str:
    """The hash that OpenRosa asks for; it protects nothing."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _media(definition: Definition) -> Iterator[str]:
    """The names of pictures and sounds that the form shows."""
    yield from pictures_named(definition, languages(definition))
    for cells in ((definition.get("x") or {}).get("survey") or {}).values():
        yield from (str(name) for heading, name in cells.items() if heading.lower() != "autoplay" and name)


def _keep(rows: Sequence[FormXForm]) -> None:
    """Store what was made in place of what there is; where another request was quicker, its rows stay."""
    try:
        with transaction():
            db.session.execute(delete(FormXForm).where(FormXForm.version_id.in_([row.version_id for row in rows])))
            db.session.add_all(rows)
    except IntegrityError:
        return
