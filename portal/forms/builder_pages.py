"""All pages of the builder: importing this module adds them to the blueprint."""

from portal.forms import (
    builder_edit,
    builder_live,
    builder_new,
    builder_pieces,
    builder_preview,
    builder_publish,
    builder_question,
    builder_rows,
    builder_settings,
    builder_templates,
    builder_texts,
    builder_undo,
)

PAGES = (
    builder_edit,
    builder_live,
    builder_new,
    builder_pieces,
    builder_preview,
    builder_publish,
    builder_question,
    builder_rows,
    builder_settings,
    builder_templates,
    builder_texts,
    builder_undo,
)
"""The files whose pages stand on the blueprint."""
