"""Two languages: texts, the reader's locale, dates and numbers, sorting.

Everything a reader sees is formatted here, on the server: browsers know no Mongolian. The module is cheap to
import; Babel and Flask-Babel come in when an application is made or the first text needs them.
"""

from portal import text
from portal.i18n.formats import (
    day_ending,
    format_date,
    format_date_range,
    format_datetime,
    format_money,
    format_number,
    format_percent,
    format_quarter,
    format_time,
    month_suffix,
)
from portal.i18n.setup import CORE_TRANSLATIONS, init_babel
from portal.i18n.sorting import sort_key
from portal.i18n.texts import (
    LOCALES,
    LazyString,
    current_locale,
    force_locale,
    gettext,
    lazy_gettext,
    lazy_ngettext,
    lazy_pgettext,
    ngettext,
    npgettext,
    pgettext,
    wtforms_translations,
)

text.reader[:] = [current_locale]
_ = gettext
_l = lazy_gettext

__all__ = [
    "CORE_TRANSLATIONS",
    "LOCALES",
    "LazyString",
    "_",
    "_l",
    "current_locale",
    "day_ending",
    "force_locale",
    "format_date",
    "format_date_range",
    "format_datetime",
    "format_money",
    "format_number",
    "format_percent",
    "format_quarter",
    "format_time",
    "gettext",
    "init_babel",
    "lazy_gettext",
    "lazy_ngettext",
    "lazy_pgettext",
    "month_suffix",
    "ngettext",
    "npgettext",
    "pgettext",
    "sort_key",
    "wtforms_translations",
]
