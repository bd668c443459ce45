"""Consultations: planned, held, written down, approved, shared."""
