"""Mid-term, national and annual reports, each with one voice."""
