"""Babel in an application: folders of texts, the reader's locale, template functions, answer headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from portal import clock
from portal.i18n import texts
from portal.i18n.compiling import compile_stale, fits

PACKAGE = Path(__file__).resolve().parent.parent
COOKIE = "portal_lang"
_YEAR = 365 * 24 * 3600


def _core_translations() -> Path:
    """``portal/translations`` of an installed wheel, else ``translations/`` beside ``portal/``."""
    shipped = PACKAGE / "translations"
    return shipped if shipped.is_dir() else PACKAGE.parent / "translations"


CORE_TRANSLATIONS = _core_translations()
"""Folder of the core's catalogues."""


def init_babel(
    app: Flask,
    plugin_folders: Iterable[Path] = (),
    user_locale: Callable[[], str | None] | None = None,
) -> None:
    """Give *app* its texts and the choice of language.

    *plugin_folders* are the ``translations`` folders of the plugins. A later folder wins: plugins, then the
    core, then the operator's ``instance/translations``, so a plugin cannot change the core's words and the
    operator can change any. *user_locale* returns the language of the signed-in account or None. Settings
    read: DEFAULT_LOCALE, TIMEZONE. Made once per application: a shared Babel shows one application's texts
    in another.
    """
    from flask_babel import Babel

    default = str(app.config.get("DEFAULT_LOCALE") or texts.DEFAULT_LOCALE)
    if default not in texts.LOCALES:
        raise ValueError(f"DEFAULT_LOCALE is {default!r}; the portal speaks {', '.join(texts.LOCALES)}")
    own = Path(app.instance_path) / "translations"
    folders = [*plugin_folders, CORE_TRANSLATIONS, own]
    for folder in folders:
        # A text that cannot be compiled never keeps the portal from starting; `portal i18n check` names it,
        # of the operator's `portal overrides check`; one that no page could fill is left out of these.
        with suppress(OSError, ValueError):
            compile_stale(folder, fits if folder == own else None)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(folder) for folder in folders)
    babel = Babel(configure_jinja=False)
    babel.init_app(
        app,
        default_locale=default,
        default_timezone=clock.zone().key,
        locale_selector=lambda: _select_locale(default, user_locale),
    )
    app.extensions["portal_catalogues"] = {}
    _configure_jinja(app)
    app.after_request(_answer_in_language)


def _asked_for() -> str | None:
    """The language this very request asks for: by the button that sent its form, else in its address.

    The button comes first: the address may still hold the language in which the page was opened.
    """
    asked = None
    if request.method == "POST":
        # A body that is refused is reported by the view, in the language known so far.
        with suppress(HTTPException):
            asked = request.form.get("_lang")
    if asked not in texts.LOCALES:
        asked = request.args.get("lang")
    return asked if asked in texts.LOCALES else None


def _select_locale(default: str, user_locale: Callable[[], str | None] | None) -> str | None:
    if not has_request_context():
        return None
    if asked := _asked_for():
        g.portal_lang_asked = asked
        return asked
    kept = request.cookies.get(COOKIE)
    if kept in texts.LOCALES:
        return kept
    own = user_locale() if user_locale else None
    if own in texts.LOCALES:
        return own
    return request.accept_languages.best_match(texts.LOCALES) or default


def _answer_in_language(response: Response) -> Response:
    """Name the language of a page, tell caches what it depends on, and keep the language that was asked for."""
    if response.mimetype != "text/html":
        return response
    response.headers["Content-Language"] = texts.current_locale()
    response.vary.update(("Accept-Language", "Cookie"))
    if asked := g.pop("portal_lang_asked", None):
        response.set_cookie(
            COOKIE, asked, max_age=_YEAR, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response


def _configure_jinja(app: Flask) -> None:
    """``_``, ``ngettext``, ``pgettext`` and ``{% trans %}`` for templates.

    As Jinja's own newstyle functions: variables are escaped, ``%%`` is a percent sign; but a text without
    variables is looked up and marked safe once per language.
    """
    env: Any = app.jinja_env
    env.add_extension("jinja2.ext.i18n")

    @pass_eval_context
    def _gettext(where: EvalContext, message: str, /, **variables: Any) -> str:
        kept = texts.catalogue()
        if variables:
            return _fill(where, kept.text(message), variables)
        return kept.html(message) if where.autoescape else str(kept.text(message) % {})

    @pass_eval_context
    def _ngettext(where: EvalContext, singular: str, plural: str, num: int, /, **variables: Any) -> str:
        variables.setdefault("num", num)
        return _fill(where, texts.catalogue().raw.ngettext(singular, plural, num), variables)

    @pass_eval_context
    def _pgettext(where: EvalContext, context: str, message: str, /, **variables: Any) -> str:
        return _fill(where, texts.catalogue().raw.pgettext(context, message), variables)

    @pass_eval_context
    def _npgettext(where: EvalContext, context: str, singular: str, plural: str, num: int, /, **variables: Any) -> str:
        variables.setdefault("num", num)
        return _fill(where, texts.catalogue().raw.npgettext(context, singular, plural, num), variables)

    env.newstyle_gettext = True
    env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext, pgettext=_pgettext, npgettext=_npgettext)


def _fill(where: EvalContext, text: str, variables: dict[str, Any]) -> str:
    if where.autoescape:
        return Markup(text) % variables  # noqa: S704 - the catalogue's text; the variables are escaped
    return text % variables
