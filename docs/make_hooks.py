"""Write docs/hooks.md from portal/hookspecs.py: ``python docs/make_hooks.py``.

The source is read as text, so that the page can be made without installing the portal.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "portal" / "hookspecs.py"
TARGET = ROOT / "docs" / "hooks.md"

HEAD = """# Hooks

Made from `portal/hookspecs.py` by `python docs/make_hooks.py`; change it there. How a module is built stands in
[plugins.md](plugins.md).

A module implements a hook as a function of the same name in its `hooks.py`, decorated with `@hookimpl`. It takes the
arguments it needs, by name, and returns a list, or nothing.
"""


def hooks(source: str) -> Iterator[ast.FunctionDef]:
    """The functions decorated with ``@hookspec``, in the order of the file."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            names = [each.id for each in node.decorator_list if isinstance(each, ast.Name)]
            if "hookspec" in names:
                yield node


def page(source: str) -> str:
    """The text of docs/hooks.md for the text of portal/hookspecs.py."""
    found = list(hooks(source))
    parts = [HEAD, "| hook | gives | when |\n|---|---|---|"]
    for hook in found:
        when = (ast.get_docstring(hook) or "").partition(":")[0].replace("``", "`")
        parts.append(
            f"| [`{hook.name}`](#{hook.name}) | `{ast.unparse(hook.returns) if hook.returns else ''}` | {when} |"
        )
    for hook in found:
        text = (ast.get_docstring(hook) or "").replace("``", "`")
        returns = ast.unparse(hook.returns) if hook.returns else "None"
        parts.append(
            f"\n## {hook.name}\n\n```python\ndef {hook.name}({ast.unparse(hook.args)}) -> {returns}\n```\n\n{text}"
        )
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(SOURCE.read_text("utf-8")), "utf-8")
