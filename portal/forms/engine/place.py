"""The answers of the form or of one row while they are worked on."""

from __future__ import annotations

from typing import Any

from portal.forms.engine.state import Answers, Seed
from portal.forms.expressions import Env, Frame
from portal.forms.fields import Refused


class Place(Frame):
    """A Frame with what came in (``raw``), what goes out (``out``) and what was found on the way.

    ``hidden`` are names that are not relevant here, ``bad`` answers that could not be read, ``faults`` expressions
    that reached a limit; ``prefix`` is what paths begin with: ``""`` or ``clause[0].``.
    """

    __slots__ = ("bad", "faults", "fresh", "hidden", "out", "parent", "prefix", "previous", "raw", "rows", "seed")

    def __init__(
        self,
        env: Env,
        raw: Answers,
        *,
        parent: Place | None = None,
        number: int = 1,
        prefix: str = "",
        fresh: bool = False,
        seed: Seed | None = None,
        previous: Any = None,
    ) -> None:
        super().__init__(env, parent, number)
        self.raw = raw
        self.parent = parent
        self.prefix = prefix
        self.fresh = fresh
        self.seed = seed
        self.previous = previous if isinstance(previous, dict) else {}
        self.out: Answers = {}
        self.hidden: set[str] = set()
        self.bad: dict[str, Refused] = {}
        self.faults: dict[str, str] = {}
        self.rows: dict[str, list[Place]] = {}
