"""Lists: one select, its columns and filters, a page of it at a time; the state of the list is in the URL."""

from portal.ui.lists.columns import Column
from portal.ui.lists.filters import Filter, bind
from portal.ui.lists.listing import SIZES, Listing, fetch, narrow

__all__ = ["SIZES", "Column", "Filter", "Listing", "bind", "fetch", "narrow"]
