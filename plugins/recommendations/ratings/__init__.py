"""What each voice says became of a recommendation, and what others say against it."""
