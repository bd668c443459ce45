"""Demo data: the consultations of two years, nineteen of twenty-one aimags in the last one."""

from .load import load

__all__ = ["load"]
