"""Sub-committees and their tasks."""
