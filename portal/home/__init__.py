"""The first page, the search and the pages that show every module at once."""
