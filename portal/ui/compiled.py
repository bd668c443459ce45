"""Templates as Python code, kept in the instance: the first page after a start need not compile them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

import portal


class CompiledTemplates(FileSystemBytecodeCache):
    """One file for each template, taken while the template and the portal are those it was made of."""

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
        super().__init__(str(folder), "%s")

    def get_source_checksum(self, source: str) -> str:
        """Also of the portal's version: a filter of ours may have been worked out while compiling."""
        return super().get_source_checksum(f"{portal.__version__}\n{source}")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, where there is room: a page is shown on a full disk, too."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
