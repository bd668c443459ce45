"""Counts of the register as figures, pictures and pages of subjects."""
