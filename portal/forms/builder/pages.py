"""All pages of the builder: importing this module adds them to the blueprint."""

from portal.forms.builder import edit as builder_edit
from portal.forms.builder import live, making, pieces, preview, publish, question, rows, templates, texts, undo
from portal.forms.builder import settings as builder_settings

PAGES = (
    builder_edit,
    live,
    making,
    pieces,
    preview,
    publish,
    question,
    rows,
    builder_settings,
    templates,
    texts,
    undo,
)
"""The files whose pages stand on the blueprint."""
