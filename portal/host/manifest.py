"""What a module says of itself before anything of it is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")


@dataclass(frozen=True)
class Manifest:
    """The card of a module, in its ``plugin.py``: *name* is that of its folder.

    ``requires_portal`` is a range such as ``">=0.1,<1"``; *title* and *description* are lazy texts;
    ``default_enabled`` says whether it is on until an administrator decides.
    """

    name: str
    version: str
    title: Any
    description: Any
    requires_portal: str
    maintainer: str
    default_enabled: bool = True


class BadManifest(ValueError):
    """A manifest the portal cannot accept; the message says which part."""


def check(manifest: object, folder: str, portal_version: str) -> Manifest:
    """Return *manifest* where it fits *folder* and this portal; raises BadManifest."""
    if not isinstance(manifest, Manifest):
        raise BadManifest(f"{folder}/plugin.py has no `manifest = Manifest(…)`")
    if manifest.name != folder or not NAME.fullmatch(manifest.name):
        raise BadManifest(f"the manifest is named {manifest.name!r}, its folder {folder!r}")
    if not fits(portal_version, manifest.requires_portal):
        raise BadManifest(f"{folder} needs portal {manifest.requires_portal}, this is {portal_version}")
    return manifest


def _numbers(version: str) -> tuple[int, ...]:
    parts = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    return parts + (0,) * (3 - len(parts))


def fits(version: str, wanted: str) -> bool:
    """Whether *version* lies in *wanted*, comparisons joined by commas; raises BadManifest for other text."""
    for part in filter(None, (p.strip() for p in wanted.split(","))):
        match = re.fullmatch(r"(>=|<=|==|>|<)\s*([\d.]+)", part)
        if match is None:
            raise BadManifest(f"requires_portal: {part!r} is no comparison such as >=0.1")
        left, right = _numbers(version), _numbers(match[2])
        if not {
            ">=": left >= right,
            "<=": left <= right,
            "==": left == right,
            ">": left > right,
            "<": left < right,
        }[match[1]]:
            return False
    return True
