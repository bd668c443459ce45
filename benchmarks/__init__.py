"""The portal beside bare programs doing the same work, in turn, in one run: only ratios count.

``python3 run.py bench`` or ``python -m benchmarks [G17 G18 …]``.
"""
