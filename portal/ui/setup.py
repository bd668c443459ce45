"""Give an application its look: templates, filters, static files, headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from portal import clock, i18n
from portal.ui import assets, badges, chrome, controls, pictures, words
from portal.ui.compiled import CompiledTemplates
from portal.ui.forms import faults
from portal.ui.headers import init_headers
from portal.ui.macros import Macros
from portal.ui.packing import init_packing


def safe(html: str) -> Markup:
    """Vouch for *html* that a template of ours has drawn; never for anything a person typed."""
    return Markup(html)  # noqa: S704 - the one door; callers hand in rendered templates


@pass_context
def _frame(context: Context) -> chrome.Frame:
    return chrome.frame(context)


@pass_context
def _bare_frame(context: Context) -> chrome.Frame:
    return chrome.bare_frame(context)


def _date(value: Any) -> str:
    return i18n.format_date(value)


def _date_medium(value: Any) -> str:
    return i18n.format_date(value, "medium")


def _date_official(value: Any) -> str:
    return i18n.format_date(value, "official")


def init_ui(app: Flask) -> None:
    """Register filters, globals and headers; ``BLUEPRINTS`` holds the pages, which the application mounts."""
    app.extensions["portal_chrome"] = {}
    app.extensions["portal_urls"] = {}
    app.jinja_env.bytecode_cache = CompiledTemplates(Path(app.instance_path) / "compiled")
    app.jinja_env.filters.update(
        date=_date,
        date_medium=_date_medium,
        date_official=_date_official,
        datetime=i18n.format_datetime,
        time=i18n.format_time,
        number=i18n.format_number,
        percent=i18n.format_percent,
        money=i18n.format_money,
        content=badges.content,
        filesize=words.file_size,
        initials=chrome.initials,
    )
    app.jinja_env.globals.update(
        asset=assets.asset,
        frame=_frame,
        bare_frame=_bare_frame,
        current_locale=i18n.current_locale,
        today=clock.today,
        url_if=chrome.url_if,
        own_address=chrome.own_address,
        ui_badge=badges.badge,
        ui_chart=pictures.chart,
        ui_chart_table=pictures.chart_table,
        ui_control=controls.control,
        ui_described_by=controls.described_by,
        ui_document=pictures.document,
        ui_faults=faults,
        level_label=words.level_label,
        relation_label=words.relation_label,
        ui_history=words.history,
        ui_has_files=controls.has_files,
        ui_icon=badges.icon,
        ui_macros=Macros(app.jinja_env),
        ui_text=badges.content,
        ui_kind_of=controls.kind_of,
        ui_option=controls.option,
        ui_status=badges.status,
    )
    init_headers(app)
    init_packing(app)
    if app.debug:
        app.before_request(_reload)


def _reload() -> None:
    """While developing, files change under a running server."""
    from flask import request

    if request.endpoint != "ui.static":
        assets.forget()
