"""Demo data: loaded by a command, marked row by row, and taken away again as a whole."""

from portal.demo.demo import Demo, clear, load, loaded

__all__ = ["Demo", "clear", "load", "loaded"]
