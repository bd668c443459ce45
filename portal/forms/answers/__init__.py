"""What was sent in: lists, charts, files out and in."""
