"""Files of the field, read, filled and written."""
