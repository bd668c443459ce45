"""People asked by name, or by a code, to fill a form."""
