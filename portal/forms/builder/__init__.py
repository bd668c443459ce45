"""The pages on which forms are made."""
