"""Texts in the reader's language: gettext and its relatives, and which language that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from gettext import NullTranslations
from typing import Any, cast

from flask import has_app_context
from flask.ctx import AppContext
from flask.globals import app_ctx
from markupsafe import Markup
from werkzeug.local import LocalProxy

from portal.text import LOCALES

DEFAULT_LOCALE = "mn"


def current_locale() -> str:
    """The reader's language, one of LOCALES; the portal's default outside a request (commands, jobs).

    Inside ``force_locale`` it is the forced one, with or without a request.
    """
    return _locale_of(_context()) if has_app_context() else DEFAULT_LOCALE


def _context() -> AppContext:
    """The running application context itself: each look through its proxy costs as much as a text."""
    return cast("LocalProxy[AppContext]", app_ctx)._get_current_object()


def _locale_of(context: AppContext) -> str:
    """The locale of *context*. A page asks a hundred times, so Flask-Babel's finding is read where it keeps it."""
    locale = getattr(getattr(context.g, "_flask_babel", None), "babel_locale", None)
    if locale is None and "babel" in context.app.extensions:
        from flask_babel import get_locale

        locale = get_locale()
    return str(locale.language) if locale is not None else DEFAULT_LOCALE


@contextmanager
def force_locale(locale: str) -> Iterator[None]:
    """Use *locale* inside the block, for mails, documents and jobs; needs an application context."""
    if not has_app_context():
        raise RuntimeError("force_locale() needs an application context")
    from flask_babel import force_locale as force

    with force(locale):
        yield


class Catalogue:
    """The texts of one application in one language, looked up once each.

    ``plain`` maps a msgid to its text, ``markup`` to the same text for HTML templates; ``raw`` is the GNU
    catalogue behind them, asked for contexts and plurals.
    """

    def __init__(self, raw: NullTranslations) -> None:
        self.raw = raw
        self.plain: dict[str, str] = {}
        self.markup: dict[str, Markup] = {}

    def text(self, message: str) -> str:
        """The translation of *message*."""
        found = self.plain.get(message)
        if found is None:
            found = self.plain[message] = self.raw.gettext(message)
        return found

    def html(self, message: str) -> Markup:
        """The translation of a template's *message* as markup, ``%%`` already one percent sign."""
        found = self.markup.get(message)
        if found is None:
            text = Markup(self.raw.gettext(message))  # noqa: S704 - a catalogue's text is the template author's
            found = self.markup[message] = text % {} if "%" in text else text
        return found


_UNTRANSLATED = Catalogue(NullTranslations())


def catalogue() -> Catalogue:
    """The catalogue of the running application in the current locale; msgids stay as they are without one."""
    if not has_app_context():
        return _UNTRANSLATED
    context = _context()
    kept: dict[str, Catalogue] | None = context.app.extensions.get("portal_catalogues")
    if kept is None:
        return _UNTRANSLATED
    locale = _locale_of(context)
    found = kept.get(locale)
    if found is None:
        from flask_babel import get_translations

        found = kept[locale] = Catalogue(get_translations())
    return found


def gettext(message: str, **variables: Any) -> str:
    """*message* in the reader's language, its ``%(name)s`` filled from *variables*."""
    text = catalogue().text(message)
    return text % variables if variables else text


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The form for *num* things; ``%(num)s`` is filled without being passed."""
    variables.setdefault("num", num)
    return catalogue().raw.ngettext(singular, plural, num) % variables


def pgettext(context: str, message: str, **variables: Any) -> str:
    """A short or ambiguous *message*, told apart by *context*."""
    text = catalogue().raw.pgettext(context, message)
    return text % variables if variables else text


def npgettext(context: str, singular: str, plural: str, num: int, **variables: Any) -> str:
    """The form for *num* things, told apart by *context*."""
    variables.setdefault("num", num)
    return catalogue().raw.npgettext(context, singular, plural, num) % variables


class LazyString:
    """A text looked up each time it is used: for module-level titles and labels.

    It has the methods of a string. It has no ``__html__``: templates escape it like any other text.
    """

    __slots__ = ("_args", "_function", "_variables")

    def __init__(self, function: Callable[..., str], *args: Any, **variables: Any) -> None:
        self._function = function
        self._args = args
        self._variables = variables

    def __str__(self) -> str:
        return self._function(*self._args, **self._variables)

    def __repr__(self) -> str:
        return f"LazyString({', '.join(map(repr, self._args))})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(str(self), name)

    def __getitem__(self, key: Any) -> str:
        return str(self)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, item: str) -> bool:
        return item in str(self)

    def __add__(self, other: Any) -> str:
        return str(self) + str(other)

    def __radd__(self, other: Any) -> str:
        return str(other) + str(self)

    def __mod__(self, other: Any) -> str:
        return str(str(self) % other)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __lt__(self, other: Any) -> bool:
        return str(self) < str(other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LazyString | str) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash((self._function, self._args))


def lazy_gettext(message: str, **variables: Any) -> LazyString:
    """``gettext``, looked up when it is shown."""
    return LazyString(gettext, message, **variables)


def lazy_ngettext(singular: str, plural: str, num: int, **variables: Any) -> LazyString:
    """``ngettext``, looked up when it is shown."""
    return LazyString(ngettext, singular, plural, num, **variables)


def lazy_pgettext(context: str, message: str, **variables: Any) -> LazyString:
    """``pgettext``, looked up when it is shown."""
    return LazyString(pgettext, context, message, **variables)


@lru_cache(maxsize=8)
def _wtforms_domain(instance: str) -> Any:
    from flask_babel import Domain
    from wtforms.i18n import messages_path

    from portal.i18n.setup import CORE_TRANSLATIONS

    return Domain([messages_path(), str(CORE_TRANSLATIONS), f"{instance}/translations"], domain="wtforms")


def wtforms_translations() -> Any:
    """The catalogue of WTForms' own messages, for ``Meta.get_translations``.

    It is the raw catalogue, whose ``ngettext`` leaves placeholders alone: WTForms fills ``%(min)d`` itself,
    and Flask-Babel's ``ngettext`` would do so too early.
    """
    return _wtforms_domain(_context().app.instance_path if has_app_context() else "").get_translations()


__all__ = ["DEFAULT_LOCALE", "LOCALES", "Catalogue", "LazyString", "catalogue", "current_locale", "force_locale"]
