"""Files that are sent: their kind, their size, and a look inside."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask_wtf.file import FileField as _FileField
from flask_wtf.file import MultipleFileField as _MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import ValidationError

from portal.i18n import _, format_number

Check = Callable[[FileStorage], None]
"""A look into a file that was sent; raises ValueError (its words are shown) where it is refused."""


def _judge(upload: FileStorage, kinds: Collection[str], max_bytes: int, check: Check | None) -> None:
    """Raise ValidationError, naming the file, where it is empty, too big, or of another kind."""
    name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if kinds and suffix not in kinds:
        allowed = ", ".join(sorted(kinds)).upper()
        raise ValidationError(_("%(name)s is not one of these kinds of file: %(kinds)s.", name=name, kinds=allowed))
    upload.stream.seek(0, 2)
    size = upload.stream.tell()
    upload.stream.seek(0)
    if size == 0:
        raise ValidationError(_("%(name)s is empty.", name=name))
    if size > max_bytes:
        limit = format_number(round(max_bytes / 1_000_000, 1))
        raise ValidationError(_("%(name)s is bigger than %(limit)s MB.", name=name, limit=limit))
    if check is not None:
        try:
            check(upload)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        finally:
            upload.stream.seek(0)


class _Limited(Field):
    """A field of files that says which it takes."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        kinds: Collection[str] = (),
        max_bytes: int = 25_000_000,
        check: Check | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.kinds, self.max_bytes, self.check = frozenset(kinds), max_bytes, check
        if self.kinds:
            self.render_kw = {"accept": ",".join(f".{kind}" for kind in sorted(kinds)), **(self.render_kw or {})}


class FileField(_Limited, _FileField):
    """A file; data is a FileStorage or None.

    ``kinds`` are the endings that are taken (``{"docx", "pdf"}``), ``max_bytes`` the largest size, ``check`` is
    given the file and raises ValueError in words where its content is refused.
    """

    def pre_validate(self, form: Any) -> None:
        """Look at kind, size and content."""
        if self.data:
            _judge(self.data, self.kinds, self.max_bytes, self.check)


class FilesField(_Limited, _MultipleFileField):
    """Several files; data is a list of FileStorage. Limits as of FileField, for each file."""

    def pre_validate(self, form: Any) -> None:
        """Look at each file."""
        for upload in self.data or []:
            _judge(upload, self.kinds, self.max_bytes, self.check)
