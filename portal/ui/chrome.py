"""The frame around every page: what of it is the same for many requests is drawn once and kept.

The head depends on the language; the side bar and the top on the entries the reader may see and the page being
shown; the reader's own menu on the name. Tokens and the language links are put in anew each time.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import current_app, render_template, request, url_for
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.routing import BuildError

from portal import clock
from portal.i18n import LOCALES, _l, current_locale

THEME_COOKIE = "portal_theme"
LANGUAGE_NAMES = {"mn": "Монгол", "en": "English"}
"""Each in itself: who looks for a language knows its name there."""

_MOST = 500
_TOKEN_PLACE = secrets.token_hex(12)
_THEMES = {name: Markup(f' data-bs-theme="{name}"') for name in ("light", "dark")}  # noqa: S704 - two fixed words
_NOTHING = Markup("")


@dataclass(frozen=True)
class Entry:
    """An entry of the side bar."""

    title: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True)
class Language:
    """A language of the switch; ``url`` is this page in it, None for the present one."""

    code: str
    name: str
    url: str | None


@dataclass(frozen=True)
class Frame:
    """What the layout shows around a page; ``theme`` and ``token`` are empty where there is none."""

    locale: str
    theme: Markup
    head: Markup
    languages: tuple[Language, ...]
    sidebar: Markup = _NOTHING
    top: Markup = _NOTHING
    account: Markup = _NOTHING
    paper: Markup = _NOTHING
    token: str = ""


CORE_ENTRIES = (
    (_l("Home"), "home.index", "home", ""),
    (_l("My work"), "home.work", "list-check", ""),
    (_l("Forms"), "forms.index", "forms", ""),
)
CLOSING_ENTRIES = ((_l("Places"), "places.index", "map-pin", ""),)
MANAGE_ENTRIES = (
    (_l("People"), "people.users", "users", _l("Administration")),
    (_l("Organisations"), "people.organisations", "building-bank", _l("Administration")),
    (_l("Webhooks"), "webhooks.index", "plug", _l("Administration")),
    (_l("Modules"), "modules.index", "puzzle", _l("Administration")),
    (_l("Our modules"), "modules.own", "puzzle", _l("Administration")),
)
"""Title, endpoint, icon, group; what has no page or may not be opened by the reader is left out."""


def url_if(endpoint: str, **values: Any) -> str | None:
    """The address of *endpoint*, None where there is no such page."""
    if endpoint not in current_app.view_functions:
        return None
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def _drawn(key: Any, template: str, **context: Any) -> Markup:
    """A piece of the frame, drawn where it is not kept yet."""
    kept: dict[Any, Markup] = current_app.extensions["portal_chrome"]
    found = kept.get(key)
    if found is None:
        if len(kept) >= _MOST:
            kept.clear()
        found = kept[key] = Markup(render_template(template, **context))  # noqa: S704 - a template of ours
    return found


Item = tuple[Any, str, str, Any]
"""Title, address, icon and group of an entry of the menu."""


def _own(entries: Any, user: Any) -> list[Item]:
    permissions: Mapping[str, str] = current_app.extensions.get("portal_permissions", {})
    urls: dict[str, str | None] = current_app.extensions["portal_urls"]
    found = []
    for title, endpoint, icon, group in entries:
        if endpoint not in urls:
            urls[endpoint] = url_if(endpoint)
        url, permission = urls[endpoint], permissions.get(endpoint, "public")
        if url is not None and (permission == "public" or user.can(permission)):
            found.append((title, url, icon, group))
    return found


def _items(context: Context, user: Any) -> list[Item]:
    """The entries of the menu, the core's own around those of the modules."""
    menu = context.get("portal_menu") or context.get("menu") or ()
    items = [(i["title"], i["url"], i["icon"], i["group"]) for i in (menu() if callable(menu) else menu)]
    if user is None:
        return items
    if not user.signed_in:
        return _own(CORE_ENTRIES[:1], user) + items
    return _own(CORE_ENTRIES, user) + items + _own(MANAGE_ENTRIES, user)


def _active(urls: tuple[str, ...], path: str) -> str:
    """The entry that *path* lies under: the longest that it begins with."""
    found = ""
    for url in urls:
        under = path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
        if under and len(url) > len(found):
            found = url
    return found


def _groups(items: list[Item], active: str) -> list[tuple[str, list[Entry]]]:
    groups: dict[str, list[Entry]] = {}
    for title, url, icon, group in items:
        groups.setdefault(str(group), []).append(Entry(str(title), url, icon, url == active))
    return sorted(groups.items(), key=lambda pair: bool(pair[0]))


def _languages(locale: str) -> tuple[Language, ...]:
    """This page in the other languages, with its filters; a page that only takes forms leads to the first page."""
    rule = request.url_rule
    path = request.path if rule is None or "GET" in (rule.methods or ()) else "/"
    args = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"] if path != "/" else []
    return tuple(
        Language(code, LANGUAGE_NAMES[code], None if code == locale else f"{path}?{urlencode([*args, ('lang', code)])}")
        for code in LOCALES
    )


def own_address() -> str:
    """Where a form of this page is sent: here, without the language, which the switch itself may change."""
    args = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode(args)}" if args else request.path


def _token() -> str:
    make = current_app.jinja_env.globals.get("csrf_token")
    return str(make()) if callable(make) else ""


def frame(context: Context) -> Frame:
    """The frame of this request."""
    locale = current_locale()
    user = context.get("user")
    signed_in = user is not None and user.signed_in
    name = user.name if signed_in else ""
    theme = request.cookies.get(THEME_COOKIE, "")
    saving = request.headers.get("Save-Data", "").lower() == "on"
    items = _items(context, user)
    urls = tuple(item[1] for item in items)
    active = _active(urls, request.path)
    menu_key = ("menu", locale, active, urls)
    kept = current_app.extensions["portal_chrome"]
    sidebar = kept.get(menu_key) or _drawn(menu_key, "chrome/sidebar.html", groups=_groups(items, active))
    account = _drawn(
        ("account", locale, name, theme),
        "chrome/account.html",
        signed_in=signed_in,
        name=name,
        theme=theme if theme in _THEMES else "auto",
        token=_TOKEN_PLACE,
    )
    token = _token() if signed_in else ""
    today = clock.today()
    return Frame(
        locale=locale,
        theme=_THEMES.get(theme, _NOTHING) + (Markup(' class="save-data"') if saving else ""),
        head=_drawn(("head", locale), "chrome/head.html"),
        languages=_languages(locale),
        sidebar=sidebar,
        top=_drawn(("top", locale), "chrome/top.html"),
        account=account.replace(_TOKEN_PLACE, token) if token else account,
        paper=_drawn(("paper", locale, name, today), "chrome/paper.html", name=name, day=today),
        token=token,
    )


def bare_frame(context: Context) -> Frame:
    """The frame of a page without menu: sign-in, public forms, errors. It asks nobody who the reader is."""
    locale = current_locale()
    theme = _THEMES.get(request.cookies.get(THEME_COOKIE, ""), _NOTHING)
    return Frame(locale, theme, _drawn(("head", locale), "chrome/head.html"), _languages(locale))


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """Up to two letters that stand for a person: the first ones of the first and the last part of the name."""
    words = re.findall(r"\w+", name)
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return "".join(letters).upper()
