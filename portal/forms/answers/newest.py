"""One submission in the words of the newest version: beside them what was asked and answered where that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from portal.forms import sources
from portal.forms.definition import Node
from portal.forms.engine import Shown
from portal.forms.engine.lineage import Lineage, Stage
from portal.forms.engine.tables import labeller
from portal.forms.messages import language, pick
from portal.forms.models import FormVersion
from portal.forms.versions import Versions
from portal.i18n import current_locale
from portal.people.identity import Identity

Label = Callable[[Node, str], str]


def reworded(user: Identity, version: FormVersion, lines: Iterable[Shown]) -> list[Shown]:
    """*lines* of a submission to *version*, each with the question and the answer as the newest version has them."""
    versions = Versions(version.form_id)
    if versions.is_newest(version.id):
        return list(lines)
    lineage, locale = versions.of(version.id), current_locale()
    known = sources.choices(user, lineage.new.compiled) | sources.choices(user, lineage.old.compiled)
    labels = [(stage, labeller(stage.compiled, locale, known)) for stage in (lineage.new, lineage.old)]
    return [_reworded(line, lineage, labels, locale) for line in lines]


def _reworded(line: Shown, lineage: Lineage, labels: list[tuple[Stage, Label]], locale: str) -> Shown:
    if line.heading or line.row not in lineage.ways:
        return line
    asked, value = lineage.read(line.row, line.value)
    newest = lineage.newest(asked)
    if newest is None:
        return line
    node = newest.node
    nodes = [(label, stage.asked(row)) for stage, label in labels for row in (node.id, line.row)]

    def say(code: str) -> str:
        return next((text for label, at in nodes if at is not None and (text := label(at.node, code)) != code), code)

    words = pick(node.row.get("label"), locale, node.name)
    text = node.field.format(value, locale, say)
    return replace(
        line,
        label=words,
        lang=language(node.row.get("label"), locale),
        text=text,
        type=newest.type,
        asked=line.label if line.label != words else "",
        said=line.text if line.text != text else "",
    )
