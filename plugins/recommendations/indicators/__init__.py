"""Indicators: what is measured, its baseline and target, its values by period and group, and when the next is due."""
