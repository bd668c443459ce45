"""Datasets and documents that modules offer: what exports, reports and the command line read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import Forbidden, NotFound

from portal.i18n import LazyString, _l
from portal.people.identity import Identity

if TYPE_CHECKING:
    from portal.documents import Document

COLUMN_TYPES = ("text", "content", "integer", "number", "date", "datetime", "select", "list")


@dataclass(frozen=True)
class DataColumn:
    """A column of a dataset; ``labels`` maps the codes of a ``select`` (or each of a ``list``) to lazy texts."""

    key: str
    title: Any
    type: str = "text"
    labels: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Dataset:
    """A table: ``rows(user, **filters)`` yields a dict per row with the keys of *columns*, only what *user* sees.

    *filters* are the names it understands. *name* is ``<plugin>.<what>``.
    """

    name: str
    title: Any
    columns: tuple[DataColumn, ...]
    rows: Callable[..., Iterable[Mapping[str, Any]]]
    filters: tuple[str, ...] = ()
    permission: str = "signed_in"


@dataclass(frozen=True)
class DocumentKind:
    """A document made of a record of *record_kind*: ``build(user, record_id, locale)`` returns its content."""

    name: str
    title: Any
    record_kind: str
    build: Callable[[Identity, int, str], Document]
    formats: tuple[str, ...] = ("docx", "pdf", "xlsx", "html")
    permission: str = "signed_in"


class NotMade(Exception):
    """A document cannot be made; ``message`` tells the person why and what to do, in the language of that moment."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


@dataclass
class Registry:
    """The datasets and documents of this process; what belongs to a module that is off is not there."""

    _datasets: dict[str, tuple[str, Dataset]] = field(default_factory=dict)
    _documents: dict[str, tuple[str, DocumentKind]] = field(default_factory=dict)
    on_plugins: Callable[[], Collection[str]] = frozenset

    def declare_dataset(self, plugin: str, dataset: Dataset) -> None:
        """Add a dataset; raises ValueError for a name outside the module's and for an unknown column type."""
        if dataset.name.partition(".")[0] != plugin:
            raise ValueError(f"dataset {dataset.name!r} of {plugin} must be named {plugin}.…")
        if bad := [c.key for c in dataset.columns if c.type not in COLUMN_TYPES]:
            raise ValueError(f"dataset {dataset.name!r}: columns of unknown type: {bad}")
        self._datasets[dataset.name] = (plugin, dataset)

    def declare_document(self, plugin: str, document: DocumentKind) -> None:
        """Add a kind of document; raises ValueError for a name outside the module's."""
        if document.name.partition(".")[0] != plugin:
            raise ValueError(f"document {document.name!r} of {plugin} must be named {plugin}.…")
        self._documents[document.name] = (plugin, document)

    def datasets(self, user: Identity | None = None) -> list[Dataset]:
        """The datasets of modules that are on, those *user* may read, by name."""
        on = self.on_plugins()
        live = [d for _, (plugin, d) in sorted(self._datasets.items()) if plugin in on]
        return [d for d in live if user is None or user.can(d.permission)]

    def documents(self, record_kind: str = "", user: Identity | None = None) -> list[DocumentKind]:
        """The documents of modules that are on, for *record_kind* where given, by name."""
        on = self.on_plugins()
        live = [d for _, (plugin, d) in sorted(self._documents.items()) if plugin in on]
        return [d for d in live if record_kind in ("", d.record_kind) and (user is None or user.can(d.permission))]

    def available(self, name: str) -> bool:
        """Whether the dataset exists and its module is on."""
        return name in self._datasets and self._datasets[name][0] in self.on_plugins()

    def dataset(self, name: str) -> Dataset:
        """The dataset of that name; raises NotFound where it is absent or its module off."""
        if not self.available(name):
            raise NotFound
        return self._datasets[name][1]

    def document(self, name: str) -> DocumentKind:
        """The kind of document of that name; raises NotFound where it is absent or its module off."""
        if name not in self._documents or self._documents[name][0] not in self.on_plugins():
            raise NotFound
        return self._documents[name][1]

    def build(self, user: Identity, name: str, record_id: int, locale: str) -> Document:
        """The content of the document *name* of a record as *user* sees it, in *locale*; raises NotMade."""
        try:
            kind = self.document(name)
        except NotFound:
            raise NotMade(
                _l("There is no document “%(name)s”, or its module is off. Choose one of the list.", name=name)
            ) from None
        if not user.can(kind.permission):
            raise NotMade(
                _l("This account may not make the document “%(title)s”. Ask an administrator.", title=kind.title)
            )
        try:
            return kind.build(user, record_id, locale)
        except (NotFound, Forbidden):
            raise NotMade(
                _l(
                    "There is no record %(number)s of which “%(title)s” is made, or it is not shared with this "
                    "account. Check its number, or ask its owner to share it.",
                    number=record_id,
                    title=kind.title,
                )
            ) from None

    def rows(self, user: Identity, name: str, **filters: Any) -> Iterable[Mapping[str, Any]]:
        """The rows of a dataset as *user* sees them; raises NotFound, Forbidden, or TypeError for a wrong filter."""
        dataset = self.dataset(name)
        if not user.can(dataset.permission):
            raise Forbidden
        if unknown := filters.keys() - set(dataset.filters):
            raise TypeError(f"dataset {name} has no filter {', '.join(sorted(unknown))}")
        return dataset.rows(user, **filters)


registry = Registry()
